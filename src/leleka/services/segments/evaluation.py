"""Refreshing: what is stale is read or evaluated again, what is not stays."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import orjson
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.columns import Catalogue
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.rules.model import (
    Rule,
    columns_used,
    lists_used,
    relationships_used,
    segments_used,
    tables_used,
    uses_today,
)
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data, without_notes
from leleka.errors import Conflict, InvalidInput, NeedsAttention, NotFound
from leleka.services.installation import lake_sessions
from leleka.services.installation.local_day import today
from leleka.services.measures.evaluation import refresh_measures
from leleka.services.segments import following, timing
from leleka.services.sources import catalogue
from leleka.services.sources.email_addresses import address_book, profiles_source
from leleka.services.sources.loading import Guard, Say, move_pointer, nobody
from leleka.state.models import Measure, ProfileList, Segment, SegmentSize
from leleka.warehouse import segments
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.scope import ListFiles, ProfileSets

_MOST_ASIDE: Final = 50  # snapshots


def refresh_segments(
    session: Engine,
    clock: Clock,
    say: Say,
    chosen: Iterable[Segment] | None = None,
    guard: Guard = nobody,
    *,
    by_hand: bool = False,
    after_reading: bool = True,
) -> None:
    """Evaluate every segment (or those chosen) whose tables, rules or day changed, or whose members were lost: those
    that it is made of before it. Inactive ones keep their members, and so do those whose schedule has not come to a
    day of theirs, unless somebody asks for them ``by_hand``. Where it is not ``after_reading`` the sources, those with
    a schedule of their own keep them, too: a look at one does not use up its day with what was there before.

    ``guard`` is called in each transaction, and raises where what was found may not be written down any more; and
    ``Conflict`` is raised for one that is made of an inactive one.
    """
    rows = list(Segment.objects.order_by("name") if chosen is None else chosen)
    asked_for = frozenset(row.name for row in rows) if by_hand else frozenset[str]()
    evaluation = Evaluation(
        session,
        clock,
        say,
        guard,
        rows={row.name: row for row in rows},
        by_hand=asked_for,
        after_reading=after_reading,
    )
    for row in rows:
        evaluation.bring_up_to_date(row)


@dataclass(slots=True)
class Evaluation:
    """One evaluation of several segments, each at most once; ``rows`` are those that somebody holds already.

    Where there is an ``aside``, nothing is written down of segments: their members are kept there, by basis, for as
    long as nobody sweeps them. ``on_any_day`` evaluates them whatever schedule they have.
    """

    session: Engine
    clock: Clock
    say: Say
    guard: Guard = nobody
    rows: dict[str, Segment] = field(default_factory=dict)
    aside: dict[str, str] | None = None
    by_hand: frozenset[str] = frozenset()
    after_reading: bool = True
    on_any_day: bool = False
    known: Catalogue = field(default_factory=catalogue.current)
    files: Mapping[str, str] = field(default_factory=catalogue.snapshot_files)
    _done: set[str] = field(default_factory=set)

    def bring_up_to_date(self, row: Segment, within: tuple[str, ...] = ()) -> None:
        """``within`` are the segments that are made of this one, and wait for it."""
        if row.name in self._done or self._keeps_members(row):
            return
        rule = parse(row.rules, self.known, f"segment {row.name}, rules")
        lists = _versions_of(rule)
        basis, query = self.asked(rule, row.name, (*within, row.name))
        self._done.add(row.name)
        if self.aside is not None:
            row.snapshot = self._aside(self.aside, row, basis, query)
            return
        if basis == row.basis and lake_sessions.lake().is_sound(row.snapshot):
            move_pointer(row, evaluated_at=utc_now(self.clock))  # its members are still those
            return
        if not self.after_reading and timing.is_its_day(row, today(self.clock)):
            basis = ""  # its rules are new, and its day is still to come with what is read then
        self.say(Message("EVALUATING_SEGMENT", name=row.name))
        snapshot, size = segments.evaluate(self.session, lake_sessions.lake(), row.name, query)
        now = utc_now(self.clock)
        followed = following.follow(self.session, row, snapshot, now)
        values = {"snapshot": snapshot.reference, "size": size, "basis": basis, "evaluated_at": now}
        with transaction.atomic():
            self.guard()
            if move_pointer(row, **values, **followed.values):
                SegmentSize.objects.create(segment=row, size=size, evaluated_at=now, **followed.counts)
                # Rules and lists that somebody changed meanwhile count in the next refresh, whatever days it has.
                others = Segment.objects.filter(pk=row.pk)
                (others if lists != _versions_of(rule) else others.exclude(rules=row.rules)).update(basis="")

    def _keeps_members(self, row: Segment) -> bool:
        if not row.active:
            return True
        if self.on_any_day or row.name in self.by_hand:
            return False
        if not self.after_reading and timing.keeps_its_days(row):
            return True
        return not timing.is_due(row, today(self.clock))

    def _aside(self, kept: dict[str, str], row: Segment, basis: str, query: segments.Members) -> str:
        """Return the snapshot of the members as they are now, without a word of it in the state."""
        lake = lake_sessions.lake()
        if basis == row.basis and lake.is_sound(row.snapshot):
            return row.snapshot
        if not lake.is_sound(kept.get(basis, "")):
            while len(kept) >= _MOST_ASIDE:
                kept.pop(next(iter(kept)), None)
            kept[basis] = segments.evaluate(self.session, lake, row.name, query)[0].reference
        return kept[basis]

    def asked(self, rule: Rule, where: str, within: tuple[str, ...] = ()) -> tuple[str, segments.Members]:
        """Return the digest of all that the rule's members depend on, and the query of them: measures and other
        segments are brought up to date before.
        """
        day = today(self.clock)
        beside = self.bring(rule, where, within)
        basis = basis_of(rule, self.known, self.files, day, beside)
        columns, sets = files_of(beside)
        return basis, segments.compile_rule(rule, self.known, self.files, day, columns, sets=sets)

    def bring(self, rule: Rule, where: str, within: tuple[str, ...] = ()) -> "Beside":
        """Bring up to date what a rule asks for beside tables, and return its snapshots."""
        used = measures_used(rule, self.known)
        measures = refresh_measures(self.session, self.clock, self.say, used, where) if used else {}
        inner = {name: self._inner(name, within).snapshot for name in sorted(segments_used(rule))}
        lists = {name: self._list(name) for name in sorted(lists_used(rule))}
        return Beside(measures, inner, lists)

    def _list(self, name: str) -> tuple[str, ...]:
        """Return the snapshot of a list's entries, and of the addresses that they are looked for among."""
        row = ProfileList.objects.filter(name=name).first()
        if row is None:
            raise NotFound("LIST_UNKNOWN.named", name=name)  # removed since the rules were read
        if not lake_sessions.lake().is_sound(row.snapshot):
            raise NeedsAttention("LIST_LOST", where=name, name=name)
        if not row.column:
            return (row.snapshot,)
        return row.snapshot, address_book(self.session, profiles_source(), row.column, self.say)

    def _inner(self, name: str, within: tuple[str, ...]) -> Segment:
        if name in within:  # nobody saves such rules; two who save at the same moment might
            cycle = " → ".join((*within[within.index(name) :], name))
            raise InvalidInput("RULE_CYCLE", where=f"segment {name}, rules", cycle=cycle)
        row = self.rows.get(name) or Segment.objects.filter(name=name).first()
        if row is None:
            raise NotFound("SEGMENT_UNKNOWN.named", name=name)  # removed since the rules were read
        if not row.active:  # its members may be wrong by now, and those of whatever names it as well
            if not within:
                raise Conflict("SEGMENT_INACTIVE.tried", where="rules", names=[name])
            raise Conflict("SEGMENT_INACTIVE.inner", where=f"segment {within[-1]}, rules", names=[name])
        self.rows[name] = row
        self.bring_up_to_date(row, within)
        return row


