"""Each wording through both languages: every parameter is said in each, and a viewer is told none of them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest
from django.utils import translation

from leleka.connectors.registry import specs as kinds_of_source
from leleka.core.messages import Message
from leleka.core.reason_codes import CODES
from leleka.destinations.registry import specs
from leleka.errors import Problem
from leleka.messages import problems, progress
from leleka.messages.problems import KNOWN, english, without_particulars
from leleka.messages.progress import PROGRESS
from leleka.messages.reasons import REASONS
from leleka.messages.registry import Words, register
from leleka.messages.templates import ENGLISH
from leleka.messages.wording import Wording
from leleka.services.translation import READER

assert specs()
assert kinds_of_source()
LANGUAGES = ("en", "uk")
_WORDS = re.compile("[A-Za-z]{4,} [a-z]{3,} [a-z]{2,}")
# Quoted from files and terminals, the same in every language.
_LITERAL = re.compile(
    r"\{[^}]*\}|«[^»]*»|\S*[/_:%]\S*|leleka \w+ \w+|\([^)]*\)|[a-z]+, [a-z]+ (?:і|й|та) \w+"
)


def sample(template: str) -> dict[str, tuple[Any, str]]:
    """Return a value for each parameter of a template, and what is to be read of it."""
    found: dict[str, tuple[Any, str]] = {}
    for _text, name, how, _conversion in Formatter().parse(template):
        if how == "percent":
            found[str(name)] = (0.3, "30")
        elif how == "day":
            found[str(name)] = ("2027-01-31", "2027")
        elif name:
            found[name] = ([f"<{name}>", "<second>"], f"<{name}>")
    if "problem" in found:
        found["problem"] = (Problem("X_Y", written=("<problem>", "<problem>")), "<problem>")
    return found


def templates() -> Iterator[tuple[str, str]]:
    for key, wording in KNOWN.items():
        for template in (wording.problem, wording.remedy, *wording.hints.values()):
            if template:
                yield key, template


def said_of(key: str, language: str) -> tuple[str, dict[str, tuple[Any, str]]]:
    wording = KNOWN[key]
    wanted: dict[str, tuple[Any, str]] = {}
    for template in (wording.problem, *(wording.hints.values() or [wording.remedy])):
        wanted |= sample(template)
    flags = {name: (True, "") for name in wording.hints if name not in wanted}
    problem = Problem(key, "", {name: value for name, (value, _) in {**flags, **wanted}.items()})
    with translation.override(language):
        text = problems.in_words(problem, READER)
    return f"{text.message} {text.remedy}", wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_of_every_problem_is_said(language: str) -> None:
    silent = []
    for key in KNOWN:
        text, wanted = said_of(key, language)
        silent += [(key, name) for name, (_, expected) in wanted.items() if expected not in text]
    assert silent == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_of_everything_said_is_said(language: str) -> None:
    silent = []
    for code, template in PROGRESS.items():
        wanted = sample(template)
        with translation.override(language):
            text = progress.in_words(
                Message(code, **{name: value for name, (value, _) in wanted.items()}), READER
            )
        silent += [(code, name) for name, (_, expected) in wanted.items() if expected not in text]
    assert silent == []


def test_every_wording_is_another_in_ukrainian() -> None:
    with translation.override("uk"):
        same = [
            key for key, template in templates() if _WORDS.search(_LITERAL.sub("", READER.text(template)))
        ]
    assert same == []


def test_every_reason_of_a_row_has_a_label() -> None:
    assert set(CODES) <= REASONS.keys()


def test_who_may_not_know_particulars_is_told_none() -> None:
    told = {}
    for key, wording in KNOWN.items():
        names = problems.parameters_of(wording)
        problem = without_particulars(Problem(key, "<where>", dict.fromkeys(names, "<secret>")))
        text = english(problem)
        told[key] = f"{text.where}{text.message}{text.remedy}"
        assert text.message
    assert [key for key, text in told.items() if "<" in text] == []
    old = english(without_particulars(Problem("KEY_REFUSED", "<where>", written=("<host>", "<path>"))))
    assert (old.code, old.message) == ("KEY_REFUSED", "ActiveCampaign refused this key.")
    assert (
        english(without_particulars(Problem("NOBODY_KNOWS", written=("<a>", "")))).code
        == "CONNECTION_ATTENTION"
    )


def test_a_key_is_worded_in_one_place() -> None:
    wording = KNOWN["FILE_EMPTY"]
    register(Words({"FILE_EMPTY": wording}))
    with pytest.raises(ValueError, match="FILE_EMPTY is worded in two places"):
        register(Words({"FILE_EMPTY": Wording("The file has nothing in it.")}))
    with pytest.raises(ValueError, match="SETTLING is worded in two places"):
        register(Words(progress={"SETTLING": "Ending"}))


def test_values_are_said_as_the_language_says_them() -> None:
    limit = Problem.of("SEGMENT_TOO_LARGE", selected=12_345, limit=10_000)
    assert "contain 12,345 profiles" in english(limit).message
    over = Problem.of("RUN_FINISHED", status="Successful")
    past = Problem.of("SCHEDULE_INVALID.past", last="2026-11-01", today="2026-11-25")
    with translation.override("uk"):
        assert "12\xa0345" in problems.in_words(limit, READER).message
        assert problems.in_words(over, READER).message == "Запуск уже завершено: Успішно."
        assert "1 листопада 2026" in problems.in_words(past, READER).message


def test_a_parameter_that_is_missing_does_not_keep_a_failure_from_being_told() -> None:
    assert english(Problem("RUN_UNKNOWN")).message == "There is no run …."
    assert english(Problem.of("SCHEDULE_INVALID.past", last="x", today="y")).message.endswith(
        "x is before y."
    )
    assert (
        problems.in_words(Problem("NOT_WORDED_HERE", "there"), ENGLISH).message == "[NOT_WORDED_HERE] there"
    )


def test_the_catalogue_needs_no_django() -> None:
    modules = "problems, progress, reasons, terms, notices, http_status, stored, registry"
    program = (
        f"import sys; from leleka.messages import {modules}; print([m for m in sys.modules if m == 'django'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
