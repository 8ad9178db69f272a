"""Phrases that the one voice does without, as data. "…" stands for any short run of words without a mark of its own.

Each list goes on with every language that gets a catalogue.
"""

import re
from typing import TypeAlias

GREETINGS = (
    *("hi", "hello", "hey", "dear", "greetings", "good morning", "good afternoon", "good evening", "good day"),
    *("hallo", "guten tag", "guten morgen", "liebe", "lieber", "sehr geehrte", "sehr geehrter", "bonjour", "bonsoir"),
    *("salut", "chère", "cher", "hola", "buenos días", "buenas tardes", "estimado", "estimada", "olá", "bom dia"),
    *("boa tarde", "prezado", "prezada", "ciao", "buongiorno", "buonasera", "salve", "gentile", "beste", "goedendag"),
    *("cześć", "dzień dobry", "merhaba", "sayın", "مرحبا", "مرحباً", "أهلا", "أهلاً", "السلام عليكم"),
    *("hi there", "hello there", "hey there", "to whom it may concern", "grüß gott", "moin", "servus", "guten abend"),
    *("coucou", "cher client", "chère cliente", "buenas noches", "estimado cliente", "estimada cliente", "buenas"),
    *("oi", "boa noite", "caro cliente", "cara cliente", "gentile cliente", "geachte", "goedemorgen", "goedemiddag"),
    *("goedenavond", "beste klant", "witam", "szanowna pani", "szanowny panie", "szanowni państwo", "dobry wieczór"),
    *("selam", "iyi günler", "günaydın", "değerli müşterimiz", "sayın müşterimiz", "عزيزي العميل", "عزيزتي العميلة"),
    *("صباح الخير", "مساء الخير", "تحية طيبة", "أهلا وسهلا", "أهلاً وسهلاً"),
)
LEADS = (
    *("sure", "sure thing", "certainly", "of course", "absolutely", "okay", "ok", "alright", "great", "got it"),
    *("gerne", "natürlich", "klar", "bien sûr", "d'accord", "claro", "por supuesto", "certo", "natuurlijk"),
    *("oczywiście", "jasne", "tabii", "tabii ki", "بالتأكيد", "بالطبع", "حسنا"),
)
HERE_IS = (
    *(
        "here is",
        "here's",
        "here are",
        "below is",
        "this is",
        "hier ist",
        "hier kommt",
        "voici",
        "aquí está",
        "aquí tiene",
    ),
    *("aqui está", "aqui vai", "ecco", "hier is", "oto", "işte", "إليك", "هذا هو", "فيما يلي"),
)
REPLY_WORDS = (
    *("reply", "response", "answer", "draft", "message", "json", "email", "e-mail", "text", "antwort", "entwurf"),
    *("nachricht", "réponse", "message", "respuesta", "mensaje", "resposta", "mensagem", "risposta", "messaggio"),
    *(
        "antwoord",
        "bericht",
        "odpowiedź",
        "wiadomość",
        "yanıt",
        "yanıtınız",
        "cevap",
        "الرد",
        "الإجابة",
        "رد",
        "subject",
    ),
    *("betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "temat", "konu", "الموضوع"),
)
OPENERS = (
    *("sure", "sure thing", "certainly", "of course", "absolutely", "great question", "good question", "no problem"),
    *("no worries", "thanks…", "thank you…", "many thanks…", "thanks a lot…", "danke…", "vielen dank…", "dank u…"),
    *("merci…", "gracias…", "muchas gracias…", "obrigado…", "obrigada…", "grazie…", "bedankt…", "hartelijk dank…"),
    *("dziękujemy…", "dziękuję…", "teşekkürler…", "teşekkür ederiz…", "شكرا…", "شكراً…"),
    *("i hope this …", "i hope you …", "i'd be happy to help…", "i would be happy to help…", "i'd be glad to help…"),
    *("i'm happy to help…", "i am happy to help…", "happy to help", "i'm sorry to hear …", "i am sorry to hear …"),
    *("i'm sorry for …", "i am sorry for …", "we're sorry for …", "we are sorry for …", "sorry for …", "sorry about …"),
    *("we apologise for …", "we apologize for …", "i apologise for …", "i apologize for …", "i understand your …"),
    *("i understand how …", "i completely understand…", "here is the reply", "here's the reply", "here is the answer"),
    *("here is your answer", "here's your answer", "here's the answer", "here is the json", "here is my answer"),
    *("gerne", "natürlich", "vielen dank für …", "danke für …", "bien sûr", "merci pour …", "merci de …", "claro"),
    *("por supuesto", "gracias por …", "obrigado por …", "obrigada por …", "certo", "certamente", "grazie per …"),
    *("natuurlijk", "bedankt voor …", "oczywiście", "dziękujemy za …", "tabii ki", "شكرا لتواصلك …"),
    *("i'm sorry", "i am sorry", "sorry", "so sorry", "my apologies", "apologies for …", "i apologise", "i apologize"),
    *(
        "wir bedauern …",
        "es tut mir leid…",
        "es tut uns leid…",
        "das tut mir leid…",
        "entschuldigung",
        "ich verstehe …",
    ),
    *("je suis désolé…", "je suis désolée…", "désolé", "nous sommes désolés…", "je comprends …", "je vous remercie …"),
    *("lo siento…", "lamento …", "lamentamos …", "disculpe", "entiendo …", "con mucho gusto", "lamento …", "desculpe"),
    *("sinto muito…", "peço desculpa…", "compreendo …", "com certeza", "mi dispiace…", "ci dispiace…", "capisco …"),
    *("volentieri", "het spijt me…", "het spijt ons…", "ik begrijp …", "graag", "przykro mi…", "przepraszam…"),
    *("przepraszamy …", "rozumiem …", "dziękuję za …", "üzgünüm…", "özür dilerim…", "özür dileriz…", "anlıyorum…"),
    *("teşekkür ederiz", "iletişime geçtiğiniz için …", "bizimle iletişime …", "أعتذر …", "نعتذر …", "آسف", "نأسف …"),
    *("شكرا لك …", "شكراً لك …", "شكراً لتواصلك …", "أفهم …", "بالتأكيد", "بالطبع"),
)
CLOSINGS = (
    *("best regards", "kind regards", "warm regards", "regards", "best wishes", "kind wishes", "sincerely"),
    *("yours sincerely", "yours truly", "yours faithfully", "cheers", "all the best", "many thanks", "thanks"),
    *("thanks again", "thank you", "best", "mit freundlichen grüßen", "viele grüße", "freundliche grüße"),
    *("cordialement", "bien à vous", "saludos", "atentamente", "un saludo", "atenciosamente", "cordiali saluti"),
    *("met vriendelijke groet", "pozdrawiam", "z poważaniem", "saygılarımızla", "مع أطيب التحيات"),
    *(
        "with best regards",
        "with kind regards",
        "yours",
        "take care",
        "warmly",
        "respectfully",
        "beste grüße",
        "liebe grüße",
    ),
    *(
        "herzliche grüße",
        "mit besten grüßen",
        "hochachtungsvoll",
        "bien cordialement",
        "cordiales saludos",
        "saludos cordiales",
    ),
    *("sinceramente", "très cordialement", "salutations distinguées", "cumprimentos", "com os melhores cumprimentos"),
    *(
        "distinti saluti",
        "un cordiale saluto",
        "groeten",
        "vriendelijke groeten",
        "hartelijke groet",
        "serdecznie pozdrawiam",
    ),
    *(
        "z wyrazami szacunku",
        "saygılarımla",
        "iyi günler dileriz",
        "مع خالص التحية",
        "مع التحية",
        "تحياتي",
        "مع فائق الاحترام",
    ),
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
    *(
        f"{who} {always}here {what}…"
        for who in ("we are", "we're", "i am", "i'm")
        for always in ("", "always ")
        for what in ("to help", "for you", "if you")
    ),
    *("thank you for your patience…", "thanks for your patience…", "thank you for your understanding…"),
    *("thank you for choosing …", "thank you for contacting …", "thank you for reaching …", "thank you for being …"),
    *(f"if you have any {more}questions…" for more in ("", "other ", "more ", "further ")),
    *(
        "bei fragen …",
        "n'hésitez pas à …",
        "no dude en …",
        "non esiti a …",
        "bei weiteren fragen …",
        "zögern sie nicht …",
    ),
    *("wenn sie weitere fragen …", "falls sie weitere fragen …", "ich hoffe, das hilft…", "einen schönen tag…"),
    *(
        "bonne journée…",
        "belle journée…",
        "j'espère que cela …",
        "si vous avez d'autres questions…",
        "que tenga un buen …",
    ),
    *("que tengas un buen …", "espero que esto …", "si tiene más preguntas…", "tenha um bom dia…", "não hesite em …"),
    *("espero que isto …", "buona giornata…", "spero che …", "fijne dag…", "aarzel niet …", "als u nog vragen …"),
    *("miłego dnia…", "w razie pytań …", "mam nadzieję, że …", "iyi günler…", "başka sorunuz …", "umarım …"),
    *("لا تتردد …", "نتمنى لك يوما …", "أتمنى لك يوما …", "إذا كانت لديك أسئلة …", "يومك سعيد…"),
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
    *(
        "microsoft copilot",
        "i am a bot",
        "i'm a bot",
        "as a bot",
        "an ai assistant",
        "my training data",
        "knowledge cutoff",
    ),
    *(
        "als sprachmodell",
        "als ki-",
        "ich bin eine ki",
        "ein sprachmodell",
        "künstliche intelligenz",
        "modèle de langage",
    ),
    *("je suis une ia", "intelligence artificielle", "modelo de lenguaje", "soy una ia", "inteligencia artificial"),
    *("modelo de linguagem", "sou uma ia", "inteligência artificial", "modello linguistico", "sono un'ia", "come ia"),
    *("intelligenza artificiale", "taalmodel", "ik ben een ai", "kunstmatige intelligentie", "model językowy"),
    *(
        "jestem ai",
        "sztuczna inteligencja",
        "dil modeli",
        "yapay zeka",
        "نموذج لغوي",
        "ذكاء اصطناعي",
        "الذكاء الاصطناعي",
    ),
    *("mixtral", "grok by xai", "perplexity ai", "llama.cpp", "hugging face", "cohere command"),
)
MAKER_SHAPES = (r"gpt-?\d[\w.-]*", r"claude[ -]\d[\w.]*", r"gemini[ -]\d[\w.]*", r"llama[ -]?\d[\w.]*", r"qwen[\w.-]*")
ECHOES = (
    *("ignore previous instructions", "ignore all previous", "ignore the above", "disregard previous", "ignore all"),
    *("disregard the above", "system prompt", "my instructions", "developer message", "previous instructions"),
    *("disregard all", "override your instructions", "new instructions", "follow these instructions", "developer mode"),
    *("as instructed", "you are supportbot", "customer_message", "<data", "begin data", "end data", "jailbreak"),
    *("output schema", "json schema", "next_actions", "facts_used", "system message", "hidden instructions"),
    *("you write one reply", "you draft one reply", "everything between data marks", "never an instruction to you"),
    *("ignoriere alle", "ignoriere die", "ignorieren sie alle", "vorherigen anweisungen", "meine anweisungen"),
    *("systemanweisung", "ignorez les instructions", "ignore les instructions", "instructions précédentes"),
    *("ignora las instrucciones", "ignora todas", "instrucciones anteriores", "ignore as instruções"),
    *("instruções anteriores", "ignora le istruzioni", "istruzioni precedenti", "negeer alle", "negeer de vorige"),
    *("vorige instructies", "zignoruj", "poprzednie instrukcje", "poprzednie polecenia", "önceki talimatları"),
    *("talimatları yok say", "sistem istemi", "تجاهل التعليمات", "تجاهل جميع", "التعليمات السابقة", "تعليمات النظام"),
)
_Tree: TypeAlias = dict[str, "_Tree"]
_END = "\n"
"""Stands in the tree of words where a phrase may end; no phrase has such a word."""
_GAP = r"[^.!?,:;\d\n]{0,100}"


def phrase_pattern(phrases: tuple[str, ...], *shapes: str, gap: str = _GAP) -> str:
    """One pattern for any of the phrases, each as whole words where it ends in words.

    Phrases that begin with the same words share them: two thousand beside each other are tried one by one.
    """
    tree: _Tree = {}
    for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
        branch = tree
        for word in phrase.split(" "):
            branch = branch.setdefault(word, {})
        branch[_END] = {}
    ways = [way.replace("…", gap) for way in _branches(tree)]
    return "(?:" + "|".join([*ways, *shapes]) + ")"


def any_phrase(phrases: tuple[str, ...], *shapes: str, gap: str = _GAP) -> re.Pattern[str]:
    """Finds any of the phrases anywhere in a text whose quotes are straight; `gap` is what "…" stands for."""
    return re.compile(rf"(?<!\w){phrase_pattern(phrases, *shapes, gap=gap)}", re.IGNORECASE)


def _branches(tree: _Tree) -> list[str]:
    """A pattern for each way on from here; where a phrase may end, that comes last."""
    return [re.escape(word) + _after(word, rest) for word, rest in tree.items() if word != _END]


def _after(word: str, rest: _Tree) -> str:
    ways = [rf"\s+{on}" for on in ["(?:" + "|".join(_branches(rest)) + ")"] if rest.keys() - {_END}]
    if _END in rest:
        ways.append("" if word.endswith("…") or not word[-1].isalnum() else r"(?!\w)")
    return ways[0] if len(ways) == 1 else "(?:" + "|".join(ways) + ")"
