"""What holds for every edit: a file's rows are the file's, and a stale edit overwrites nothing."""

from typing import Protocol

from leleka.errors import Conflict
from leleka.services.waiting import is_settled
from leleka.state.models import Export


class Managed(Protocol):
    """A row that a definitions file may have made."""

    name: str
    managed_by_file: str


def refuse_managed(row: Managed) -> None:
    """Raises ``Conflict`` MANAGED_BY_FILE."""
    if row.managed_by_file:
        raise Conflict("MANAGED_BY_FILE", name=row.name, file=row.managed_by_file)


def refuse_unsettled(export: Export) -> None:
    """Raises ``Conflict`` EXPORT_UNSETTLED: with an export go its runs, and with them the knowledge of whose earlier
    copy may still surface at ActiveCampaign. Another export to the account would overtake it (I-5).
    """
    if not is_settled(export):
        raise Conflict("EXPORT_UNSETTLED", where=export.name, export=export.name)


def stale(name: str) -> Conflict:
    """Give the error of an edit that began before another one was saved."""
    return Conflict("STALE", name=name)
