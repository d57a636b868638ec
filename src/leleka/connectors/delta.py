"""Delta Lake tables below a folder of this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leleka.connectors.adbc import driver
from leleka.connectors.lakes import EXTRA, STEPS, Lake, Settings, only_local
from leleka.connectors.messages import WORDS
from leleka.connectors.spec import ConnectorSpec
from leleka.core.ports.connector import Bounds, Connector, Since
from leleka.errors import InvalidInput, LelekaError

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = 50_000  # of one batch


class Delta:
    """``connectors.lakes.Format``."""

    mark = "_delta_log"

    def version(self, table: Path) -> str:
        opened = _open(table)
        return f"{opened.metadata().id} {opened.version()}"

    def schema(self, table: Path) -> "pa.Schema":
        found: pa.Schema = _open(table).to_pyarrow_dataset().schema
        return found

    def reader(self, table: Path, allowed: Sequence[Path], since: Since | None) -> "pa.RecordBatchReader":
        refuse_since(since)
        opened = _open(table)
        only_local(opened.file_uris(), allowed)
        found: pa.RecordBatchReader = opened.to_pyarrow_dataset().scanner(batch_size=_ROWS).to_reader()
        return found

    def translate(self, error: Exception) -> LelekaError | None:
        ours = driver("deltalake.exceptions", EXTRA)
        if isinstance(error, ours.DeltaProtocolError):
            return InvalidInput("SOURCE_TABLE_FEATURE", kind="Delta Lake")
        if isinstance(error, ours.DeltaError | OSError):
            return InvalidInput("SOURCE_FILE_KIND", kind="Delta Lake")
        return None


def refuse_since(since: Since | None) -> None:
    """Raises ``InvalidInput``: a version tells whether anything changed, and the table is then read whole."""
    if since is not None:
        raise InvalidInput("SOURCE_CHANGES_KIND")


def _open(table: Path) -> Any:
    return driver("deltalake", EXTRA).DeltaTable(str(table))


def open_delta(settings: Settings, bounds: Bounds) -> Connector:
    return Lake(Delta(), settings, bounds)


SPEC: Final = ConnectorSpec(
    kind="delta",
    title="Delta Lake",
    settings=Settings,
    steps=STEPS,
    open=open_delta,
    queries=False,
    extra=EXTRA,
    messages=WORDS,
)
