"""What holds for every edit: a file's rows are the file's, and a stale edit overwrites nothing."""

from typing import Protocol

from leleka.errors import Conflict


class Managed(Protocol):
    """A row that a definitions file may have made."""

    name: str
    managed_by_file: str


def refuse_managed(row: Managed) -> None:
    """Raises ``Conflict`` MANAGED_BY_FILE."""
    if row.managed_by_file:
        raise Conflict("MANAGED_BY_FILE", name=row.name, file=row.managed_by_file)


def stale(name: str) -> Conflict:
    """Return the error of an edit that began before another one was saved."""
    return Conflict("STALE", name=name)
