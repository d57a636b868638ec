"""Expectations that the current rows meet: a beginning for whoever expects nothing yet."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from leleka.core.clock import current_clock, utc_now
from leleka.core.column_classes import ColumnClass
from leleka.core.columns import TEMPORAL
from leleka.core.quality.model import Expectation, Kind, Severity
from leleka.services.installation import lake_sessions
from leleka.services.installation.local_day import today
from leleka.services.sources import catalogue
from leleka.services.sources.column_classes import Classed, classed
from leleka.state.models import Source
from leleka.warehouse import catalogue as warehouse_catalogue
from leleka.warehouse import expectations as warehouse
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.expectations import Moment

_MOST_COLUMNS: Final = 60
_FEW: Final = 8  # values of a column that is a choice of few ...
_EACH_OFTEN: Final = 5  # ... of which each stands there so often
_NEARLY: Final = Decimal(50)  # per cent: a column that is filled less often is one that people leave out
_LOSES: Final = Decimal(20)  # per cent of the rows
_DAY: Final = 26  # hours: a day, and two for a delivery that is late
_WEEK: Final = 7 * 24 + 2
_HUNDRED: Final = Decimal(100)


def find(session: Engine, source: Source) -> list[Expectation]:
    """Return what the rows of a source are like, as expectations of its next readings."""
    table = catalogue.table_of(source)
    known = list(classed(source))[:_MOST_COLUMNS]
    snapshot = lake_sessions.lake().open(source.snapshot)
    likely = {source.spec.get("email")} - {source.spec.get("primary_key")}  # the reader looked at the key
    unique = [Expectation(Kind.UNIQUE, one.column.name) for one in known if one.column.name in likely]
    filled = [Expectation(Kind.FILLED, one.column.name) for one in known]
    fresh = [
        Expectation(Kind.FRESH, one.column.name, hours=1) for one in known if one.column.type in TEMPORAL
    ]
    moment = Moment(utc_now().replace(tzinfo=None), today(current_clock()))
    asked = [*unique, *filled, *fresh]
    rows, found = warehouse.judge(session, snapshot, table, asked, moment)
    if not rows:
        return []
    by_key = {(one.kind, one.column): each for one, each in zip(asked, found, strict=True)}
    told = list[Expectation]()
    for one in known:
        name = one.column.name
        doubled = by_key.get((Kind.UNIQUE, name))
        counts = (rows, by_key[Kind.FILLED, name].rows, doubled.rows if doubled else 0)
        told += _of_column(source, one, counts)
        told += _choice(session, source, one, rows)
    updated = by_key.get((Kind.FRESH, source.spec.get("updated_at") or ""))
    told += _fresh(source.spec.get("updated_at"), updated.newest if updated else None)
    return [*told, Expectation(Kind.ROWS, lose_percent=_LOSES)]


def _of_column(source: Source, one: Classed, counts: tuple[int, int, int]) -> Iterable[Expectation]:
    rows, empty, doubled = counts
    name, is_key = one.column.name, one.column.name == source.spec.get("primary_key")
    share = ((rows - empty) * _HUNDRED / rows).quantize(Decimal(1), ROUND_FLOOR)
    if is_key:
        yield Expectation(Kind.UNIQUE, name)
        yield Expectation(Kind.FILLED, name)
    elif one.klass is ColumnClass.CONTACT and share >= _NEARLY:
        yield Expectation(Kind.FILLED, name, Severity.FAIL if share == _HUNDRED else Severity.WARN, share)
        if name == source.spec.get("email") and not doubled:
            yield Expectation(Kind.UNIQUE, name, Severity.WARN)


def _choice(session: Engine, source: Source, one: Classed, rows: int) -> Iterable[Expectation]:
    """Suggest the values of a column that holds one of few, and that somebody classed as harmless."""
    if one.shown_as is not ColumnClass.HARMLESS or one.column.type.value != "text":
        return
    snapshot = lake_sessions.lake().open(source.snapshot)
    values = warehouse_catalogue.top_values(session, snapshot, one.column.name, _FEW + 1)
    if 1 < len(values) <= _FEW and rows >= len(values) * _EACH_OFTEN:
        texts = tuple(sorted(str(value) for value, _ in values if str(value).strip()))
        yield Expectation(Kind.VALUES, one.column.name, Severity.WARN, values=texts)


def _fresh(column: str | None, newest: object) -> Iterable[Expectation]:
    if column is None or newest is None:
        return
    at = newest if isinstance(newest, datetime) else datetime.fromisoformat(str(newest))
    age = math.ceil((utc_now() - at.replace(tzinfo=UTC)).total_seconds() / 3600)
    hours = next((usual for usual in (_DAY, _WEEK) if age <= usual), None)
    if hours is not None:
        yield Expectation(Kind.FRESH, column, Severity.WARN, hours=hours)
