"""Connections: setting them up and changing them (CI-C1 to C11, C18).

Passwords are confirmed before the transaction of a change: a wrong one counts, whatever becomes of the change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.destinations.spec import Spec
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections import consent, named_keys
from leleka.services.connections import keys as connection_keys
from leleka.services.connections.connection_test import Draft, attempt, has_passed, judge
from leleka.services.connections.field_conflicts import clashes, writer_of
from leleka.services.connections.queries import ConnectionView, find_by_id, view_of
from leleka.services.connections.settings import CheckedSettings, differs, kept_columns, spec_for
from leleka.services.people import sign_in
from leleka.state.models import Account, Connection, Export, Run

_LONGEST_NAME: Final = 200
_LONGEST_WHO: Final = 200
_MOST_CONTACTS: Final = 2_000_000_000
_LIKELY: Final = 8  # characters: a shorter key stands in names by chance
_TOLD: Final = ("name", "host", "audience", "share", "plan_limit")


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """What somebody wants a connection to be.

    ``settings`` are those of its kind by name: what is left out and an empty secret stay as they are. No ``type`` is
    the assumed one. ``password`` makes whoever asks the export user. ``proof`` is what ``connection_test`` gave for
    these settings. ``agreed`` is to the text ``consent_version``.
    """

    name: str
    settings: Mapping[str, str] = field(repr=False)
    audience: str = "administrators"
    type: str = ""
    share: float = 0.9
    plan_limit: int | None = None
    agreed: bool = False
    consent_version: str = ""
    consent_language: str = "en"
    password: str = field(default="", repr=False)
    proof: str = ""


def create(actor: Actor, form: ConnectionForm) -> ConnectionView:
    """Raises ``InvalidInput`` with everything that is wrong, ``Conflict`` CONNECTION_EXISTS, or as sign-in does."""
    require(actor, Permission.CONNECTIONS)
    judged = _judge(form, None)
    consent.check_agreed(form.consent_version, form.consent_language, agreed=form.agreed)
    steps = _passed(actor, form, judged)
    _confirm(actor, form)
    with transaction.atomic():
        row = Connection(type=judged.type, last_check=steps, last_checked_at=utc_now())
        _agree(row, actor, form)
        _fill(row, form, judged, actor)
        _save(row)
        connection_keys.keep_secrets(row, judged.secrets, judged.references)
        record(actor, "connection create", row.name, {"after": _told(row)})
    return view_of(row)


def update(actor: Actor, number: int, version: int, form: ConnectionForm) -> ConnectionView:
    """Change a connection. Another host needs the key again, and consent; a new key needs a passed Connect.

    Raises as ``create`` does, ``Conflict`` STALE, MANAGED_BY_FILE, or EXPORT_RUNNING for another name or host.
    """
    require(actor, Permission.CONNECTIONS)
    row = editable(number)
    judged = _judge(form, row)
    moved = judged.host != row.host
    if moved:
        consent.check_agreed(form.consent_version, form.consent_language, agreed=form.agreed)
    steps = _passed(actor, form, judged) if judged.has_secrets else None
    _confirm(actor, form)
    with transaction.atomic():
        take_version(row, version)
        before = _told(row)
        if moved or row.name != form.name.strip() or differs(row, judged.plain):
            refuse_while_running(row)
        if moved:
            _refuse_clashes(row, judged.identity.account)
        if form.agreed:
            _agree(row, actor, form)
        if steps is not None:
            row.last_check, row.last_checked_at, row.attention = steps, utc_now(), ""
        _fill(row, form, judged, actor)
        _save(row)
        connection_keys.keep_secrets(row, judged.secrets, judged.references)
        what = {"before": before, "after": _told(row), "key": judged.has_secrets}
        record(actor, "connection edit", row.name, what)
    return view_of(row)


def become_export_user(actor: Actor, number: int, password: str) -> ConnectionView:
    """Let an administrator lend their name to the runs of a connection, also of one that a file manages.

    Raises ``InvalidInput`` PASSWORD_WRONG, or as sign-in does.
    """
    require(actor, Permission.CONNECTIONS)
    row = find_by_id(number)
    if not password:
        raise _not_your_password()
    _confirm_password(actor, password)
    with transaction.atomic():
        Connection.objects.filter(pk=number).update(
            export_user=actor.user, export_user_lapsed=False, version=F("version") + 1
        )
        record(actor, "connection export user", row.name)
    return view_of(find_by_id(number))


def lend_name(actor: Actor, name: str, password: str) -> ConnectionView:
    """Do the same by the connection's name. Raises ``NotFound``."""
    row = Connection.objects.filter(name=name).first()
    return become_export_user(actor, row.pk if row else 0, password)


def editable(number: int) -> Connection:
    """Raises ``NotFound``, and ``Conflict`` for a connection that a file manages."""
    row = find_by_id(number)
    refuse_managed(row)
    return row


