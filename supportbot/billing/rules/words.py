"""How an order's status is said within a sentence, one line per language."""

from collections.abc import Mapping

from supportbot.billing.types import OrderStatus


def _line(*words: str) -> Mapping[OrderStatus, str]:
    statuses: tuple[OrderStatus, ...] = ("placed", "packed", "shipped", "delivered", "returned", "cancelled")
    return dict(zip(statuses, words, strict=True))


ORDER_STATUS: Mapping[str, Mapping[OrderStatus, str]] = {
    "en": _line("placed", "packed", "on its way", "delivered", "returned", "cancelled"),
    "de": _line("eingegangen", "gepackt", "unterwegs", "zugestellt", "zurückgeschickt", "storniert"),
    "fr": _line("enregistrée", "emballée", "en route", "livrée", "retournée", "annulée"),
    "es": _line("recibido", "preparado", "en camino", "entregado", "devuelto", "cancelado"),
    "pt": _line("recebida", "embalada", "a caminho", "entregue", "devolvida", "cancelada"),
    "it": _line("ricevuto", "imballato", "in viaggio", "consegnato", "restituito", "annullato"),
    "nl": _line("geplaatst", "ingepakt", "onderweg", "bezorgd", "teruggestuurd", "geannuleerd"),
    "pl": _line("przyjęte", "spakowane", "w drodze", "dostarczone", "zwrócone", "anulowane"),
    "tr": _line("alındı", "paketlendi", "yolda", "teslim edildi", "iade edildi", "iptal edildi"),
    "ar": _line("مسجَّل", "مُجهَّز", "في الطريق", "تم تسليمه", "مُعاد", "ملغى"),
}
