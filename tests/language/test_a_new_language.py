"""Adding a language is one folder and one line: proven on a copy of the package with a toy language in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = '"tr", "ar")'
# A toy under the code of a language that CLDR knows; nothing else of supportbot does.
FILES = {
    "words.txt": """
[small]
zorb kazu mivo nerk lagu tupo vork rizu sabo kovu pazu dumo
[everyday]
zorb kazu mivo nerk lagu tupo vork rizu sabo kovu pazu dumo halo
[stop]
zorb kazu mivo
[endings]
ulu
[order_status]
placed: tivo
packed: pavo
shipped: sivo
delivered: divo
returned: rivo
cancelled: kivo
""",
    "numbers.txt": """
[months]
marvak: 3
[currencies]
EUR: oiru
[phone_regions]
DE
[phone_words]
fono
""",
    "phrases.txt": """
[greetings]
halo
[refusals]
mivo nerk vork {rizu|pazu}
[openers]
[closings]
[farewells]
[leads]
[here_is]
[reply_words]
[makers]
[echoes]
""",
    "promises.txt": """
[phrases]
sabo vork refundulu
[shapes]
mivo\\s(?:duno|paro)\\s{gap}\\bretro\\b
[money_back]
refundul
""",
    "policy.yaml": 'triage.rules.refund.phrases: ["refundulu .. nerk"]\n',
}
CHECKS = """
from supportbot.language.languages import LANGUAGES
assert LANGUAGES[-1] == "eo", LANGUAGES
from supportbot.language.detection import guess_language
assert guess_language("Zorb kazu mivo nerk lagu tupo?") == "eo"
from supportbot.language.months import NamedMonth, months_in
assert months_in("Zorb marvak 2026 lagu") == (NamedMonth(3, 2026),)
from supportbot.language.amounts import amounts_in
assert [str(one) for one in amounts_in("zorb 49,00 oiru", "USD")] == ["49.00 EUR"]
from supportbot.contract.checks.draft_checks import promise_words
assert promise_words("Zorb sabo vork refundulu.") and promise_words("Mivo duno 49 retro.")
assert not promise_words("Zorb kazu mivo nerk lagu tupo.")
from supportbot.contract.types import ReplyFields
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.normaliser import normalise_reply, voice_of
assert catalogue("eo-XX").locale == "eo" and catalogue("eo").topic_label("billing") == "Toy billing"
fields = ReplyFields("Halo! Mivo nerk vork rizu.", "", "answered", ("talk_to_person",), (), (), 1.0)
refused, changes = normalise_reply(fields, voice_of("eo", sign_off="Zorb"))
assert refused.answer == catalogue("eo").notices.no_answer, refused
from supportbot.language.phrase_matcher import words_of
from supportbot.triage.known_words import language_of
assert language_of(words_of("halo zorb kazu mivo nerk lagu tupo")) == "eo"
from supportbot.knowledge.search_words import stems
assert stems("zorb refundulu", "eo") == ("refund",)
from supportbot.prompting.personal_data.finder import personal_spans
assert [span.kind for span in personal_spans("zorb fono 901 8201", locale="eo")] == ["phone"]
from supportbot.routing.policy import shipped_policy
from supportbot.triage.rules import classify
from supportbot.triage.weights import shipped_weights
triage = classify("zorb refundulu kazu nerk", shipped_policy().triage, weights=shipped_weights())
assert (triage.topic, triage.risk) == ("refund", "high"), triage
print("all of it")
"""


def test_a_language_is_added_by_its_folder_and_one_line(tmp_path: Path) -> None:
    package = tmp_path / "supportbot"
    shutil.copytree(ROOT / "supportbot", package, ignore=shutil.ignore_patterns("__pycache__", "static", "seed"))
    folder = package / "language" / "eo"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    labels = (package / "language" / "en" / "labels.toml").read_text(encoding="utf-8")
    labels = labels.replace('locale = "en"', 'locale = "eo"').replace('billing = "', 'billing = "Toy billing" # "', 1)
    (folder / "labels.toml").write_text(labels, encoding="utf-8")
    listed = package / "language" / "languages.py"
    listed.write_text(listed.read_text(encoding="utf-8").replace(LIST, '"tr", "ar", "eo")'), encoding="utf-8")

    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", CHECKS], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )

    assert (run.stdout.strip(), run.stderr[-2000:]) == ("all of it", "")


def test_without_the_folder_the_same_words_mean_nothing() -> None:
    asked = "print(guess_language('Zorb kazu mivo nerk lagu tupo?'))"
    without = f"from supportbot.language.detection import guess_language; {asked}"

    run = subprocess.run([sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert run.stdout.strip() == "None"
