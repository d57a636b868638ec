"""Template tags for refreshes and schedules: kinds, triggers, schedules and moments in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.core.clock import current_clock
from leleka.core.schedules.model import ClockChange, Schedule
from leleka.errors import Problem
from leleka.messages.problems import ProblemText
from leleka.services.monitoring import workers as monitoring_workers
from leleka.services.runs.retry_policy import MOST_TRIES
from leleka.services.schedules.queries import DecisionView, ExportScheduleView
from leleka.services.translation import in_this_language
from leleka.web import schedule_form

register = template.Library()
_GROUPS: Final[Mapping[str, Promise]] = {
    "source": _("Data sources"),
    "profiles": _("Customer profiles"),
    "measure": _("Measures"),
    "segment": _("Segments"),
    "export": _("Exports"),
}
_SCOPES: Final[Mapping[str, Promise]] = {
    "everything": _("Everything"),
    "data": _("Data without the exports"),
    "sources": _("Data sources"),
    "segments": _("Segments"),
}


@register.filter
def group(kind: str) -> str:
    return str(_GROUPS.get(kind, kind))


@register.filter
def task_name(name: str) -> str:
    """Return the name of a task; that of the profiles is not stored."""
    return name or str(_GROUPS["profiles"])


@register.simple_tag
def waiting_for_worker() -> str:
    """Say what something waits for that nobody has taken up: the worker, or that somebody starts one."""
    if monitoring_workers.alive(current_clock()):
        return str(_("Waiting for the worker"))
    told = in_this_language(Problem.of("NO_WORKER.task"))
    return f"{told.message} {told.remedy}"


@register.filter
def subject(of: str) -> str:
    """Return what a refresh covers: a name, or a scope in words."""
    return str(_SCOPES.get(of, of))


@register.filter
def trigger(value: str) -> str:
    return schedule_form.trigger_word(value)


@register.filter
def told(problems: Sequence[Problem]) -> Sequence[ProblemText]:
    """Return problems in the reader's language, each once."""
    return list(dict.fromkeys(in_this_language(one) for one in problems))


@register.filter
def schedule_words(schedule: Schedule) -> str:
    return schedule_form.in_words(schedule)


@register.filter
def follows(view: ExportScheduleView) -> str:
    return schedule_form.of_export(view)


@register.filter
def zone_of(view: ExportScheduleView, home: str) -> str:
    return schedule_form.zone_of(view, home)


@register.filter
def change_words(change: ClockChange) -> str:
    return schedule_form.change_in_words(change)


@register.filter
def outcome(decision: DecisionView) -> str:
    return str(schedule_form.OUTCOMES.get(decision.outcome, decision.outcome))


@register.filter
def why(decision: DecisionView) -> str:
    return schedule_form.decision_in_words(decision)


@register.filter
def local(moment: datetime, zone: str) -> str:
    return schedule_form.local(moment, zone)


@register.filter
def soon(moment: datetime, zone: str) -> str:
    return schedule_form.soon(moment, zone)


@register.simple_tag
def most_tries() -> int:
    return MOST_TRIES
