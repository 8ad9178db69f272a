"""The proof of sameness: 400 messages through the real path come out as they were recorded, byte for byte."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.gateway.faults import faults_of
from tests.sameness.comparison import EXPECTED, MESSAGES, differences, read_lines, report, shortened
from tests.sameness.faults import FAULTS
from tests.sameness.path import Ground, make_ground, walk
from tests.sameness.policies import POLICIES
from tests.sameness.texts import all_texts, expected_lines, read_all, text_differences

CASES = read_lines(MESSAGES)
LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr")
MODELS = {"fast": "small-chat", "reasoning": "large-chat"}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with make_ground(tmp_path_factory.mktemp("sameness")) as made:
        yield made


def test_every_message_comes_out_as_recorded(ground: Ground) -> None:
    found = [shortened(case, walk(ground, case)) for case in CASES]

    differing = list(differences(read_lines(EXPECTED), found))
    if differing:
        pytest.fail(f"{report(len(CASES), differing)}\nSee: python -m tests.sameness --help", pytrace=False)


def test_every_text_reads_as_recorded() -> None:
    read = list(read_all(all_texts()))

    differing = list(text_differences(expected_lines(), read))
    if differing:
        pytest.fail(f"{report(len(read), differing, of='texts ')}\nSee: python -m tests.sameness --help", pytrace=False)


def test_no_message_depends_on_another(ground: Ground) -> None:
    some = CASES[::29]
    forwards = [walk(ground, case) for case in some]
    backwards = [walk(ground, case) for case in reversed(some)]

    assert forwards == backwards[::-1]


def test_the_messages_are_of_every_language_lane_policy_and_act() -> None:
    lanes = {row["id"]: row["tells"]["decision"]["lane"] for row in read_lines(EXPECTED)}
    of_both_lanes = Counter((case["language"], lanes[case["id"]]) for case in CASES)

    assert len(CASES) == len({case["id"] for case in CASES}) == 400
    assert all(of_both_lanes[language, lane] >= 8 for language in LANGUAGES for lane in MODELS)
    assert {case["policy"] for case in CASES} == set(POLICIES)


@pytest.mark.parametrize("api", ["openai_compatible", "anthropic"])
def test_every_fault_is_met_by_both_lanes(api: str) -> None:
    lanes = {row["id"]: row["tells"]["decision"]["lane"] for row in read_lines(EXPECTED)}
    met = {
        (step.removeprefix("fault "), lane)
        for case in CASES
        if case["policy"] == {"openai_compatible": "openai", "anthropic": "anthropic"}[api]
        for lane, model in MODELS.items()
        if lanes[case["id"]] == lane
        for step in case["models"][model]
    }

    assert set(faults_of(api, hang_s=0.0)) <= set(FAULTS[api])
    assert [(fault, lane) for fault in FAULTS[api] for lane in MODELS if (fault, lane) not in met] == []


def test_a_difference_is_told_by_section_with_both_sides() -> None:
    was = {"id": "001", "sections": {"reply": "a", "prompts": "b"}, "tells": {"drafts": [{"state": "ready"}]}}
    now = {"id": "001", "sections": {"reply": "c", "prompts": "b"}, "tells": {"drafts": [{"state": "held"}]}}
    same = {"id": "002", "sections": {}, "tells": {}}

    told = report(2, differences([was, same], [now, same]))

    assert told.startswith("001:\n  sections: reply\n")
    assert '-   "state": "ready"' in told and '+   "state": "held"' in told
    assert told.endswith("1 of 2 identical")


def test_a_message_that_is_gone_is_a_difference() -> None:
    row = {"id": "001", "sections": {}, "tells": {}}

    assert list(differences([row], [])) == [("001", ["  is gone"])]
    assert list(differences([], [row])) == [("001", ["  is new"])]
