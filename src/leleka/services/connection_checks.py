"""Connect: testing a connection step by step, before it is saved and afterwards.

What passed is proved to Save by a signed token: it holds for one person, one host and one key (as a keyed digest,
from which nobody can guess it), for a quarter of an hour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from leleka.core.ports import Check, Clock, Standing, skipped
from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.destinations.spec import Identity
from leleka.errors import InvalidInput, LelekaError, TryLater
from leleka.messages.stored import check_data
from leleka.services import connecting, store
from leleka.services.audit import Actor, record
from leleka.services.connection_views import find
from leleka.services.connections import keep_result
from leleka.services.permissions import Permission, require
from leleka.state.models import Account, AuditEntry, Connection

_SALT: Final = "leleka.connections.connect"
_LASTS: Final = timedelta(minutes=15)
_A_MINUTE: Final = 5
_MINUTE: Final = timedelta(minutes=1)
_CHECK: Final = "connection check"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be tested. An empty host or key is the one that ``connection`` has."""

    host: str
    key: str = field(default="", repr=False)
    type: str = "activecampaign"
    connection: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A host and a key that can be right; ``reference`` names a key kept elsewhere. With neither the kept one stays."""

    type: str
    identity: Identity
    key: Secret | None
    reference: str

    @property
    def host(self) -> str:
        return str(self.identity)

    @property
    def is_new_key(self) -> bool:
        return self.key is not None or bool(self.reference)

    def digest(self) -> str:
        typed = self.key.reveal() if self.key else self.reference
        return salted_hmac(_SALT, typed, algorithm="sha256").hexdigest()


def judge(draft: Draft, saved: Connection | None) -> Judged:
    """Raises ``InvalidInput`` with everything that is wrong with host and key; asks nothing of the network."""
    spec, network = spec_of(draft.type), store.configuration().network
    typed = draft.key.strip()
    found: list[InvalidInput] = []
    host = draft.host if draft.host.strip() or saved is None else saved.host
    identity = attempt(found, "host", lambda: spec.identify(host, network))
    reference = typed if connecting.is_reference(typed) else ""
    key = None
    if reference:
        attempt(found, "key", lambda: connecting.check_reference(reference))
    elif typed:
        key = attempt(found, "key", lambda: spec.check_key(typed))
    elif saved is None or (identity is not None and str(identity) != saved.host):
        found.append(_key_required(saved))
    if found or identity is None:
        raise InvalidInput.of([problem for error in found for problem in error.problems])
    return Judged(draft.type, identity, key, reference)


class Connect:
    """A test that was permitted: iterate over it once. ``steps`` names what is coming.

    ``proof`` is "" until everything passed; it stays so of a connection ``as_saved``, which needs no proof.
    """

    def __init__(self, actor: Actor, judged: Judged, saved: Connection | None, clock: Clock) -> None:
        self.steps = spec_of(judged.type).steps
        self.notes = tuple(judged.identity.notes)
        self.proof = ""
        self.as_saved = saved is not None and not judged.is_new_key
        self._actor, self._judged, self._saved, self._clock = actor, judged, saved, clock

    def __iter__(self) -> Iterator[Check]:
        done: list[Check] = []
        try:
            key = self._key()
            with connecting.opened_with(self._connection(), key, self._clock) as account:
                for step in account.destination.check(None):
                    done.append(step)
                    yield step
        except LelekaError as error:
            for step in self._broken_off(done, error):
                done.append(step)
                yield step
        if self._saved is not None and self.as_saved:
            keep_result(self._saved, done)
        elif all(step.standing is Standing.PASSED for step in done):
            self.proof = _prove(self._actor, self._judged, done)

    def _key(self) -> Secret:
        judged, saved = self._judged, self._saved
        if judged.key is not None:
            return judged.key
        if judged.reference:
            key = connecting.referenced(judged.reference, "")
            return spec_of(judged.type).check_key(key.reveal())
        return connecting.key_of(saved or Connection())

    def _connection(self) -> Connection:
        judged = self._judged
        account = Account.objects.filter(type=judged.type, name=judged.identity.account).first()
        return Connection(type=judged.type, host=judged.host, account=account)

    def _broken_off(self, done: list[Check], error: LelekaError) -> list[Check]:
        problem = error.problems[0]
        left = [name for name in self.steps if name not in {step.name for step in done}]
        failed = Check(left[0] if left else connecting.KEY, Standing.FAILED, problem=problem)
        return [failed, *(skipped(name) for name in left[1:])]


def begin(actor: Actor, draft: Draft, clock: Clock) -> Connect:
    """Permit a test, at most five a minute to a person; nothing is asked of the network yet.

    Raises ``InvalidInput`` for a host or key that cannot be right, ``TryLater`` CHECK_TOO_OFTEN.
    """
    require(actor, Permission.CONNECTIONS)
    saved = find(draft.connection) if draft.connection is not None else None
    judged = judge(replace(draft, type=saved.type) if saved else draft, saved)
    with transaction.atomic():
        now = timezone.now()
        lately = AuditEntry.objects.filter(action=_CHECK, actor=actor.name, at__gt=now - _MINUTE)
        times = list(lately.order_by("at").values_list("at", flat=True))
        if len(times) >= _A_MINUTE:
            left = (times[-_A_MINUTE] + _MINUTE - now).total_seconds()
            raise TryLater("CHECK_TOO_OFTEN", retry_after=max(1.0, left))  # fmt: skip
        record(actor, _CHECK, saved.name if saved else judged.host, {"host": judged.host})
    return Connect(actor, judged, saved, clock)


def has_passed(actor: Actor, judged: Judged, proof: str) -> list[dict[str, Any]] | None:
    """Give the steps of the test that a proof tells of; None where it proves nothing of this host and key."""
    try:
        told = signing.loads(proof, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
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


def _prove(actor: Actor, judged: Judged, done: list[Check]) -> str:
    return signing.dumps({**_claim(actor, judged), "steps": [check_data(step) for step in done]}, salt=_SALT)


def _claim(actor: Actor, judged: Judged) -> dict[str, str]:
    return {"type": judged.type, "host": judged.host, "key": judged.digest(), "by": actor.name}


def _key_required(saved: Connection | None) -> InvalidInput:
    if saved is None:
        return InvalidInput("KEY_REQUIRED", where="key")
    return InvalidInput("KEY_REQUIRED.host", where="key")
