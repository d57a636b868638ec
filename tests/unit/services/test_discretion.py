"""What somebody reads who may not see personal data has less in it, and is otherwise the same record."""

from dataclasses import dataclass

import pytest

from leleka.core.statuses import RunStatus
from leleka.errors import Problem
from leleka.messages.problems import english
from leleka.services.access.actor import Actor, Role
from leleka.services.access.discretion import _QUOTED, discreet, discreet_problem


@pytest.mark.parametrize("code", _QUOTED)
def test_a_problem_stored_as_words_that_may_quote_a_file_is_told_in_general(code: str) -> None:
    written = ("The column 'Oksanka' is not there; did you mean 'Pylypenko'?", "Use 'Oksanka'.")
    told = str(english(discreet_problem(Problem(code, "customers.csv, line 1", written=written))))
    assert told.startswith(f"[{code}] customers.csv, line 1: ")
    assert "Oksanka" not in told
    assert "Pylypenko" not in told


@dataclass(frozen=True, slots=True)
class Inner:
    asked_by: str
    status: RunStatus


@dataclass(frozen=True, slots=True)
class Record:
    inner: Inner
    problems: list[Problem]
    notes: tuple[str, ...]
    managed_by_file: str
    path: str
    told: dict[str, object]


RECORD = Record(
    Inner("Ostap Stork <ostap@kontora.test>", RunStatus.FAILED),
    [
        Problem.of(
            "FILE_COLUMNS_DIFFER", "/srv/our data/new.csv, line 2", first="/srv/a/first.csv", lacks=["Oksana"]
        )
    ],
    ("/srv/a/x.csv: jane@example.com",),
    "/etc/leleka/leleka.yaml",
    "/data/runs/7",
    {"rows": 1234567890, "name": "Gold"},
)


def test_a_viewer_reads_less() -> None:
    assert discreet(Actor("Vera", Role.VIEWER), RECORD) == Record(
        Inner("Ostap Stork", RunStatus.FAILED),
        [Problem.of("FILE_COLUMNS_DIFFER", "new.csv, line 2", first="first.csv", lacks="***")],
        ("x.csv: j***@e***",),
        "leleka.yaml",
        "/data/runs/7",
        {"rows": 1234567890, "name": "Gold"},
    )


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.ADMINISTRATOR])
def test_others_read_everything(role: Role) -> None:
    assert discreet(Actor("Bob", role), RECORD) is RECORD


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem.of("DATE_INVALID", shape="21.03.1987", cells=3), Problem.of("DATE_INVALID", shape="***", cells=3)),
        (Problem.of("UNREACHABLE", reason="no route"), Problem.of("UNREACHABLE", reason="no route")),
        (
            Problem.of("SEGMENT_UNKNOWN.named", name="of +380 67 123 45 67"),
            Problem.of("SEGMENT_UNKNOWN.named", name="of ***"),
        ),
        (
            Problem.of("UPSTREAM_FAILED.source", name="x", problem=Problem.of("NUMBER_INVALID", shape="Jane")),
            Problem.of("UPSTREAM_FAILED.source", name="x", problem=Problem.of("NUMBER_INVALID", shape="***")),
        ),
        (
            Problem("SOURCE_UNREADABLE", "/srv/a", written=("jane@x.test in /srv/b/c.csv", "")),
            Problem("SOURCE_UNREADABLE", "a", written=("j***@x*** in c.csv", "")),
        ),
    ],
)  # fmt: skip
def test_a_problem_is_told_without_what_it_quotes(problem: Problem, shown: Problem) -> None:
    assert discreet_problem(problem) == shown
    assert discreet_problem(problem).params == shown.params
