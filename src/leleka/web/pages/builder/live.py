"""What the builder asks while somebody edits: JSON there and back, problems in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from leleka.errors import InvalidInput, LelekaError, TryLater, Unavailable
from leleka.messages.http_status import status_of
from leleka.services.builder import commands as builder_commands
from leleka.services.builder import effects
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import Draft, RuleCounts
from leleka.services.segments import queries as segment_queries
from leleka.services.segments import rule_texts
from leleka.services.sources import queries as source_queries
from leleka.services.tasks import queries as task_queries
from leleka.services.translation import in_this_language, rule_in_this_language
from leleka.web.integers import whole_number
from leleka.web.pages.builder.exact_json import for_browser, from_browser
from leleka.web.request import Request, actor_of

_MEMBERS: Final = 100
_VALUES: Final = 30
_LARGEST_NUMBER: Final = 2**31 - 1  # of a column of the database
Answer = Callable[[Request, Mapping[str, Any]], dict[str, Any]]


def counts(request: Request) -> HttpResponse:
    """Count rules that are being edited, part by part."""
    return _answered(request, _counts)


def effects_on_exports(request: Request) -> HttpResponse:
    """Say what rules that are being edited would do to the exports that depend on the segment."""
    return _answered(request, _effects)


def text(request: Request) -> HttpResponse:
    """Return rules that are given as YAML as data, and data as YAML; both in the long form where they are right."""
    return _answered(request, _text)


def draft(request: Request) -> HttpResponse:
    """Keep a draft, or forget it."""
    return _answered(request, _draft)


def values(request: Request) -> HttpResponse:
    """Return the most frequent values of a column that may be listed, and how numbers and days are spread."""
    number, column = whole_number(request.GET.get("source")), request.GET.get("column", "")
    try:
        found = source_queries.values(actor_of(request), number, column, _VALUES)
        spread = source_queries.bars(actor_of(request), number, column)
    except LelekaError as error:
        return _refused(error)
    return JsonResponse({"values": [[one.value, one.rows] for one in found], **asdict(spread)})


def _counts(request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
    members = _MEMBERS if asked.get("members") is True else 0
    exact = asked.get("exact") is True
    segment = None if asked.get("segment") is None else _number(asked["segment"], unknown=-1)
    found = builder_queries.counts(
        actor_of(request), asked.get("rules"), exact=exact, members=members, segment=segment
    )
    return _told(found)


def _effects(request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of the page that says what the rules would do to exports; where the worker has to count it, the
    task that is to be asked for again.
    """
    actor = actor_of(request)
    if asked.get("task") is not None:
        task = task_queries.task(actor, _number(asked["task"], unknown=-1))
        if not task.done:
            return {"task": task.id}
        if task.problems:
            return {"problems": [asdict(in_this_language(one)) for one in task.problems]}
        found = effects.effects_of(actor, task)
    else:
        segment, rules = _number(asked.get("segment"), unknown=-1), asked.get("rules")
        try:
            found = effects.effects(actor, segment, rules)
        except Unavailable as error:
            if not effects.takes_long(error):
                raise
            return {"task": effects.ask_effects(actor, segment, rules)}
    return {"html": render_to_string("web/parts/rule_effects.html", {"effects": found})}


def _told(found: RuleCounts) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(found).items() if name != "problems"}
    return {**plain, "problems": [asdict(in_this_language(one)) for one in found.problems]}


def _text(request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
    written, rules = asked.get("text"), asked.get("rules")
    if isinstance(written, str):
        rules = rule_texts.read_text(written)
    try:
        canonical = segment_queries.long_form(actor_of(request), rules)
    except InvalidInput as error:
        if isinstance(written, str) or not isinstance(rules, dict):
            raise
        return {"text": rule_texts.as_text(rules), **_problems(error)}
    return {
        "rules": for_browser(canonical),
        "text": rule_texts.as_text(canonical),
        "sentence": rule_in_this_language(canonical),
    }


def _draft(request: Request, asked: Mapping[str, Any]) -> dict[str, Any]:
    segment = None if asked.get("segment") is None else _number(asked["segment"], unknown=-1)
    if asked.get("discard") is True:
        builder_commands.drop_draft(actor_of(request), segment)
        return {}
    rules = asked.get("rules")
    kept = Draft(
        name=str(asked.get("name", "")),
        rules=rules if isinstance(rules, dict) else None,
        text=str(asked.get("text", "")),
        version=_number(asked.get("version"), unknown=0),
    )
    builder_commands.keep_draft(actor_of(request), segment, kept)
    return {}


def _number(given: object, *, unknown: int) -> int:
    """Return a number that a row may have; ``unknown`` instead of what is none, or larger than any."""
    known = isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _LARGEST_NUMBER
    return given if known and isinstance(given, int) else unknown


def _answered(request: Request, answer: Answer) -> HttpResponse:
    try:
        asked = from_browser(orjson.loads(request.body))
        if not isinstance(asked, dict):
            raise InvalidInput("RULE_YAML", where="rules")
        return JsonResponse(answer(request, asked))
    except (orjson.JSONDecodeError, RecursionError):
        return _refused(InvalidInput("RULE_YAML", where="rules"))
    except LelekaError as error:
        return _refused(error)


def _refused(error: LelekaError) -> HttpResponse:
    """Say what is wrong with what was typed, and that the answer comes later, as an answer: neither is a failure."""
    if isinstance(error, TryLater):
        return JsonResponse({"busy": True, **_problems(error)})
    return JsonResponse(_problems(error), status=200 if isinstance(error, InvalidInput) else status_of(error))


def _problems(error: LelekaError) -> dict[str, Any]:
    return {"problems": [asdict(in_this_language(one)) for one in error.problems]}
