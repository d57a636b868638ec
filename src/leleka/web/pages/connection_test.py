"""The connection test, reported while it runs: the response has lines, each an element that replaces the one
with its id.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.http import HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from leleka.core.ports.destination import Check, CheckStatus
from leleka.errors import LelekaError, Unavailable
from leleka.messages.http_status import status_of
from leleka.messages.problems import ProblemText
from leleka.services.connections.connection_test import Connect
from leleka.services.translation import in_this_language, said_in_this_language
from leleka.web.pages.connection_fields import Translate, in_words
from leleka.web.request import Request
from leleka.web.responses import by_field

_PENDING: Final = "pending"


class Worded(Protocol):
    """What says how the steps of a test are called: in English by their name, and in translation."""

    @property
    def words(self) -> Mapping[str, str]: ...
    @property
    def translate(self) -> Translate: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is displayed; ``standing`` is that of the check, or pending."""

    name: str
    word: str
    standing: str
    sentence: str = ""
    code: str = ""


def is_watching(request: Request) -> bool:
    """Return whether a script reads the response as it arrives."""
    return "Leleka-Stream" in request.headers


def results(test: Connect) -> tuple[Sequence[Step], ProblemText | None]:
    """Carry out a test; return what came of it, and the problem where it goes on."""
    steps = {name: _pending(name, test) for name in test.steps}
    try:
        for check in test:
            steps[check.name] = _drawn(check, test)
    except Unavailable as error:
        return list(steps.values()), in_this_language(error.problems[0])
    return list(steps.values()), None


def told(test: Connect) -> StreamingHttpResponse:
    """Respond with the steps as pending, then each result as it comes, then the outcome."""
    response = StreamingHttpResponse(_lines(test, translation.get_language() or "en"))
    response["X-Accel-Buffering"] = "no"  # makes proxies that understand it pass on every line at once
    return response


def problems_told(error: LelekaError, fields: Sequence[str]) -> HttpResponse:
    """Answer with what keeps a test from beginning, beside its field."""
    errors = by_field(error.problems)
    lines = [_slot(name, errors.get(name, [])) for name in fields]
    elsewhere = [one for name, several in errors.items() if name not in fields for one in several]
    lines.append(_line("connect", {"problems": elsewhere}))
    return HttpResponse("".join(lines), status=status_of(error))


def steps_of(steps: Sequence[Check], kind: Worded) -> Sequence[Step]:
    """Return the steps of a test that is over, as they are displayed."""
    return [_drawn(one, kind) for one in steps]


def result_told(steps: Sequence[Check], kind: Worded, fields: Sequence[str]) -> HttpResponse:
    """Answer with all steps of a test that is over, and with no problem beside any field."""
    failed = any(one.standing is not CheckStatus.PASSED for one in steps)
    lines = [_line("connect", {"steps": steps_of(steps, kind)}), *(_slot(name, []) for name in fields)]
    lines.append(_line("connect_end", {"failed": failed, "saved": False, "going_on": None}))
    return HttpResponse("".join(lines))


def _lines(test: Connect, language: str) -> Iterator[str]:
    """The language is set for each line separately: between two lines this thread serves others."""
    with translation.override(language):
        pending = [_pending(name, test) for name in test.steps]
        before = _line("connect", {"steps": pending, "notes": test.notes})
        before += "".join(_slot(name, []) for name in test.fields)
    yield before
    failed, going_on = False, None
    try:
        for check in test:
            failed = failed or check.standing is not CheckStatus.PASSED
            with translation.override(language):
                line = _line("connection_step", {"step": _drawn(check, test)})
            yield line
    except Unavailable as error:
        going_on = error.problems[0]
    with translation.override(language):
        problem = in_this_language(going_on) if going_on else None
        ended = _line("connect_end", {"failed": failed, "saved": test.as_saved, "going_on": problem})
        ended += _line("connect_proof", {"proof": test.proof})
    yield ended


def _pending(name: str, test: Connect) -> Step:
    return Step(name, in_words(test.words.get(name, name), test.translate), _PENDING)


def _drawn(check: Check, test: Worded) -> Step:
    sentence = said_in_this_language(check.said)
    if check.problem is not None:
        text = in_this_language(check.problem)
        sentence = f"{text.message} {text.remedy}".strip()
    word = in_words(test.words.get(check.name, check.name), test.translate)
    return Step(check.name, word, check.standing.value, sentence, check.code)


def _slot(name: str, problems: Sequence[ProblemText]) -> str:
    return _line("slot", {"name": name, "problems": problems})


def _line(part: str, context: dict[str, object]) -> str:
    drawn = render_to_string(f"web/parts/{part}.html", context)
    return " ".join(drawn.split()) + "\n"
