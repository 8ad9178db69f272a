"""The widget over HTTP: sessions, messages, and everything that must be refused without a trace."""

import gzip
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from supportbot.customers.identity import sign_user_id, site_secret
from supportbot.customers.tables import Customer
from supportbot.events.tables import Event
from supportbot.inbox.tables import Conversation, Message
from supportbot.web.widget.routes import MESSAGES_A_MINUTE, VISITORS_A_MINUTE_PER_ADDRESS
from tests.web.shop import REPLY, SECRET_KEY, Shop, bearer, make_shop, newest_message, texts

SECRET = site_secret(SECRET_KEY, "harbour-lane", 1)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    made = make_shop(database_url)
    yield made
    made.close()


def assert_refused(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json) == {"error", "message", "fields"}


# Sessions


def test_visitor_gets_a_session_and_a_token_to_come_back_with(shop: Shop) -> None:
    opened = shop.sign_in()
    assert opened["verified"] is False
    assert opened["visitor_token"]
    assert opened["expires_at"] == "2026-03-18T21:14:00+00:00"
    assert opened["shop"] == {
        "name": "Harbour Lane support",
        "time_zone": "Europe/Amsterdam",
        "accent": "#1f5f5b",
        "questions": ["Where is my parcel?", "Find an invoice", "Change or pause my box", "A question about a charge"],
        "usual_reply_minutes": 6,
        "hours": {"is_open": True, "changes_at": "2026-03-18T17:00:00+00:00"},
    }


def test_visitor_comes_back_to_their_own_history(shop: Shop) -> None:
    first = shop.sign_in()
    shop.write(first["session_token"], "Do you ship to Norway?")
    again = shop.sign_in(visitor_token=first["visitor_token"])
    assert again["visitor_token"] == first["visitor_token"]
    assert texts(shop.get("messages", again["session_token"]).json["messages"]) == ["Do you ship to Norway?"]


def test_unknown_visitor_token_makes_a_new_visitor(shop: Shop) -> None:
    opened = shop.sign_in(visitor_token="never-given")
    assert opened["visitor_token"] != "never-given"
    assert shop.get("messages", opened["session_token"]).json == {"messages": []}


def test_visitor_token_of_another_shop_makes_a_new_visitor(shop: Shop) -> None:
    first = shop.sign_in()
    other = shop.post("sessions", {"site_key": "other-shop", "visitor_token": first["visitor_token"]}).json
    assert other["visitor_token"] != first["visitor_token"]


def test_visitor_token_ends_after_half_a_year_of_silence(shop: Shop) -> None:
    first = shop.sign_in()
    shop.clock.move(timedelta(days=179))
    assert shop.sign_in(visitor_token=first["visitor_token"])["visitor_token"] == first["visitor_token"]
    shop.clock.move(timedelta(days=181))
    assert shop.sign_in(visitor_token=first["visitor_token"])["visitor_token"] != first["visitor_token"]


def test_signed_customer_is_verified_and_meets_their_history_on_every_device(shop: Shop) -> None:
    first = shop.sign_in("user-17")
    assert (first["verified"], first["visitor_token"], first["customer"]) == (True, None, {"name": "Mira Haddad"})
    shop.write(first["session_token"], "Hello")
    second = shop.sign_in("user-17")
    assert texts(shop.get("messages", second["session_token"]).json["messages"]) == ["Hello"]
    assert shop.count(Customer) == 1


