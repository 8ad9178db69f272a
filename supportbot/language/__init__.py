"""The ten languages, and the text primitives that every layer above reads and writes with."""

DOOR = (
    "amounts",
    "detection",
    "extract_values",
    "filler_phrases",
    "invisible_characters",
    "languages",
    "links",
    "lookalikes",
    "money",
    "months",
    "percents",
    "person_names",
    "phrase_matcher",
    "placeholder_marks",
    "plain_line",
    "promises",
    "sentences",
)
