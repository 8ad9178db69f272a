"""Tests of reading a policy document: what it gives, and that every problem is named at once."""

import pytest

from supportbot.errors import PolicyError
from supportbot.routing.policy import Pin, parse_policy, shipped_document, shipped_policy
from supportbot.routing.policy_checks import KnownNames

KNOWN = KnownNames(
    prompts={
        "routine_reply/3": "reply/1",
        "dispute_reply/2": "reply/1",
        "case_summary/2": "summary/1",
        "field_extraction/2": "fields/1",
    },
    schemas=frozenset({"reply/1", "summary/1", "fields/1"}),
    providers=frozenset({"builtin", "openai_compatible"}),
)


def changed(*changes: tuple[str, str]) -> str:
    """The shipped document with each first text replaced by the second."""
    document = shipped_document()
    for before, after in changes:
        assert before in document
        document = document.replace(before, after, 1)
    return document


def problems_of(document: str, *, known: KnownNames | None = None) -> dict[str, str]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(document, known=known)
    return refused.value.fields


def test_the_shipped_policy_names_three_models_and_five_tasks() -> None:
    policy = parse_policy(shipped_document(), known=KNOWN)

    assert list(policy.models) == ["fast", "reasoning", "builtin"]
    assert {model.provider for model in policy.models.values()} == {"builtin"}
    assert set(policy.tasks) == {"triage", "routine_reply", "dispute_reply", "case_summary", "field_extraction"}
    assert policy.pin("routine_reply") == Pin(prompt="routine_reply/3", schema="reply/1")


def test_a_task_becomes_a_call_rule_for_the_gateway() -> None:
    rule = shipped_policy().call_rule("routine_reply")

    assert (rule.model, rule.backup, rule.risk) == ("fast", "builtin", "low")
    assert (rule.deadline_s, rule.try_timeout_s, rule.retry_times) == (12, 5, 1)
    assert "timeout" in rule.retry_on
    assert "quota" in rule.fallback_on
    assert "quota" not in rule.retry_on


def test_models_become_specs_for_the_gateway() -> None:
    entry = (
        '  fast: {provider: openai_compatible, base_url: "http://127.0.0.1:8081/v1", model: small,\n'
        "         api_key_env: FAST_KEY, structured: json_object, price: {input_usd: 0.1, output_usd: 0.4},\n"
        '         job: "Drafts routine replies."}\n'
        "  other: {"
    )
    policy = parse_policy(changed(("  fast: {", entry)))

    spec = policy.model_specs()["fast"]

    assert (spec.key, spec.provider, spec.model) == ("fast", "openai_compatible", "small")
    assert (spec.base_url, spec.api_key_env, spec.structured) == ("http://127.0.0.1:8081/v1", "FAST_KEY", "json_object")
    assert spec.price is not None
    assert spec.price.output_usd == 0.4


def test_a_task_that_code_does_has_no_call_rule() -> None:
    with pytest.raises(PolicyError, match="no model: code does it"):
        shipped_policy().call_rule("triage")


def test_an_unknown_task_is_refused_with_the_known_ones_and_the_owner() -> None:
    with pytest.raises(PolicyError, match=r"no rule for task 'translate'.*routine_reply.*owner@example\.test"):
        shipped_policy().call_rule("translate")


def test_a_policy_without_triage_rules_takes_the_shipped_ones() -> None:
    document = shipped_document()

    policy = parse_policy(document[: document.index("\ntriage:\n")])

    assert policy.triage == shipped_policy().triage


