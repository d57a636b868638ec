"""Reading a source through a connection: copied into a folder aside, then made a snapshot like files of this machine.

All or nothing: what is cut short leaves the folder to be removed, and the last snapshot where it is.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from leleka.connectors.objects.place import awaited
from leleka.connectors.objects.urls import is_url
from leleka.core.clock import current_clock, utc_now
from leleka.core.columns import Column, ColumnType
from leleka.core.messages import Message
from leleka.core.ports.connector import Connector, Copied, Since, Version, Wanted, Watch
from leleka.core.schedules import whole_readings
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, LelekaError
from leleka.services.installation import lake_sessions
from leleka.services.source_connections.opening import Way, way_called, way_of_urls
from leleka.services.sources import catalogue, marks
from leleka.services.sources.loaded import Loaded, digest_of, of_readers
from leleka.state.models import Source
from leleka.warehouse import readers, source_changes
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake

Say = Callable[[Message], None]
MARKS: Final = frozenset({ColumnType.INTEGER, ColumnType.DATE, ColumnType.DATETIME})
_EVERY: Final = 2.0  # seconds between two messages of how far it is


def _go_on() -> None:
    """Nobody ends it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source is read: ``ways`` are connections of a file that is being applied, by name; ``go_on`` raises what is
    to end it; ``before`` is the source as it is stored.
    """

    ways: Mapping[str, Way] = field(default_factory=dict)
    go_on: Callable[[], object] = _go_on
    before: Source | None = None


def load_if_stale(
    session: Engine, name: str, spec: Mapping[str, Any], digest: str, say: Say, *, reading: Reading
) -> Loaded | None:
    """Copy what a source asks of its connection, or give None where it is what ``digest`` tells of.

    Raises ``InvalidInput``, ``NeedsAttention`` and ``TryLater``, with the source's name as their place.
    """
    source, before = catalogue.spec_of_source(name, spec), reading.before if digest else None
    with _placed(name):
        way = _way(name, spec, reading)
        asked = _Asked(session, source, spec, before, marks.place_of(way, spec), utc_now())
        say(Message("READING_SOURCE", name=name))
        watch = _Watch(name, say, reading.go_on)
        with way.opened() as connector:
            since = asked.since()
            joined = asked.changes(connector, since, watch) if since else None
            return joined or asked.whole(connector, digest, watch)


@contextmanager
def copied(
    session: Engine, name: str, spec: Mapping[str, Any], say: Say
) -> Iterator[tuple[SourceSpec, tuple[Path, ...]]]:
    """Copy what a source asks of its connection for as long as somebody looks at it: the reader's spec, and where."""
    source = catalogue.spec_of_source(name, spec)
    with _placed(name), TemporaryDirectory(dir=session.spill, prefix="copying-") as aside:
        with _way(name, spec, Reading()).opened() as connector:
            found = connector.copy(wanted_of(spec), Path(aside), _Watch(name, say, _go_on))
        paths = tuple(str(path) for path in found.files)
        yield replace(source, paths=paths, format=found.format or source.format), (Path(aside),)


def comes_from_elsewhere(spec: Mapping[str, Any]) -> bool:
    """Return whether a source is copied here before it is read: through a connection, or from public URLs."""
    return "connection" in spec or any(is_url(file) for file in spec.get("files") or ())


def has_files(spec: Mapping[str, Any]) -> bool:
    """Return whether a source is made of files, here or elsewhere, and not of a table or a query."""
    return "connection" not in spec or bool(spec.get("files"))


def _way(name: str, spec: Mapping[str, Any], reading: Reading) -> Way:
    if "connection" in spec:
        return reading.ways.get(spec["connection"]) or way_called(spec["connection"])
    return way_of_urls(name, spec["files"])


def wanted_of(spec: Mapping[str, Any], since: Since | None = None) -> Wanted:
    """Return what a source asks of its connection."""
    files = tuple(spec.get("files") or ())
    return Wanted(files, str(spec.get("table") or ""), str(spec.get("query") or ""), since)


