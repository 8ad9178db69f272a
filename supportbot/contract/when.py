"""How a moment is written for a customer, in the shop's zone and the customer's language."""

from datetime import datetime, timedelta, tzinfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_skeleton

from supportbot.contract.catalogue import catalogue


def moment(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """ "Tue 24 Nov, 12:00", for the case block. The same words today and tomorrow, so they never go stale."""
    return _written(at, "MMMEd", zone, locale)


def moment_in_words(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """ "Tuesday 24 November, 12:00", for sentences."""
    return _written(at, "MMMMEEEEd", zone, locale)


def near_moment(at: datetime, *, now: datetime, zone: tzinfo, locale: str = "en") -> str:
    """ "today, 17:00" or "tomorrow, 12:00" where that is so, else in words. Only for text sent at `now`."""
    day = at.astimezone(zone).date()
    today = now.astimezone(zone).date()
    words = catalogue(locale).words
    time = at.astimezone(zone).strftime("%H:%M")
    if day == today:
        return words.today.format(time=time)
    if day == today + timedelta(days=1):
        return words.tomorrow.format(time=time)
    return moment_in_words(at, zone=zone, locale=locale)


def spelling_locale(locale: str) -> str:
    """The locale that amounts and dates in a text of this language are spelled by; day before month in English."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    if language == "en":
        return "en_GB"
    try:
        return str(Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        return "en_GB"


def _written(at: datetime, skeleton: str, zone: tzinfo, locale: str) -> str:
    there = at.astimezone(zone)
    return f"{format_skeleton(skeleton, there, locale=catalogue(locale).date_locale)}, {there:%H:%M}"
