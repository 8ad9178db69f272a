"""How texts name currencies: codes, signs and words, in every language, as CLDR and people write them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from supportbot.language.languages import LANGUAGES, lines, pairs
from supportbot.language.lookalikes import plain
from supportbot.language.money import UNKNOWN_CURRENCY

# Without ALL and TOP, which are words: "3 ALL".
_CODES = (
    "AED AFN AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY",
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR",
    "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK",
    "MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF",
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TRY TTD TWD TZS UAH UGX USD UYU UZS VES",
    "VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG BTC ETH USDT",
)
CODES = tuple(code for line in _CODES for code in line.split())
# Codes that people write small too; the others are words in one language or another.
_SMALL_CODES = tuple(
    code
    for code in CODES
    if code in "AED AUD BRL CAD CHF CNY CZK DKK EUR GBP HUF INR JPY KWD MXN NOK NZD PLN SAR SEK USD"
)
# Signs that no locale of our languages lists, or that several countries share beyond what they list. The first is
# what a text means that does not say; none where it cannot be told.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    **{"$": ("USD",), "£": ("GBP", "EGP", "LBP", "SYP"), "¥": ("JPY", "CNY"), "€": ("EUR",), "Fr.": ("CHF",)},
    **{
        "kr": ("", "DKK", "ISK", "NOK", "SEK"),
        "kr.": ("", "DKK", "ISK", "NOK", "SEK"),
        "Fr": ("CHF",),
        "C$": ("CAD", "NIO"),
    },
    **{"Rs": ("INR", "LKR", "MUR", "NPR", "PKR", "SCR"), "Rs.": ("INR", "LKR", "MUR", "NPR", "PKR", "SCR")},
    **{"TL": ("TRY",), "₺": ("TRY",), "zł": ("PLN",), "Kč": ("CZK",), "Ft": ("HUF",), "lei": ("RON", "MDL")},
    **{"円": ("JPY",), "원": ("KRW",), "元": ("CNY",), "₽": ("RUB",), "₴": ("UAH",), "฿": ("THB",), "₿": ("BTC",)},
    **{"₱": ("PHP",), "₦": ("NGN",), "₵": ("GHS",), "₡": ("CRC",), "₲": ("PYG",), "₸": ("KZT",), "₾": ("GEL",)},
    **{"₼": ("AZN",), "֏": ("AMD",), "៛": ("KHR",), "₭": ("LAK",), "₮": ("MNT",), "৳": ("BDT",), "₨": ("INR", "PKR")},
}
# Words that name a currency and more often something else; alone they count where the record is in that currency.
_EVERYDAY = (
    "bat bats birr birres lei lej leja leje leone leones leu leus new nouveaux nowe nowego nowych novo novos nuevos",
    "nuovi pond rand rands real reals reales sol sols soles som soms soma somy somu somów sons won wons wona wony wonu",
)
_EVERYDAY_WORDS = frozenset(word for line in _EVERYDAY for word in line.split())
# Whose own noun counts alone ("forint", "reais"), though no other currency shares it.
_OWN_NOUN = frozenset(
    ("BRL", "CNY", "CZK", "EUR", "HUF", "IDR", "ILS", "JPY", "MYR", "NGN", "PHP", "PLN", "RUB", "THB", "TRY", "UAH")
)
USUAL = ("EUR", "USD", "GBP", "CHF", "JPY", "INR", "CNY", "TRY")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Marks:
    """What names a currency: a sign or a code as it stands, or words in small letters with one space between them.

    Each goes to the currencies that it may mean, the usual one first; "" first where no one is usual.
    """

    signs: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]

    @property
    def longest_name(self) -> int:
        """The most words in a name."""
        return max(name.count(" ") + 1 for name in self.names)


def which(candidates: Collection[str], own: Collection[str]) -> str:
    """The currency that is meant: one of the shop's or the record's `own` where that fits, else the usual one.

    `UNKNOWN_CURRENCY` where it may be any of several.
    """
    fitting = [code for code in own if code and code in candidates]
    usual = next(iter(candidates), "")
    return fitting[0] if len(fitting) == 1 else usual or UNKNOWN_CURRENCY


def counts(mark: str, candidates: Collection[str], own: Collection[str]) -> bool:
    """Whether a sign or name stands for a currency here.

    One letter ("R", "K") and an everyday word ("real") do only where the record is in such a currency.
    """
    is_doubtful = mark in _EVERYDAY_WORDS or (len(mark) == 1 and mark.isalpha() and not _is_script_of_signs(mark))
    return not is_doubtful or any(code in own for code in candidates)


def _is_script_of_signs(mark: str) -> bool:
    return mark in "円元원"


def name_key(name: str) -> str:
    """A name as `Marks.names` holds it."""
    return " ".join(_WORD.findall(plain(name).casefold()))


@lru_cache(maxsize=1)
def marks() -> Marks:
    """Every sign and name of every currency in every language."""
    signs: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for sign, codes in _SIGNS.items():
        signs[sign] += codes
    for language in LANGUAGES:
        _add(names, _people_say(language))
        _add(names, _said(language))
        _add(names, _heads(language))
        _add(signs, _signed(language))
    _add(signs, ((code, code) for code in CODES))
    _add(names, ((code.lower(), code) for code in _SMALL_CODES))
    return Marks(_frozen(signs), _frozen(names))


def _people_say(language: str) -> Iterable[tuple[str, str]]:
    return ((word, code) for code, said in pairs(language, "currencies").items() for word in said.split())


def _said(language: str) -> Iterable[tuple[str, str]]:
    """Every name that CLDR gives, in the language and in its regions."""
    locale = Locale.parse(language)
    plural = locale._data["currency_names_plural"]  # Babel gives the forms for one count at a time alone
    given = (
        (name, code) for code in CODES for name in (locale.currencies.get(code, ""), *plural.get(code, {}).values())
    )
    regional = (line.partition(": ")[::-2] for line in lines(language, "regional_currency_names"))
    keyed = {name_key(name): code for name, code in (*given, *regional)}
    return ((name, code) for name, code in keyed.items() if name)


def _signed(language: str) -> Iterable[tuple[str, str]]:
    known = Locale.parse(language).currency_symbols
    listed = [(known.get(code, ""), code) for code in CODES]
    regional = [line.partition(": ")[::2] for line in lines(language, "regional_currency_signs")]
    for sign, code in (*listed, *((sign, code) for code, sign in regional)):
        bare = re.sub(r"[\u200b\u200e\u200f\u061c]", "", plain(sign)).strip()
        yield bare, code


def _heads(language: str) -> Iterable[tuple[str, str]]:
    """The noun of each name, such as "dollar": it stands first or last, by language, and many names share it."""
    said = [(name.split(), code) for name, code in _said(language)]
    by_place: list[dict[str, set[str]]] = []
    for place in (0, -1):
        nouns: dict[str, set[str]] = defaultdict(set)
        for words, code in said:
            nouns[words[place]].add(code)
        by_place.append(nouns)
    shared = max(by_place, key=lambda nouns: max(map(len, nouns.values())))
    return (
        (word, code)
        for word, codes in shared.items()
        if len(word) > 2 and (len(codes) > 1 or codes <= _OWN_NOUN)
        for code in _ordered(codes)
    )


def _ordered(codes: Collection[str]) -> list[str]:
    usual = next((code for code in USUAL if code in codes), "" if len(codes) > 1 else next(iter(codes)))
    return [usual, *sorted(code for code in codes if code != usual)]


def _add(found: dict[str, list[str]], more: Iterable[tuple[str, str]]) -> None:
    for name, code in more:
        if name and (code or not found[name]) and code not in found[name]:
            found[name].append(code)


def _frozen(found: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(codes) for name, codes in found.items()}
