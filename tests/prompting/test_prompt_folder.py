"""A folder of prompts: listed, linted whole, and released version by version."""

from pathlib import Path

import pytest

from supportbot.errors import PromptError
from supportbot.prompting import load_prompt, released_hashes
from supportbot.prompting.files import RELEASED
from supportbot.prompting.lint import prompt_problems
from supportbot.prompting.prompt_folder import lint_folder, list_folder
from supportbot.prompting.release import release_prompt

DRAFT = """---
name: greeter
output_schema: reply/1
owner: owner@example.test
inputs: [question]
changelog: ["1: first version"]
---
{% block system %}
Answer.
{% endblock %}
{% block user %}
{{ question }}
{% endblock %}
"""
PINS = {"greet": ("greeter/1", "reply/1")}


def make_folder(folder: Path, draft: str = DRAFT) -> Path:
    (folder / "greeter").mkdir()
    (folder / "greeter" / "draft.md").write_text(draft, encoding="utf-8")
    return folder


def change(folder: Path, old: str, new: str, file: str = "greeter/draft.md") -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def problems(folder: Path, pins: dict[str, tuple[str, str]] = PINS) -> list[str]:
    return [str(problem) for problem in lint_folder(folder, pins, policy="Routing policy v7").problems]


def test_a_draft_becomes_the_next_version_with_hash_and_changelog(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)

    first = release_prompt("greeter", folder)
    change(folder, "Answer.", "Answer briefly.")
    second = release_prompt("greeter", folder, why="shorter answers\n(weekly review)")

    assert (first.pin, second.pin) == ("greeter/1", "greeter/2")
    assert load_prompt("greeter/1", folder).changelog == ("1: first version",)
    assert load_prompt("greeter/2", folder).changelog == ("1: first version", "2: shorter answers (weekly review)")
    assert "Answer briefly." in load_prompt("greeter/2", folder).text
    assert released_hashes(folder) == {"greeter/1": first.sha256, "greeter/2": second.sha256}
    assert problems(folder) == []


def test_a_release_is_refused_when_nothing_changed_and_the_same_draft_changed_is_released(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    release_prompt("greeter", folder)

    with pytest.raises(PromptError, match="says the same as greeter/1"):
        release_prompt("greeter", folder, why="no reason")
    change(folder, "Answer.", "Answer now.")

    assert release_prompt("greeter", folder, why="at once").pin == "greeter/2"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Answer.", "Ask the backup model.", "greeter/draft.md, line 9: talks of routing: 'backup model'"),
        ("Answer.", "Key sk-abcdefghijklmnop1234", "line 9: holds something that looks like a secret"),
        ("{{ question }}", "{{ question }} {{ mood }}", "line 12: uses 'mood'"),
        ("[question]", "[question, mood]", "line 5: declares 'mood', which no case has"),
        ("reply/1", "reply/99", "line 3: pins reply/99"),
        ("name: greeter", "name: waver", "line 2: says it is waver"),
        ("owner: owner@example.test\n", "", "owner: Field required"),
        ("owner: owner@example.test", "owner: [", "line 6, has front matter that cannot be read"),
        ("output_schema:", "version: 7\noutput_schema:", "line 3: version 7 is not next; 1 is"),
        ('["1: first version"]', '["a start"]', "What changed is not said"),
    ],
)
def test_a_draft_that_is_not_fit_is_refused_by_line_and_nothing_is_written(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = make_folder(tmp_path)
    change(folder, old, new)

    with pytest.raises(PromptError) as refused:
        release_prompt("greeter", folder)

    assert said in refused.value.message
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["draft.md"]


@pytest.mark.parametrize("name", ["nobody", "../greeter", "Greeter", ""])
def test_a_prompt_without_a_draft_is_not_released(tmp_path: Path, name: str) -> None:
    with pytest.raises(PromptError, match="There is no draft"):
        release_prompt(name, make_folder(tmp_path))


def test_a_released_file_that_changed_or_went_is_named_and_stops_the_next_release(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    release_prompt("greeter", folder)
    change(folder, "Answer.", "Answer now.", "greeter/v1.md")

    assert any("greeter/v1.md, line 1: was released and has changed since" in problem for problem in problems(folder))
    with pytest.raises(PromptError, match="has changed since"):
        release_prompt("greeter", folder, why="x")
    (folder / "greeter" / "v1.md").unlink()
    assert any("greeter/1 was released and its file is gone" in problem for problem in problems(folder))


def test_the_lint_of_a_folder_names_what_is_not_released_stray_or_broken(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / "greeter" / "v2.md").write_text(DRAFT.replace("name: greeter", "name: greeter\nversion: 2"))
    (folder / "greeter" / "v02.md").write_text("hm")
    (folder / "greeter" / "v3.md").write_bytes(b"---\n\xff\n---\n")
    (folder / RELEASED).write_text("hm\n")

    found = "\n".join(problems(folder, {}))

    for said in ("v02.md, line 1: is neither", "v3.md, line 2", "is not UTF-8", f"{RELEASED}, line 1"):
        assert said in found
    (folder / RELEASED).unlink()
    assert "greeter/v2.md, line 1: is not among the released ones" in "\n".join(problems(folder, {}))


def test_pins_that_lead_nowhere_are_problems_and_a_prompt_that_nobody_pins_is_said(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    release_prompt("greeter", folder)
    pins = {"greet": ("greeter/9", "reply/1"), "bow": ("greeter/1", "reply/2")}

    found = problems(folder, pins)
    unpinned = lint_folder(folder, {}, policy="Routing policy v7")

    assert any("Routing policy v7 pins greeter/9, which does not exist. Known: greeter/1" in one for one in found)
    assert any("pins greeter/1 with reply/2, and it was released with reply/1" in one for one in found)
    assert unpinned.problems == ()
    assert unpinned.notes == ("greeter/1: no task of routing policy v7 pins it.",)


def test_the_list_tells_released_changed_and_drafts_apart(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    release_prompt("greeter", folder)
    before = [(row.pin, row.state, row.pinned_by) for row in list_folder(folder, PINS)]
    change(folder, "Answer.", "Answer now.", "greeter/v1.md")

    assert before == [("greeter/1", "released", ("greet",)), ("greeter/draft", "draft", ())]
    assert list_folder(folder, PINS)[0].state == "changed"


@pytest.mark.parametrize(
    "talk",
    [
        "GPT-4o",
        "ask Claude",
        "use the fallback",
        "falls back to",
        "retry once",
        "the other model decides",
        "the reasoning model",
        "if the model is slow",
        "route this to billing",
        "in the fast lane",
    ],
)
def test_routing_talk_is_refused(tmp_path: Path, talk: str) -> None:
    folder = make_folder(tmp_path)
    release_prompt("greeter", folder)
    change(folder, "Answer.", f"Answer. {talk}.")

    with pytest.raises(PromptError, match="talks of routing"):
        release_prompt("greeter", folder, why="x")


@pytest.mark.parametrize(
    "fine", ["the model of the grinder", "another carrier", "ask them to try again", "a second order"]
)
def test_a_shops_own_words_are_no_routing_talk(tmp_path: Path, fine: str) -> None:
    folder = make_folder(tmp_path)
    change(folder, "Answer.", f"Answer. {fine}.")
    release_prompt("greeter", folder)

    assert prompt_problems(load_prompt("greeter/1", folder), "greeter/v1.md") == ()
