"""Live updates over HTTP: server-sent events from the process's tail of events."""

import json
import socket
import time
from collections.abc import Callable, Iterator

from flask import Response, request

from supportbot.events.tail import EventTail, Subscription
from supportbot.events.types import Audience, Notice

HEARTBEAT_S = 15.0
LOOK_UP_S = 3.0
LIFE_S = 600.0


def stream_response(
    tail: EventTail, audience: Audience, *, last_event_id: str | None, is_allowed: Callable[[], bool]
) -> Response:
    """An event stream for one reader.

    Args:
        last_event_id: the header of a reader that comes back; anything but a number is ignored.
        is_allowed: asked at each heartbeat whether the reader may still listen.

    Raises:
        StreamsFull: see `EventTail.open`.
    """
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19 else None
    subscription = tail.open(audience, after=after)
    response = Response(
        event_lines(subscription, is_allowed=is_allowed, has_left=_reader_watch()),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.call_on_close(lambda: tail.close(subscription))
    return response


def event_lines(
    subscription: Subscription,
    *,
    is_allowed: Callable[[], bool],
    has_left: Callable[[], bool] = lambda: False,
    heartbeat_s: float = HEARTBEAT_S,
    look_up_s: float = LOOK_UP_S,
    life_s: float = LIFE_S,
) -> Iterator[str]:
    """The stream's text: what was missed, then each notice, with a comment at every heartbeat so that both ends
    know of each other. Ends after `life_s`; the reader comes back with the last id and its right is checked anew.

    Args:
        has_left: asked every `look_up_s`; a write to a reader who left fails only the second time, half a minute on.
    """
    yield "retry: 3000\n\n"
    sent: set[int] = set()
    if subscription.missed is None:
        yield "event: reset\ndata: {}\n\n"
    for missed in subscription.missed or ():
        sent.add(missed.id)
        yield _as_event(missed)
    ends_at = time.monotonic() + life_s
    beats_at = time.monotonic() + heartbeat_s
    while (now := time.monotonic()) < ends_at:
        if now >= beats_at:
            if not is_allowed():
                return
            yield ": still here\n\n"
            beats_at = now + heartbeat_s
        notice = subscription.next(wait_s=min(beats_at, ends_at, now + look_up_s) - now)
        if notice is not None and notice.id not in sent:
            yield _as_event(notice)
        elif notice is None and (subscription.ended.is_set() or has_left()):
            return


def _reader_watch() -> Callable[[], bool]:
    """Whether the reader of this request has hung up, as far as the server lets us see."""
    asked_of_server = request.environ.get("waitress.client_disconnected")
    if callable(asked_of_server):
        return lambda: bool(asked_of_server())
    reader: object = request.environ.get("werkzeug.socket")
    if type(reader) is not socket.socket or reader.gettimeout() is not None:  # a TLS socket cannot be peeked at
        return lambda: False
    return lambda: has_hung_up(reader)


def has_hung_up(reader: socket.socket) -> bool:
    """Whether the other end closed; nothing is read and nothing is waited for."""
    try:
        return reader.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _as_event(notice: Notice) -> str:
    data = json.dumps({"id": notice.id, "kind": notice.kind, "conversation_id": notice.conversation_id})
    return f"id: {notice.id}\nevent: {notice.kind}\ndata: {data}\n\n"