class _Watch:
    """``core.ports.connector.Watch``: says how far it is now and then, and lets whoever asks end it."""

    def __init__(self, name: str, say: Say, go_on: Callable[[], object]) -> None:
        self._name, self._say, self._go_on = name, say, go_on
        self._said_at = current_clock().monotonic()

    def __call__(self, *, rows: int = 0, size: int = 0) -> None:
        now = current_clock().monotonic()
        if now - self._said_at < _EVERY:
            return
        self._said_at = now
        self._go_on()
        if rows:
            self._say(Message("COPYING_ROWS", name=self._name, rows=rows))
        elif size:
            self._say(Message("COPYING_BYTES", name=self._name, megabytes=size // 1_000_000))


@contextmanager
def _placed(name: str) -> Iterator[None]:
    """Name the source where a problem has no place of its own."""
    try:
        yield
    except LelekaError as error:
        raise type(error).of([replace(one, where=one.where or name) for one in error.problems]) from error


def _read(session: Engine, lake: Lake, source: SourceSpec, copied: Copied, aside: Path) -> readers.Loaded:
    if copied.clean and copied.rows is not None:
        adopted = readers.adopt(session, lake, source, copied.files[0], copied.rows)
        if adopted is not None:
            return adopted
    paths = tuple(str(path) for path in copied.files)
    spec = replace(source, paths=paths, format=copied.format or source.format)
    return readers.load(session, lake, spec, (aside,))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reading; ``before`` is the source as it is stored, None where there is nothing to go on from. ``place`` is
    ``marks.place_of`` where it is read from, ``began`` when.
    """

    session: Engine
    source: SourceSpec
    spec: Mapping[str, Any]
    before: Source | None
    place: str
    began: datetime

    @property
    def marked_by(self) -> str:
        """The column that tells what changed; "" of a source that is always read whole, as a query is: what no longer
        meets its conditions would not come, and stay.
        """
        if self.spec.get("query"):
            return ""
        return str((self.spec.get("changed_since") or {}).get("column") or "")

    def since(self) -> Since | None:
        """Return from where to go on; None where everything is to be read: at first, in its turn, or where it is
        another place by now.
        """
        before = self.before
        value = marks.value_of(before.mark, self.place) if self.marked_by and before else ""
        if before is None or not value:
            return None
        every = whole_readings.parse(self.spec["changed_since"]["whole_every"])
        if every is None or every.is_due(before.reads_since_whole, before.whole_at, self.began):
            return None
        return Since(self.marked_by, value)

    def whole(self, connector: Connector, digest: str, watch: Watch) -> Loaded | None:
        wanted = wanted_of(self.spec)
        version = awaited(lambda: connector.version(wanted), watch)
        if version.tag and digest_of(version.tag, (), self.spec) == digest:
            return self._written_again(version)
        with TemporaryDirectory(dir=self.session.spill, prefix="copying-") as aside:
            copied = connector.copy(wanted, Path(aside), watch)
            now = digest_of(version.tag or readers.digest(copied.files), (), self.spec)
            if now == digest:
                unchanged = self._unchanged(self.before) if self.marked_by and self.before else None
                return unchanged or self._written_again(copied)
            read = _read(self.session, lake_sessions.lake(), self.source, copied, Path(aside))
        loaded = of_readers(self.session, read, now)
        self._refuse_rounded_key(loaded)
        modified = _written(copied.modified)
        return replace(loaded, mark=self._mark(loaded), modified=modified, whole=self.began.isoformat())

    def _written_again(self, what: Version | Copied) -> Loaded | None:
        """Return what is there already where its files were written again with the same contents: they are newer."""
        if self.before is None or what.modified in {None, self.before.modified_at}:
            return None
        return replace(_kept(self.before, self.before.reads_since_whole), modified=_written(what.modified))

    def changes(self, connector: Connector, since: Since, watch: Watch) -> Loaded | None:
        """Put the rows that came into the snapshot that is there; None where they have other columns now."""
        before, lake = self.before, lake_sessions.lake()
        if before is None:
            return None
        last = lake.open(before.snapshot)
        with TemporaryDirectory(dir=self.session.spill, prefix="copying-") as aside:
            copied = connector.copy(wanted_of(self.spec, since), Path(aside), watch)
            came = _read(self.session, Lake(Path(aside) / "lake"), self.source, copied, Path(aside))
            if catalogue.columns_data(came.table) != before.columns:
                return None
            if not source_changes.new_rows(self.session, came.table, last, came.snapshot):
                return _kept(before, before.reads_since_whole + 1)
            snapshot, rows = source_changes.merge(self.session, lake, came.table, last, came.snapshot)
        made = readers.Loaded(came.table, rows, snapshot, came.digest, ())
        loaded = of_readers(self.session, made, digest_of(before.digest + came.digest, (), self.spec))
        kept = _kept(before, before.reads_since_whole + 1)
        return replace(
            loaded, mark=self._mark(loaded), reads_since_whole=kept.reads_since_whole, whole=kept.whole
        )

    def _unchanged(self, before: Source) -> Loaded:
        """The rows are what they were; they may be of another place by now."""
        kept = _kept(before, 0)
        return replace(kept, mark=self._mark(kept), whole=self.began.isoformat())

    def _refuse_rounded_key(self, loaded: Loaded) -> None:
        """Raises ``InvalidInput`` for a key of a database that came as a number with places."""
        key = self.source.primary_key
        if key and not self.spec.get("files") and dict(loaded.columns).get(key) == ColumnType.NUMBER:
            raise InvalidInput("SOURCE_COLUMN_TYPE.key", column=key)

    def _mark(self, loaded: Loaded) -> str:
        """Raises ``InvalidInput`` for a column by which nobody can go on."""
        if not self.marked_by:
            return ""
        kinds = {name: ColumnType(kind) for name, kind in loaded.columns}
        if self.marked_by not in kinds:
            raise InvalidInput(
                "SOURCE_UNKNOWN_COLUMN.of_source", column=self.marked_by, source=loaded.name, near=""
            )
        if kinds[self.marked_by] not in MARKS:
            raise InvalidInput("SOURCE_MARK_TYPE", column=self.marked_by, kind=kinds[self.marked_by].value)
        snapshot = lake_sessions.lake().open(loaded.snapshot)
        kind = kinds[self.marked_by]
        value = source_changes.mark(self.session, snapshot, Column(self.marked_by, kind), self.began)
        return marks.kept(self.place, value)


def _written(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _kept(before: Source, reads: int) -> Loaded:
    """Return what is there already: nothing of it changed."""
    return Loaded(
        before.name,
        before.columns,
        before.guessed_classes,
        before.snapshot,
        before.digest,
        before.rows,
        before.notes,
        before.mark,
        reads,
        changed=False,
        modified=_written(before.modified_at),
        whole=_written(before.whole_at),
    )
