"""Calculating measures: what is out of date is calculated again; where that fails, the last values stay, unused."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import orjson
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.columns import Catalogue
from leleka.core.measures.model import (
    Aggregated,
    Measure,
    changes_daily,
    tables_used,
    to_data,
    type_of,
)
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.rules.model import relationships_used
from leleka.errors import LelekaError, NeedsAttention, NotFound
from leleka.messages.stored import problem_data
from leleka.services.installation import lake_sessions
from leleka.services.installation.local_day import today
from leleka.services.measures.validation import IDENTIFYING, check_measure
from leleka.services.sources import catalogue, column_classes
from leleka.services.sources.loading import Guard, Say, move_pointer, nobody
from leleka.state.models import Measure as MeasureRow
from leleka.warehouse import measures
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.scope import Scope


def bring_up_to_date(session: Engine, clock: Clock, say: Say, row: MeasureRow, guard: Guard = nobody) -> bool:
    """Calculate a measure where anything it depends on changed, or its values were lost; return whether it was.

    Raises what keeps it from being calculated, which is written down with it; its last values stay.
    """
    try:
        return _calculated(session, clock, say, row, guard)
    except LelekaError as error:
        told = [problem_data(problem) for problem in error.problems]
        with transaction.atomic():
            guard()
            move_pointer(row, problems=told)
        raise


def refresh_measures(
    session: Engine, clock: Clock, say: Say, names: Iterable[str], where: str
) -> Mapping[str, str]:
    """Bring the measures of these names up to date for what stands at ``where``; return their snapshots by name.

    Raises ``NeedsAttention`` MEASURE_BROKEN for the first that cannot be calculated.
    """
    found: dict[str, str] = {}
    for name in sorted(names):
        row = MeasureRow.objects.filter(name=name).first()
        if row is None:
            raise NotFound("MEASURE_UNKNOWN.named", where=where, name=name)
        try:
            bring_up_to_date(session, clock, say, row)
        except LelekaError as error:
            raise NeedsAttention(
                "MEASURE_BROKEN", where=where, name=name, problem=error.problems[0]
            ) from error
        found[name] = row.snapshot
    return found


def _calculated(session: Engine, clock: Clock, say: Say, row: MeasureRow, guard: Guard) -> bool:
    known, classes = catalogue.of_files(), column_classes.of_files()
    names = MeasureRow.objects.values_list("name", flat=True)
    measure = check_measure(row.definition, row.name, known, classes, ("", set(names)))
    files, day = catalogue.snapshot_files(), today(clock)
    look = classes.of_measure(measure, known.profiles) not in IDENTIFYING
    basis = _basis(measure, known, files, day, look=look)
    kind = type_of(measure).value
    if basis == row.basis and lake_sessions.lake().is_sound(row.snapshot):
        move_pointer(row, calculated_at=utc_now(clock), problems=[], type=kind)
        return False
    say(Message("CALCULATING_MEASURE", name=row.name))
    place = known, Scope(files, day)
    written, filled, shape = measures.evaluate(
        session, lake_sessions.lake(), row.name, measure, place, look=look
    )
    with transaction.atomic():
        guard()
        move_pointer(
            row,
            snapshot=written.reference,
            basis=basis,
            type=kind,
            filled=filled,
            shape=shape.to_data(),
            problems=[],
            calculated_at=utc_now(clock),
        )
    return True


def _basis(measure: Measure, known: Catalogue, files: Mapping[str, str], day: date, *, look: bool) -> str:
    """Return the digest of all that the values depend on. Raises ``NeedsAttention`` where a source was never read."""
    tables = sorted(tables_used(measure, known.profiles))
    for name in tables:
        if name not in files:
            raise NeedsAttention("MEASURE_SOURCE_UNREAD", source=name)
    used = set[str]()
    if isinstance(measure, Aggregated):
        used = {hop.relationship for hop in measure.path}
        used |= relationships_used(measure.where) if measure.where else set()
    told = {
        "measure": to_data(measure),
        "tables": {name: files[name] for name in tables},
        "relationships": [known.relationships[name] for name in sorted(used)],
        "key": known.profile_table.primary_key,
        "today": day.isoformat() if changes_daily(measure) else None,
        "look": look,
    }
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
