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
        raise Conflict(
            "MANAGED_BY_FILE",
            f"{row.name!r} is managed by the file {row.managed_by_file} and read-only here.",
            remedy="Change the file and apply it.",
        )


def stale(name: str) -> Conflict:
    """Return the error of an edit that began before another one was saved."""
    return Conflict(
        "STALE",
        f"Somebody else changed {name!r} meanwhile.",
        remedy="Open it again: your change would have overwritten theirs.",
    )
