"""Random tokens: handed out once, stored only as sha256."""

import hashlib
import secrets


def new_token() -> tuple[str, str]:
    """A fresh 256-bit token and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """The sha256 of a token, 64 hex characters. Random tokens need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
