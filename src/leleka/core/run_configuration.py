"""What a run keeps to, whatever is edited while it runs, and its stored shape.

A run is *outlined* when it is asked for: the settings of its export, and the segments as they last were. It is *frozen*
when it begins: from then on ``frozen`` names the snapshots that it plans over. The shape of the stored JSON is that of
0.1.0, in which a frozen run has more keys than an outlined one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, Leavers, leavers_of, matching_of
from leleka.core.growth import Growth, growth_of
from leleka.errors import NeedsAttention

T = TypeVar("T")
_UNCONFIRMED = "subscribe_unconfirmed"


@dataclass(frozen=True, slots=True)
class SegmentSnapshot:
    """A segment of the export: its members are in ``snapshot``, "" where it was never evaluated."""

    name: str
    snapshot: str
    size: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """The snapshots that a run plans over. ``elsewhere`` are the members of other exports' segments that share the
    list, each with the addresses by which these are known; ``measures`` are the (name, snapshot) of columns of the
    table that are measures.
    """

    table: Table
    profiles: str
    addresses: str
    elsewhere: tuple[tuple[str, str], ...] = ()
    measures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RunConfiguration:
    """The settings of a run. ``frozen`` is None until it begins.

    ``resend`` sends rows again that were refused before, ``refresh`` has the run bring up to date what it needs, and
    ``by_operator`` lets it begin without an export user. ``subscribe_unconfirmed`` is that of the export.
    """

    export: str
    connection: str
    type: str
    host: str
    target: str
    share: float
    automations: bool
    limit: int
    matching: DataMatching
    leavers: Leavers
    segments: tuple[SegmentSnapshot, ...]
    resend: bool = False
    refresh: bool = True
    by_operator: bool = True
    subscribe_unconfirmed: bool = False
    frozen: Frozen | None = None
    growth: Growth = field(default_factory=Growth)

    def to_data(self) -> dict[str, Any]:
        """Return the JSON that is stored with the run."""
        data: dict[str, Any] = {
            "export": self.export,
            "connection": self.connection,
            "type": self.type,
            "host": self.host,
            "target": self.target,
            "share": self.share,
            "automations": self.automations,
            "limit": self.limit,
            "matching": self.matching.to_data(),
            "leavers": self.leavers.to_data(),
            "segments": [[one.name, one.snapshot, one.size] for one in self.segments],
            "resend": self.resend,
            "refresh": self.refresh,
            "by_operator": self.by_operator,
            "growth": self.growth.to_data(),
        }
        if self.subscribe_unconfirmed:
            data[_UNCONFIRMED] = True
        return data if self.frozen is None else {**data, **_data_of(self.frozen)}


def is_frozen(data: Mapping[str, Any]) -> bool:
    """Return whether stored JSON is that of a run that has begun; nothing else of it need be in order."""
    return "profiles" in data


def read_configuration(data: Mapping[str, Any], where: str) -> RunConfiguration:
    """Return the configuration in stored JSON. Raises ``NeedsAttention`` RUN_CONFIGURATION_DAMAGED, which names the
    part that is missing or wrong.
    """
    try:
        return _read(data)
    except _DamagedError as damaged:
        raise NeedsAttention("RUN_CONFIGURATION_DAMAGED", where=where, part=str(damaged)) from None


class _DamagedError(Exception):
    """A part of the stored JSON that is not as it was written."""


def _read(data: Mapping[str, Any]) -> RunConfiguration:
    return RunConfiguration(
        export=_at(data, "export", str),
        connection=_at(data, "connection", str),
        type=_at(data, "type", str),
        host=_at(data, "host", str),
        target=_at(data, "target", str),
        share=float(_at(data, "share", (float, int))),
        automations=_at(data, "automations", bool),
        limit=_at(data, "limit", int),
        matching=_parsed(data, "matching", matching_of),
        leavers=_parsed(data, "leavers", leavers_of),
        segments=_parsed(data, "segments", _segments),
        resend=_at(data, "resend", bool),
        refresh=_at(data, "refresh", bool),
        by_operator=_at({"by_operator": True, **data}, "by_operator", bool),  # runs before export users
        subscribe_unconfirmed=_at(
            {_UNCONFIRMED: False, **data}, _UNCONFIRMED, bool
        ),  # runs before it was asked
        frozen=_frozen(data) if is_frozen(data) else None,
        growth=_parsed({"growth": Growth().to_data(), **data}, "growth", growth_of),  # runs of 0.1.0
    )


def _frozen(data: Mapping[str, Any]) -> Frozen:
    return Frozen(
        table=_parsed(data, "table", _table),
        profiles=_at(data, "profiles", str),
        addresses=_at(data, "addresses", str),
        elsewhere=_parsed(data, "elsewhere", _pairs),
        measures=_parsed({"measures": [], **data}, "measures", _pairs),  # runs before there were any
    )


def _data_of(frozen: Frozen) -> dict[str, Any]:
    table = frozen.table
    columns = [[column.name, column.type.value] for column in table.columns]
    data = {
        "table": {"name": table.name, "columns": columns, "primary_key": table.primary_key},
        "profiles": frozen.profiles,
        "addresses": frozen.addresses,
        "elsewhere": [list(pair) for pair in frozen.elsewhere],
    }
    if frozen.measures:
        data["measures"] = [list(pair) for pair in frozen.measures]
    return data


def _table(data: Any) -> Table:
    columns = tuple(Column(name, ColumnType(kind)) for name, kind in data["columns"])
    return Table(data["name"], columns, data["primary_key"])


def _segments(data: Any) -> tuple[SegmentSnapshot, ...]:
    return tuple(SegmentSnapshot(name, snapshot, size) for name, snapshot, size in data)


def _pairs(data: Any) -> tuple[tuple[str, str], ...]:
    return tuple((members, addresses) for members, addresses in data)


def _at(data: Mapping[str, Any], name: str, kind: type[T] | tuple[type[T], ...]) -> T:
    value = data.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _DamagedError(name)
    return value


def _parsed(data: Mapping[str, Any], name: str, parse: Callable[[Any], T]) -> T:
    try:
        return parse(data[name])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _DamagedError(name) from None
