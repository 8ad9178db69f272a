"""What every endpoint may use, wired once by `create_app`."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from supportbot.clock import Clock
from supportbot.db import Database
from supportbot.events.tail import EventTail
from supportbot.runtime import Runtime
from supportbot.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The wired parts of one web process."""

    settings: Settings
    database: Database
    runtime: Runtime
    clock: Clock
    tail: EventTail


def services() -> Services:
    """The services of the application that handles this request."""
    return cast(Services, current_app.extensions["supportbot"])
