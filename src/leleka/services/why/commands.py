"""Asking an account how somebody stands with the list of an export."""

from leleka.core.ports.clock import Clock
from leleka.errors import Conflict
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require, require_export
from leleka.services.audit.log import record
from leleka.services.exports.queries import connection_of, find_by_id, find_by_name
from leleka.services.installation import lake_sessions
from leleka.services.tasks import commands as task_commands
from leleka.services.why import account, person
from leleka.state.models import Export, Task


def ask(actor: Actor, export: int, *, customer: str = "", address: str = "") -> int:
    """Ask the worker to ask the account; return the task. Raises ``Forbidden``, ``NotFound``, ``InvalidInput``,
    ``Conflict`` where the profile has no usable address, ``TryLater`` where somebody asks too often.
    """
    require(actor, Permission.SEE)
    row = find_by_id(export)
    require_export(actor, row)
    found = _address(actor, row, person.Who(customer, address))
    number = task_commands.ask(actor, Task.Kind.MEMBERSHIP, row.name, account.payload_of(row, found))
    _record(actor, row)
    return number


def ask_at_once(actor: Actor, export: str, address: str, clock: Clock) -> None:
    """Ask the account in this process; the answer is kept as one that the worker asked for."""
    require(actor, Permission.SEE)
    row = find_by_id(find_by_name(export).pk)
    require_export(actor, row)
    found = _address(actor, row, person.Who("", address))
    _record(actor, row)
    account.ask_here(actor, row, found, clock)


def _record(actor: Actor, export: Export) -> None:
    record(actor, "account asked about a customer", export.name)


def _address(actor: Actor, export: Export, asked: person.Who) -> str:
    connection_of(export)
    place = person.place_for(actor, export)
    with lake_sessions.page_session() as session:
        found = person.of(session, place, asked)
    if not found.address:
        raise Conflict("WHY_NO_ADDRESS", where=export.name)
    return found.address
