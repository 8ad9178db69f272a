"""Which words triage knows, and in which language and script a text is written."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from supportbot.routing.phrases import Word, fold

# Small words by which a language shows itself; they carry no request of their own.
_SMALL_WORDS: Mapping[str, str] = {
    "de": "der die das dem den des ein eine einen einem einer ich du er sie es wir ihr mir mich dir dich ihnen ihre "
    "ihren mein meine meinen meiner meinem dein unser und oder aber nicht kein keine ist sind war bin hat haben "
    "habe hatte kann können könnte könnt möchte will würde werden wird wurde bitte wo wie was wann warum wer "
    "welche welcher zu zum zur in im an am auf aus bei mit nach von vom für über um als auch noch schon nur "
    "sehr hier jetzt mal gerne gern denn dass wenn euch eure eurer euren heute morgen gibt lg mfg grüße viele "
    "liebe freundliche bekomme finde brauche machen kommt endlich neue neuen letzte letzten monat immer sonst "
    "da box abo abonnement paket lieferung bestellung sendung sendungsverfolgung montag dienstag mittwoch "
    "donnerstag freitag samstag sonntag januar februar märz april mai juni juli august september oktober "
    "november dezember tag tage tagen woche wochen monate haus hause niemand tagsüber umziehen umziehe ziehe "
    "falls lieber neu alt alte adresse karte konto seite knopf button englisch deutsch vorher nachher "
    "vielleicht gestern bald kaffee seit erst dann sonstige sicher einfach weiter trage eintragen bewegt sich "
    "frage hätte könntet herr frau team",
    "fr": "le la les l un une des du de d je j tu il elle nous vous ils on me m te se s mon ma mes ton votre vos "
    "notre ce cette ces et ou mais ne n pas que qu qui quoi où comment quand pourquoi est suis sont ai as a "
    "avez ont avoir être peux peut puis pouvez voudrais veux faire s'il plaît svp à au aux en dans sur pour par "
    "avec sans plus très déjà encore bien ici mois dernier nouvelle trouver besoin bonjour merci cordialement "
    "c'est y depuis lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin "
    "juillet août septembre octobre novembre décembre jour jours semaine semaines commande commandé colis suivi "
    "livraison livré livrée reçu reçue café cadeau page site bouton pars part regarder dit préparation arrivé "
    "arrivée toujours demain hier maison déca couvercle boîte box abonnement carte compte adresse question sera "
    "t lieu celui celle suisse belgique savoir",
    "es": "el la los las un una unos de del al a yo tú él ella nosotros ustedes me te se le lo mi mis tu su sus "
    "nuestro y o pero no que qué quién dónde cómo cuándo por para con sin en es está están son soy estoy he ha "
    "han hay tengo tiene puedo puede podría quiero quisiera necesito favor hola gracias ya más muy este esta "
    "mes último última nueva nuevo mucho saludos encuentro hacer ver viernes lunes martes miércoles jueves "
    "sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "día días semana semanas pedido paquete caja envío entrega dirección casa padres vuelvo mudo muevo mudanza "
    "botón página web tiempo próxima próximo llego llega pregunta café antes después cuenta tarjeta suscripción "
    "ayer mañana hoy unas buenas buenos tardes",
    "pt": "o a os as um uma de do da dos das no na em por para com sem eu ele ela nós vocês me te se meu minha meus "
    "minhas seu sua e ou mas não que quem onde como quando é está estão são estou tenho tem posso pode poderia "
    "quero queria preciso favor olá obrigado obrigada já mais muito este esta mês último última novo nova fazer "
    "ver segunda terça quarta quinta sexta sábado domingo dia dias semana semanas pedido pacote caixa entrega "
    "envio endereço casa página site botão pergunta sempre ontem amanhã hoje café assinatura conta fatura",
    "it": "il lo la i gli le un uno una di del della dei da dal in nel nella con su per tra io tu lui lei noi voi mi "
    "ti si ci mio mia miei mie tuo suo vostro e o ma non che chi dove come quando è sono ho ha hanno posso può "
    "potrei vorrei voglio devo bisogno favore ciao grazie già più molto questo questa mese ultimo ultima nuovo "
    "fare lunedì martedì mercoledì giovedì venerdì sabato domenica giorno giorni settimana settimane ordine "
    "pacco scatola spedizione consegna indirizzo casa pagina sito pulsante domanda sempre ieri domani oggi "
    "caffè abbonamento conto fattura",
    "nl": "de het een ik jij u hij zij wij jullie mij me mijn jouw uw ons onze en of maar niet geen dat die dit deze "
    "wie wat waar hoe wanneer waarom is zijn ben heb heeft hebben had kan kunnen kunt wil zou wordt worden "
    "graag alstublieft aub van voor naar met op in aan uit bij om te nog al ook zeer hier nu maand laatste "
    "nieuwe kom vind krijg groeten maandag dinsdag woensdag donderdag vrijdag zaterdag zondag dag dagen week "
    "weken bestelling pakket pakje doos box levering adres rekening factuur pagina site knop thuis huis vraag "
    "altijd gisteren morgen koffie abonnement",
    "pl": "i w na do z ze o u po za od dla przez jest są był mam ma mogę może chcę chciałbym chciałabym proszę nie "
    "tak to ten ta te jak gdzie kiedy co kto czy mój moja moje moją mojej mojego się mi mnie już jeszcze bardzo "
    "miesiąc ostatnia ostatni nowy nowe dzień dobry dziękuję poniedziałek wtorek środa czwartek piątek sobota "
    "niedziela dni tydzień tygodnie zamówienie paczka przesyłka dostawa adres dom strona przycisk pytanie "
    "zawsze wczoraj jutro dziś kawa konto faktura",
    "tr": "ve ile bir bu şu o ben sen siz biz bana benim mi mı mu mü var yok için nasıl nerede ne zaman neden değil "
    "çok daha lütfen istiyorum gerek olarak kadar son ay yeni ama da de ki hangi merhaba teşekkürler pazartesi "
    "salı çarşamba perşembe cuma cumartesi pazar gün günler hafta sipariş siparişim kargo kargom paket paketim "
    "adres adresim ev sayfa site düğme soru her dün yarın bugün kahve abonelik hesap fatura faturam",
    "ar": "في من الي علي عن مع هل ما ماذا متي كيف اين وين فين انا انت نحن لي لك هذا هذه ذلك التي الذي و او لكن لا لم "
    "لن ليس كان يمكن يمكنني اريد احتاج ارجو فضلك رجاء شكرا مرحبا السلام عليكم ان قد كل بعد قبل جديد الشهر "
    "الماضي ابحث اجد الاخيره احتاجها للمحاسبه نهايه الاسبوع اليوم امس غدا الطلب طلبي الشحنه شحنتي طردي الفاتوره "
    "فاتورتي حسابي الصفحه الموقع قهوه صندوق الصندوق سوال لدي عندي الان",
}
# Labels of a language that let its everyday questions go the fast way by what the model has learnt.
LABELS_FOR_A_LANGUAGE = 200
_FEWEST_SMALL_WORDS, _LEAST_SMALL_SHARE = 2, 0.2
_SCRIPTS_OF_KNOWN = ("LATIN", "ARABIC")
_MIN_MIXED_LETTERS = 3


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The English words that triage knows, folded."""
    text = resources.files("supportbot.triage").joinpath("english_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=16)
def small_words(language: str) -> frozenset[str]:
    """The small words of a language, folded; empty for one that triage does not know."""
    return frozenset(fold(word) for word in _SMALL_WORDS.get(language, "").split())


def language_of(words: Sequence[Word]) -> str | None:
    """The language whose small words stand in a text most; None when no language other than English shows itself."""
    counts = {language: sum(word.folded in small_words(language) for word in words) for language in _SMALL_WORDS}
    best = max(counts, key=lambda language: counts[language])
    is_plain = counts[best] >= max(_FEWEST_SMALL_WORDS, _LEAST_SMALL_SHARE * len(words))
    return best if is_plain else None


def languages_ready(labels: Mapping[str, int]) -> frozenset[str]:
    """The languages, by how many labels there are of each, of which the model has seen enough to be trusted."""
    return frozenset(language for language, count in labels.items() if count >= LABELS_FOR_A_LANGUAGE)


def known_share(words: Sequence[Word]) -> float:
    """The share of words that are known English; numbers and signs do not count. 1.0 when there are none."""
    plain = [word.folded for word in words if not word.is_number and not word.folded.isdigit() and len(word.folded) > 1]
    if not plain:
        return 1.0
    known = english_words()
    return sum(word in known for word in plain) / len(plain)


def strange_script(words: Sequence[Word]) -> str | None:
    """The first word in a script that triage does not read, or that mixes scripts; None when there is none.

    A single odd sign is no word: only three such letters or more count.
    """
    for word in words:
        if word.folded.isascii():
            continue
        scripts = {_script(letter) for letter in word.folded if letter.isalpha()}
        if len(scripts) > 1 and len(word.folded) >= _MIN_MIXED_LETTERS:
            return word.folded
    return None


def foreign_letters_share(words: Sequence[Word]) -> float:
    """The share of letters in scripts other than those of the known languages."""
    letters = [letter for word in words if not word.folded.isascii() for letter in word.folded if letter.isalpha()]
    total = sum(len(word.folded) for word in words)
    return sum(_script(letter) not in _SCRIPTS_OF_KNOWN for letter in letters) / total if total else 0.0


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]
