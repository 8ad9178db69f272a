"""Which of the ten languages a text is written in, by its commonest small words; None when it cannot be told."""

import re

_SMALL_WORDS = {
    "en": "the and you your is are to of in for was have has it this that with on will be my not can we please where "
    "i a an am as at do does did how what when why which who if or but so no me get got had been were would could "
    "should like want need from about after before there they any just by up out more make",
    "de": "der die das und ist sie ihr ihre nicht ein eine ich zu den mit von für wird wurde haben wir auf bitte im wo",
    "fr": "le la les et est vous votre vos une un je ne pas pour dans avec que sur mon ma nous avez des du été où",
    "es": "el la los las y es su usted una un no por para con que en mi mis su está tiene del se ha donde dónde",
    "pt": "o a os as e é seu sua você uma um não por para com que em meu minha está tem do da foi onde",
    "it": "il la lo gli e è suo sua una un non per con che di in mio mia sono della del ha stato dove",
    "nl": "de het een en is u uw je jouw niet voor met van dat op in ik mijn wij heeft zijn wordt waar",
    "pl": "i jest nie się na do w z że to mój moja pan pani państwa dla o jak czy został gdzie za",
    "tr": "ve bir bu için ile mi mı değil var yok benim sizin siz ben nerede olarak çok da de ne",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def guess_language(text: str) -> str | None:
    """The language of `text`, or None when fewer than two small words speak for it or two languages tie."""
    letters = sum(mark.isalpha() for mark in text)
    if letters and len(_ARABIC.findall(text)) * 2 > letters:
        return "ar"
    words = [word.lower() for word in _WORD.findall(text[:4_000])]
    hits = sorted(((sum(word in small for word in words), name) for name, small in _WORDS.items()), reverse=True)
    (most, language), (second, _) = hits[0], hits[1]
    return language if most >= 2 and most > second else None