def test_user_id_with_hash_is_the_same_customer_as_the_token(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    shop.write(token, "Hello")
    hashed = shop.sign_in(user_id="user-17", user_hash=sign_user_id("user-17", secret=SECRET))
    assert hashed["verified"] is True
    assert texts(shop.get("messages", hashed["session_token"]).json["messages"]) == ["Hello"]


def test_unproven_identity_is_refused_and_never_becomes_a_visitor(shop: Shop, subtests: pytest.Subtests) -> None:
    proofs = [
        {"user_id": "user-17"},
        {"user_hash": "0" * 64},
        {"user_id": "user-17", "user_hash": "0" * 64},
        {"user_id": "user-17", "user_hash": ""},
        {"identity_token": ""},
        {"identity_token": "a.b.c"},
    ]
    for proof in proofs:
        with subtests.test(proof=proof):
            assert_refused(shop.post("sessions", {"site_key": "harbour-lane", **proof}), 401)
            assert shop.count(Customer) == 0


def test_token_of_one_shop_opens_nothing_at_another(shop: Shop) -> None:
    proof = shop.identity(site="other-shop")
    assert_refused(shop.post("sessions", {"site_key": "harbour-lane", "identity_token": proof}), 401)


def test_both_kinds_of_proof_at_once_are_refused(shop: Shop) -> None:
    body = {"site_key": "harbour-lane", "identity_token": shop.identity(), "user_id": "user-17"}
    assert_refused(shop.post("sessions", body), 400)


def test_visitor_and_known_customer_never_share_a_history(shop: Shop) -> None:
    visitor = shop.sign_in()
    shop.write(visitor["session_token"], "Written before signing in")
    known = shop.sign_in("user-17", visitor_token=visitor["visitor_token"])
    assert known["visitor_token"] is None
    shop.write(known["session_token"], "Written after signing in")
    assert texts(shop.get("messages", known["session_token"]).json["messages"]) == ["Written after signing in"]
    back = shop.sign_in(visitor_token=visitor["visitor_token"])
    assert texts(shop.get("messages", back["session_token"]).json["messages"]) == ["Written before signing in"]
    assert shop.count(Conversation) == 2


def test_shop_for_members_only_refuses_visitors(shop: Shop) -> None:
    assert_refused(shop.post("sessions", {"site_key": "members"}), 401)
    proof = shop.identity(site="members")
    assert shop.post("sessions", {"site_key": "members", "identity_token": proof}).status_code == 201


def test_unknown_site_is_refused(shop: Shop, subtests: pytest.Subtests) -> None:
    for key in ("nowhere", "harbour\x00lane", "härbour", "' OR 1=1 --", "a" * 100):
        with subtests.test(key=key):
            assert_refused(shop.post("sessions", {"site_key": key}), 404)
    for key in ("", "a" * 300):
        with subtests.test(key=key):
            assert_refused(shop.post("sessions", {"site_key": key}), 400)


def test_twenty_first_sessions_at_once_make_one_customer(shop: Shop) -> None:
    proof = shop.identity()
    body = {"site_key": "harbour-lane", "identity_token": proof}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shop.post("sessions", body), range(20)))
    assert [answer.status_code for answer in answers] == [201] * 20
    assert shop.count(Customer) == 1


def test_session_ends_after_twelve_hours(shop: Shop) -> None:
    token = shop.sign_in()["session_token"]
    shop.clock.move(timedelta(hours=11, minutes=59))
    assert shop.get("messages", token).status_code == 200
    shop.clock.move(timedelta(minutes=1))
    assert_refused(shop.get("messages", token), 401)


