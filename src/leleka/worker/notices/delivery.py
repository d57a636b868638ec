"""Deliveries: claimed, tried, written down.

A claim is one conditional UPDATE that counts the try and already sets when the next one would be: two workers never
knowingly send the same, and a process that dies between sending and writing it down costs at most one repetition, with
the same id. Network is touched in threads, the database in this one alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

import structlog
from django.db.models import Q

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.notices import mail, webhook
from leleka.services.installation import configuration as installation_configuration
from leleka.services.notices import texts as notice_texts
from leleka.services.notices.detection import still_open
from leleka.services.notices.retry_policy import BACKOFF, TRIES
from leleka.state.models import Notice, NoticeDelivery

log = structlog.get_logger(__name__)
Status, Channel = NoticeDelivery.Status, NoticeDelivery.Channel
_AT_ONCE: Final = 4
_ONE_TAKES: Final = 30.0  # seconds at most: both channels end earlier by themselves
_WORKS_FOR: Final = 60.0  # seconds, then the state is looked at again
_KEPT: Final = timedelta(days=90)


_Act = Callable[[], str]  # gives "" or a code, and touches no database


@dataclass(frozen=True, slots=True)
class _Job:
    """One try."""

    delivery: NoticeDelivery
    act: _Act


def is_anything_due(clock: Clock) -> bool:
    return NoticeDelivery.objects.filter(_is_due(clock)).exists()


def _is_due(clock: Clock) -> Q:
    """No try is set further ahead than twice the longest wait: one that is was set by a wrong clock."""
    now = utc_now(clock)
    at = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + 2 * BACKOFF[-1])
    return at & Q(status=Status.WAITING)


def deliver(clock: Clock) -> int:
    """Try what is due, some at once; return how many deliveries were tried."""
    until, tried = clock.monotonic() + _WORKS_FOR, 0
    while clock.monotonic() < until:
        claimed = _claim(clock)
        if not claimed:
            break
        tried += len(claimed)
        jobs = [job for one in claimed if (job := _job(one, clock)) is not None]
        for delivery, code in _carry_out(jobs):
            _write_down(delivery, code, clock)
    return tried


def forget_old(clock: Clock) -> None:
    """Remove what is older than a quarter of a year, but what is still open."""
    old = Notice.objects.filter(made_at__lt=utc_now(clock) - _KEPT)
    old.exclude(pk__in=list(still_open().values_list("pk", flat=True))).delete()


def _claim(clock: Clock) -> Sequence[NoticeDelivery]:
    return [row for row in _due(clock) if _take(row, clock)]


def _due(clock: Clock) -> Sequence[NoticeDelivery]:
    due = NoticeDelivery.objects.filter(_is_due(clock))
    return list(due.select_related("notice__export", "user").order_by("next_try_at", "pk")[:_AT_ONCE])


def _take(row: NoticeDelivery, clock: Clock) -> bool:
    """Become the one who tries; False where another did, or the process of the last try died."""
    still = NoticeDelivery.objects.filter(pk=row.pk, status=Status.WAITING, tries=row.tries)
    if row.tries >= TRIES:
        still.update(status=Status.GIVEN_UP)
        return False
    next_try = utc_now(clock) + BACKOFF[min(row.tries, len(BACKOFF) - 1)]
    taken = bool(still.update(tries=row.tries + 1, next_try_at=next_try))
    row.tries += taken
    return taken


def _job(row: NoticeDelivery, clock: Clock) -> _Job | None:
    """Return what is to be done; where nobody wants it any more it is given up."""
    act, code = _posting(row, clock) if row.channel == Channel.WEBHOOK else _mailing(row)
    if act is None:
        waiting = NoticeDelivery.objects.filter(pk=row.pk, status=Status.WAITING)
        waiting.update(status=Status.GIVEN_UP, last_error=code)
        return None
    return _Job(row, act)


def _posting(row: NoticeDelivery, clock: Clock) -> tuple[_Act | None, str]:
    channels = installation_configuration.configuration().channels
    hook = next((one for one in channels.webhooks if one.name == row.address), None)
    if hook is None:
        return None, "NOT_CONFIGURED"
    body = notice_texts.body(row.notice)
    return lambda: webhook.post(hook, channels.secret, row.public_id, body, clock), ""


def _mailing(row: NoticeDelivery) -> tuple[_Act | None, str]:
    channels, user = installation_configuration.configuration().channels, row.user
    server = channels.mail
    if server is None or user is None:
        return None, "NOT_CONFIGURED"
    if user.disabled_at or not (user.mailed or row.notice.kind == Notice.Kind.TEST):
        return None, "NOT_WANTED"
    subject, text = notice_texts.letter(row.notice, user.language)
    letter = mail.Letter(row.address, subject, text, row.public_id, row.notice.made_at.timestamp())
    return lambda: mail.send(server, channels.sender, letter), ""


def _carry_out(jobs: Sequence[_Job]) -> Sequence[tuple[NoticeDelivery, str]]:
    """Do several at once: one that hangs holds up the others for half a minute, and itself alone after that."""
    ended: SimpleQueue[tuple[int, str]] = SimpleQueue()
    for number, job in enumerate(jobs):
        Thread(target=_do, args=(number, job, ended), name="notice", daemon=True).start()
    codes = dict.fromkeys(range(len(jobs)), "HOST_NO_ANSWER")
    for _ in jobs:
        try:
            number, code = ended.get(timeout=_ONE_TAKES)
        except Empty:
            break
        codes[number] = code
    return [(job.delivery, codes[number]) for number, job in enumerate(jobs)]


def _do(number: int, job: _Job, ended: "SimpleQueue[tuple[int, str]]") -> None:
    try:
        code = job.act()
    except Exception:
        log.exception("a notice could not be sent", delivery=job.delivery.public_id)
        code = "INTERNAL_ERROR"
    ended.put((number, code))


def _write_down(row: NoticeDelivery, code: str, clock: Clock) -> None:
    mine = NoticeDelivery.objects.filter(pk=row.pk, status=Status.WAITING)
    if not code:
        mine.update(status=Status.SENT, sent_at=utc_now(clock), last_error="")
    elif row.tries >= TRIES:
        mine.update(status=Status.GIVEN_UP, last_error=code)
    else:
        mine.filter(tries=row.tries).update(last_error=code)
    log.info(
        "notice tried", delivery=row.public_id, channel=row.channel, tries=row.tries, code=code or "sent"
    )
