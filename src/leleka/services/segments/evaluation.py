"""Refreshing: what is stale is read or evaluated again, what is not stays."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import orjson
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.columns import Catalogue
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.rules.model import (
    Related,
    Rule,
    columns_used,
    relationships_used,
    to_data,
    uses_today,
    walk,
)
from leleka.core.rules.parser import parse
from leleka.services.installation import lake_sessions
from leleka.services.installation.local_day import today
from leleka.services.measures.evaluation import refresh_measures
from leleka.services.segments import following
from leleka.services.sources import catalogue
from leleka.services.sources.loading import Guard, Say, move_pointer, nobody
from leleka.state.models import Measure, Segment, SegmentSize
from leleka.warehouse import segments
from leleka.warehouse.engines.port import Engine


def refresh_segments(
    session: Engine,
    clock: Clock,
    say: Say,
    chosen: Iterable[Segment] | None = None,
    guard: Guard = nobody,
) -> None:
    """Evaluate every segment (or those chosen) whose tables, rules or day changed, or whose members were lost.

    ``guard`` is called in each transaction, and raises where what was found may not be written down any more.
    """
    known = catalogue.current()
    files = catalogue.snapshot_files()
    lake = lake_sessions.lake()
    for segment in Segment.objects.order_by("name") if chosen is None else chosen:
        rule = parse(segment.rules, known, f"segment {segment.name}, rules")
        used = measures_used(rule, known)
        measures = refresh_measures(session, clock, say, used, segment.name) if used else {}
        basis = basis_of(rule, known, files, today(clock), measures)
        if basis == segment.basis and lake.is_sound(segment.snapshot):
            move_pointer(segment, evaluated_at=utc_now(clock))  # its members are still those
            continue
        say(Message("EVALUATING_SEGMENT", name=segment.name))
        columns = {name: lake.open(snapshot).files for name, snapshot in measures.items()}
        query = segments.compile_rule(rule, known, files, today(clock), columns)
        snapshot, size = segments.evaluate(session, lake, segment.name, query)
        now = utc_now(clock)
        followed = following.follow(session, segment, snapshot, now)
        values = {"snapshot": snapshot.reference, "size": size, "basis": basis, "evaluated_at": now}
        with transaction.atomic():
            guard()
            if move_pointer(segment, **values, **followed.values):
                SegmentSize.objects.create(segment=segment, size=size, evaluated_at=now, **followed.counts)


def measures_used(rule: Rule, known: Catalogue) -> frozenset[str]:
    """Return the names of the measures that a rule asks for."""
    asked = {column for table, column in columns_used(rule) if table == known.profiles}
    return frozenset(Measure.objects.filter(name__in=asked).values_list("name", flat=True))


def basis_of(
    rule: Rule, known: Catalogue, files: Mapping[str, str], day: date, measures: Mapping[str, str]
) -> str:
    """Return the digest of all that the members of a segment depend on; ``measures`` are the snapshots of those that it
    asks for.
    """
    used = {known.profiles} | {part.hop.table for part in walk(rule) if isinstance(part, Related)}
    told = {
        "rules": to_data(rule),
        "tables": {name: files[name] for name in sorted(used)},
        "relationships": [known.relationships[name] for name in sorted(relationships_used(rule))],
        "today": day.isoformat() if uses_today(rule) else None,
    }
    if measures:  # without any it is the digest of installations that know none
        told["measures"] = dict(measures)
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
