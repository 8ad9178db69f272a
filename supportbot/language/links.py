"""Finds every way out of a text: links with and without a scheme, bare hosts, and addresses that run something."""

import re

from supportbot.language.lookalikes import plain

# Endings that count in any spelling and after a single letter: "t.co", "EVIL.COM".
_ENDINGS = (
    "com net org io co de fr es pt it nl pl tr uk us eu ch at be ie ca au info biz app dev me ai xyz ru cn su ly gg to",
    "cc tv ws click link site online top shop store live help support page web cloud example test invalid onion",
)
_KNOWN = frozenset(ending for line in _ENDINGS for ending in line.split())
# What a file is called, which looks like a host.
_FILES = frozenset(
    {"pdf", "png", "jpg", "jpeg", "gif", "svg", "csv", "txt", "html", "htm", "doc", "docx", "xls", "xlsx", "zip"}
    | {"json", "yaml", "xml", "eml", "ics"}
)
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}:)?[/\\]{2}[^\s<>\"')\]]+|www\.[^\s<>\"')\]]+", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w@.-])((?:[^\W_][\w-]{0,62}\.)+)(xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![\w@-])", re.IGNORECASE
)
_IP = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_RUNS = re.compile(
    r"(?<!\w)(?:(javascript|vbscript|livescript|mailto|whatsapp|intent|view-source|blob)\s{0,2}:\s{0,2}(?=\S)"
    r"|(data):(?=[a-z]+/|,|;)|(file):(?=/)|(tel|sms|callto|skype):(?=[+\w]))",
    re.IGNORECASE,
)
_HIDDEN_DOT = re.compile(r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\})\s?", re.IGNORECASE)
_SPOKEN_DOT = re.compile(rf"(?<=\w)\sdot\s(?=(?:{'|'.join(sorted(_KNOWN, key=len, reverse=True))})\b)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DOTS = str.maketrans("。｡．", "...")


def links_in(text: str) -> tuple[str, ...]:
    """The host of every link, lower case, with or without a scheme; a scheme that runs or sends, as "javascript:"."""
    spelled = _undisguised(text)
    hosts = [_host_of(link) for link in _URL.findall(spelled)]
    rest = _EMAIL.sub(" ", _URL.sub(" ", spelled))
    hosts += [match.group().lower() for match in _HOST.finditer(rest) if _is_host(match.group(1), match.group(2))]
    hosts += _IP.findall(rest)
    hosts += [f"{next(filter(None, match.groups())).lower()}:" for match in _RUNS.finditer(spelled)]
    return tuple(dict.fromkeys(host for host in hosts if host))


def emails_in(text: str) -> tuple[str, ...]:
    """Every e-mail address, lower case."""
    return tuple(dict.fromkeys(address.lower().rstrip(".") for address in _EMAIL.findall(_undisguised(text))))


def is_under(host: str, hosts: frozenset[str]) -> bool:
    """Whether a host is one of these or below one of them."""
    return any(host == known.lower() or host.endswith("." + known.lower()) for known in hosts)


def _undisguised(text: str) -> str:
    spelled = _HIDDEN_DOT.sub(".", plain(text).translate(_DOTS))
    return re.sub(r"\bhxxp", "http", _SPOKEN_DOT.sub(".", spelled), flags=re.IGNORECASE)


def _host_of(link: str) -> str:
    """Where a link leads: what stands before an "@" is no host."""
    after = re.sub(r"^(?:[\w+.-]+:)?[/\\]{2,}", "", link.lower())
    authority = re.split(r"[/?#\\]", after)[0].rpartition("@")[2]
    return authority.partition(":")[0].rstrip(".,;!") if not authority.startswith("[") else authority


def _is_host(before: str, ending: str) -> bool:
    """Whether dotted words are a host, and no abbreviation, file, or two sentences run together."""
    labels = before.rstrip(".").split(".")
    if ending.lower() in _KNOWN or ending.lower().startswith("xn--") or any("xn--" in label for label in labels):
        return True
    is_word = all(len(label) > 1 for label in labels) and not labels[-1].isdigit()
    return is_word and ending.islower() and ending not in _FILES
