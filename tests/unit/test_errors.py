"""Errors without the catalogue: what a traceback shows, and that they cross processes."""

import pickle

import pytest

from leleka.errors import Conflict, InvalidInput, NotFound, Problem, TryLater


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (Problem("FILE_EMPTY"), "[FILE_EMPTY]"),
        (Problem("FILE_EMPTY", "a.csv"), "[FILE_EMPTY] a.csv"),
        (Problem.of("RUN_UNKNOWN", number=7), "[RUN_UNKNOWN] number=7"),
        (Problem.of("NAME_TAKEN", "name", name="Gold"), "[NAME_TAKEN] name: name='Gold'"),
        (Problem.of("RULE_TYPE.date", "rules", got="a list"), "[RULE_TYPE] rules: date, got='a list'"),
        (Problem("KEY_REFUSED", "host", written=("Refused.", "Try.")), "[KEY_REFUSED] host: Refused. Try."),
    ],
)
def test_a_problem_tells_code_place_and_parameters(problem: Problem, told: str) -> None:
    assert str(problem) == told


def test_an_error_survives_pickling_with_its_parameters() -> None:
    error = pickle.loads(pickle.dumps(Conflict("RUN_IN_PROGRESS", where="News", run=5)))  # noqa: S301 - our own
    assert (type(error), error.code, error.problems[0].params) == (Conflict, "RUN_IN_PROGRESS", {"run": 5})


def test_a_code_stays_the_same_whatever_the_case() -> None:
    assert InvalidInput("RULE_TYPE.date", got="a list").code == "RULE_TYPE"
    assert NotFound.of([Problem("RUN_UNKNOWN")]).code == "RUN_UNKNOWN"
    assert TryLater("SERVER_ERROR", shown="HTTP 500", retry_after=3.0).retry_after == 3.0


def test_a_change_of_texts_reaches_every_one_of_them() -> None:
    inner = Problem.of("NAME_TAKEN", name="a@b.c")
    problem = Problem.of("UPSTREAM_FAILED", "a@b.c", names=["a@b.c"], problem=inner, n=1)
    changed = problem.mapped(lambda text: text.replace("a@b.c", "***"))
    assert "a@b.c" not in repr(changed)
    assert (changed.key, changed.params["n"]) == ("UPSTREAM_FAILED", 1)
