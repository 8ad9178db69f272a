"""Ways in and out: one file per channel, all behind `base.Channel`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from supportbot.channels.base import Channel
from supportbot.channels.widget import WidgetChannel

CHANNELS: Mapping[str, Channel[Any]] = MappingProxyType({"widget": WidgetChannel()})

DOOR = ("message_text", "types", "widget")
