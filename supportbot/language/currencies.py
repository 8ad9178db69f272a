"""How texts name currencies: codes, symbols and words."""

from supportbot.language.languages import LANGUAGES, pairs

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
SYMBOLS = {
    **{"€": "EUR", "US$": "USD", "$": "USD", "£": "GBP", "zł": "PLN", "₺": "TRY", "TL": "TRY", "Fr.": "CHF"},
    **{"¥": "JPY", "円": "JPY", "₩": "KRW", "원": "KRW", "₹": "INR", "₽": "RUB", "₪": "ILS", "₫": "VND", "₴": "UAH"},
    **{"฿": "THB", "R$": "BRL", "A$": "AUD", "C$": "CAD", "Kč": "CZK", "₿": "BTC"},
    **{"د.ك": "KWD", "د.ب": "BHD", "د.إ": "AED", "ر.س": "SAR"},
}
NAMES = {
    name: code
    for language in LANGUAGES
    for code, names in pairs(language, "currencies").items()
    for name in names.split()
}
