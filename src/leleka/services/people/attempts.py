"""How often one may try to sign in in vain (P-2), so that guessing is slow and nobody is kept out by others' guesses.

An attempt is counted before the password is looked at, by one process at a time: of many at once, no more pass than
of many in a row. It counts against whoever makes it: a device that has signed in as this person before has a budget of
its own, anything else one for each pair of person and source, and one for each source. So wrong guesses from one place
never keep the right password out from another. Where many guess in many places, a new place has one attempt, not five,
and such attempts are looked at one at a time: a password costs its work, and the pages go on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Final

from django.db.models import Q, QuerySet

from leleka.core.client_networks import network, site
from leleka.core.clock import utc_now
from leleka.errors import TryLater
from leleka.state.models import SignInFailure
from leleka.state.secret_lock import SIGN_INS, alone

_FREE, _FREE_UNDER_ATTACK = 5, 1
_FIRST_WAIT: Final = 5.0  # seconds, doubled by each failure beyond the free ones
_LONGEST_WAIT: Final = 900.0
_REMEMBERED: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_PER_SOURCE: Final = 20  # failures a minute, whoever they are for
_ATTACK_ON_ONE: Final = 50  # failures an hour for one person, from everywhere
_ATTACK_ON_ALL: Final = 200  # failures a minute
_PER_SITE: Final = 100  # failures a minute of an IPv6 site, whatever networks of it they come from
_AT_ONCE_UNDER_ATTACK: Final = 1
_COME_AGAIN: Final = 5.0  # seconds
_LOOKING: Final = BoundedSemaphore(_AT_ONCE_UNDER_ATTACK)


@dataclass(frozen=True, slots=True)
class Trier:
    """Who tries: for whom (a digest), from where, and the digest of a known device; "" where it is none."""

    who: str
    source: str
    device: str

    @property
    def own(self) -> QuerySet[SignInFailure]:
        """What counts against this trier alone."""
        if self.device:
            return SignInFailure.objects.filter(device=self.device)
        return SignInFailure.objects.filter(who=self.who, source=self.source, device="")


def trier(who: str, source: str, device: str = "") -> Trier:
    return Trier(who, network(source), device)


@contextmanager
def counted(one: Trier) -> Iterator[None]:
    """Count an attempt as a failure until it is known to be none; inside, the password is looked at.

    Raises ``TryLater`` with the seconds to wait.
    """
    row, attacked = _count(one)
    if one.device or not attacked:
        yield
        return
    if not _LOOKING.acquire(blocking=False):
        row.delete()  # nobody looked
        raise _later(_COME_AGAIN)
    try:
        yield
    finally:
        _LOOKING.release()


def _count(one: Trier) -> tuple[SignInFailure, bool]:
    """Return the row of this attempt, and whether many guess in many places."""
    with alone(SIGN_INS):
        now = utc_now()
        # What a wrong clock dated ahead would keep the right password out until then.
        SignInFailure.objects.filter(Q(at__lt=now - _REMEMBERED) | Q(at__gt=now + _MINUTE)).delete()
        attacked = SignInFailure.objects.filter(at__gt=now - _MINUTE).count() >= _ATTACK_ON_ALL
        left = _wait(one, now, attacked=attacked)
        if left <= 0:
            row = SignInFailure.objects.create(who=one.who, source=one.source, device=one.device, at=now)
            return row, attacked
    raise _later(left)


def _later(seconds: float) -> TryLater:
    return TryLater("SIGN_IN_TOO_OFTEN", retry_after=seconds, seconds=seconds)


def forget(one: Trier) -> None:
    """It was the right password: nothing counts against them any more. What others did stays counted."""
    one.own.delete()


def _wait(one: Trier, now: datetime, *, attacked: bool) -> float:
    """Return how many seconds somebody has to wait."""
    failures = _moments(one.own)
    if one.device:
        return _back_off(failures, _FREE, now)
    lately = SignInFailure.objects.filter(at__gt=now - _MINUTE, device="")
    around = site(one.source)
    full = [_full(lately.filter(source=one.source), _PER_SOURCE, now)]
    if around:
        full.append(_full(lately.filter(source__startswith=around), _PER_SITE, now))
    if max(full) > 0:
        return max(full)
    against = SignInFailure.objects.filter(who=one.who, device="").count()
    few = attacked or against >= _ATTACK_ON_ONE
    return _back_off(failures, _FREE_UNDER_ATTACK if few else _FREE, now)


def _full(failures: QuerySet[SignInFailure], most: int, now: datetime) -> float:
    """Return how long a minute's budget is still used up."""
    moments = _moments(failures)
    return (moments[most - 1] + _MINUTE - now).total_seconds() if len(moments) >= most else 0.0


def _back_off(failures: Sequence[datetime], free: int, now: datetime) -> float:
    if len(failures) < free:
        return 0.0
    wait = min(_FIRST_WAIT * 2.0 ** (len(failures) - free), _LONGEST_WAIT)
    return wait - (now - failures[0]).total_seconds()


def _moments(failures: QuerySet[SignInFailure]) -> list[datetime]:
    """Return when they were, the latest first."""
    return list(failures.order_by("-at", "-pk").values_list("at", flat=True))