def test_every_problem_is_listed_at_once_with_path_value_and_advice() -> None:
    document = changed(
        ("owner: owner@example.test", "owner: the boss"),
        ("model: fast\n    backup: builtin", "model: fats\n    backup: builtin"),
        ("backup: null\n    prompt: dispute", "backup: builtin\n    prompt: dispute"),
        ("limits: {", "limit: {"),
    )

    with pytest.raises(PolicyError) as refused:
        parse_policy(document)

    assert set(refused.value.fields) >= {"owner", "tasks.routine_reply.model", "tasks.dispute_reply.backup", "limit"}
    assert "'the boss' is not an e-mail address" in refused.value.message
    assert "tasks.routine_reply.model: 'fats' is not one of the models. Known: builtin, fast, reasoning." in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("change", "path", "advice"),
    [
        (("backup: null\n    prompt: dispute", "backup: builtin\n    prompt: dispute"), "dispute_reply.backup", "high"),
        (("deadline_s: 12", "deadline_s: 11"), "routine_reply.deadline_s", "2 tries x 5 s"),
        (("try_timeout_s: 25", "try_timeout_s: 61"), "dispute_reply.try_timeout_s", "longer than the deadline"),
        (("deadline_s: 60", "deadline_s: 86"), "dispute_reply.deadline_s", "after 85 s a draft is begun anew"),
        (("prompt: routine_reply/3", "prompt: routine_reply/9"), "routine_reply.prompt", "does not exist"),
        (("prompt: dispute_reply/2\n    schema: reply/1", "prompt: dispute_reply/2\n    schema: reply/9"),
         "dispute_reply.schema", "does not exist"),
        (("prompt: case_summary/2\n    schema: summary/1", "prompt: case_summary/2\n    schema: reply/1"),
         "case_summary.schema", "released with: summary/1"),
        (('    problem: "Agents type the same twenty answers all day."\n', ""), "routine_reply.problem", "missing"),
        (("    prompt: dispute_reply/2\n", ""), "dispute_reply.prompt", "missing"),
        (("on: [timeout, rate_limited,", "on: [refused, rate_limited,"), "routine_reply.retry.on", "never tried again"),
        (("fallback_on: [timeout,", "fallback_on: [filtered,"), "routine_reply.fallback_on", "never passed"),
        (("fallback_on: [timeout,", "fallback_on: [schema_invalid,"), "routine_reply.fallback_on", "Allowed: auth, ov"),
        (("model: fast\n    backup: builtin", "model: fast\n    backup: fast"), "routine_reply.backup", "itself"),
        (("model: fast\n    backup: builtin", "model: fast\n    backup: null"), "routine_reply.fallback_on", "pass on"),
        (("model: reasoning\n", "model: null\n"), "dispute_reply.model", "only triage"),
        (("review: human", "review: nobody"), "routine_reply.review", "human"),
    ],
)  # fmt: skip
def test_a_task_that_is_not_ready_to_ship_is_refused(change: tuple[str, str], path: str, advice: str) -> None:
    assert parse_policy(shipped_document(), known=KNOWN)

    fields = problems_of(changed(change), known=KNOWN)

    assert list(fields) == [f"tasks.{path}"]
    assert advice in fields[f"tasks.{path}"]


def test_a_task_that_code_runs_may_not_be_left_out() -> None:
    fields = problems_of(changed(("  dispute_reply:\n", "  dispute_answer:\n")))

    assert "has no rule" in fields["tasks.dispute_reply"]


