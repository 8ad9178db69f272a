"""How a moment is written for a customer, in the shop's zone and the customer's language."""

import re
from datetime import date, datetime, timedelta, tzinfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from supportbot.contract.voice.catalogue import catalogue
from supportbot.language.languages import lines

_YEAR = re.compile(r",?\s*(?:'de'\s*)?\by+\b")


def moment(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """ "Tue 24 Nov, 12:00", for the case block. The same words today and tomorrow, so they never go stale."""
    there = at.astimezone(zone)
    return _at(format_skeleton("MMMEd", there, locale=catalogue(locale).date_locale), there, locale)


def moment_in_words(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """ "Tuesday, 24 November, 12:00", for sentences: the language's full date without its year."""
    there = at.astimezone(zone)
    language = Locale.parse(catalogue(locale).date_locale)
    pattern = _YEAR.sub("", language.date_formats["full"].pattern)
    return _at(format_date(there, pattern, locale=language), there, locale)


def _at(day: str, there: datetime, locale: str) -> str:
    comma = "".join(lines(catalogue(locale).locale, "comma")) or ","
    return f"{day}{comma} {there:%H:%M}"


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


def day_in_words(day: date, *, locale: str, with_year: bool = True) -> str:
    """ "14 March 2026", "14. März 2026": a day inside a sentence, as every draft spells it."""
    language = spelling_locale(locale)
    return format_date(day, "long", locale=language) if with_year else format_skeleton("MMMMd", day, locale=language)


def spelling_locale(locale: str) -> str:
    """The locale that amounts and dates in a text of this language are spelled by; day before month in English."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    if language == "en":
        return "en_GB"
    try:
        return str(Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        return "en_GB"
