"""The connection test, reported while it runs: the response has lines, each an element that replaces the one
with its id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.core.ports import Check, Standing
from leleka.errors import LelekaError, Problem
from leleka.services.connection_checks import Connect
from leleka.services.sentences import in_this_language
from leleka.services.statuses import status_of
from leleka.web.answers import by_field
from leleka.web.request import Request

WORDS: Final = {
    "address": _("Reach the host"),
    "key": _("Try the key"),
    "lists": _("See the lists"),
}
_FIELDS: Final = ("host", "key")
_PENDING: Final = "pending"


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is displayed; ``standing`` is that of the check, or pending."""

    name: str
    word: Promise | str
    standing: str
    sentence: str = ""
    code: str = ""


def is_watching(request: Request) -> bool:
    """Return whether a script reads the response as it arrives."""
    return "Leleka-Stream" in request.headers


def results(test: Connect) -> Sequence[Step]:
    """Carry out a test and return its result."""
    return [_drawn(check) for check in test]


def told(test: Connect) -> StreamingHttpResponse:
    """Respond with the steps as pending, then each result as it comes, then the outcome."""
    response = StreamingHttpResponse(_lines(test, translation.get_language() or "en"))
    response["X-Accel-Buffering"] = "no"  # makes proxies that understand it pass on every line at once
    return response


def problems_told(error: LelekaError) -> HttpResponse:
    """Respond with what prevents the test from starting, next to its field."""
    errors = by_field(error.problems)
    lines = [_slot(name, errors.get(name, [])) for name in _FIELDS]
    elsewhere = [one for name, several in errors.items() if name not in _FIELDS for one in several]
    lines.append(_line("connect", {"problems": elsewhere}))
    return HttpResponse("".join(lines), status=status_of(error))


def _lines(test: Connect, language: str) -> Iterator[str]:
    """The language is set for each line separately: between two lines this thread serves others."""
    with translation.override(language):
        pending = [Step(name, WORDS.get(name, name), _PENDING) for name in test.steps]
        before = _line("connect", {"steps": pending, "notes": test.notes})
        before += "".join(_slot(name, []) for name in _FIELDS)
    yield before
    failed = False
    for check in test:
        failed = failed or check.standing is not Standing.PASSED
        with translation.override(language):
            line = _line("connection_step", {"step": _drawn(check)})
        yield line
    with translation.override(language):
        ended = _line("connect_end", {"failed": failed, "saved": test.as_saved})
        ended += _line("connect_proof", {"proof": test.proof})
    yield ended


def _drawn(check: Check) -> Step:
    said = in_this_language(Problem(check.code, check.sentence))
    sentence = f"{said.message} {said.remedy}".strip()
    spoken = check.standing is Standing.FAILED or (translation.get_language() or "en").startswith("en")
    word = WORDS.get(check.name, check.name)
    return Step(check.name, word, check.standing.value, sentence if spoken else "", check.code)


def _slot(name: str, problems: Sequence[Problem]) -> str:
    return _line("slot", {"name": name, "problems": problems})


def _line(part: str, context: dict[str, object]) -> str:
    drawn = render_to_string(f"web/parts/{part}.html", context)
    return " ".join(drawn.split()) + "\n"
