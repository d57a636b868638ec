"""Expectations of sources, how they were found, and what the current rows would say of another one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from leleka.core.column_classes import MASKED, ColumnClass
from leleka.core.quality.model import Kind, Severity, to_data
from leleka.core.quality.model import columns_of as named_columns
from leleka.core.quality.parser import columns_for as columns_of
from leleka.errors import Conflict, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet_problem, sees_personal, shown_names
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.installation import lake_sessions
from leleka.services.quality import judging, records, suggestions
from leleka.services.quality.contracts import Found, QualityView, ResultView, Suggestion, Summary
from leleka.services.quality.judging import Result
from leleka.services.quality.validation import check_expectations
from leleka.services.sources import catalogue, loading
from leleka.services.sources.column_classes import classed
from leleka.services.sources.editing import exports_of, find_by_id, use_of
from leleka.state.models import Source, SourceQuality

_VALUES = ("values", "from", "to")


def quality(actor: Actor, number: int) -> QualityView:
    """Return the expectations of a source with what its newest reading was found to be. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    source = find_by_id(number)
    return _view(actor, source, records.of(source))


def quality_of(actor: Actor, name: str) -> QualityView:
    """Return the same of the source of this name. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    number = Source.objects.filter(name=name).values_list("pk", flat=True).first()
    if number is None:
        known = list(Source.objects.order_by("name").values_list("name", flat=True))
        raise NotFound("SOURCE_UNKNOWN.listed", name=name, known=known)
    return quality(actor, number)


def summaries(actor: Actor) -> dict[int, Summary]:
    """Return how many expectations of each source hold, by its id; nothing of a source of which nothing is expected."""
    require(actor, Permission.SEE)
    found = {row.pk: _summary(row) for row in SourceQuality.objects.all()}
    return {number: told for number, told in found.items() if told.total}


def tried(actor: Actor, number: int, expectations: Sequence[Mapping[str, Any]]) -> Sequence[ResultView]:
    """Return what the current rows would be found to be by these expectations; nothing is saved.

    Raises ``InvalidInput`` for what no expectation says, ``Conflict`` SOURCE_NOT_READ, ``Unavailable``.
    """
    require(actor, Permission.EDIT_SOURCES)
    source = find_by_id(number)
    require_read(source)
    parsed = check_expectations(expectations, catalogue.table_of(source), source.spec, place_of)
    with lake_sessions.page_session() as session:
        what = loading.judged(source, None)
        found = judging.judge(session, what, [to_data(one) for one in parsed])
    return [_result(actor, source, one) for one in found.results if not one.guard]


def columns_for(actor: Actor, number: int, kind: str) -> Sequence[str]:
    """Return the columns of which a kind of expectation says something."""
    require(actor, Permission.EDIT_SOURCES)
    known = {one.value for one in Kind}
    return columns_of(Kind(kind), catalogue.table_of(find_by_id(number))) if kind in known else ()


def suggested(actor: Actor, number: int) -> Sequence[Suggestion]:
    """Return expectations that the current rows meet and nobody wrote yet. Raises ``Conflict`` SOURCE_NOT_READ."""
    require(actor, Permission.EDIT_SOURCES)
    source = find_by_id(number)
    require_read(source)
    with lake_sessions.page_session() as session:
        found = suggestions.find(session, source)
    written = {(one["expect"], *named_columns(one)) for one in records.of(source).expectations}
    new = [one for one in map(to_data, found) if (one["expect"], *named_columns(one)) not in written]
    return [Suggestion(_expectation(actor, source, one)) for one in new]


def _guard(row: SourceQuality) -> list[Result]:
    """Return how the guard of every source was found, where nothing that is written takes its place."""
    if any("lose_percent" in one for one in row.expectations):
        return []
    return [one for one in records.results(row) if one.guard]


def _summary(row: SourceQuality) -> Summary:
    guard = [one for one in _guard(row) if one.problem]
    told = [*(one for one in records.results(row) if not one.guard), *guard]
    broken = [one for one in told if one.problem]
    failing = [one for one in broken if one.severity is Severity.FAIL]
    total = len(row.expectations) + len(guard)
    return Summary(
        len(told) - len(broken), total, len(failing), len(broken) - len(failing), bool(records.failing(row))
    )


def require_read(source: Source) -> None:
    """Raises ``Conflict`` SOURCE_NOT_READ where there are no rows to look at."""
    if not source.snapshot or not lake_sessions.lake().is_sound(source.snapshot):
        raise Conflict("SOURCE_NOT_READ", name=source.name)


def place_of(number: int, name: str) -> str:
    """Return how a field of an expectation is called where it was not written in a file."""
    return f"expectations.{number}.{name}" if name else f"expectations.{number}"


def token_of(snapshot: str) -> str:
    """Return what a reading is called: whoever accepts one says which they saw."""
    return snapshot.rpartition("/")[2]


def _view(actor: Actor, source: Source, row: SourceQuality) -> QualityView:
    found = {_key(one.expectation): one for one in records.results(row) if not one.guard}
    known = [
        found.get(_key(told)) or Result(told, Severity(told.get("severity", Severity.FAIL)), None, None)
        for told in row.expectations
    ]
    results = [
        replace(shown, found=shown.found if _key(told) in found else Found.UNKNOWN)
        for told, shown in zip(row.expectations, (_result(actor, source, one) for one in known), strict=True)
    ]
    results += [_result(actor, source, one) for one in _guard(row)]
    waiting, accepted = bool(records.failing(row)), row.accepted != "" and row.accepted == row.judged
    return QualityView(
        source.pk,
        source.name,
        tuple(results),
        row.judged_at,
        token_of(row.judged),
        row.judged_rows,
        waiting=waiting,
        replaces=bool(row.held),
        accepted_by=_shown_person(actor, row.accepted_by) if accepted else "",
        accepted_at=row.accepted_at if accepted else None,
        managed_by_file=source.managed_by_file
        if sees_personal(actor)
        else PurePath(source.managed_by_file).name,
        version=source.version,
        editable=not source.managed_by_file and not out_of_reach(actor, exports_of(use_of(source))),
    )


def _key(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in told.items()))


def _shown_person(actor: Actor, name: str) -> str:
    return name if sees_personal(actor) else name.partition(" <")[0]


def _result(actor: Actor, source: Source, one: Result) -> ResultView:
    problem = one.problem
    if problem is not None and not sees_personal(actor):
        problem = discreet_problem(problem)
    found = Found.HELD if problem is None else Found.BROKEN
    told = _expectation(actor, source, one.expectation)
    return ResultView(told, one.severity, found, one.rows, problem, one.guard)


def _expectation(actor: Actor, source: Source, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an expectation as somebody may read it: what they may not see in the rows, they do not see here."""
    columns = named_columns(told)
    if sees_personal(actor) or not columns:
        return told
    known = {one.column.name: one.shown_as for one in classed(source)}
    names = dict(zip(known, shown_names(list(known)), strict=True))
    seen = [names.get(name, MASKED) for name in columns]
    shown = {**told, **({"columns": seen} if "columns" in told else {"column": seen[0]})}
    if known.get(columns[0]) is not ColumnClass.HARMLESS:
        for name in _VALUES:
            if name in told:
                shown[name] = [MASKED] if name == "values" else MASKED
    return shown
