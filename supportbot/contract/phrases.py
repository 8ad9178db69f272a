"""Phrases that the one voice does without, as data. "…" stands for any short run of words without a mark of its own.

Each list goes on with every language that gets a catalogue.
"""

import re

GREETINGS = (
    *("hi", "hello", "hey", "dear", "greetings", "good morning", "good afternoon", "good evening", "good day"),
    *("hallo", "guten tag", "guten morgen", "liebe", "lieber", "sehr geehrte", "sehr geehrter", "bonjour", "bonsoir"),
    *("salut", "chère", "cher", "hola", "buenos días", "buenas tardes", "estimado", "estimada", "olá", "bom dia"),
    *("boa tarde", "prezado", "prezada", "ciao", "buongiorno", "buonasera", "salve", "gentile", "beste", "goedendag"),
    *("cześć", "dzień dobry", "merhaba", "sayın", "مرحبا", "مرحباً", "أهلا", "أهلاً", "السلام عليكم"),
)
OPENERS = (
    *("sure", "sure thing", "certainly", "of course", "absolutely", "great question", "good question", "no problem"),
    *("no worries", "thanks", "thank you", "thanks so much", "thank you very much", "thanks for …", "thank you for …"),
    *("i hope this …", "i hope you …", "i'd be happy to help…", "i would be happy to help…", "i'd be glad to help…"),
    *("i'm happy to help…", "i am happy to help…", "happy to help", "i'm sorry to hear …", "i am sorry to hear …"),
    *("i'm sorry for …", "i am sorry for …", "we're sorry for …", "we are sorry for …", "sorry for …", "sorry about …"),
    *("we apologise for …", "we apologize for …", "i apologise for …", "i apologize for …", "i understand your …"),
    *("i understand how …", "i completely understand…", "here is the reply", "here's the reply", "here is the answer"),
    *("here is your answer", "here's your answer", "here's the answer", "here is the json", "here is my answer"),
    *("gerne", "natürlich", "vielen dank für …", "danke für …", "bien sûr", "merci pour …", "merci de …", "claro"),
    *("por supuesto", "gracias por …", "obrigado por …", "obrigada por …", "certo", "certamente", "grazie per …"),
    *("natuurlijk", "bedankt voor …", "oczywiście", "dziękujemy za …", "tabii ki", "شكرا لتواصلك …"),
)
CLOSINGS = (
    *("best regards", "kind regards", "warm regards", "regards", "best wishes", "kind wishes", "sincerely"),
    *("yours sincerely", "yours truly", "yours faithfully", "cheers", "all the best", "many thanks", "thanks"),
    *("thanks again", "thank you", "best", "mit freundlichen grüßen", "viele grüße", "freundliche grüße"),
    *("cordialement", "bien à vous", "saludos", "atentamente", "un saludo", "atenciosamente", "cordiali saluti"),
    *("met vriendelijke groet", "pozdrawiam", "z poważaniem", "saygılarımızla", "مع أطيب التحيات"),
)
FAREWELLS = (
    *(
        f"{ask} if {more}"
        for ask in ("let me know", "let us know", "please let me know", "please let us know", "just let us know")
        for more in ("you have …", "you need …", "there is …", "there's …", "i can …", "we can …", "anything …")
    ),
    *(
        f"{please}{invite}{contact}"
        for please in ("please ", "")
        for invite in ("feel free to ", "don't hesitate to ", "do not hesitate to ")
        for contact in ("reach …", "contact …", "ask…", "reply…", "write …", "message …", "get in touch…", "let …")
    ),
    *(
        "is there anything else …",
        "i hope this helps…",
        "i hope that helps…",
        "we hope this helps…",
        "hope this helps…",
    ),
    *(
        f"have a {nice} {day}…"
        for nice in ("great", "nice", "lovely", "good", "wonderful")
        for day in ("day", "week", "evening")
    ),
    *("thank you for your patience…", "thanks for your patience…", "thank you for your understanding…"),
    *("thank you for choosing …", "thank you for contacting …", "thank you for reaching …", "thank you for being …"),
    *(f"if you have any {more}questions…" for more in ("", "other ", "more ", "further ")),
    *("bei fragen …", "n'hésitez pas à …", "no dude en …", "non esiti a …"),
)
MAKERS = (
    *("as an ai", "as an artificial intelligence", "as a language model", "as a large language model"),
    *(
        "as an ai language model",
        "as a chatbot",
        "as a virtual assistant",
        "i am an ai",
        "i'm an ai",
        "i am a language",
    ),
    *("i'm a language", "i am a chatbot", "i'm a chatbot", "i am just an ai", "i'm just an ai", "i am a virtual"),
    *("large language model", "als ki", "en tant qu'ia", "como ia", "chatgpt", "openai", "anthropic", "mistral ai"),
    *("google gemini", "gemini pro", "gemini flash", "claude sonnet", "claude opus", "claude haiku", "deepseek"),
    *("microsoft copilot",),
)
MAKER_SHAPES = (r"gpt-?\d[\w.-]*", r"claude[ -]\d[\w.]*", r"gemini[ -]\d[\w.]*", r"llama[ -]?\d[\w.]*", r"qwen[\w.-]*")
REFUSALS = (
    *(
        f"i {cannot} {verb}"
        for cannot in (
            "can't",
            "cannot",
            "can not",
            "won't",
            "will not",
            "am not able to",
            "am unable to",
            "must decline to",
        )
        for verb in ("help with", "assist", "answer", "respond", "comply", "fulfil", "discuss", "do that", "engage")
    ),
    *(
        f"i'm {not_able} {verb}"
        for not_able in ("not able to", "unable to", "not allowed to")
        for verb in ("help", "assist")
    ),
    *("i can't help", "i cannot help", "we can't help", "we cannot help", "we can't assist", "we cannot assist"),
    *("against my guidelines", "against my programming", "i must refuse", "i have to decline", "i must decline"),
    *("ich kann dabei nicht helfen", "ich kann ihnen dabei nicht helfen", "ich kann leider nicht helfen"),
    *("je ne peux pas vous aider", "je ne peux pas aider", "no puedo ayudar", "no puedo ayudarte", "não posso ajudar"),
    *("non posso aiutar", "ik kan u niet helpen", "nie mogę pomóc", "yardımcı olamam", "لا أستطيع المساعدة"),
)
ECHOES = (
    *("ignore previous instructions", "ignore all previous", "ignore the above", "disregard previous"),
    *("disregard the above", "system prompt", "my instructions", "developer message", "previous instructions"),
    *("as instructed", "you are supportbot", "customer_message", "<data", "begin data", "end data", "jailbreak"),
    *("output schema", "json schema", "next_actions", "facts_used"),
)
PROMISES = (
    *("approved", "guarantee", "guaranteed", "guarantees", "we promise", "i promise"),
    *(
        f"{thing}{done} {verb}"
        for thing in ("refund", "request", "money", "amount", "payment", "charge", "it", "this")
        for done in (" has been", " have been", " will be", "'ll be", " is being", " is", " was")
        for verb in ("refunded", "approved", "credited", "reimbursed", "issued", "processed", "granted", "waived")
    ),
    *(
        f"{who} {verb}"
        for who in ("we will", "we'll", "we have", "we've", "i will", "i'll", "i have", "i've", "we are", "we're")
        for verb in (
            *("refund", "refunded", "refunding", "reimburse", "reimbursed", "credit", "credited", "cancelled"),
            *("canceled", "return your money", "issue a refund", "issued a refund", "process your refund"),
            *("processed your refund", "waive", "waived", "compensate", "pay you back", "give you a refund"),
        )
    ),
    *(
        f"you{will} {verb}"
        for will in (" will", "'ll", " are going to", " shall")
        for verb in (
            *(
                "be refunded",
                "be reimbursed",
                "be credited",
                "get your money back",
                "get a refund",
                "get a full refund",
            ),
            *("receive a refund", "receive your refund", "receive a full refund", "receive your money back"),
            *("get it back", "not be charged", "be compensated"),
        )
    ),
    *(
        "is on its way back",
        "are on their way back",
        "your refund is on its way",
        "refund is confirmed",
        "refund confirmed",
    ),
    *("your subscription has been cancelled", "your plan has been cancelled", "your order has been cancelled"),
    *("your subscription is cancelled", "your plan is cancelled", "your order is cancelled", "is now cancelled"),
    *("cancellation is confirmed", "cancellation confirmed", "full refund within", "money back guarantee"),
    *("wurde genehmigt", "ist genehmigt", "wir erstatten", "wird erstattet", "wurde erstattet", "garantiert"),
    *("a été approuvé", "est approuvé", "nous vous remboursons", "sera remboursé", "a été remboursé", "garanti"),
    *("ha sido aprobado", "está aprobado", "le reembolsaremos", "será reembolsado", "garantizado"),
    *(
        "foi aprovado",
        "está aprovado",
        "iremos reembolsar",
        "será reembolsado",
        "è stato approvato",
        "è approvato",
        "rimborseremo",
    ),
    *("is goedgekeurd", "wij betalen terug", "wordt terugbetaald", "został zatwierdzony", "zwrócimy", "gwarantujemy"),
    *("onaylandı", "iade edeceğiz", "iade edilecek", "garanti ediyoruz", "تمت الموافقة", "سنعيد المبلغ", "نضمن"),
)
_GAP = r"[^.!?,:;\d\n]{0,100}"


def phrase_pattern(phrases: tuple[str, ...], *shapes: str) -> str:
    """One pattern for any of the phrases, longest first, each as whole words where it ends in words."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join([*map(_one, ordered), *shapes]) + ")"


def any_phrase(phrases: tuple[str, ...], *shapes: str) -> re.Pattern[str]:
    """Finds any of the phrases anywhere in a text whose quotes are straight."""
    return re.compile(rf"(?<!\w){phrase_pattern(phrases, *shapes)}", re.IGNORECASE)


def straight(text: str) -> str:
    """`text` with typographic apostrophes straight, same length."""
    return text.replace("’", "'").replace("‘", "'")


def _one(phrase: str) -> str:
    pattern = re.escape(phrase).replace("…", _GAP).replace(r"\ ", r"\s+")
    return pattern if phrase.endswith("…") or not phrase[-1].isalnum() else pattern + r"(?!\w)"
