"""The catalogue of problems: what is wrong and what to do, once for each key, for every language.

A destination registers its own words with its kind. English templates are the ids of their translations; whoever
shows a problem names the language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leleka.errors import Problem
from leleka.messages import (
    problems_of_concerns,
    problems_of_connections,
    problems_of_data,
    problems_of_definitions,
    problems_of_exports,
    problems_of_files,
    problems_of_people,
    problems_of_refreshes,
    problems_of_rules,
    problems_of_runs,
    problems_of_settings,
    problems_of_system,
)
from leleka.messages.later import load_all
from leleka.messages.rules import problems_of_states
from leleka.messages.sources import expectations as problems_of_expectations
from leleka.messages.sources import problems as problems_of_sources
from leleka.messages.sources import problems_of_customers
from leleka.messages.templates import ENGLISH, Language, fill, parameters
from leleka.messages.wording import Wording

GENERAL: Final = ".general"
KNOWN: Final[dict[str, Wording]] = {}


@dataclass(frozen=True, slots=True)
class ProblemText:
    """A problem in words, as pages, the API and the terminal show it."""

    code: str
    message: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Return all of it in one line."""
        place = f"{self.where}: " if self.where else ""
        return f"[{self.code}] {place}{self.message} {self.remedy}".rstrip()

    def __format__(self, how: str) -> str:
        return self.remedy if how == "remedy" else self.message


def register(words: Mapping[str, Wording]) -> None:
    """Add to the catalogue. Raises ``ValueError`` where a key is worded differently already."""
    for key, wording in words.items():
        if KNOWN.setdefault(key, wording) != wording:
            raise ValueError(f"{key} is worded in two places")


def wording_of(key: str) -> Wording | None:
    """Return how a key is worded; None where nobody words it."""
    if key not in KNOWN:
        load_all()
    return KNOWN.get(key)


def in_words(problem: Problem, language: Language) -> ProblemText:
    """Return the problem in the language; one that was stored with its words is said as it was written."""
    wording = wording_of(problem.key)
    if problem.written or wording is None:
        message, remedy = problem.written or (str(problem), "")
        return ProblemText(problem.code, message, problem.where, remedy)
    params = {
        name: in_words(value, language) if isinstance(value, Problem) else value
        for name, value in problem.params.items()
    }
    hints = [template for name, template in wording.hints.items() if params.get(name)]
    remedy = " ".join(fill(template, params, language) for template in hints or [wording.remedy])
    return ProblemText(problem.code, fill(wording.problem, params, language), problem.where, remedy)


def english(problem: Problem) -> ProblemText:
    """Return the problem in English, as the API and the terminal say it."""
    return in_words(problem, ENGLISH)


def parameters_of(wording: Wording) -> set[str]:
    """Return the names of everything that a wording says or asks for."""
    templates = (wording.problem, wording.remedy, *wording.hints.values())
    return {*wording.hints, *(name for template in templates for name in parameters(template))}


def without_particulars(problem: Problem) -> Problem:
    """Return the problem for somebody who may not know hosts, paths and names: worded without parameters."""
    for key in (problem.code + GENERAL, problem.key, problem.code):
        wording = wording_of(key)
        if wording is not None and not parameters_of(wording):
            return Problem(key)
    return Problem("CONNECTION_ATTENTION")


for _room in (
    problems_of_concerns,
    problems_of_connections,
    problems_of_data,
    problems_of_definitions,
    problems_of_expectations,
    problems_of_exports,
    problems_of_files,
    problems_of_people,
    problems_of_refreshes,
    problems_of_rules,
    problems_of_runs,
    problems_of_settings,
    problems_of_customers,
    problems_of_sources,
    problems_of_states,
    problems_of_system,
):
    register(_room.PROBLEMS)
