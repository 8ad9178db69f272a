"""What the widget shows of a shop, read from its site's settings. Pure; a wrong or missing setting is left out.

Settings used: `accent` ("#1f5f5b"), `questions` (up to 6), `usual_reply_minutes`, `business_hours` ({days: ["mon"],
opens: "09:00", closes: "18:00"}), `origins` (the shop pages that may carry the widget, e.g. "https://shop.example").
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from supportbot.customers.tables import Site
from supportbot.weekdays import WEEKDAYS

MOST_QUESTIONS = 6
LONGEST_QUESTION = 120
PAPER = "#fbfaf8"  # --paper in static/widget.css
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: the shop's colour as text on paper, and white on it

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Whether somebody answers now, and the moment when that changes."""

    is_open: bool
    changes_at: datetime


@dataclass(frozen=True, slots=True)
class Shopfront:
    """The shop as its customers see it in the widget. `origins` are exact, scheme and port included."""

    name: str
    time_zone: str
    accent: str | None
    questions: tuple[str, ...]
    usual_reply_minutes: int | None
    hours: OpeningHours | None
    origins: tuple[str, ...]


def read_shopfront(site: Site, *, now: datetime) -> Shopfront:
    """The shop as of `now`."""
    settings = site.settings
    minutes = settings.get("usual_reply_minutes")
    return Shopfront(
        name=site.sign_off or site.name,
        time_zone=site.time_zone,
        accent=_accent(settings.get("accent")),
        questions=_texts(settings.get("questions"))[:MOST_QUESTIONS],
        usual_reply_minutes=minutes if type(minutes) is int and 0 < minutes <= 1440 else None,
        hours=_hours(settings.get("business_hours"), zone=ZoneInfo(site.time_zone), now=now),
        origins=tuple(origin for value in _texts(settings.get("origins")) if (origin := exact_origin(value))),
    )


def exact_origin(value: str) -> str | None:
    """`value` as an origin ("https://shop.example:8443"); None when it is anything else, wildcards included."""
    try:
        parts = urlsplit(value.strip())
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host):
        return None
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        return None
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def contrast_on_paper(colour: str) -> float:
    """The contrast of "#rrggbb" against the panel's light ground, 1 to about 20.

    Source: WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    lighter, darker = sorted((_luminance(PAPER), _luminance(colour)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _accent(value: object) -> str | None:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        return None
    return value.lower() if contrast_on_paper(value) >= LEAST_CONTRAST else None


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item.strip()[:LONGEST_QUESTION] for item in items if isinstance(item, str) and item.strip())


def _hours(value: Any, *, zone: ZoneInfo, now: datetime) -> OpeningHours | None:
    try:
        days = [WEEKDAYS.index(day) for day in value["days"]]
        opens, closes = time.fromisoformat(value["opens"]), time.fromisoformat(value["closes"])
    except (TypeError, KeyError, ValueError):
        return None
    if not days or opens >= closes:
        return None
    return opening_hours(days, opens=opens, closes=closes, zone=zone, now=now)


def opening_hours(days: list[int], *, opens: time, closes: time, zone: ZoneInfo, now: datetime) -> OpeningHours:
    """Whether the shop is open at `now`, and when that changes. `days`: weekdays, Monday is 0; at least one."""
    today = now.astimezone(zone).date()
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        if day.weekday() not in days:
            continue
        begins, ends = (datetime.combine(day, at, tzinfo=zone) for at in (opens, closes))
        if now < begins:
            return OpeningHours(is_open=False, changes_at=begins)
        if now < ends:
            return OpeningHours(is_open=True, changes_at=ends)
    raise AssertionError("a week holds every weekday")
