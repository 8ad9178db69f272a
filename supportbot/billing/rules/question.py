"""What a customer's words ask of the records: which months, which rows, and whether money should come back."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from supportbot.billing.rules.payments import Payment, row_ids
from supportbot.billing.types import AccountRows
from supportbot.language.months import months_in

# Word beginnings in the ten languages; matched at the start of a word, casefolded.
ASKS_RETURN = re.compile(
    r"\b(refund|reimburs|money back|return|send\w* (?:it|them|this) back|give\w* (?:it|me) back|"
    r"r[üu]ckerstatt|erstatt|zur[üu]ck|rembours|retour|renvoy|reembols|devol|rimbors|restitu|terugbetal|geld terug|"
    r"terugstur|zwrot|zwróc|iade|geri)|استرداد|استرجاع|إرجاع"
)
CLAIMS_CHARGE = re.compile(
    r"\b(twice|two times|doubl|duplicat|cancel+ed|"
    r"(?:charged|billed|paid|taken) again|zweimal|doppelt|gek[üu]ndigt|k[üu]ndig|deux fois|r[ée]sili|"
    r"annul|dos veces|duas vezes|due volte|tweemaal|twee keer|dubbel|opgezegd|dwa razy|dwukrotn|podwójn|iki kez|"
    r"iki kere|çift|iptal)|مرتين|ألغيت"
)
LAST_MONTH = re.compile(
    r"\b(last month|previous month|letzten monat|vorigen monat|mois dernier|mes pasado|m[êe]s passado|mese scorso|"
    r"vorige maand|zeszłym miesiącu|geçen ay)\b|الشهر الماضي"
)
THIS_MONTH = re.compile(
    r"\b(this month|diesen monat|diesem monat|ce mois|este mes|este m[êe]s|questo mese|deze maand|tym miesiącu|bu ay)\b"
    r"|هذا الشهر"
)
DAY = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b", re.ASCII)
WORD = re.compile(r"[^\W\d_]{4,}")
# Goods and plan words that stand on most invoices and so tell nothing apart.
COMMON = frozenset({"invoice", "order", "month", "monthly", "plan", "with"})


@dataclass(frozen=True, slots=True)
class Question:
    """What one text names. `months` are (year, month); `words` its longer words, casefolded."""

    months: tuple[tuple[int, int], ...]
    ids: frozenset[str]
    words: frozenset[str]
    asks_return: bool
    claims_charge: bool


def read_question(text: str, rows: AccountRows, *, today: date) -> Question:
    """Read what a text names. A month without a year is the latest one that has begun."""
    folded = text.casefold()
    return Question(
        months=_months(text, folded, today),
        ids=_ids(folded, rows),
        words=frozenset(WORD.findall(folded)) - COMMON,
        asks_return=bool(ASKS_RETURN.search(folded)),
        claims_charge=bool(CLAIMS_CHARGE.search(folded)),
    )


def is_named_by_id(payment: Payment, question: Question) -> bool:
    """Whether the text names one of a payment's rows by its id or number."""
    ids = {charge.id for charge in payment.charges}
    ids |= {name for invoice in payment.invoices for name in (invoice.id, invoice.name)}
    ids |= {refund.id for refund in payment.refunds}
    if payment.order:
        ids.add(payment.order.number)
    return bool(ids & question.ids)


def is_named_by_goods(payment: Payment, question: Question) -> bool:
    """Whether the text names what was bought, by a word of the order or of an invoice without a period."""
    texts = [invoice.description for invoice in payment.invoices if not invoice.period_start]
    if payment.order:
        texts.append(payment.order.description)
    return bool(question.words & set(WORD.findall(" ".join(texts).casefold())))


def _months(text: str, folded: str, today: date) -> tuple[tuple[int, int], ...]:
    found: dict[tuple[int, int], None] = {}
    for named in months_in(text):
        year = named.year or (today.year if named.month <= today.month else today.year - 1)
        found[(year, named.month)] = None
    for day in DAY.finditer(text):
        found[(int(day[1]), int(day[2]))] = None
    if LAST_MONTH.search(folded):
        before = today.replace(day=1) - timedelta(days=1)
        found[(before.year, before.month)] = None
    if THIS_MONTH.search(folded):
        found[(today.year, today.month)] = None
    return tuple(found)


def _ids(folded: str, rows: AccountRows) -> frozenset[str]:
    return frozenset(name for name in row_ids(rows) if _stands_in(name.casefold(), folded))


def _stands_in(name: str, folded: str) -> bool:
    """Whether a name stands in a text by itself, not as a part of a longer one."""
    return name in folded and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded))
