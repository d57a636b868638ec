"""Inputs 56 to 61: keys, list ids, names and mapping lines, through ``apply``, ``check`` and a run."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from leleka.core.clock import SystemClock
from leleka.core.configuration import Configuration
from leleka.core.ports.destination import CheckStatus
from leleka.errors import InvalidInput, Problem
from leleka.messages.problems import english
from leleka.messages.stored import check_view
from leleka.services.connections import live_account
from leleka.services.definitions import apply as definition_apply
from tests.bad_inputs import Entry, entries
from tests.bad_inputs.placing import placed
from tests.integration.defining import ACTOR, FILE, SECRET, Desk, open_desk, state
from tests.integration.office import ALICE, DEFINITIONS, Office

BASE: Any = YAML(typ="safe", pure=True).load(FILE)
AT_WORK: Any = YAML(typ="safe", pure=True).load(DEFINITIONS)
HERE = "@here@"


@pytest.fixture
def desk(installation: Configuration, tmp_path: Path, settings: Any) -> Desk:  # noqa: ARG001 - state and lake
    return open_desk(tmp_path, settings)


def text_of(one: Entry) -> str:
    if one.as_written:
        return placed(BASE, one.at, HERE).replace(f"'{HERE}'", one.as_written)
    return placed(BASE, one.at, one.input)


def sound(one: Entry, problem: Problem) -> None:
    """Check the rule for an answer: the code, where it is, what to do or what is accepted, and no secret."""
    said = f"{problem} {english(problem).message} {english(problem).remedy}"
    assert problem.code == one.code
    assert problem.where
    assert one.says in said
    assert "CANARY" not in said
    assert not one.must_not_contain or one.must_not_contain not in said
    assert len(said) < 1_000


APPLIED = entries("definitions", "apply")


@pytest.mark.short(every=4)
@pytest.mark.parametrize("one", APPLIED, ids=[one.id for one in APPLIED])
def test_a_file_with_it_is_refused_at_its_place_and_changes_nothing(desk: Desk, one: Entry) -> None:
    found = [problem for problem in desk.refused(text_of(one)) if problem.code == one.code]
    assert found
    sound(one, found[0])
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one.at).lstrip(".")
    # What refers to a renamed object is what must be fixed.
    assert place in found[0].where.split(", ", 2)[-1] or one.code in {"SEGMENT_UNKNOWN", "SOURCE_NOT_FOUND"}


def test_markup_in_a_name_is_a_name(desk: Desk) -> None:
    """Input 60: it is shown as it is, to a terminal that knows no markup."""
    name = "<img src=x onerror=alert(1)> [red]x[/red]"
    text = placed(BASE, ("segments", 1), {"name": name, "rules": {"column": "tier", "is": "x"}})
    assert ("segment", name) in desk.apply(text)


CHECKED = entries("definitions", "check")


@pytest.mark.parametrize("one", CHECKED, ids=[one.id for one in CHECKED])
def test_what_the_account_does_not_know_is_said_by_the_check(office: Office, one: Entry) -> None:
    """Inputs 57 and 59."""
    office.apply(placed(AT_WORK, one.at, one.input) if one.at else DEFINITIONS)
    office.ask("lists/2/delete")
    steps = list(live_account.check(ALICE, "Sandbox", str(one.list or 1), SystemClock()))
    failed = [step for step in steps if step.standing is CheckStatus.FAILED]
    assert [step.code for step in failed] == [one.code]
    assert one.says in check_view(failed[0])["sentence"]
    assert "CANARY" not in str(steps)


RUN = entries("definitions", "run")


@pytest.mark.parametrize("one", RUN, ids=[one.id for one in RUN])
def test_what_only_the_account_can_tell_stops_a_run_before_its_first_byte(office: Office, one: Entry) -> None:
    """Input 61."""
    office.hire(2)
    office.apply(placed(AT_WORK, one.at, one.input))
    view = office.run()
    assert (view.status, office.imports()) == ("Failed", 0)
    (problem,) = view.problems
    sound(one, problem)
    assert english(problem).remedy


PLACES: list[tuple[str | int, ...]] = [
    ("sources", 0, "name"),
    ("sources", 1, "files"),
    ("sources", 0, "primary key"),
    ("sources", 1, "types"),
    ("relationships", 0, "from"),
    ("segments", 0, "name"),
    ("segments", 0, "rules"),
    ("segments", 0, "rules", "is"),
    ("connections", 0, "name"),
    ("connections", 0, "host"),
    ("connections", 0, "key"),
    ("connections", 0, "consent", "agreed_by"),
    ("exports", 0, "name"),
    ("exports", 0, "connection"),
    ("exports", 0, "list"),
    ("exports", 0, "segments"),
    ("exports", 0, "data_matching"),
    ("exports", 0, "data_matching", "email"),
    ("exports", 0, "data_matching", "first_name"),
    ("exports", 0, "data_matching", "tags"),
    ("exports", 0, "data_matching", "fields", 0, "field"),
    ("exports", 0, "leavers", "field"),
    ("exports", 0, "leavers", "member"),
    ("exports", 0, "limit"),
]
TEXT = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("ab10.:/\\${}@*~#\n\t\0\u200b\u202e\ud800 '\"%"), max_size=20),
    st.sampled_from(
        ["~nouser/x", "file:", "env:", "file:~nouser/x", "${", "${}", "\0", "\ud800", SECRET, "a" * 5_000]
    ),
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.parametrize("examples", [40, pytest.param(100, marks=pytest.mark.long)])
def test_whatever_stands_anywhere_is_taken_or_refused_in_words(desk: Desk, examples: int) -> None:
    """Inputs 56 to 61 and similar ones: only the product's own errors, no key, and a plan changes nothing."""
    desk.apply()
    before = state()

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @example(at=("sources", 1, "files"), value="a\0b.csv")
    @example(at=("sources", 1, "files"), value="\ud800.csv")
    @example(at=("sources", 1, "files"), value="~nouser/x")
    @example(at=("segments", 0, "rules", "is"), value="\ud800")
    @example(at=("exports", 0, "leavers", "member"), value="\0")
    @example(at=("exports", 0, "data_matching"), value={SECRET: SECRET})
    @given(at=st.sampled_from(PLACES), value=VALUE)
    def write_it(at: tuple[str | int, ...], value: Any) -> None:
        try:
            text = placed(BASE, at, value)
            path = desk.write(text)
        except UnicodeEncodeError:
            assume(False)  # the writer's own refusal
            return
        assert_in_words(refusal(desk, path))
        assert state() == before

    write_it()


def refusal(desk: Desk, path: Path) -> InvalidInput | None:
    """Plan the file; whatever else it raises fails the test."""
    try:
        definition_apply.apply(ACTOR, path, desk.said.append, plan_only=True)
    except InvalidInput as error:
        return error
    return None


def assert_in_words(error: InvalidInput | None) -> None:
    if error is None:
        return
    said = f"{error}{error!r}{error.problems}"
    assert "CANARY" not in said
    assert all(
        problem.code.isupper() and english(problem).message and problem.where for problem in error.problems
    )
    assert said.encode()
