"""What was refused: the first time in an hour is an entry, repeated ones are counted, so that nobody fills the disk.

Of one actor and action at most so many refusals of an hour are told apart, all others of theirs are counted together:
whoever tries without a token blinds nobody to what people try. Repeats are counted here and written once a minute, or
with what is new: a request that is refused must not cost a write. A process that ends takes a minute's count with it.
"""

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

from leleka.core.client_networks import network
from leleka.core.clock import utc_now
from leleka.services.access.actor import Actor, Role
from leleka.services.audit.log import record
from leleka.state.models import RefusalCount
from leleka.state.secret_lock import REFUSALS, alone_at_once

_TOLD_APART: Final = 50
_OTHERS: Final = "others"
_WRITTEN_EVERY: Final = timedelta(minutes=1)


class _Refusal(NamedTuple):
    hour: datetime
    actor: str
    action: str
    subject: str
    network: str

    @property
    def digest(self) -> str:
        told = (self.actor, self.action, self.subject, self.network)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    @property
    def other(self) -> "_Refusal":
        """Return what this one is counted as where there are too many."""
        return self._replace(subject=_OTHERS, network="")


class Repeats:
    """What this process was asked to write down and has not yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._times: Counter[_Refusal] = Counter()
        self._written_at: datetime | None = None

    def add(self, refusal: _Refusal, now: datetime) -> bool:
        """Count one; return whether to write now."""
        with self._lock:
            alike = sum(one[:3] == refusal[:3] for one in self._times)
            if refusal not in self._times and alike >= _TOLD_APART:
                refusal = refusal.other
            is_new = refusal not in self._times
            self._times[refusal] += 1
            last = self._written_at
            # A clock that was set back must not stop it.
            return is_new or last is None or not last <= now < last + _WRITTEN_EVERY

    def take(self, hour: datetime, now: datetime) -> dict[_Refusal, int]:
        """Return what is to be written; what this hour has seen stays known."""
        with self._lock:
            taken = {one: times for one, times in self._times.items() if times}
            self._times = Counter({one: 0 for one in self._times if one.hour == hour})
            self._written_at = now
            return taken

    def give_back(self, taken: dict[_Refusal, int]) -> None:
        """Count again what could not be written: the next writes it, be it new or not."""
        with self._lock:
            self._times.update(taken)
            self._written_at = None


REPEATS: Final = Repeats()


def refused(actor: Actor, action: str, subject: str) -> None:
    """Write down that somebody was refused something. Call it outside of any transaction."""
    now = utc_now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not REPEATS.add(_Refusal(hour, actor.name, action, subject, network(actor.address)), now):
        return
    taken = REPEATS.take(hour, now)
    written = False
    try:
        with alone_at_once(REFUSALS) as free:
            if free:
                for refusal, times in taken.items():
                    _write(refusal, times, actor)
                _close(hour)
                written = True
    finally:
        if not written:
            REPEATS.give_back(taken)


def _write(refusal: _Refusal, times: int, actor: Actor) -> None:
    this_hour = RefusalCount.objects.filter(hour=refusal.hour)
    known = this_hour.filter(digest=refusal.digest).first()
    if known is None:
        alike = this_hour.filter(actor=refusal.actor, action=refusal.action)
        if alike.count() >= _TOLD_APART:
            refusal = refusal.other
            known = alike.filter(digest=refusal.digest).first()
    if known is not None:
        known.times += times
        known.save(update_fields=("times",))
    else:
        _begin(refusal, times, actor)


def _begin(refusal: _Refusal, times: int, actor: Actor) -> None:
    is_this_one = actor.name == refusal.actor and network(actor.address) == refusal.network
    who = actor if is_this_one else Actor(refusal.actor, Role.VIEWER, address=refusal.network)
    RefusalCount.objects.create(
        hour=refusal.hour,
        digest=refusal.digest,
        actor=refusal.actor,
        action=refusal.action,
        subject=refusal.subject,
        address=who.address,
        times=times,
    )
    record(who, refusal.action, refusal.subject, result="refused")


def _close(hour: datetime) -> None:
    """Say how often what was refused in earlier hours was repeated."""
    over = RefusalCount.objects.filter(hour__lt=hour).order_by("pk")
    for one in over.filter(times__gt=1):
        repeated = {"times": one.times - 1, "hour": one.hour.isoformat()}
        who = Actor(one.actor, Role.VIEWER, address=one.address)
        record(who, f"{one.action} again", one.subject, repeated, result="refused")
    over.delete()
