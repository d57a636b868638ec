"""Bringing rows of the state to what a file says, and remembering what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from leleka.errors import Conflict, InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import unique
from leleka.services.audit.log import record
from leleka.services.exports.open_sends import is_settled
from leleka.services.lists.queries import users_of as segments_naming
from leleka.services.measures.usage import users_of
from leleka.services.runs.audit import record_removed
from leleka.services.segments.usage import users_of as segments_using
from leleka.services.source_connections.commands import refuse_in_use
from leleka.state.models import (
    Connection,
    Export,
    ExportSegment,
    Measure,
    ProfileList,
    RelationshipRow,
    Run,
    Segment,
    Source,
    SourceConnection,
)


class Did(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    ABSENT = "absent"  # in the store, not in the file: removed only with --prune


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one object. ``fields`` names what differs; of an absent one, the file it was made by."""

    kind: str
    name: str
    did: Did
    fields: tuple[str, ...] = ()


# In the order in which they need each other.
_KINDS: Final[tuple[tuple[str, Any], ...]] = (
    ("source connection", SourceConnection),
    ("source", Source),
    ("relationship", RelationshipRow),
    ("measure", Measure),
    ("list", ProfileList),
    ("segment", Segment),
    ("connection", Connection),
    ("export", Export),
)


class Changes:
    """Compares field by field, saves what differs, remembers what was done."""

    def __init__(self, path: str, actor: Actor) -> None:
        self.done: list[Applied] = []
        self._path = path
        self._actor = actor

    def upsert(self, kind: str, name: str, values: Mapping[str, Any], beside: Sequence[str] = ()) -> Any:
        """Create or change a row; ``beside`` names what differs about it elsewhere than in its columns.

        Raises ``Conflict`` NAME_TAKEN where somebody makes one of that name at the same moment.
        """
        model = dict(_KINDS)[kind]
        row = model.objects.filter(name=name).first()
        wanted = {**values, "managed_by_file": self._path}
        if row is None:
            with unique(Conflict("NAME_TAKEN.meanwhile", where=name, name=name)):
                row = model.objects.create(name=name, **wanted)
            self._note(kind, name, Did.CREATED)
            return row
        differing = [key for key, value in wanted.items() if getattr(row, key) != value]
        for key in differing:
            setattr(row, key, wanted[key])
        if differing:
            row.save()
        differing += beside
        self._note(kind, name, Did.CHANGED if differing else Did.UNCHANGED, differing)
        return row

    def note_schedule(self, fields: Sequence[str]) -> None:
        """Remember what became of the system's schedule."""
        self._note("schedule", "system", Did.CHANGED if fields else Did.UNCHANGED, fields)

    @property
    def path(self) -> str:
        return self._path

    def absent(self, *, prune: bool) -> None:
        """Say what the file does not name; with ``prune`` remove what this file once made."""
        seen = {(one.kind, one.name) for one in self.done}
        made = Segment.objects.filter(managed_by_file=self._path).values_list("name", flat=True)
        leaving = frozenset(name for name in made if ("segment", name) not in seen)
        for kind, model in reversed(_KINDS):
            for row in model.objects.order_by("name"):
                if (kind, row.name) in seen:
                    continue
                if row.managed_by_file != self._path:
                    self._note(kind, row.name, Did.ABSENT, (row.managed_by_file,))
                elif prune:
                    _remove(self._actor, kind, row, leaving)
                    self._note(kind, row.name, Did.REMOVED)
                else:
                    self._note(kind, row.name, Did.ABSENT)

    def _note(self, kind: str, name: str, did: Did, fields: Sequence[str] = ()) -> None:
        self.done.append(Applied(kind, name, did, tuple(fields)))
        if did not in {Did.UNCHANGED, Did.ABSENT}:
            record(self._actor, f"{kind} {did}", name, {"fields": list(fields), "file": self._path})


def _remove(actor: Actor, kind: str, row: Any, leaving: frozenset[str]) -> None:
    """``leaving`` are the segments that go, in whatever order."""
    if kind == "export" and Run.objects.filter(export=row, finished_at__isnull=True).exists():
        raise InvalidInput("EXPORT_RUNNING.removed", where=row.name)
    if kind == "export" and not is_settled(row):
        # Its runs go with it, and with them the knowledge of who must wait: another export would overtake (I-5).
        raise InvalidInput("EXPORT_UNSETTLED.file", where=row.name)
    if kind == "source connection":
        refuse_in_use(row.name)
    if kind == "measure" and (using := users_of(row.name)):
        raise InvalidInput("MEASURE_IN_USE.staying", where=row.name, users=list(using))
    if kind == "list" and (naming := segments_naming(row.name)):
        raise InvalidInput("LIST_IN_USE", where=row.name, users=list(naming))
    if kind == "segment" and (staying := [one for one in segments_using(row.name) if one not in leaving]):
        raise InvalidInput("SEGMENT_IN_USE.segments", where=row.name, users=staying)
    users = _exports_that_use(kind, row)
    if users:
        key = "SEGMENT_IN_USE.staying" if kind == "segment" else "CONNECTION_IN_USE.staying"
        raise InvalidInput(key, where=row.name, exports=list(users))
    if kind == "export":
        record_removed(actor, row)
    row.delete()


def _exports_that_use(kind: str, row: Any) -> Sequence[str]:
    if kind == "connection":
        return list(row.exports.order_by("name").values_list("name", flat=True))
    if kind == "segment":
        uses = ExportSegment.objects.filter(segment=row).order_by("export__name")
        return list(uses.values_list("export__name", flat=True))
    return ()
