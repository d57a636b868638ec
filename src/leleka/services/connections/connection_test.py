"""Connect: testing a connection step by step, before it is saved and afterwards.

What passed is proved to Save by a signed token: it holds for one person, one host and one key (as a keyed digest,
from which nobody can guess it), for a quarter of an hour.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac

from leleka.core.clock import current_clock, utc_now
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.destinations.spec import Setting
from leleka.errors import InvalidInput, LelekaError, TryLater, Unavailable
from leleka.messages.stored import check_data
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections import keys as connection_keys
from leleka.services.connections import named_keys, open_destination
from leleka.services.connections.far_side import FAR_SIDE, noted
from leleka.services.connections.impatient_clock import ImpatientClock
from leleka.services.connections.live_account import account_of, fingerprint, keep_result
from leleka.services.connections.queries import find_by_id
from leleka.services.connections.settings import (
    CheckedSettings,
    check_plain,
    check_secret,
    differs,
    identify,
    refuse_unknown,
    spec_for,
)
from leleka.services.installation import configuration as installation_configuration
from leleka.state.models import Account, AuditEntry, Connection

_SALT: Final = "leleka.connections.connect"
_LASTS: Final = timedelta(minutes=15)
_A_MINUTE: Final = 5
_MINUTE: Final = timedelta(minutes=1)
_CHECK: Final = "connection check"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be tested: the settings of a kind by name. What is left out, an empty address and an empty secret
    are those that ``connection`` has; no ``type`` is the assumed one.
    """

    settings: Mapping[str, str] = field(repr=False)
    type: str = ""
    connection: int | None = None


def judge(draft: Draft, saved: Connection | None) -> CheckedSettings:
    """Raises ``InvalidInput`` with everything that is wrong with the settings; asks nothing of the network."""
    spec, network = spec_for(draft.type), installation_configuration.configuration().network
    found: list[InvalidInput] = []

    def tried(where: str, act: Callable[[], T]) -> T | None:
        return attempt(found, where, act)

    refuse_unknown(spec, draft.settings, tried)
    typed = draft.settings.get(spec.address.name, "")
    address = typed if typed.strip() or saved is None else saved.host
    identity = tried(spec.address.name, lambda: identify(spec, address, network))
    kept = open_destination.settings_of(saved) if saved is not None else {}
    plain = check_plain(spec, draft.settings, kept, tried)
    moved = saved is None or (identity is not None and str(identity) != saved.host)
    secrets, references = {}, {}
    for one in (one for one in spec.fields if one.is_secret):
        text = draft.settings.get(one.name, "").strip()
        if not text:
            if moved:
                found.append(_required(one, saved))
            continue
        secret = tried(one.name, lambda: check_secret(one, text))  # noqa: B023 - called at once
        if secret is not None:
            secrets[one.name] = secret
        else:
            references[one.name] = text
    if found or identity is None:
        raise InvalidInput.of([problem for error in found for problem in error.problems])
    return CheckedSettings(spec.kind, identity, plain, secrets, references)


class Connect:
    """A test that was permitted: iterate over it once. ``steps`` names what is coming, ``words`` says it in English,
    ``fields`` names the settings.

    ``proof`` is "" until everything passed; it stays so of a connection ``as_saved``, which needs no proof.
    """

    def __init__(self, actor: Actor, judged: CheckedSettings, saved: Connection | None, clock: Clock) -> None:
        spec = spec_of(judged.type)
        self.steps = tuple(spec.steps)
        self.words = spec.steps
        self.translate = spec.in_language
        self.fields = tuple(one.name for one in spec.fields)
        self.notes = tuple(judged.identity.notes)
        self.proof = ""
        self.as_saved = saved is not None and not judged.has_secrets and not differs(saved, judged.plain)
        self._account = account_of(judged.type, judged.identity.account)
        self.about = _about(actor, judged, saved)
        self._actor, self._judged, self._saved, self._clock = actor, judged, saved, clock

    def __iter__(self) -> Iterator[Check]:
        """Raises ``Unavailable`` where it takes longer than a request waits: ``begin`` the same test again to go on."""
        done: list[Check] = []
        try:
            with noted(self._saved.pk if self._saved else None):
                for step in FAR_SIDE.once(self._account, self.about, self._clock, self._asked):
                    done.append(step)
                    yield step
        except Unavailable:
            raise
        except LelekaError as error:
            for step in self._broken_off(done, error):
                done.append(step)
                yield step
        if self._saved is not None and self.as_saved:
            keep_result(self._saved, done)
        elif all(step.standing is CheckStatus.PASSED for step in done):
            self.proof = _prove(self._actor, self._judged, done, self._clock)

    def is_under_way(self) -> bool:
        return FAR_SIDE.is_asked(self._account, self.about)

    def _asked(self, clock: ImpatientClock) -> Iterator[Check]:
        secrets = {name: self._secret(name) for name in spec_of(self._judged.type).secrets}
        return _steps(open_destination.open_with(self._connection(), secrets, clock, clock.within))

    def _secret(self, name: str) -> Secret:
        judged, saved = self._judged, self._saved
        if name in judged.secrets:
            return judged.secrets[name]
        if name in judged.references:
            text = named_keys.referenced(judged.references[name], "").reveal()
            one = next(one for one in spec_of(judged.type).fields if one.name == name)
            return check_secret(one, text) or Secret(text)
        return connection_keys.key_of(saved or Connection(), name)

    def _connection(self) -> Connection:
        judged = self._judged
        account = Account.objects.filter(type=judged.type, name=judged.identity.account).first()
        return Connection(type=judged.type, host=judged.host, settings=dict(judged.plain), account=account)

    def _broken_off(self, done: list[Check], error: LelekaError) -> list[Check]:
        problem = error.problems[0]
        left = [name for name in self.steps if name not in {step.name for step in done}]
        failed = Check(left[0] if left else connection_keys.KEY, CheckStatus.FAILED, problem=problem)
        return [failed, *(skipped(name) for name in left[1:])]


