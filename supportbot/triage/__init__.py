"""Topic and risk of a message: policy rules, and hold when unsure."""

DOOR = (
    "evidence",
    "features",
    "known_words",
    "parsed_text",
    "rules",
    "scoring",
    "speech_act",
    "types",
    "weight_store",
    "weights",
)