def take_version(row: Connection, version: int) -> None:
    """Raises ``Conflict`` STALE where somebody else was quicker; call it within the transaction of the change."""
    if not Connection.objects.filter(pk=row.pk, version=version).update(version=F("version") + 1):
        raise stale(row.name)
    row.refresh_from_db()


def refuse_while_running(row: Connection) -> None:
    """Raises ``Conflict``: a live run goes on under the name, to the host and with the settings it began with."""
    live = Run.objects.filter(export__connection=row, finished_at__isnull=True)
    names = list(live.order_by("export__name").values_list("export__name", flat=True))
    if names:
        raise Conflict("EXPORT_RUNNING.connection", names=names)


def _judge(form: ConnectionForm, row: Connection | None) -> CheckedSettings:
    """Raises ``InvalidInput`` with everything that is wrong in the form."""
    spec = spec_for(row.type if row else form.type)
    found: list[InvalidInput] = []
    attempt(found, "name", lambda: _check_name(form, spec))
    judged = None
    try:
        judged = judge(Draft(form.settings, spec.kind), row)
    except InvalidInput as error:
        found.append(error)
    attempt(found, "audience", lambda: _check_audience(form.audience))
    attempt(found, "share", lambda: _check_share(form.share))
    attempt(found, "plan_limit", lambda: _check_plan_limit(form.plan_limit))
    if found or judged is None:
        raise InvalidInput.of([problem for error in found for problem in error.problems])
    return judged


def _check_name(form: ConnectionForm, spec: Spec[Any]) -> None:
    name = form.name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("NAME_INVALID")
    spec.check_name(name)
    secrets = (form.settings.get(one, "").strip() for one in spec.secrets)
    if any(len(key) >= _LIKELY and not named_keys.is_reference(key) and key in name for key in secrets):
        raise InvalidInput("LOOKS_LIKE_SECRET.key")


def _check_audience(audience: str) -> None:
    if audience not in set(Connection.Audience):
        raise InvalidInput("AUDIENCE_UNKNOWN", known=list(Connection.Audience))


def _check_share(share: float) -> None:
    if not 0 < share <= 1:
        raise InvalidInput("SHARE_INVALID")


def _check_plan_limit(limit: int | None) -> None:
    if limit is not None and not 1 <= limit <= _MOST_CONTACTS:
        raise InvalidInput("PLAN_LIMIT_INVALID")


def _passed(actor: Actor, form: ConnectionForm, judged: CheckedSettings) -> list[dict[str, Any]]:
    steps = has_passed(actor, judged, form.proof)
    if steps is None:
        raise InvalidInput("CONNECT_FIRST", where="proof")
    return steps


def _confirm(actor: Actor, form: ConnectionForm) -> None:
    if form.password:
        _confirm_password(actor, form.password)


def _confirm_password(actor: Actor, password: str) -> None:
    try:
        sign_in.confirm_password(actor, password)
    except Forbidden:
        raise _not_your_password() from None


def _not_your_password() -> InvalidInput:
    return InvalidInput("PASSWORD_WRONG", where="password")


def _agree(row: Connection, actor: Actor, form: ConnectionForm) -> None:
    consent.check_agreed(form.consent_version, form.consent_language, agreed=form.agreed)
    row.consent_by, row.consent_at = actor.name[:_LONGEST_WHO], utc_now()
    row.consent_version, row.consent_language = form.consent_version, form.consent_language


def _fill(row: Connection, form: ConnectionForm, judged: CheckedSettings, actor: Actor) -> None:
    row.account, _ = Account.objects.get_or_create(type=judged.type, name=judged.identity.account)
    for column, value in kept_columns(judged, row).items():
        setattr(row, column, value)
    row.name = form.name.strip()
    row.audience, row.share, row.plan_limit = form.audience, form.share, form.plan_limit
    if form.password:
        row.export_user_id, row.export_user_lapsed = actor.user, False


def _save(row: Connection) -> None:
    with unique(Conflict("CONNECTION_EXISTS", where="name", name=row.name)):
        row.save()


def _refuse_clashes(row: Connection, account: str) -> None:
    """Raises ``Conflict`` where an export would write a field of the new account that another writes differently."""
    exports = Export.objects.filter(connection__isnull=False).select_related("connection__account")
    ours = [
        writer_of(one.name, account, one.matching, one.leavers) for one in exports if one.connection == row
    ]
    for export in exports:
        there = export.connection.account.name if export.connection else ""
        if export.connection == row or there != account:
            continue
        theirs = writer_of(export.name, there, export.matching, export.leavers)
        for _, clash in (clash for one in ours for clash in clashes(one, theirs)):
            raise Conflict.of([replace(clash, where="host")])


def _told(row: Connection) -> dict[str, object]:
    beside = {"settings": row.settings} if row.settings else {}
    return {**{name: getattr(row, name) for name in _TOLD}, **beside}
