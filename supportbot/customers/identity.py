"""Who a customer is, proven by the shop: a short signed token, or an HMAC of the shop's user id.

The shop signs with one secret per site. It is derived from supportbot's own secret, never stored, and changes when
the site's `secret_version` does. Pure: the time comes in as an argument.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt

from supportbot.accounts.types import ShopUser
from supportbot.errors import NotSignedIn
from supportbot.language.plain_line import plain_line

LONGEST_LIFE_S = 15 * 60
CLOCK_SKEW_S = 5
AUDIENCE = "supportbot"
LONGEST_ID = 200
LONGEST_NAME = 200
LONGEST_EMAIL = 254

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NO_CHECKS = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False, "verify_sub": False}


def site_secret(secret_key: str, site_key: str, version: int) -> str:
    """The secret a shop signs with: 64 hex digits, whose text itself is the key."""
    purpose = f"supportbot identity {site_key} {version}"
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def verify_identity(
    *,
    secret: str,
    now: datetime,
    token: str | None = None,
    user_id: str | None = None,
    user_hash: str | None = None,
    audiences: tuple[str, ...] = (AUDIENCE,),
) -> ShopUser:
    """Check one proof of identity and give the customer it names.

    Args:
        token: a JWT, HS256 only, with `sub` and `exp` (at most 15 minutes ahead); `name`, `email`, `locale`, `aud`
            and `iat` may be there.
        user_id: the shop's user id, with `user_hash` = hex HMAC-SHA256(secret, user_id). Has no end: prefer a token.
        audiences: what `aud` may name when the token has one.

    Raises:
        NotSignedIn: the proof is missing, malformed, expired or wrong.
    """
    if token is not None:
        return _from_token(token, secret=secret, now=now, audiences=audiences)
    if user_id is None or user_hash is None:
        raise _refused("A user_id needs its user_hash (hex HMAC-SHA256 of the id with the site's secret).")
    return _from_hash(user_id, user_hash, secret=secret)


def sign_user_id(user_id: str, *, secret: str) -> str:
    """The `user_hash` of one user id, as a shop's server makes it."""
    return hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def sign_identity(user: ShopUser, *, secret: str, now: datetime, life_s: int = 600) -> str:
    """An identity token as a shop's server makes it; the demo shop and the replay command use it."""
    begins = int(now.timestamp())
    claims = {"sub": user.external_id, "aud": AUDIENCE, "iat": begins, "exp": begins + life_s}
    said = {"name": user.name, "email": user.email, "locale": user.locale}
    return jwt.encode(claims | {claim: value for claim, value in said.items() if value}, secret, algorithm="HS256")


def _from_token(token: str, *, secret: str, now: datetime, audiences: tuple[str, ...]) -> ShopUser:
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options=_NO_CHECKS)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise _refused("The identity token is not a JWT signed HS256 with this site's secret.") from error
    _check_times(claims, now=now.timestamp())
    _check_audience(claims, audiences)
    return ShopUser(
        external_id=_external_id(claims.get("sub")),
        name=_name(claims.get("name")),
        email=_email(claims.get("email")),
        locale=_locale(claims.get("locale")),
    )


def _from_hash(user_id: str, user_hash: str, *, secret: str) -> ShopUser:
    external_id = _external_id(user_id)
    expected = sign_user_id(external_id, secret=secret)
    if not hmac.compare_digest(expected.encode(), user_hash.lower().encode("utf-8", "surrogatepass")):
        raise _refused("The user_hash does not match the user_id. It is hex HMAC-SHA256(site secret, user_id).")
    return ShopUser(external_id)


def _check_times(claims: Mapping[str, Any], *, now: float) -> None:
    expires = _moment(claims, "exp")
    if expires is None:
        raise _refused("The identity token has no exp. Let it end within 15 minutes.")
    if not now < expires:
        raise _refused("The identity token has expired. Sign a new one on your server.")
    if not expires <= now + LONGEST_LIFE_S + CLOCK_SKEW_S:
        raise _refused("The identity token lives too long. Let exp be at most 15 minutes ahead.")
    for claim in ("iat", "nbf"):
        begins = _moment(claims, claim)
        if begins is not None and not begins <= now + CLOCK_SKEW_S:
            raise _refused(f"The identity token's {claim} lies in the future. Check the clock of your server.")


def _moment(claims: Mapping[str, Any], claim: str) -> float | None:
    value = claims.get(claim)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"The identity token's {claim} must be a number of seconds.")
    return value


def _check_audience(claims: Mapping[str, Any], audiences: tuple[str, ...]) -> None:
    audience = claims.get("aud")
    if audience is None:
        return
    named = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(name, str) and name in audiences for name in named):
        raise _refused("The identity token is meant for another audience. Let aud be 'supportbot' or leave it out.")


def _external_id(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST_ID or not _is_clean(value):
        raise _refused("The user id (sub) must be text of 1 to 200 characters without control characters.")
    return value


def _name(value: object) -> str:
    return plain_line(value)[:LONGEST_NAME] if isinstance(value, str) and _is_clean(value) else ""


def _email(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > LONGEST_EMAIL or not _is_clean(value):
        return None
    return value if _EMAIL.fullmatch(value) else None


def _locale(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 20 and _LOCALE.fullmatch(value) else None


def _is_clean(value: str) -> bool:
    """No control characters and no half of a surrogate pair: neither database would take them."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in value)


def _refused(message: str) -> NotSignedIn:
    return NotSignedIn(message, code="identity_refused")
