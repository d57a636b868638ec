"""Judging a reading by what is expected of it, before anything uses it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from leleka.core.clock import current_clock, utc_now
from leleka.core.column_classes import MASKED, ColumnClass, mask_value
from leleka.core.columns import Column, ColumnType, Table
from leleka.core.quality.model import (
    Expectation,
    Kind,
    Severity,
    columns_of,
    has_lost_rows,
    is_guarded,
    to_data,
)
from leleka.core.quality.parser import parse
from leleka.errors import InvalidInput, Problem
from leleka.messages.stored import problem_data, problem_of
from leleka.services.installation import lake_sessions
from leleka.services.installation.local_day import today
from leleka.services.sources import places
from leleka.services.sources.column_classes import classed
from leleka.state.models import Source
from leleka.warehouse import expectations as warehouse
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.expectations import Finding, Moment

EXAMPLES: Final = 3
_LONGEST: Final = 60  # characters of a value
_HUNDRED: Final = Decimal(100)
_OF_CELLS: Final[Mapping[Kind, str]] = {
    Kind.UNIQUE: "EXPECTATION_BROKEN.unique",
    Kind.VALUES: "EXPECTATION_BROKEN.values",
    Kind.RANGE: "EXPECTATION_BROKEN.range",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of one expectation, in values that can be stored: ``problem`` is None where it holds."""

    expectation: Mapping[str, Any]
    severity: Severity
    rows: int | None
    problem: Problem | None
    guard: bool = False

    def to_data(self) -> dict[str, Any]:
        problem = problem_data(self.problem) if self.problem else None
        told = {"expectation": dict(self.expectation), "severity": self.severity.value, "rows": self.rows}
        return {**told, "problem": problem, "guard": self.guard}


def result_of(data: Mapping[str, Any]) -> Result:
    """Return what ``Result.to_data`` gave."""
    problem = problem_of(data["problem"]) if data["problem"] else None
    severity = Severity(data["severity"])
    return Result(data["expectation"], severity, data["rows"], problem, guard=data["guard"])


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a reading was found to be."""

    snapshot: str
    rows: int
    at: datetime
    results: Sequence[Result]

    def problems(self, severity: Severity, name: str) -> list[Problem]:
        """Return what the broken expectations of this severity say, with the source as their place."""
        found = [one.problem for one in self.results if one.severity is severity]
        return [Problem(one.key, name, one.params) for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged: a source as it is or would be, with how many rows it had ``before``, None at first."""

    source: Source
    snapshot: str
    before: int | None
    by_row: bool  # its rows lie in files, in an order that people can count in
    modified: datetime | None  # when the newest of its files elsewhere was written there

    @property
    def table(self) -> Table:
        columns = tuple(Column(name, ColumnType(kind)) for name, kind in self.source.columns)
        return Table(self.source.name, columns, self.source.spec.get("primary_key"))


def judge(session: Engine, what: Judged, expected: Sequence[Mapping[str, Any]]) -> Judgment:
    """Judge the rows of a snapshot. What cannot be judged of them, for a column is gone, is broken."""
    now, table = utc_now(), what.table
    moment = Moment(now.replace(tzinfo=None), today(current_clock()))
    parsed = [_parsed(one, table) for one in expected]
    known = [one for one in parsed if isinstance(one, Expectation)]
    snapshot = lake_sessions.lake().open(what.snapshot)
    rows, findings = warehouse.judge(session, snapshot, table, known, moment)
    found = iter(findings)
    judging = _Judging(session, what, rows, now, moment)
    results = [
        judging.result(one, next(found)) if isinstance(one, Expectation) else _unjudged(told, one)
        for told, one in zip(expected, parsed, strict=True)
    ]
    if is_guarded(known):
        results += _guard(rows, what.before)
    return Judgment(what.snapshot, rows, now, results)


def _parsed(data: Mapping[str, Any], table: Table) -> Expectation | Problem:
    """Return an expectation as it fits the columns there are now; a problem with it repeats no value of it."""
    try:
        return parse(data, table)
    except InvalidInput as error:
        problem = error.problems[0]
    misfits = problem.code == "EXPECTATION_INVALID"
    return Problem.of("EXPECTATION_TYPE.changed", column=", ".join(columns_of(data))) if misfits else problem


def _unjudged(data: Mapping[str, Any], problem: Problem) -> Result:
    return Result(data, Severity(data.get("severity", Severity.FAIL)), None, problem)


def _guard(rows: int, before: int | None) -> Iterable[Result]:
    problem = None
    if before is not None and has_lost_rows(rows, before):
        lost = Problem.of("ROWS_LOST", rows=rows, before=before)
        problem = lost if rows else Problem.of("ROWS_LOST.all", before=before)
    yield Result({"expect": Kind.ROWS.value}, Severity.FAIL, None, problem, guard=True)