def begin(actor: Actor, draft: Draft, clock: Clock) -> Connect:
    """Permit a test, at most five a minute to a person; nothing is asked of the network yet. One that is under way
    goes on, and counts once.

    Raises ``InvalidInput`` for a host or key that cannot be right, ``TryLater`` CHECK_TOO_OFTEN.
    """
    require(actor, Permission.CONNECTIONS)
    saved = find_by_id(draft.connection) if draft.connection is not None else None
    judged = judge(replace(draft, type=saved.type) if saved else draft, saved)
    test = Connect(actor, judged, saved, clock)
    if test.is_under_way():
        return test
    with transaction.atomic():
        now = utc_now(clock)
        lately = AuditEntry.objects.filter(action=_CHECK, actor=actor.name, at__gt=now - _MINUTE)
        times = list(lately.order_by("at").values_list("at", flat=True))
        if len(times) >= _A_MINUTE:
            left = (times[-_A_MINUTE] + _MINUTE - now).total_seconds()
            raise TryLater("CHECK_TOO_OFTEN", retry_after=max(1.0, left))  # fmt: skip
        record(actor, _CHECK, saved.name if saved else judged.host, {"host": judged.host})
    return test


def has_passed(actor: Actor, judged: CheckedSettings, proof: str) -> list[dict[str, Any]] | None:
    """Return the steps of the test that a proof tells of; None where it proves nothing of this host and key."""
    try:
        told = signing.loads(proof, salt=_SALT)
    except signing.BadSignature:
        return None
    if current_clock().now() - told.get("at", 0.0) > _LASTS.total_seconds():
        return None
    claim = _claim(actor, judged)
    steps: list[dict[str, Any]] = told["steps"]
    return steps if all(told.get(name) == value for name, value in claim.items()) else None


def attempt(found: list[InvalidInput], where: str, act: Callable[[], T]) -> T | None:
    """Judge one field; what is wrong with it is remembered with its name."""
    try:
        return act()
    except InvalidInput as error:
        found.append(InvalidInput.of([replace(problem, where=where) for problem in error.problems]))
        return None


def _prove(actor: Actor, judged: CheckedSettings, done: list[Check], clock: Clock) -> str:
    steps = [check_data(step) for step in done]
    return signing.dumps({**_claim(actor, judged), "steps": steps, "at": clock.now()}, salt=_SALT)


def _claim(actor: Actor, judged: CheckedSettings) -> dict[str, Any]:
    digest = salted_hmac(_SALT, _told(judged), algorithm="sha256").hexdigest()
    plain = dict(judged.plain)
    return {"type": judged.type, "host": judged.host, "settings": plain, "key": digest, "by": actor.name}


def _about(actor: Actor, judged: CheckedSettings, saved: Connection | None) -> tuple[str, str, int, str]:
    """Return what makes two tests the same one: who asks, of which connection, with which settings and secrets."""
    plain = {**judged.plain, **judged.references, "": judged.host}
    return ("check", actor.name, saved.pk if saved else 0, fingerprint(plain, judged.secrets))


def _steps(account: open_destination.Opened) -> Iterator[Check]:
    try:
        yield from account.destination.check(None)
    finally:
        account.destination.close()


def _told(judged: CheckedSettings) -> str:
    secrets = {name: secret.reveal() for name, secret in judged.secrets.items()}
    return json.dumps([secrets, dict(judged.references)], sort_keys=True)


def _required(setting: Setting, saved: Connection | None) -> InvalidInput:
    if setting.name != connection_keys.KEY:
        return InvalidInput("SECRET_REQUIRED", where=setting.name)
    if saved is None:
        return InvalidInput("KEY_REQUIRED", where=setting.name)
    return InvalidInput("KEY_REQUIRED.host", where=setting.name)
