"""Looks up a host's addresses within a time; the system's own look-up knows none."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence

import httpcore

LookUp = Callable[[str], Sequence[str]]
MOST_AT_ONCE = 32
"""Threads that wait for the system's resolver; when as many hang, further look-ups fail at once."""


class HostUnknown(httpcore.ConnectError):
    """Nobody knows an address of the host."""


_places = threading.BoundedSemaphore(MOST_AT_ONCE)


def host_addresses(host: str) -> list[str]:
    """Every address of a host, in the system's order.

    Raises:
        OSError: the host is not known.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_within(seconds: float | None, look_up: LookUp, host: str) -> Sequence[str]:
    """A host's addresses, waited for at most `seconds`; an address is its own, without a look-up.

    Raises:
        httpcore.ConnectTimeout: the look-up takes longer. Its thread ends by itself, or with the process.
        HostUnknown: there is no such host.
    """
    try:
        return [str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))]
    except ValueError:
        pass
    if not _places.acquire(blocking=False):
        raise httpcore.ConnectTimeout("Too many host names are being looked up already.")
    ended = _LookingUp(look_up, host)
    threading.Thread(target=ended.run, name="look-up", daemon=True).start()
    if not ended.done.wait(seconds):
        raise httpcore.ConnectTimeout("The host name was not found in time.")
    if ended.failure is not None:
        raise HostUnknown("The host name is not known.") from ended.failure
    return ended.addresses


class _LookingUp:
    def __init__(self, look_up: LookUp, host: str) -> None:
        self._look_up = look_up
        self._host = host
        self.done = threading.Event()
        self.addresses: Sequence[str] = ()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            self.addresses = self._look_up(self._host)
        except (OSError, UnicodeError) as failure:
            self.failure = failure
        finally:
            _places.release()
            self.done.set()
