#!/usr/bin/env bash
# Guess: CEL is specified, and routing rules are its plainest use, so two engines give one answer to each rule below.
#
# What happens: they differ in four of five. By the specification (google/cel-spec, doc/langdef.md) a string is a row of
# code points, and an hour without a zone is one in UTC.
#   - The size of a text: cel-python counts characters, common-expression-language counts bytes. Sixteen characters keep
#     a limit of 16 in English and break it in German.
#   - The hour of a time with an offset: cel-python gives it in UTC, common-expression-language as it is written.
#   - A whole amount against a limit with cents: cel-python refuses, the other one decides. 25.50 is decided by both, so
#     the rule works until the first round amount. (Pull request 192 of cel-python, 2026-08-01, is about this one.)
#   - A whole number divided by 2.0, which CEL does not have: cel-python gives the whole number 3, the other one refuses.
#
# Versions: cel-python==0.5.0, common-expression-language==0.10.0; Python 3.11. Run on 2026-12-01.
#
# Why it matters: gateways that a desk stands beside write routing rules in CEL. A policy that is taken over from one, or
# checked with one engine and served by another, holds other messages than its author saw.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install cel-python==0.5.0 common-expression-language==0.10.0

"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import cel
import celpy

CASES = [
    ("topic in ['refund', 'billing']", {"topic": "refund"}),
    ("size(text) <= 16", {"text": "Hello from here!"}),
    ("size(text) <= 16", {"text": "Grüße aus Köln!!"}),
    ("timestamp(at).getHours() < 10", {"at": "2026-12-01T10:30:00+01:00"}),
    ("amount > 20.5", {"amount": 25.5}),
    ("amount > 20.5", {"amount": 25}),
    ("days / 2.0", {"days": 7}),
]


def said(decide, rule, facts):
    try:
        answer = decide(rule, facts)
    except Exception:
        return "refused"
    return str(answer) if not isinstance(answer, bool) else "yes" if answer else "no"


def by_cel_python(rule, facts):
    environment = celpy.Environment()
    program = environment.program(environment.compile(rule))
    answer = program.evaluate({name: celpy.json_to_cel(value) for name, value in facts.items()})
    return bool(answer) if isinstance(answer, celpy.celtypes.BoolType) else answer


for rule, facts in CASES:
    print(f"{rule}  {facts}  {said(by_cel_python, rule, facts)} / {said(cel.evaluate, rule, facts)}")
PYTHON

cat "$folder/seen"
diff - "$folder/seen" <<'SEEN'
topic in ['refund', 'billing']  {'topic': 'refund'}  yes / yes
size(text) <= 16  {'text': 'Hello from here!'}  yes / yes
size(text) <= 16  {'text': 'Grüße aus Köln!!'}  yes / no
timestamp(at).getHours() < 10  {'at': '2026-12-01T10:30:00+01:00'}  yes / no
amount > 20.5  {'amount': 25.5}  yes / yes
amount > 20.5  {'amount': 25}  refused / yes
days / 2.0  {'days': 7}  3 / refused
SEEN
