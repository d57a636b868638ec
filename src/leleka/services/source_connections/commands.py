"""Source connections: setting them up, testing, changing and removing them. Administrators only.

What is saved has passed a test, unless nothing of the way to the far side changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import F

from leleka.connectors.registry import spec_of
from leleka.core.clock import utc_now
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.errors import Conflict, InvalidInput, LelekaError
from leleka.messages.stored import check_data
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections import named_keys
from leleka.services.source_connections import keys
from leleka.services.source_connections.contracts import (
    ProbeResult,
    SourceConnectionForm,
    SourceConnectionView,
)
from leleka.services.source_connections.opening import Way, way_of, way_of_checked
from leleka.services.source_connections.queries import find_by_id, users_of, view_of
from leleka.services.source_connections.settings import CheckedSource, check, kept_settings
from leleka.state.models import SourceConnection

_LONGEST_NAME: Final = 200
_LIKELY: Final = 8  # characters: a shorter secret stands in names by chance
_MOST_SHARED: Final = 1_000
T = TypeVar("T")


def probe(actor: Actor, form: SourceConnectionForm, number: int | None = None) -> ProbeResult:
    """Test settings before they are saved; what is left out comes from the connection ``number``.

    Raises ``InvalidInput`` with everything that is wrong with the settings.
    """
    require(actor, Permission.CONNECTIONS)
    row = find_by_id(number) if number is not None else None
    checked = _settings(form, row)
    record(actor, "source connection check", row.name if row else form.name, {"type": checked.type})
    return ProbeResult(tuple(_steps(checked.type, lambda: way_of_checked(checked, row))))


def probe_saved(actor: Actor, number: int) -> SourceConnectionView:
    """Test a connection as it is stored, also one that a file manages, and keep what was found."""
    require(actor, Permission.CONNECTIONS)
    row = find_by_id(number)
    steps = _steps(row.type, lambda: way_of(row))
    with transaction.atomic():
        _keep_check(row, steps)
        row.save(update_fields=("last_check", "last_checked_at"))
        record(actor, "source connection check", row.name, {"type": row.type})
    return view_of(row)


def create(actor: Actor, form: SourceConnectionForm) -> SourceConnectionView:
    """Raises ``InvalidInput`` with everything that is wrong, or with the step of the test that failed, and ``Conflict``
    CONNECTION_EXISTS.
    """
    require(actor, Permission.CONNECTIONS)
    checked = _judge(form, None)
    steps = _passed(checked, None)
    with transaction.atomic():
        row = SourceConnection(type=checked.type)
        _keep_check(row, steps)
        _fill(row, form, checked)
        record(actor, "source connection create", row.name, {"after": _told(row)})
    return view_of(row)


def update(actor: Actor, number: int, version: int, form: SourceConnectionForm) -> SourceConnectionView:
    """Change a connection. Another address needs the secrets again. Raises as ``create`` does, and ``Conflict`` STALE
    or MANAGED_BY_FILE.
    """
    require(actor, Permission.CONNECTIONS)
    row = find_by_id(number)
    refuse_managed(row)
    checked = _judge(form, row)
    steps = _passed(checked, row) if checked.differs(row) else None
    with transaction.atomic():
        _take_version(row, version)
        before, name = _told(row), row.name
        if steps is not None:
            _keep_check(row, steps)
        _fill(row, form, checked)
        _rename_in_sources(name, row.name)
        given = sorted({*checked.secrets, *checked.references})
        record(
            actor,
            "source connection edit",
            row.name,
            {"before": before, "after": _told(row), "secrets": given},
        )
    return view_of(row)


def remove(actor: Actor, number: int, version: int) -> None:
    """Remove a connection with its secrets. Raises ``Conflict`` SOURCE_CONNECTION_IN_USE with the sources that are read
    through it, MANAGED_BY_FILE, STALE.
    """
    require(actor, Permission.CONNECTIONS)
    row = find_by_id(number)
    refuse_managed(row)
    with transaction.atomic():
        _take_version(row, version)
        refuse_in_use(row.name)
        row.delete()
        record(actor, "source connection remove", row.name, {"type": row.type})


def refuse_in_use(name: str) -> None:
    """Raises ``Conflict`` SOURCE_CONNECTION_IN_USE."""
    if users := [one.name for one in users_of(name)]:
        raise Conflict("SOURCE_CONNECTION_IN_USE", where=name, sources=users)


def check_name(form: SourceConnectionForm) -> None:
    """Raises ``InvalidInput`` for a name that cannot be one, or that holds a secret of the same form."""
    name = form.name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("NAME_INVALID")
    given = (form.settings.get(one, "").strip() for one in spec_of(form.type).secrets)
    if any(len(one) >= _LIKELY and not named_keys.is_reference(one) and one in name for one in given):
        raise InvalidInput("LOOKS_LIKE_SECRET.key")


def check_shared(shared: Sequence[str]) -> None:
    """Raises ``InvalidInput`` SETTING_INVALID.connection for what names no table or path."""
    if len(shared) > _MOST_SHARED or any(not one.strip() or not one.isprintable() for one in shared):
        raise InvalidInput("SETTING_INVALID.connection")


def _judge(form: SourceConnectionForm, row: SourceConnection | None) -> CheckedSource:
    found: list[InvalidInput] = []
    if row is not None:
        form = replace(form, type=row.type)
    _attempt(found, "name", lambda: check_name(form))
    _attempt(found, "shared_with", lambda: check_shared(form.shared_with))
    return _settings(form, row, found)


def _settings(
    form: SourceConnectionForm, row: SourceConnection | None, before: Sequence[InvalidInput] = ()
) -> CheckedSource:
    found = list(before)

    def tried(where: str, act: Callable[[], T]) -> T | None:
        return _attempt(found, where, act)

    checked = check(spec_of(row.type if row else form.type), form.settings, row, tried)
    if found:
        raise InvalidInput.of([problem for error in found for problem in error.problems])
    return checked


def _attempt(found: list[InvalidInput], where: str, act: Callable[[], T]) -> T | None:
    try:
        return act()
    except InvalidInput as error:
        found.append(InvalidInput.of([replace(problem, where=where) for problem in error.problems]))
        return None


def _passed(checked: CheckedSource, row: SourceConnection | None) -> list[Check]:
    """Raises ``InvalidInput`` with the step that failed."""
    steps = _steps(checked.type, lambda: way_of_checked(checked, row))
    failed = [(step.name, step.problem) for step in steps if step.problem is not None]
    if failed:
        raise InvalidInput.of([replace(problem, where=f"check.{name}") for name, problem in failed])
    return steps


def _steps(kind: str, way: Callable[[], Way]) -> list[Check]:
    names = list(spec_of(kind).steps)
    try:
        return list(way().check())
    except LelekaError as error:
        failed = Check(names[0], CheckStatus.FAILED, problem=error.problems[0])
        return [failed, *(skipped(name) for name in names[1:])]


def _keep_check(row: SourceConnection, steps: Sequence[Check]) -> None:
    row.last_check, row.last_checked_at = [check_data(step) for step in steps], utc_now()


def _fill(row: SourceConnection, form: SourceConnectionForm, checked: CheckedSource) -> None:
    row.name, row.shared_with = form.name.strip(), [one.strip() for one in form.shared_with]
    row.address, row.settings = checked.address, kept_settings(checked, row)
    with unique(Conflict("CONNECTION_EXISTS", where="name", name=row.name)):
        row.save()
    keys.keep(row, checked.secrets)
    row.secrets.filter(name__in=checked.references).delete()


def _rename_in_sources(before: str, after: str) -> None:
    """Sources name their connection, as definitions do."""
    if before != after:
        for source in users_of(before):
            source.spec = {**source.spec, "connection": after}
            source.save(update_fields=("spec",))


def _take_version(row: SourceConnection, version: int) -> None:
    if not SourceConnection.objects.filter(pk=row.pk, version=version).update(version=F("version") + 1):
        raise stale(row.name)
    row.refresh_from_db()


def _told(row: SourceConnection) -> dict[str, Any]:
    return {"name": row.name, "type": row.type, "settings": row.settings, "shared_with": row.shared_with}
