"""Identity: who the shop says a customer is, and every way of pretending."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from supportbot.accounts.types import ShopUser
from supportbot.customers.identity import sign_identity, sign_user_id, site_secret, verify_identity
from supportbot.errors import NotSignedIn

NOW = datetime(2026, 3, 18, 9, 14, tzinfo=UTC)
SECRET = site_secret("k" * 43, "harbour-lane", 1)
MIRA = ShopUser("user-17", "Mira Haddad", "mira@haddad-studio.example", "en-GB")


def claims(**changes: object) -> dict[str, object]:
    made = {"sub": "user-17", "exp": NOW.timestamp() + 600, **changes}
    return {name: value for name, value in made.items() if value is not None}


def by_hand(payload: bytes, header: bytes = b'{"alg":"HS256"}', secret: str = SECRET) -> str:
    """A token rightly signed, whatever it holds."""
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (header, payload))
    mark = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def signed(secret: str = SECRET, **changes: object) -> str:
    return by_hand(json.dumps(claims(**changes)).encode(), secret=secret)


def verify(token: str) -> ShopUser:
    return verify_identity(secret=SECRET, now=NOW, token=token, audiences=("supportbot", "harbour-lane"))


def test_token_names_the_customer_as_the_shop_signed_them() -> None:
    assert verify(sign_identity(MIRA, secret=SECRET, now=NOW)) == MIRA


def test_token_needs_only_sub_and_exp() -> None:
    assert verify(signed()) == ShopUser("user-17", name="", email=None, locale=None)


def test_token_may_live_for_fifteen_minutes_to_the_second() -> None:
    assert verify(signed(exp=NOW.timestamp() + 900)).external_id == "user-17"


@pytest.mark.parametrize("aud", ["supportbot", "harbour-lane", ["somebody", "supportbot"]])
def test_audience_may_be_supportbot_or_the_site(aud: object) -> None:
    assert verify(signed(aud=aud)).external_id == "user-17"


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(signed(exp=NOW.timestamp()), id="expired this second"),
        pytest.param(signed(exp=(NOW - timedelta(hours=1)).timestamp()), id="expired an hour ago"),
        pytest.param(signed(exp=(NOW + timedelta(minutes=16)).timestamp()), id="lives sixteen minutes"),
        pytest.param(signed(exp=(NOW + timedelta(days=365)).timestamp()), id="lives a year"),
        pytest.param(signed(exp=None), id="no exp"),
        pytest.param(signed(exp="soon"), id="exp is text"),
        pytest.param(signed(exp=True), id="exp is a truth value"),
        pytest.param(signed(exp=float("nan")), id="exp is not a number"),
        pytest.param(signed(exp=float("inf")), id="exp is endless"),
        pytest.param(signed(iat=NOW.timestamp() + 3600), id="issued in the future"),
        pytest.param(signed(nbf=NOW.timestamp() + 3600), id="not valid yet"),
        pytest.param(signed(sub=None), id="no sub"),
        pytest.param(signed(sub=""), id="empty sub"),
        pytest.param(signed(sub=17), id="sub is a number"),
        pytest.param(signed(sub="a" * 201), id="sub too long"),
        pytest.param(signed(sub="a\x00b"), id="NUL in sub"),
        pytest.param(signed(sub="\ud800"), id="half a surrogate in sub"),
        pytest.param(signed(aud="another"), id="wrong audience"),
        pytest.param(signed(aud=["another", 5]), id="wrong audiences"),
        pytest.param(signed(aud=5), id="audience is a number"),
        pytest.param(signed(secret=site_secret("k" * 43, "another-shop", 1)), id="another shop's secret"),
        pytest.param(signed(secret=site_secret("k" * 43, "harbour-lane", 2)), id="another version of the secret"),
        pytest.param(jwt.encode(claims(), SECRET, algorithm="HS512"), id="HS512"),
        pytest.param(jwt.encode(claims(), None, algorithm="none"), id="alg none"),
        pytest.param(by_hand(json.dumps(claims()).encode(), b'{"alg":"none"}'), id="alg none with a signature"),
        pytest.param(by_hand(json.dumps(claims()).encode(), b'{"alg":"RS256"}'), id="alg RS256 over our HMAC"),
        pytest.param(by_hand(json.dumps(claims()).encode(), b'{"alg":["HS256"]}'), id="alg is a list"),
        pytest.param(by_hand(json.dumps(claims()).encode(), b"[]"), id="header is a list"),
        pytest.param(by_hand(b"[]"), id="payload is a list"),
        pytest.param(by_hand(b"[" * 1000 + b"]" * 1000), id="payload nested 1,000 deep"),
        pytest.param(by_hand(b"{}", b"[" * 1000 + b"]" * 1000), id="header nested 1,000 deep"),
        pytest.param(signed()[:-4] + "AAAA", id="broken signature"),
        pytest.param("", id="empty"),
        pytest.param("a.b.c", id="not base64"),
        pytest.param("\ud800.é.\x00", id="not even text"),
    ],
)
def test_token_that_proves_nothing_is_refused(token: str) -> None:
    with pytest.raises(NotSignedIn) as caught:
        verify(token)
    assert caught.value.code == "identity_refused"


def test_what_the_shop_says_besides_the_id_is_left_out_when_malformed() -> None:
    user = verify(signed(name="Mira\x00Haddad", email="mira at example", locale="en_GB; drop"))
    assert user == ShopUser("user-17", name="", email=None, locale=None)


def test_name_with_a_joiner_is_kept() -> None:
    assert verify(signed(name=" می‌را ")).name == "می‌را"


def test_a_name_never_turns_the_words_around_it() -> None:
    assert verify(signed(name=" \u202eMira\u2066  Haddad\u200b ")).name == "Mira Haddad"
    assert verify(signed(name="\u202e\u200b")).name == ""


def test_user_id_with_its_hash_names_the_customer() -> None:
    mark = hmac.new(SECRET.encode(), b"user-17", hashlib.sha256).hexdigest()
    for user_hash in (mark, mark.upper()):
        found = verify_identity(secret=SECRET, now=NOW, user_id="user-17", user_hash=user_hash)
        assert found == ShopUser("user-17")


@pytest.mark.parametrize("user_hash", [None, "", "0" * 64, "é" * 64, "\ud800", sign_user_id("user-18", secret=SECRET)])
def test_user_id_without_the_right_hash_is_refused(user_hash: str | None) -> None:
    with pytest.raises(NotSignedIn):
        verify_identity(secret=SECRET, now=NOW, user_id="user-17", user_hash=user_hash)


def test_hash_without_a_user_id_is_refused() -> None:
    with pytest.raises(NotSignedIn):
        verify_identity(secret=SECRET, now=NOW, user_hash=sign_user_id("user-17", secret=SECRET))


def test_secret_differs_by_site_version_and_installation() -> None:
    made = {
        site_secret(key, site, version) for key in ("a" * 43, "b" * 43) for site in ("x", "y") for version in (1, 2)
    }
    assert len(made) == 8
    assert all(len(secret) == 64 for secret in made)
