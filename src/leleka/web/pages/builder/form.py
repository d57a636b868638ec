"""The builder: rules as cards, with what is saved by the form around them; without JavaScript the text is the form."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError, NeedsAttention, Unavailable
from leleka.messages.http_status import status_of
from leleka.services.builder import commands as builder_commands
from leleka.services.builder import effects
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import Draft, RuleEffects
from leleka.services.installation.local_day import today
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.segments import rule_texts
from leleka.services.segments.contracts import SegmentView
from leleka.services.tasks import queries as task_queries
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.pages.builder import words
from leleka.web.pages.builder.exact_json import for_browser
from leleka.web.pages.builder.templates import templates
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, page

_LONGEST_COPIED: Final = 190  # characters of a name, that a copy's is no longer than a name may be
_LONGEST_RULES: Final = 20_000  # characters in an address
_FORM: Final = "web/pages/segment_form.html"


def add(request: Request) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    # It has no draft, and leaves that of a new segment alone.
    copied = "yes" if {"copy", "rules"} & set(request.GET) else ""
    return _drawn(request, None, {**_copied(request), "copied": copied}, draft=not copied)


def edit(request: Request, number: int) -> HttpResponse:
    if request.method == "POST":
        return _save(request, number)
    segment = segment_queries.segment(actor_of(request), number)
    given = {
        "name": segment.name,
        "rules": rule_texts.as_text(segment.rules),
        "version": segment.version,
    }
    return _drawn(request, segment, given, draft=True)


def _copied(request: Request) -> dict[str, Any]:
    """Return what a new segment begins with: nothing, the rules of what ``copy`` names, or those in ``rules``."""
    if given := request.GET.get("rules", "")[:_LONGEST_RULES]:
        rules, text = _read(given)
        return {"name": "", "rules": rule_texts.as_text(rules) if rules else text}
    number = whole_number(request.GET.get("copy"))
    if not number:
        return {"name": "", "rules": ""}
    segment = segment_queries.segment(actor_of(request), number)
    return {"name": f"{segment.name[:_LONGEST_COPIED]} (2)", "rules": rule_texts.as_text(segment.rules)}


def _save(request: Request, number: int | None) -> HttpResponse:
    actor = actor_of(request)
    given = {name: request.POST.get(name, "") for name in ("name", "rules", "version", "copied")}
    name = given["name"].strip()
    segment = segment_queries.segment(actor, number) if number is not None else None
    try:
        if request.POST.get("action") == "count":
            asked = task_queries.task(actor, segment_commands.ask_count(actor, given["rules"]))
            return _drawn(request, segment, given, {"task": asked})
        saved, action = number, request.POST.get("sure") or request.POST.get("action", "")
        if segment and "sure" not in request.POST and (told := _asked_about(request, segment, given)):
            return _drawn(request, segment, given, {"sure": told, "action": action or "save"})
        if saved is None:
            saved = segment_commands.create(actor, name, given["rules"])
        else:
            segment_commands.update(actor, saved, name, given["rules"], whole_number(given["version"]))
        if not given["copied"]:
            builder_commands.drop_draft(actor, number)
        if action == "refresh":
            return go(request, reverse("web:task", args=(segment_commands.ask_refresh(actor, saved),)))
    except (InvalidInput, Conflict, Forbidden) as error:
        return _drawn(request, segment, given, {"errors": _beside(error)}, status_of(error))
    return go(request, reverse("web:segment", args=(saved,)))


def _asked_about(request: Request, segment: SegmentView, given: Mapping[str, Any]) -> RuleEffects | None:
    """Return what the rules would do to exports where that is more than their guards let through; nothing where it
    takes longer than a page may: the runs ask again.
    """
    if segment.version != whole_number(given["version"]):
        return None  # somebody was quicker, which is said by who saves them
    try:
        found = effects.effects(actor_of(request), segment.id, rule_texts.read_text(given["rules"]))
    except (Conflict, InvalidInput, NeedsAttention, Unavailable):
        return None  # what is wrong with the rules is said by who saves them
    return found if found.warned else None


def _drawn(
    request: Request,
    segment: SegmentView | None,
    given: Mapping[str, Any],
    context: Mapping[str, Any] | None = None,
    status: int = 200,
    *,
    draft: bool = False,
) -> HttpResponse:
    actor = actor_of(request)
    kept = builder_queries.draft(actor, segment.id if segment else None) if draft else None
    drawn = {
        "segment": segment,
        "given": given,
        "built": _built(request, segment, given, kept),
        **(context or {}),
    }
    return page(request, _FORM, drawn, status)


def _built(
    request: Request, segment: SegmentView | None, given: Mapping[str, Any], kept: Draft | None
) -> dict[str, Any] | None:
    """Return what the browser draws the rules from; nothing where there is no table of profiles to ask."""
    try:
        vocabulary = builder_queries.vocabulary(actor_of(request))
    except InvalidInput:
        return None
    rules, text = _read(str(given["rules"]))
    rules = _in_long_form(request, rules)
    return {
        "segment": segment.id if segment else None,
        "version": segment.version if segment else 0,
        "copied": bool(given.get("copied")),
        "locked": bool(segment and (segment.managed_by_file or segment.locked_by)),
        "rules": for_browser(rules),
        "text": text,
        "draft": None if kept is None else {**asdict(kept), "rules": for_browser(kept.rules)},
        "words": words.words(),
        "grammar": words.grammar(),
        "asked": words.asked(vocabulary),
        "templates": templates(vocabulary, today(current_clock())),
        "urls": {
            name: reverse(f"web:builder_{name}") for name in ("counts", "effects", "text", "draft", "values")
        },
    }


def _read(text: str) -> tuple[Any, str]:
    """Return rules as data, or the text where it says none."""
    if not text.strip():
        return None, ""
    try:
        found = rule_texts.read_text(text)
    except InvalidInput:
        return None, text
    return (found, "") if isinstance(found, dict) else (None, text)


def _in_long_form(request: Request, rules: Any) -> Any:
    """Return rules as the builder draws them; those with something wrong stay as they are written."""
    try:
        return None if rules is None else segment_queries.long_form(actor_of(request), rules)
    except LelekaError:
        return rules


def _beside(error: LelekaError) -> dict[str, list[Any]]:
    """Assign problems to the two fields; those of the rules keep their places within them."""
    found: dict[str, list[Any]] = {}
    for problem in error.problems:
        field = "rules" if problem.where.startswith("rules") else problem.where
        found.setdefault(field if field in {"name", "rules"} else "", []).append(in_this_language(problem))
    return found
