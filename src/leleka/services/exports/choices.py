from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from leleka.core.columns import ColumnType
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Field, Target
from leleka.destinations.registry import title_of
from leleka.errors import LelekaError, Problem, TryLater
from leleka.messages.problems import without_particulars
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows, may_use, require
from leleka.services.connections import live_account
from leleka.services.connections.far_side import SLOW
from leleka.services.sources import catalogue
from leleka.state.models import Connection, Segment

_COME_AGAIN: Final = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    name: str
    size: int | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What an export can be made of. ``connections`` are the names of those one may use, by type."""

    connections: Mapping[str, Sequence[str]]
    segments: Sequence[SegmentChoice]
    columns: Sequence[str]
    text_columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Offered:
    """The lists and the custom fields of an account; or why it could not be asked, and when it is worth asking again
    where that may help.
    """

    lists: Sequence[Target] = ()
    fields: Sequence[Field] = ()
    problems: Sequence[Problem] = field(default=())
    retry_after: float | None = None

    @property
    def going_on(self) -> bool:
        """Return whether the account is still being asked, and another look will find the answer."""
        return any(one.key == SLOW for one in self.problems)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many members some segments have together, somebody in two of them counted twice.

    ``unknown`` are the segments that were never evaluated; ``plan_limit`` the contacts the account pays for.
    """

    members: int
    limit: int
    plan_limit: int | None
    unknown: Sequence[str]

    @property
    def too_large(self) -> bool:
        return self.members > self.limit

    @property
    def beyond_plan(self) -> bool:
        return self.plan_limit is not None and self.members > self.plan_limit


def choices(actor: Actor) -> Choices:
    """Return what one may choose from; of connections their names and types alone (CI-C10)."""
    require(actor, Permission.CHOOSE_CONNECTIONS)
    sections: dict[str, list[str]] = {}
    for connection in Connection.objects.order_by("type", "name"):
        if may_use(actor, connection):
            sections.setdefault(title_of(connection.type), []).append(connection.name)
    try:
        columns = catalogue.current().profile_table.columns
    except LelekaError:
        columns = ()  # without profiles there is nothing to match yet
    segments = Segment.objects.order_by("name").values_list("name", "size", "active")
    return Choices(
        connections=sections,
        segments=[SegmentChoice(*one) for one in segments],
        columns=[column.name for column in columns],
        text_columns=[column.name for column in columns if column.type is ColumnType.TEXT],
    )


def offered(actor: Actor, name: str, clock: Clock) -> Offered:
    """Ask an account for its lists and custom fields; one that cannot be asked says why."""
    require(actor, Permission.CHOOSE_CONNECTIONS)
    connection = Connection.objects.filter(name=name).first()
    if connection is None or not may_use(actor, connection):
        return Offered()
    try:
        lists, fields = live_account.offers(actor, name, clock)
    except LelekaError as error:
        later = (error.retry_after or _COME_AGAIN) if isinstance(error, TryLater) else None
        if allows(actor, Permission.CONNECTIONS):
            return Offered(problems=error.problems, retry_after=later)
        return Offered(problems=[without_particulars(one) for one in error.problems], retry_after=later)
    return Offered(lists, [one for one in fields if one.key.startswith("field:")])


def sum_of(actor: Actor, segments: Sequence[str], connection: str, limit: int) -> Sum:
    """Add up segments as last evaluated, to be compared with what may be sent."""
    require(actor, Permission.CHOOSE_CONNECTIONS)
    sizes = dict(Segment.objects.filter(name__in=segments).values_list("name", "size"))
    used = Connection.objects.filter(name=connection).first()
    return Sum(
        members=sum(size or 0 for size in sizes.values()),
        limit=limit,
        plan_limit=used.plan_limit if used is not None and may_use(actor, used) else None,
        unknown=sorted(name for name, size in sizes.items() if size is None),
    )
