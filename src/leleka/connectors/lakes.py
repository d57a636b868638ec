"""What Delta Lake and Iceberg share: tables are folders below one that the operator allowed, read batch by batch."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, TypeVar

from leleka.connectors import arrow_parts, arrow_types, folders
from leleka.connectors.adbc import refuse_twice, refuse_unreadable
from leleka.connectors.checks import REACH, READ, steps_by_listing
from leleka.connectors.spec import SettingInfo
from leleka.core.messages import Message
from leleka.core.ports.connector import Bounds, Copied, RemoteColumn, Version, Wanted, Watch
from leleka.core.ports.destination import Check
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
EXTRA: Final = "lakes"
STEPS: Final = {REACH: _("Open the folder"), READ: _("See tables")}
_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    folder: Annotated[
        str,
        SettingInfo(
            _("Folder"),
            help=_("The folder that holds the tables, on the server, below one that the operator allowed."),
            example="/srv/lake",
            address=True,
        ),
    ]


class Format(Protocol):
    """What differs between table formats. Everything raises errors of the tree, or its library's."""

    mark: str  # the folder by which a table is known

    def version(self, table: Path) -> str:
        """Return which version of the table is the newest."""
        ...

    def schema(self, table: Path) -> "pa.Schema": ...
    def reader(self, table: Path, allowed: Sequence[Path], since: Any) -> "pa.RecordBatchReader":
        """Return the rows, after every file of theirs was found to be below an allowed folder."""
        ...

    def translate(self, error: Exception) -> LelekaError | None: ...


class Lake:
    """``core.ports.Connector`` over the tables of a folder."""

    def __init__(self, kind: Format, settings: Settings, bounds: Bounds) -> None:
        self._format = kind
        self._settings = settings
        self._bounds = bounds

    def check(self) -> Iterable[Check]:
        return steps_by_listing(self.names, Message("SOURCE_FOLDER_OPENED"))

    def names(self, limit: int) -> Sequence[str]:
        root = self._root()
        found = sorted(one.parent for one in root.glob(f"**/{self._format.mark}") if one.is_dir())
        return [str(one.relative_to(root)) for one in found[:limit]]

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        return self._told(lambda: self._columns(self._table(wanted)))

    def version(self, wanted: Wanted) -> Version:
        return Version(self._told(lambda: self._format.version(self._table(wanted))))

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        table = self._table(wanted)
        refuse_unreadable(self.columns(wanted))
        return arrow_parts.write(
            lambda: self._format.reader(table, self._bounds.folders, wanted.since),
            folder,
            watch,
            seconds=_SECONDS,
            cancel=lambda: None,
            translate=self._format.translate,
        )

    def close(self) -> None:
        """Nothing is held open between two questions."""

    def _root(self) -> Path:
        return folders.inside(self._settings.folder, self._bounds.folders, folder=True)

    def _table(self, wanted: Wanted) -> Path:
        if not wanted.table:
            raise InvalidInput("SOURCE_TABLE_ONLY")
        root = self._root()
        table = folders.inside(str(root / wanted.table), (root,), folder=True)
        if not (table / self._format.mark).is_dir():
            raise InvalidInput("SOURCE_TABLE_UNKNOWN", where="table", table=wanted.table[:100])
        return table

    def _columns(self, table: Path) -> Sequence[RemoteColumn]:
        schema = self._format.schema(table)
        refuse_twice(schema.names)
        return arrow_types.columns(schema)

    def _told(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except LelekaError:
            raise
        except Exception as error:
            told = self._format.translate(error)
            if told is None:
                raise
            raise told from None


def only_local(places: Iterable[str], allowed: Sequence[Path]) -> None:
    """Raises ``InvalidInput`` for a file of a table that lies elsewhere: its list of files may name anything."""
    for place in places:
        path = place.removeprefix("file://")
        if "://" in path:
            raise InvalidInput("SOURCE_OUTSIDE_ALLOWED", where=path.rpartition("/")[2][:80])
        folders.inside(path, allowed)
