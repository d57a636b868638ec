"""Iceberg tables below a folder of this machine, without a catalogue: the newest metadata file is what counts."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leleka.connectors import folders
from leleka.connectors.adbc import driver
from leleka.connectors.delta import refuse_since
from leleka.connectors.lakes import EXTRA, STEPS, Lake, Settings, only_local
from leleka.connectors.messages import WORDS
from leleka.connectors.spec import ConnectorSpec
from leleka.core.ports.connector import Bounds, Connector, Since
from leleka.errors import InvalidInput, LelekaError

if TYPE_CHECKING:
    import pyarrow as pa

_METADATA: Final = re.compile(r"v?(\d+).*\.metadata\.json")


class Iceberg:
    """``connectors.lakes.Format``."""

    mark = "metadata"

    def version(self, table: Path) -> str:
        return _newest(table).name

    def schema(self, table: Path) -> "pa.Schema":
        found: pa.Schema = _open(table, (table,)).schema().as_arrow()
        return found

    def reader(self, table: Path, allowed: Sequence[Path], since: Since | None) -> "pa.RecordBatchReader":
        refuse_since(since)
        scan = _open(table, allowed).scan()
        for task in scan.plan_files():
            only_local([task.file.file_path, *(one.file_path for one in task.delete_files)], allowed)
        found: pa.RecordBatchReader = scan.to_arrow_batch_reader()
        return found

    def translate(self, error: Exception) -> LelekaError | None:
        ours = driver("pyiceberg.exceptions", EXTRA)
        if isinstance(error, NotImplementedError):
            return InvalidInput("SOURCE_TABLE_FEATURE", kind="Iceberg")
        if isinstance(error, ours.ValidationError | OSError | ValueError):
            return InvalidInput("SOURCE_FILE_KIND", kind="Iceberg")
        return None


def _newest(table: Path) -> Path:
    found = [
        (int(name[1]), one)
        for one in (table / "metadata").iterdir()
        if (name := _METADATA.fullmatch(one.name))
    ]
    if not found:
        raise InvalidInput("SOURCE_FILE_KIND", kind="Iceberg")
    return max(found)[1]


def _open(table: Path, allowed: Sequence[Path]) -> Any:
    """Open with files of this machine alone: a table's own properties could name another way to files."""
    files, tables = driver("pyiceberg.io.pyarrow", EXTRA), driver("pyiceberg.table", EXTRA)
    serializers, noop = driver("pyiceberg.serializers", EXTRA), driver("pyiceberg.catalog.noop", EXTRA)

    class Local(files.PyArrowFileIO):  # type: ignore[misc, name-defined] # known when it is loaded
        def new_input(self, location: str) -> Any:
            only_local((location,), allowed)
            return super().new_input(location)

    place = str(folders.inside(str(_newest(table)), (table,)))
    local = Local()
    metadata = serializers.FromInputFile.table_metadata(local.new_input(place))
    return tables.StaticTable(("table",), metadata, place, local, noop.NoopCatalog("table"))


def open_iceberg(settings: Settings, bounds: Bounds) -> Connector:
    return Lake(Iceberg(), settings, bounds)


SPEC: Final = ConnectorSpec(
    kind="iceberg",
    title="Iceberg",
    settings=Settings,
    steps=STEPS,
    open=open_iceberg,
    queries=False,
    extra=EXTRA,
    messages=WORDS,
)
