"""What went wrong, in the reader's language.

Services say it in English, with the particulars. In another language each code has a sentence of its own here.
"""

from dataclasses import replace
from typing import Final

from django.utils import translation

from leleka.errors import Problem
from leleka.messages import (
    problems_of_connections,
    problems_of_data,
    problems_of_refreshes,
    problems_of_system,
)

KNOWN: Final = {
    **problems_of_connections.SENTENCES,
    **problems_of_data.SENTENCES,
    **problems_of_system.SENTENCES,
    **problems_of_refreshes.SENTENCES,
}


def without_particulars(problem: Problem) -> Problem:
    """Return the problem for somebody who may not know hosts, paths and names of it."""
    if problem.code not in KNOWN:
        return Problem("CONNECTION_ATTENTION", *(str(text) for text in KNOWN["CONNECTION_ATTENTION"]))
    message, remedy = KNOWN[problem.code]
    return Problem(problem.code, str(message), remedy=str(remedy))


def in_this_language(problem: Problem) -> Problem:
    """Return the problem with a sentence the reader understands; in English it already has one."""
    language = translation.get_language() or "en"
    if language.startswith("en") or problem.code not in KNOWN:
        return problem
    message, remedy = KNOWN[problem.code]
    return replace(problem, message=str(message), remedy=str(remedy))
