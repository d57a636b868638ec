"""The port of connectors: what brings rows here from where they are kept, before the readers make a snapshot of them.

A connector copies what a source asks for into a folder: object storage and SFTP copy files as they are, databases and
table formats write Parquet in parts. The readers then take the files of the folder, all of them or nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from leleka.core.columns import ColumnType
from leleka.core.configuration import Network
from leleka.core.ports.destination import Check
from leleka.core.sources import FileFormat


@dataclass(frozen=True, slots=True)
class Since:
    """Only rows whose ``column`` is ``value`` or more: a number or an ISO date, as the connector wrote it down."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source asks of its connection: files by their paths or globs, or a table, or a query; one of the three."""

    files: tuple[str, ...] = ()
    table: str = ""
    query: str = ""
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class RemoteColumn:
    """A column of a table or query: its type there, in the words of the far side, and what it becomes here.

    ``type`` is None where we have none: a list, a record, bytes.
    """

    name: str
    far_type: str
    type: ColumnType | None


@dataclass(frozen=True, slots=True)
class Version:
    """What the far side says of contents before they are copied. ``tag`` changes whenever they do; "" where there is no
    such thing. ``modified`` is when the newest of the files was written there, None where nobody says it.
    """

    tag: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Copied:
    """What lies in the folder now: ``files`` in their order, and their ``format`` where the names do not tell it.
    ``modified`` is when the newest of them was written where they come from.

    ``rows`` is None for files that nobody has read. ``clean`` says that it is one Parquet file which holds nothing but
    what a snapshot may hold, so that it need not be read again.
    """

    files: tuple[Path, ...]
    rows: int | None = None
    format: FileFormat | None = None
    clean: bool = False
    modified: datetime | None = None


class Watch(Protocol):
    """Is told how far a copy is, at least every few seconds, and raises whatever is to end it."""

    def __call__(self, *, rows: int = 0, size: int = 0) -> None:
        """Take the rows, or the bytes, that lie in the folder by now."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the operator allows a connector: hosts, and folders of files."""

    network: Network
    folders: tuple[Path, ...] = ()


class Connector(Protocol):
    """A place that rows or files can be read from. Nothing there is ever written.

    Every method raises ``InvalidInput`` for what is asked wrongly, ``NeedsAttention`` where an administrator must act,
    and ``TryLater`` where the same may succeed later. No error holds a credential, or a value of a row.
    """

    def check(self) -> Iterable[Check]:
        """Test the connection step by step, as ``Spec.steps`` names them."""
        ...

    def names(self, limit: int) -> Sequence[str]:
        """Return what can be chosen: tables, or paths of files; ``limit`` at most, in order."""
        ...

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        """Return the columns of a table or query without reading its rows, as the far side would plan it; nothing for
        files, after looking whether there are any.
        """
        ...

    def version(self, wanted: Wanted) -> Version:
        """Return what tells whether the contents changed, and costs little: names with ETags or times. Where it has no
        tag, everything is copied and compared.
        """
        ...

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        """Copy everything into the empty folder, within bounded memory; what is cut short raises."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