def test_a_task_without_a_retry_rule_is_refused() -> None:
    line = "    retry: {on: [timeout, rate_limited, overloaded, transport, truncated, schema_invalid], times: 1}\n"

    assert "tasks.routine_reply.retry" in problems_of(changed((line, "")))


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("{provider: builtin, model: extractive}", "models.fast.job"),
        ('{provider: gpt, model: x, job: "Drafts."}', "models.fast.provider"),
        ('{provider: builtin, model: x, job: "Drafts.", base_url: "https://a.example/v1"}', "models.fast.base_url"),
        ('{provider: openai_compatible, model: x, job: "Drafts."}', "models.fast.base_url"),
        ('{provider: openai_compatible, model: x, job: "Yes", base_url: "http://10.0.0.7/v1"}', "models.fast.base_url"),
        ('{provider: openai_compatible, model: x, job: "Yes", base_url: "https://a.example/v1", api_key_env: sk-1}',
         "models.fast.api_key_env"),
        ('{provider: openai_compatible, model: x, job: "Drafts.", base_url: "https://a.example/v1", top_k: 1}',
         "models.fast.top_k"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_called_safely_is_refused(entry: str, path: str) -> None:
    shipped = '{provider: builtin, model: extractive, job: "Drafts routine replies from help articles."}'

    assert list(problems_of(changed((shipped, entry)))) == [path]


def test_a_provider_that_is_not_built_yet_is_refused_by_name() -> None:
    entry = 'fast: {provider: anthropic, model: x, job: "Drafts."}\n  other: {'

    assert (
        "Known: builtin, openai_compatible"
        in problems_of(changed(("fast: {", entry)), known=KNOWN)["models.fast.provider"]
    )


def test_a_time_that_cannot_be_kept_is_refused() -> None:
    fields = problems_of(changed(("next working day 12:00", "soon")))

    assert "'soon' is not a time" in fields["held_reply_by"]


def test_a_phrase_that_finds_nothing_is_refused_with_its_place() -> None:
    fields = problems_of(changed(('"more than once & <charged>"', '"re*"')))

    assert "at least 3 letters" in next(iter(fields.values()))
    assert [path.startswith("triage.rules.1.phrases.en.") for path in fields] == [True]


def test_a_phrase_with_an_unknown_group_is_refused_with_the_known_ones() -> None:
    fields = problems_of(changed(('"more than once & <charged>"', '"once & <billed>"')))

    assert "<billed>, which does not exist. Known: " in next(iter(fields.values()))


def test_a_group_of_more_than_words_is_refused() -> None:
    fields = problems_of(changed(("took: [took,", 'took: ["took away",')))

    assert "more than one word" in fields["triage.groups.took"]


def test_two_rules_of_one_name_are_refused() -> None:
    fields = problems_of(changed(("- name: about_the_refund_policy", "- name: refund")))

    assert "used twice" in fields["triage.lookalikes.0.name"]


@pytest.mark.parametrize("document", ["", "[]", "policy", "- a\n- b"])
def test_a_document_that_is_no_policy_says_where_to_start(document: str) -> None:
    with pytest.raises(PolicyError, match="supportbot policy export"):
        parse_policy(document)


def test_a_policy_in_force_goes_on_with_the_deadlines_that_it_has() -> None:
    document = changed(("deadline_s: 60", "deadline_s: 120"))
    assert parse_policy(document).call_rule("dispute_reply").deadline_s == 120
    with pytest.raises(PolicyError, match="120 is too long"):
        parse_policy(document, known=KNOWN)


@pytest.mark.parametrize(
    "entry",
    [
        "api_key: sk-not-to-be-told",
        "secret: sk-not-to-be-told",
        "authorization: Bearer sk-not-to-be-told",
        "headers: {Authorization: sk-not-to-be-told}",
        "api_key_env: sk-not-to-be-told",
        'base_url: "https://x.example/v1?key=sk-not-to-be-told"',
        'base_url: "https://u:sk-not-to-be-told@x.example/v1"',
    ],
)
def test_a_key_written_into_the_policy_is_refused_and_not_repeated(entry: str) -> None:
    document = changed(("provider: builtin, model: facts", f"provider: builtin, model: facts, {entry}"))
    with pytest.raises(PolicyError) as refused:
        parse_policy(document, known=KNOWN)
    assert "sk-not-to-be-told" not in str(refused.value) + repr(refused.value.fields)


def test_a_misspelt_name_is_shown_with_its_value() -> None:
    with pytest.raises(PolicyError, match="'loud' is not known here. Remove it or check its spelling"):
        parse_policy(changed(("provider: builtin, model: facts", "provider: builtin, model: facts, tone: loud")))