@dataclass(frozen=True, slots=True)
class _Judging:
    session: Engine
    what: Judged
    rows: int
    now: datetime
    moment: Moment

    def result(self, one: Expectation, finding: Finding) -> Result:
        of_cells = one.kind not in {Kind.FRESH, Kind.ROWS}
        problem = self._of_cells(one, finding.rows) if of_cells else self._of_table(one, finding)
        return Result(to_data(one), one.severity, finding.rows if of_cells else None, problem)

    def _of_cells(self, one: Expectation, broken: int) -> Problem | None:
        enough = one.kind is Kind.FILLED and (self.rows - broken) * _HUNDRED >= one.percent * self.rows
        if enough or not broken:
            return None
        examples = self._examples(one)
        if one.kind is not Kind.FILLED:
            told = {"columns": list(one.columns)} if one.beside else {"column": one.column}
            key = "EXPECTATION_BROKEN.unique_together" if one.beside else _OF_CELLS[one.kind]
            return Problem(key, "", {**told, "rows": broken, "examples": examples})
        share = ((self.rows - broken) * _HUNDRED / self.rows).quantize(Decimal("0.01"), ROUND_DOWN)
        return Problem.of(
            "EXPECTATION_BROKEN.filled",
            column=one.column,
            share=f"{share.normalize():f}",
            percent=f"{one.percent.normalize():f}",
            rows=broken,
            examples=examples,
        )

    def _examples(self, one: Expectation) -> list[str]:
        """Return the first rows that break it: by number where people can count them, else by key, masked."""
        what, table = self.what, self.what.table
        classes = {each.column.name: each.shown_as for each in classed(what.source)}
        snapshot = lake_sessions.lake().open(what.snapshot)
        found = warehouse.examples(self.session, snapshot, table, one, moment=self.moment, most=EXAMPLES)
        told = []
        for row in found:
            key = _shown(classes[table.primary_key], row.key) if table.primary_key and not what.by_row else ""
            shown = "" if one.beside else _shown(classes[one.column], row.value)
            place, value = key or str(row.number), shown
            told.append(f"{place} ({value})" if value and one.kind is not Kind.FILLED else place)
        return told

    def _of_table(self, one: Expectation, finding: Finding) -> Problem | None:
        if one.kind is Kind.ROWS:
            return self._of_rows(one)
        if not one.column:
            return self._of_files(one)
        if finding.newest is None:
            return Problem.of("EXPECTATION_BROKEN.never", column=one.column)
        age = self.now - _instant(finding.newest)
        if age <= timedelta(hours=one.hours):
            return None
        params = {"column": one.column, "age": age // timedelta(hours=1), "hours": one.hours}
        return Problem("EXPECTATION_BROKEN.fresh", "", params)

    def _of_files(self, one: Expectation) -> Problem | None:
        written = self._written() if self.what.by_row else self.what.modified
        if written is None:
            return Problem(
                "EXPECTATION_FILES.unknown" if self.what.source.spec.get("files") else "EXPECTATION_FILES"
            )
        age = self.now - written
        if age <= timedelta(hours=one.hours):
            return None
        return Problem.of("EXPECTATION_BROKEN.files", age=age // timedelta(hours=1), hours=one.hours)

    def _written(self) -> datetime:
        """Return when the newest of the files of this machine was written."""
        _, _, paths = places.resolved(self.what.source.name, self.what.source.spec)
        return datetime.fromtimestamp(max(path.stat().st_mtime for path in paths), UTC)

    def _of_rows(self, one: Expectation) -> Problem | None:
        rows, before = self.rows, self.what.before
        if one.at_least is not None and rows < one.at_least:
            return Problem.of("EXPECTATION_BROKEN.rows", rows=rows, least=one.at_least)
        if one.lose_percent is None or not before:
            return None
        if (before - rows) * _HUNDRED <= one.lose_percent * before:
            return None
        percent = f"{one.lose_percent.normalize():f}"
        return Problem.of("EXPECTATION_BROKEN.lost", rows=rows, before=before, percent=percent)


def _instant(newest: date | datetime) -> datetime:
    """Return until when rows are there: a day counts to its end."""
    if isinstance(newest, datetime):
        return newest.replace(tzinfo=UTC)
    return datetime.combine(newest + timedelta(days=1), time(), UTC)


def _shown(klass: ColumnClass, value: object) -> str:
    """Return a value as everybody may see it; "" where nothing would be left of it."""
    shown = mask_value(klass, value)
    return "" if shown is None or shown == MASKED else str(shown).strip()[:_LONGEST]
