"""Messages that were stored: said anew in any language, and those of 0.1.0 as they were written."""

import json

from django.utils import translation

from leleka.connectors.registry import specs as kinds_of_source
from leleka.core.messages import NOTHING, Message, together
from leleka.core.ports.destination import Check, CheckStatus
from leleka.destinations.registry import specs
from leleka.errors import Problem
from leleka.messages.problems import english
from leleka.messages.progress import in_english
from leleka.messages.stored import (
    check_data,
    check_of,
    check_view,
    problem_data,
    problem_of,
    said_data,
    said_of,
)
from leleka.services.translation import in_this_language, said_in_this_language, stored_in_this_language

assert specs()
assert kinds_of_source()
GONE = Problem.of("MAP_COLUMN_GONE", "News, data matching, phone", source="customers", column="phone")


def test_a_stored_problem_is_said_in_each_language_with_its_particulars() -> None:
    failed = Problem.of("UPSTREAM_FAILED.source", "orders", name="orders", problem=GONE)
    kept = json.loads(json.dumps(problem_data(failed)))
    assert kept["code"] == "UPSTREAM_FAILED"
    assert "no longer has column 'phone'" in kept["message"]
    assert problem_of(kept) == failed
    with translation.override("uk"):
        text = in_this_language(problem_of(kept))
    assert text.message == (
        "Не вдалося оновити джерело «orders»: У джерелі «customers» більше немає стовпця «phone»."
    )
    assert text.remedy == "Поверніть стовпець або змініть рядок."


def test_a_problem_that_0_1_0_stored_is_shown_as_it_was_written() -> None:
    kept = {"code": "MAP_COLUMN_GONE", "message": "It went.", "where": "News", "remedy": "Bring it back."}
    for language in ("en", "uk"):
        with translation.override(language):
            text = in_this_language(problem_of(kept))
        assert (text.code, text.message, text.where, text.remedy) == tuple(kept.values())
    assert problem_data(problem_of(kept)) == kept


def test_what_this_version_does_not_word_is_shown_as_it_was_written() -> None:
    kept = problem_data(GONE)
    for changed in ({**kept, "key": "MAP_COLUMN_GONE.other"}, {**kept, "params": {"source": "customers"}}):
        assert english(problem_of(changed)).message == kept["message"]


def test_what_was_said_is_said_anew_and_what_0_1_0_said_otherwise_as_it_was_written() -> None:
    said = Message("READ_SOURCE", rows=12_345, name="customers")
    assert said_of(json.loads(json.dumps(said_data(said)))) == said
    assert (said_data(NOTHING), said_of({})) == ({}, NOTHING)
    with translation.override("uk"):
        assert "12\xa0345" in said_in_this_language(said)
        assert stored_in_this_language({}, "As it was") == "As it was"
        old = {"code": "STORE_WAITED_FOR", "values": {"told": "It is away.", "seconds": 60}}
        assert stored_in_this_language(old, "It is away. Waiting.") == "It is away. Waiting."


def test_a_step_of_a_test_is_kept_whole() -> None:
    passed = Check("address", CheckStatus.PASSED, Message("CHECK_ADDRESS", host="x.api-us1.com"))
    failed = Check("key", CheckStatus.FAILED, problem=Problem.of("KEY_REFUSED", status=403), tries=3)
    for step in (passed, failed):
        assert check_of(json.loads(json.dumps(check_data(step)))) == step
    assert check_view(passed)["sentence"] == "x.api-us1.com answers as ActiveCampaign does."


def test_a_step_that_0_1_0_stored_is_shown_as_it_was_written() -> None:
    for standing, code in (("failed", "KEY_REFUSED"), ("passed", "")):
        old = {"name": "key", "standing": standing, "sentence": "As it was.", "code": code, "tries": 1}
        assert check_view(check_of(old)) == old


def test_several_things_said_together_are_stored_and_said_in_each_language() -> None:
    many = Message("LEAVERS_MARKED_MANY", leaving=633, known=918, share=0.3)
    grew = Message("AUDIENCE_GREW", selected=2_004, before=1_000, people=100, share=0.5)
    assert together(NOTHING, grew, NOTHING) == grew
    assert together(NOTHING) == NOTHING
    said = together(many, NOTHING, grew)
    kept = json.loads(json.dumps(said_data(said)))
    assert said_of(kept) == said
    assert in_english(said) == f"{in_english(many)} {in_english(grew)}"
    with translation.override("uk"):
        told = stored_in_this_language(kept, "")
        assert told == f"{said_in_this_language(many)} {said_in_this_language(grew)}"
    assert "2004" in told.replace("\xa0", "").replace(" ", "")
