"""Writes what CLDR says otherwise in a language's regions: `python -m tests.language.regional`.

Reading every region's data takes half a second and memory, so the differences stand in the languages' folders.
"""

from collections.abc import Iterator
from pathlib import Path

from babel import Locale, localedata

import supportbot.language
from supportbot.language.currencies import CODES, name_key
from supportbot.language.languages import LANGUAGES
from supportbot.language.lookalikes import plain

FOLDER = Path(supportbot.language.__file__).parent
HEAD = "# What CLDR says otherwise in the language's regions. Written by `python -m tests.language.regional`.\n"


def regional(language: str) -> str:
    """The file of one language."""
    base = Locale.parse(language)
    regions = [
        Locale.parse(name) for name in sorted(localedata.locale_identifiers()) if name.startswith(f"{language}_")
    ]
    sections = {
        "regional_months": _other(_months(base), regions, _months),
        "regional_currency_signs": _other(_signs(base), regions, _signs),
        "regional_currency_names": _other(_names(base), regions, _names),
    }
    written = [f"\n[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items() if lines]
    return HEAD + "".join(written)


def _other(base: set[str], regions: list[Locale], read) -> list[str]:  # type: ignore[no-untyped-def]
    return sorted({line for region in regions for line in read(region)} - base)


def _months(locale: Locale) -> set[str]:
    return {
        f"{' '.join(plain(name).lower().rstrip('.').split())}: {number}"
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in locale.months[context][width].items()
        if name.strip(". ") and not name.strip(". ").isdigit() and len(name) > 1
    }


def _signs(locale: Locale) -> set[str]:
    return {
        f"{code}: {sign.strip()}"
        for code in CODES
        if (sign := locale.currency_symbols.get(code, code)) != code and sign.strip("\u200b \u200f")
    }


def _names(locale: Locale) -> set[str]:
    return {f"{code}: {name_key(name)}" for code, name in _named(locale) if name_key(name)}


def _named(locale: Locale) -> Iterator[tuple[str, str]]:
    plural = locale._data["currency_names_plural"]
    for code in CODES:
        for name in (locale.currencies.get(code, ""), *plural.get(code, {}).values()):
            yield code, name


if __name__ == "__main__":
    for code in LANGUAGES:
        (FOLDER / code / "regional.txt").write_text(regional(code), encoding="utf-8")
