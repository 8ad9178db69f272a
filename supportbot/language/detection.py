"""Which of the ten languages a text is written in, by its commonest small words; None when it cannot be told.

Also what speaks against a text being in a language: the small words of another one, another script, or none at all.
"""

import re
import unicodedata
from functools import lru_cache

# From how many letters, words and small words on a text can be told.
_FEW_LETTERS = 12
_MANY_WORDS = 12
_SURE_HITS = 3
_SMALL_WORDS = {
    "en": "the and you your is are to of in for was have has it this that with on will be my not can we please where "
    "its yours ours than then also may into only over their these those one two see here open below under while "
    "i a an am as at do does did how what when why which who if or but so no me get got had been were would could "
    "should like want need from about after before there they any just by up out more make",
    "de": "der die das und ist sie ihr ihre nicht ein eine ich zu den mit von für wird wurde haben wir auf bitte im "
    "wo ihnen dem des einem einen einer ihrem ihren ihrer als auch aus bei bis durch es hat kann noch nur oder "
    "so um unter vom war was wenn werden wie zum zur über kein keine mich mir mein meine",
    "fr": "de le la les et est vous votre vos une un je ne pas pour dans avec que sur mon ma nous avez des du été où "
    "aux ce ces cette elle en il ils leur lui mes nos notre ont ou par peut plus quand qui sa se ses si sont "
    "sous ta te toute tout tous vers à être ici",
    "es": "de el la los las y es su usted una un no por para con que en mi mis su está tiene del se ha donde dónde al "
    "como cuando desde ella entre esta este esto hay hasta le lo me más muy nos nuestro o pero puede qué ser "
    "si sin sobre son sus también todo ya",
    "pt": "de o a os as e é seu sua você uma um não por para com que em meu minha está tem do da foi onde ao aos até "
    "como das dos ela ele entre esta este isso já lhe mais mas me muito na nas no nos nossa nosso ou pela pelo "
    "pode quando se sem ser seus são também às",
    "it": "il la lo gli e è suo sua una un non per con che di in mio mia sono della del ha stato dove ai al alla "
    "anche ci come da dal dalla dei delle hai i le nel nella no nostro o più può quando quello questa questo "
    "se si su sul sulla",
    "nl": "de het een en is u uw je jouw niet voor met van dat op in ik mijn wij heeft zijn wordt waar aan als bij "
    "dan deze die dit door er geen had heb hebben hem hier hoe hun kan kunt maar meer naar nog nu of om onder "
    "onze ook over te tot uit veel wat we werd wie wil worden zal zich zo",
    "pl": "i jest nie się na do w z że to mój moja pan pani państwa dla o jak czy został gdzie za a ale aby bez był "
    "była było będzie by ci co dlatego gdy ich ja jako jego jej już ma mamy może można my nas naszego nasz "
    "od oraz po pod przez przy są ta tak tego ten też tylko tym u więc we wszystko żeby",
    "tr": "ve bir bu için ile mi mı değil var yok benim sizin siz ben nerede olarak çok ama ancak bana "
    "başka beni biz bize bizim bunu daha diye en gibi göre her hiç ise kadar ki kim lütfen nasıl olan oldu "
    "olur sen size sizi sonra şu tüm ya yeni üzerinde üzere tarihinde tarihli iki kez hiçbir henüz bir",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def guess_language(text: str) -> str | None:
    """The language of `text`, or None when fewer than two small words speak for it or two languages tie."""
    letters = sum(mark.isalpha() for mark in text)
    if letters and len(_ARABIC.findall(text)) * 2 > letters:
        return "ar"
    (most, language), (second, _) = _hits(text)[:2]
    return language if most >= 2 and most > second else None


def other_language(text: str, language: str) -> str | None:
    """What a text is in when it is not in `language`: another language, "another script", "no language"; else None.

    A text that is too short to tell is let through.
    """
    letters = [mark for mark in text if mark.isalpha()]
    arabic, latin = len(_ARABIC.findall(text)), sum(map(_is_latin, letters))
    wanted = arabic if language == "ar" else latin
    if len(letters) >= _FEW_LETTERS and wanted * 2 < len(letters):
        guessed = guess_language(text)
        return guessed if guessed and guessed != language else "another script"
    if language == "ar":
        return None
    words, hits = len(_WORD.findall(text)), _hits(text)
    own = next((count for count, name in hits if name == language), 0)
    most, best = hits[0]
    if best != language and most >= _SURE_HITS and most >= 2 * own + 1:
        return best
    return "no language" if own == 0 and words >= _MANY_WORDS else None


def is_foreign(sentence: str, language: str) -> bool:
    """Whether one sentence is surely in another language than `language`, or in another script."""
    letters = [mark for mark in sentence if mark.isalpha()]
    arabic = len(_ARABIC.findall(sentence))
    if language == "ar" or arabic:
        return len(letters) >= _FEW_LETTERS and (arabic == 0 if language == "ar" else arabic * 2 > len(letters))
    best, own = _WORDS[_hits(sentence)[0][1]], _WORDS.get(language, frozenset())
    words = [word.lower() for word in _WORD.findall(sentence)]
    # What both languages have, such as "to" and "we" in Polish, says nothing.
    return sum(word in best - own for word in words) >= 2 and not any(word in own - best for word in words)


def _hits(text: str) -> list[tuple[int, str]]:
    """How many small words of each language a text has, most first."""
    words = [word.lower() for word in _WORD.findall(text[:4_000])]
    return sorted(((sum(word in small for word in words), name) for name, small in _WORDS.items()), reverse=True)


@lru_cache(maxsize=2048)
def _is_latin(mark: str) -> bool:
    return unicodedata.name(mark, "").startswith("LATIN")
