"""The many ways to decline an answer, as data; each becomes the product's one sentence."""

_ENGLISH = (
    *(
        f"{who} {cannot} {verb}"
        for who in ("i", "we")
        for cannot in (
            *("can't", "cannot", "can not", "won't", "will not", "am not able to", "are not able to", "am unable to"),
            *("are unable to", "must decline to", "am not allowed to", "don't feel able to", "am not permitted to"),
        )
        for verb in (
            *("help", "assist", "answer", "respond", "comply", "fulfil", "fulfill", "discuss", "do that", "engage"),
            *("provide that", "provide this", "provide assistance", "continue with", "process this request", "support"),
        )
    ),
    *(
        f"{who} {not_able} {verb}"
        for who in ("i'm", "we're")
        for not_able in ("not able to", "unable to", "not allowed to", "not permitted to", "not in a position to")
        for verb in ("help", "assist", "answer", "discuss", "respond", "provide", "comply")
    ),
    *("against my guidelines", "against my programming", "i must refuse", "i have to decline", "i must decline"),
    *("i have to refuse", "i refuse to", "i'd rather not", "beyond my capabilities", "outside my scope"),
    *(
        "violates my guidelines",
        "violates our usage policies",
        "not something i can help",
        "not something i can assist",
    ),
    *("my safety guidelines", "content policy", "i do not feel comfortable", "i don't feel comfortable"),
    *("i'm not comfortable", "no comment", "request denied", "request rejected"),
)
_OTHERS = (
    *("ich kann dabei nicht helfen", "ich kann ihnen dabei nicht helfen", "ich kann leider nicht helfen"),
    *("ich kann ihnen … nicht helfen", "ich kann ihnen nicht helfen", "dabei kann ich … nicht helfen"),
    *("ich kann diese frage nicht …", "ich kann diese anfrage nicht …", "ich darf … nicht beantworten"),
    *("das kann ich nicht beantworten", "ich bin nicht in der lage …", "wir können ihnen … nicht helfen"),
    *("je ne peux pas vous aider", "je ne peux pas aider", "je ne peux pas répondre", "je ne suis pas en mesure …"),
    *(
        "je ne peux malheureusement pas",
        "nous ne pouvons pas vous aider",
        "je dois refuser",
        "je ne suis pas autorisé…",
    ),
    *("no puedo ayudar", "no puedo ayudarte", "no puedo ayudarle", "no puedo responder", "no me es posible ayudar…"),
    *("no estoy autorizado …", "no podemos ayudarle", "lamentablemente no puedo", "debo rechazar"),
    *("não posso ajudar", "não posso ajudá-lo", "não consigo ajudar", "não posso responder", "não estou autorizado…"),
    *("não podemos ajudar", "infelizmente não posso", "devo recusar"),
    *("non posso aiutar", "non posso aiutarti", "non posso aiutarla", "non posso rispondere", "non sono autorizzato…"),
    *(
        "non sono in grado di …",
        "non possiamo aiutar",
        "non possiamo aiutarla",
        "devo rifiutare",
        "purtroppo non posso",
    ),
    *("ik kan u niet helpen", "ik kan je niet helpen", "ik kan u hier… niet …", "ik kan je hier… niet …"),
    *("daar kan ik … niet …", "ik mag … niet beantwoorden", "ik ben niet in staat …", "wij kunnen u niet helpen"),
    *(
        "nie mogę pomóc",
        "nie mogę państwu pomóc",
        "nie mogę odpowiedzieć",
        "nie jestem w stanie",
        "nie mogę w tym pomóc",
    ),
    *("nie możemy pomóc", "muszę odmówić", "niestety nie mogę"),
    *("yardımcı olamam", "yardımcı olamıyorum", "yardımcı olamayacağım", "yanıt veremem", "cevap veremem"),
    *("bu konuda yardım edemem", "yanıtlayamam", "yanıtlayamıyorum", "yardımcı olamıyoruz"),
    *("لا أستطيع المساعدة", "لا أستطيع مساعدتك", "لا يمكنني المساعدة", "لا يمكنني مساعدتك", "لا يمكنني الإجابة"),
    *("لا أستطيع الإجابة", "لا نستطيع مساعدتك", "لا يمكننا مساعدتك", "غير قادر على مساعدتك", "عذرا لا يمكنني"),
)
REFUSALS: tuple[str, ...] = (*_ENGLISH, *_OTHERS)