def _versions_of(rule: Rule) -> set[tuple[str, int]]:
    """Return the lists that a rule names, as they are now."""
    named = ProfileList.objects.filter(name__in=lists_used(rule))
    return set(named.values_list("name", "version"))


@dataclass(frozen=True, slots=True)
class Beside:
    """The snapshots of what a rule asks for beside tables, by name."""

    measures: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, rule: Rule, known: Catalogue) -> "Beside":
        """Return of these what one rule asks for."""
        columns = {column for table, column in columns_used(rule) if table == known.profiles}
        segments, lists = segments_used(rule), lists_used(rule)
        return Beside(
            {name: one for name, one in self.measures.items() if name in columns},
            {name: one for name, one in self.segments.items() if name in segments},
            {name: one for name, one in self.lists.items() if name in lists},
        )

    def __or__(self, other: "Beside") -> "Beside":
        return Beside(
            {**self.measures, **other.measures},
            {**self.segments, **other.segments},
            {**self.lists, **other.lists},
        )


def files_of(beside: Beside) -> tuple[dict[str, str], ProfileSets]:
    """Return the files of the measures by name, and those of segments and lists."""
    lake = lake_sessions.lake()
    columns = {name: lake.open(snapshot).files for name, snapshot in beside.measures.items()}
    members = {name: lake.open(snapshot).files for name, snapshot in beside.segments.items()}
    lists = {name: ListFiles(*(lake.open(one).files for one in ones)) for name, ones in beside.lists.items()}
    return columns, ProfileSets(members, lists)


def measures_used(rule: Rule, known: Catalogue) -> frozenset[str]:
    """Return the names of the measures that a rule asks for."""
    asked = {column for table, column in columns_used(rule) if table == known.profiles}
    return frozenset(Measure.objects.filter(name__in=asked).values_list("name", flat=True))


def basis_of(rule: Rule, known: Catalogue, files: Mapping[str, str], day: date, beside: Beside) -> str:
    """Return the digest of all that the members of a segment depend on."""
    used = {known.profiles} | tables_used(rule)
    told = {
        "rules": without_notes(to_data(rule)),
        "tables": {name: files[name] for name in sorted(used)},
        "relationships": [known.relationships[name] for name in sorted(relationships_used(rule))],
        "today": day.isoformat() if uses_today(rule) else None,
    }
    # Without any it is the digest of installations that know none.
    told |= {"measures": dict(beside.measures)} if beside.measures else {}
    told |= {"segments": dict(beside.segments)} if beside.segments else {}
    told |= {"lists": {name: list(ones) for name, ones in beside.lists.items()}} if beside.lists else {}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
