"""Giving, replacing and removing lists of profiles."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.errors import Conflict, InvalidInput, NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definitions.refusals import checked_name
from leleka.services.installation import lake_sessions
from leleka.services.lists.contracts import Entries, ListView
from leleka.services.lists.entries import EXAMPLES, MOST, digest_of, masked, read_entries
from leleka.services.lists.queries import find_by_id, profile_list, users_of
from leleka.services.segments import commands as segment_commands
from leleka.services.segments.usage import exports_fed, forget, with_users
from leleka.services.sources import catalogue
from leleka.services.sources.email_addresses import address_book, profiles_source
from leleka.state.models import ProfileList
from leleka.warehouse import segments
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.members import lists as profile_lists

_NAMED: Final = "name"


@dataclass(frozen=True, slots=True)
class Kept:
    """Entries in the lake: the columns of a list, and some of those that no profile has, or that are none, masked."""

    values: dict[str, Any]
    examples: tuple[str, ...]


def create(
    actor: Actor, name: str, entries: Iterable[str], column: str = "", *, segment: bool = False
) -> ListView:
    """Make a list, and with it a static ``segment`` of the same name: the people in the list.

    Raises ``InvalidInput`` with what is wrong, ``Conflict`` NAME_TAKEN.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    called = _called(name)
    if ProfileList.objects.filter(name=called).exists():
        raise _taken(called)
    kept = keep(actor, called, read_entries(entries, addresses=bool(column)), column)
    with transaction.atomic():
        with unique(_taken(called)):
            row = ProfileList.objects.create(name=called, **kept.values)
        record(actor, "list created", called, _figures(kept))
        if segment:
            segment_commands.create(actor, called, orjson.dumps({"list": called}).decode())
    return replace(profile_list(actor, row.pk), examples=kept.examples)


def give(actor: Actor, number: int, entries: Iterable[str], column: str | None, version: int) -> ListView:
    """Let entries take the place of those of a list: of the same kind where ``column`` is None.

    Raises ``Conflict`` STALE, ``Forbidden`` where an export depends on it that somebody may only look at.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    row = _editable(actor, number)
    column = row.column if column is None else column
    kept = keep(actor, row.name, read_entries(entries, addresses=bool(column)), column)
    with transaction.atomic():
        row = _editable(actor, number)
        changes = {**kept.values, "version": F("version") + 1}
        if not ProfileList.objects.filter(pk=number, version=version).update(**changes):
            raise stale(row.name)
        forget(with_users(users_of(row.name)))
        record(actor, "list replaced", row.name, _figures(kept))
    return replace(profile_list(actor, number), examples=kept.examples)


def add(actor: Actor, number: int, entries: Iterable[str], version: int) -> ListView:
    """Put further entries into a list, of its own kind. Raises as ``give``, ``NeedsAttention`` LIST_LOST."""
    return _changed(actor, number, entries, version, away=False)


def take_out(actor: Actor, number: int, entries: Iterable[str], version: int) -> ListView:
    """Take entries out of a list; those that are not in it change nothing. Raises as ``add``."""
    return _changed(actor, number, entries, version, away=True)


def _changed(actor: Actor, number: int, entries: Iterable[str], version: int, *, away: bool) -> ListView:
    require(actor, Permission.EDIT_SEGMENTS)
    row = _editable(actor, number)
    read, lake = read_entries(entries, addresses=bool(row.column)), lake_sessions.lake()
    if not lake.is_sound(row.snapshot):
        raise NeedsAttention("LIST_LOST", where=row.name, name=row.name)
    change = profile_lists.without_entries if away else profile_lists.with_entries
    with lake_sessions.small_session() as session:
        snapshot, moved = change(session, lake, row.name, lake.open(row.snapshot), read.values)
        unknown, first = _unknown(session, snapshot, row.column)
    if not away and row.size + len(moved) > MOST:
        raise InvalidInput("LIST_TOO_LONG", where="entries", most=MOST)
    values = {
        "snapshot": snapshot.reference,
        "digest": digest_of(moved, row.digest, away=away),
        "size": row.size + (-len(moved) if away else len(moved)),
        "unknown": unknown,
        "unusable": row.unusable + (0 if away else read.unusable),
        "given_by": actor.name,
        "given_at": utc_now(),
    }
    with transaction.atomic():
        row = _editable(actor, number)
        if not ProfileList.objects.filter(pk=number, version=version).update(
            **values, version=F("version") + 1
        ):
            raise stale(row.name)
        forget(with_users(users_of(row.name)))
        did = "list entries removed" if away else "list entries added"
        record(actor, did, row.name, {"size": values["size"], "entries": len(moved)})
    examples = (*read.examples, *(() if away else map(masked, first)))[:EXAMPLES]
    return replace(profile_list(actor, number), examples=examples)


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` LIST_IN_USE where the rules of a segment name it."""
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        row = _editable(actor, number)
        if users := users_of(row.name):
            raise Conflict("LIST_IN_USE", where=row.name, users=users)
        record(actor, "list removed", row.name)
        row.delete()


def keep(actor: Actor, name: str, entries: Entries, column: str) -> Kept:
    """Write entries to the lake, and look for those that no profile has. Raises ``InvalidInput`` for a column that the
    profiles do not have, and where no entry can be used.
    """
    profiles = profiles_source()
    table = catalogue.table_of(profiles)
    if column and table.column(column) is None:
        raise InvalidInput("RULE_UNKNOWN_COLUMN", where="column", table=table.name, name=column, near="")
    if not entries.values:  # a list of people who must get nothing would let all of them through
        raise InvalidInput("LIST_EMPTY.unusable", where="entries")
    with lake_sessions.small_session() as session:
        written = segments.write_list(session, lake_sessions.lake(), name, entries.values)
        unknown, first = _unknown(session, written, column)
    values = {
        "column": column,
        "snapshot": written.reference,
        "digest": entries.digest,
        "size": len(entries.values),
        "unknown": unknown,
        "unusable": entries.unusable,
        "given_by": actor.name,
        "given_at": utc_now(),
    }
    return Kept(values, (*entries.examples, *map(masked, first))[:EXAMPLES])


def _unknown(session: Engine, written: Snapshot, column: str) -> tuple[int, tuple[str, ...]]:
    """Return how many entries no profile has, and the first of them."""
    known = _known(session, column)
    return segments.unknown_entries(session, written, known, EXAMPLES) if known else (0, ())


def _known(session: Engine, column: str) -> tuple[str, str] | None:
    """Return where the keys, or the addresses, of all profiles are; None where the profiles were not read yet."""
    profiles = profiles_source()
    if not profiles.snapshot:
        return None
    lake = lake_sessions.lake()
    if column:
        return lake.open(address_book(session, profiles, column, _nobody)).files, "email_key"
    return lake.open(profiles.snapshot).files, catalogue.table_of(profiles).primary_key or ""


def _editable(actor: Actor, number: int) -> ProfileList:
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, exports_fed(users_of(row.name)))
    return row


def _figures(kept: Kept) -> dict[str, int]:
    return {name: int(kept.values[name]) for name in ("size", "unknown", "unusable")}


def _called(name: str) -> str:
    try:
        return checked_name(name)
    except InvalidInput as error:
        raise InvalidInput.of([replace(problem, where=_NAMED) for problem in error.problems]) from None


def _taken(name: str) -> Conflict:
    return Conflict("NAME_TAKEN.list", where=_NAMED, name=name)


def _nobody(_: Message) -> None:
    """Nobody looks on."""