def test_signing_out_ends_the_session_at_once(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    assert shop.client.delete("/widget/v1/sessions/current", headers=bearer(token)).status_code == 204
    assert_refused(shop.get("messages", token), 401)


# Messages


def test_message_is_taken_in_and_shown_exactly_as_the_surface_says(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    sent = shop.write(token, "  Where is my invoice?  ")
    assert sent.status_code == 202
    assert set(sent.json) == {"message_id", "conversation_id"}
    shown = shop.get("messages", token).json
    assert shown == {
        "messages": [
            {
                "id": sent.json["message_id"],
                "role": "customer",
                "text": "Where is my invoice?",
                "reply": None,
                "sent_at": "2026-03-18T09:14:00+00:00",
            }
        ]
    }


def test_reply_shows_the_contract_and_nothing_from_inside(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    sent = shop.write(token).json
    reply_id = shop.answer(sent["conversation_id"])
    (shown,) = shop.get(f"messages?after={sent['message_id']}", token).json["messages"]
    assert set(shown) == {"id", "role", "text", "reply", "sent_at"}
    assert (shown["id"], shown["role"]) == (reply_id, "agent")
    fields = ("answer", "details", "case_fields", "next_actions", "sign_off")
    assert shown["reply"] == {name: REPLY[name] for name in fields}


def test_twenty_equal_posts_at_once_make_one_message(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shop.write(token, "Hello", "the-same"), range(20)))
    assert [answer.status_code for answer in answers] == [202] * 20
    assert len({json.dumps(answer.json) for answer in answers}) == 1
    assert (shop.count(Message), shop.count(Conversation)) == (1, 1)


def test_repeats_do_not_count_towards_the_limit(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    for _ in range(MESSAGES_A_MINUTE + 5):
        assert shop.write(token, "Hello", "the-same").status_code == 202


def test_message_over_the_limit_is_refused_and_others_are_not_touched(shop: Shop) -> None:
    mira, jonas = shop.sign_in("user-17")["session_token"], shop.sign_in("user-18")["session_token"]
    for number in range(MESSAGES_A_MINUTE):
        assert shop.write(mira, "Hello", f"m-{number}").status_code == 202
    refused = shop.write(mira, "Hello", "one-more")
    assert_refused(refused, 429)
    assert refused.headers["Retry-After"] == "60"
    assert shop.count(Message) == MESSAGES_A_MINUTE
    assert shop.write(jonas, "Hello").status_code == 202
    shop.clock.move(timedelta(seconds=60))
    assert shop.write(mira, "Hello", "one-more").status_code == 202


def test_visitors_of_one_address_are_limited_and_signed_customers_are_not(shop: Shop) -> None:
    body = {"site_key": "harbour-lane"}

    def visit(address: str, number: int = 0, **proof: str) -> Any:
        headers = {"X-Forwarded-For": f"10.0.0.{number % 250}"}  # says what anybody may say
        far = {"REMOTE_ADDR": address}
        return shop.client.post("/widget/v1/sessions", json=body | proof, environ_base=far, headers=headers)

    opened = [visit("93.184.216.34", number).status_code for number in range(VISITORS_A_MINUTE_PER_ADDRESS)]
    assert set(opened) == {201}
    refused = visit("93.184.216.34")
    assert_refused(refused, 429)
    assert int(refused.headers["Retry-After"]) > 0
    assert visit("93.184.216.34", identity_token=shop.identity()).status_code == 201
    assert visit("93.184.216.35").status_code == 201
    assert visit("127.0.0.1").status_code == 201


def test_next_message_joins_the_open_conversation(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    first, second = shop.write(token, "One", "m-1").json, shop.write(token, "Two", "m-2").json
    assert first["conversation_id"] == second["conversation_id"]


def test_nobody_sees_what_another_customer_wrote(shop: Shop) -> None:
    mira, jonas = shop.sign_in("user-17")["session_token"], shop.sign_in("user-18")["session_token"]
    mine = shop.write(mira, "My card ends in 4242").json
    theirs = shop.write(jonas, "Hello").json
    assert theirs["conversation_id"] != mine["conversation_id"]
    for after in (0, mine["message_id"] - 1, mine["message_id"]):
        assert "4242" not in shop.get(f"messages?after={after}", jonas).text
    assert_refused(shop.post("seen", {"message_id": mine["message_id"]}, jonas), 404)


def test_client_id_cannot_take_the_place_of_a_notice(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    shop.write(token, "Hello", "held:1")
    assert shop.read(newest_message).external_id == "w:held:1"


def test_seen_is_noted_once_and_told_to_the_desk(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    reply_id = shop.answer(shop.write(token).json["conversation_id"])
    for _ in range(2):
        assert shop.post("seen", {"message_id": reply_id}, token).status_code == 204
    assert shop.read(lambda db: db.get_one(Message, reply_id)).seen_at == shop.clock()
    assert shop.count(Event, Event.kind == "seen") == 1


def test_newest_case_says_whether_an_answer_is_on_its_way(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    assert shop.get("conversation", token).json == {"case_number": None, "status": None, "waiting": False}
    conversation_id = shop.write(token).json["conversation_id"]
    case = shop.get("conversation", token).json
    assert case == {"case_number": f"HL-{1000 + conversation_id}", "status": "open", "waiting": True}
    shop.answer(conversation_id)
    assert shop.get("conversation", token).json["waiting"] is False


def test_control_characters_are_removed_and_the_rest_is_kept_as_written(shop: Shop) -> None:
    token = shop.sign_in()["session_token"]
    written = "\u202bשלום\u202c 👩\u200d👩\u200d👧\r\n\tline two\x1b[31m\x07\x9b<b>&amp;</b>'; DROP TABLE message;--"
    shop.write(token, written)
    (shown,) = shop.get("messages", token).json["messages"]
    assert shown["text"] == "\u202bשלום\u202c 👩\u200d👩\u200d👧\n\tline two[31m<b>&amp;</b>'; DROP TABLE message;--"


def test_longest_text_is_taken(shop: Shop, subtests: pytest.Subtests) -> None:
    token = shop.sign_in()["session_token"]
    for text in ("é" * 8192, "a" * 16_384, "😀" * 4096):
        with subtests.test(character=text[0]):
            assert shop.write(token, text, f"long-{ord(text[0])}").status_code == 202
            assert shop.read(newest_message).text == text


def raw(client_message_id: object = "m-1", text: object = "Hello") -> bytes:
    return json.dumps({"client_message_id": client_message_id, "text": text}).encode()


BAD_MESSAGES = {
    "empty body": b"",
    "not JSON": b"text=Hello",
    "a list": b"[]",
    "a string": b'"Hello"',
    "null": b"null",
    "a number": b"5",
    "no text": b'{"client_message_id": "m-1"}',
    "no id": b'{"text": "Hello"}',
    "a field too many": b'{"client_message_id": "m-1", "text": "Hello", "role": "agent"}',
    "id is a number": raw(client_message_id=5),
    "id is empty": raw(client_message_id=""),
    "id too long": raw(client_message_id="a" * 91),
    "id with a line end": raw(client_message_id="a\n"),
    "id with NUL": raw(client_message_id="a\x00"),
    "text is null": raw(text=None),
    "text is a number": raw(text=5),
    "text is a list": raw(text=["Hello"]),
    "text is empty": raw(text=""),
    "text is blank": raw(text=" \n\t "),
    "text is only controls": raw(text="\x01\x02\x1b"),
    "text with NUL": raw(text="a\x00b"),
    "half a surrogate": raw(text="\ud800"),
    "other half of a surrogate": raw(text="a\udc00b"),
    "one byte too long": raw(text="a" * 16_385),
    "one character too long": raw(text="é" * 8_193),
    "one megabyte": raw(text="a" * 1_000_000),
    "depth 1,000": b"[" * 1000 + b"]" * 1000,
    "text of depth 1,000": b'{"client_message_id":"m-1","text":' + b"[" * 1000 + b"]" * 1000 + b"}",
    "not UTF-8": b'{"client_message_id": "m-1", "text": "\xff\xfe"}',
    "a number without end": b'{"client_message_id": "m-1", "text": ' + b"9" * 10_000 + b"}",
    "two values": b"{}{}",
}


def test_malformed_message_is_refused_and_nothing_is_stored(shop: Shop, subtests: pytest.Subtests) -> None:
    headers = bearer(shop.sign_in("user-17")["session_token"])
    for name, body in BAD_MESSAGES.items():
        with subtests.test(name):
            answer = shop.client.post(
                "/widget/v1/messages", data=body, content_type="application/json", headers=headers
            )
            assert_refused(answer, 413 if name == "one megabyte" else 400)
            assert (shop.count(Message), shop.count(Conversation), shop.count(Event)) == (0, 0, 0)


def test_other_content_types_are_refused(shop: Shop, subtests: pytest.Subtests) -> None:
    headers = bearer(shop.sign_in("user-17")["session_token"])
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        with subtests.test(kind=kind):
            answer = shop.client.post("/widget/v1/messages", data=raw(), content_type=kind, headers=headers)
            assert_refused(answer, 400)


def test_malformed_session_request_is_refused(shop: Shop, subtests: pytest.Subtests) -> None:
    bodies: list[Any] = [
        {"site_key": 5},
        {"site_key": None},
        {"site_key": ["harbour-lane"]},
        {"site_key": "harbour-lane", "identity_token": 5},
        {"site_key": "harbour-lane", "identity_token": "a" * 5000},
        {"site_key": "harbour-lane", "visitor_token": {"a": 1}},
        {"site_key": "harbour-lane", "role": "admin"},
        {},
        [],
    ]
    for body in bodies:
        with subtests.test(body=str(body)[:60]):
            assert_refused(shop.post("sessions", body), 400)
            assert shop.count(Customer) == 0


def test_malformed_position_is_refused(shop: Shop, subtests: pytest.Subtests) -> None:
    token = shop.sign_in()["session_token"]
    for after in ("-1", "abc", "1.5", "", "9" * 40, "١", "1;DROP"):
        with subtests.test(after=after):
            assert_refused(shop.get(f"messages?after={after}", token), 400)


def test_malformed_seen_is_refused(shop: Shop, subtests: pytest.Subtests) -> None:
    token = shop.sign_in()["session_token"]
    for message_id in (0, -1, 2**70, "1", 1.5, True, None):
        with subtests.test(message_id=message_id):
            assert_refused(shop.post("seen", {"message_id": message_id}, token), 400)


def test_every_call_needs_a_valid_session(shop: Shop, subtests: pytest.Subtests) -> None:
    calls = [
        ("GET", "messages"),
        ("POST", "messages"),
        ("GET", "events"),
        ("POST", "seen"),
        ("GET", "conversation"),
        ("DELETE", "sessions/current"),
    ]
    headers = (
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic abc",
        "Bearer " + "a" * 5000,
        "Bearer \x00",
        "Bearer é",
    )
    for (method, path), header in itertools.product(calls, headers):
        with subtests.test(method=method, path=path, header=header[:20]):
            sent = {"Authorization": header}
            assert_refused(shop.client.open(f"/widget/v1/{path}", method=method, headers=sent, json={}), 401)


def test_visitor_token_is_no_session(shop: Shop) -> None:
    assert_refused(shop.get("messages", shop.sign_in()["visitor_token"]), 401)


def test_a_long_history_is_read_backwards_to_its_first_message_and_never_into_another_customers(shop: Shop) -> None:
    other = shop.sign_in("user-4")["session_token"]
    shop.write(other, "Somebody else's question")
    token = shop.sign_in("user-17")["session_token"]
    shop.fill(shop.write(token, "Line 1").json["conversation_id"], until=450)

    pages = [shop.get("messages", token).json]
    while pages[-1].get("earlier"):
        pages.append(shop.get(f"messages?before={pages[-1]['messages'][0]['id']}", token).json)

    assert [len(page["messages"]) for page in pages] == [200, 200, 50]
    read = [text for page in reversed(pages) for text in texts(page["messages"])]
    assert read == [f"Line {number}" for number in range(1, 451)]
    newest = pages[0]["messages"][-1]["id"]
    assert texts(shop.get(f"messages?before={newest}", other).json["messages"]) == ["Somebody else's question"]
    assert_refused(shop.get(f"messages?before={newest}&after=1", token), 400)
    assert_refused(shop.get("messages?before=-1", token), 400)


# The launcher and the frame


def test_launcher_is_one_small_script(shop: Shop) -> None:
    answer = shop.client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) <= 2_432  # 2,047 after `esbuild --minify`, which nothing here needs
    assert gzip.decompress(answer.data) == shop.client.get("/widget.js").data
    again = shop.client.get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_open_panel_weighs_at_most_twelve_kilobytes(shop: Shop) -> None:
    page = shop.client.get("/widget/frame?site=harbour-lane").data
    parts = [gzip.compress(page)] + [
        shop.client.get(f"/widget/assets/{name}", headers={"Accept-Encoding": "gzip"}).data
        for name in ("panel.js", "widget.css")
    ]
    assert sum(map(len, parts)) <= 12 * 1024


def test_frame_may_be_framed_by_the_shops_own_origins_only(shop: Shop) -> None:
    answer = shop.client.get("/widget/frame?site=harbour-lane")
    policy = answer.headers["Content-Security-Policy"]
    allowed = policy.split("frame-ancestors ")[1]
    assert allowed == "'self' http://127.0.0.1:8000 https://shop.example https://support.example"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in answer.headers


def test_frame_has_no_inline_script_style_or_handler(shop: Shop) -> None:
    page = shop.client.get("/widget/frame?site=harbour-lane").text
    assert page.count("<script") == 1
    assert '<script src="/widget/assets/panel.js?v=' in page
    assert "<style" not in page
    assert " style=" not in page
    assert " on" + "click" not in page


def test_frame_of_an_unknown_site_is_refused(shop: Shop) -> None:
    answer = shop.client.get("/widget/frame?site=nowhere", headers={"Accept": "application/json"})
    assert_refused(answer, 404)


def test_assets_are_named_one_by_one(shop: Shop) -> None:
    for name in ("app.css", "..%2fwidget.py", "panel.js%00"):
        assert shop.client.get(f"/widget/assets/{name}", headers={"Accept": "application/json"}).status_code == 404
