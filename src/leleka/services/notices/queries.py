"""Notices as people see them: the bell, the list, what became of deliveries, and trying the channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django.db.models import QuerySet

from leleka.core.ports.clock import Clock
from leleka.errors import NeedsAttention
from leleka.messages.problems import ProblemText
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.installation import configuration as installation_configuration
from leleka.services.notices import texts as notice_texts
from leleka.services.notices.creation import make
from leleka.services.notices.detection import Draft, Kind
from leleka.services.notices.retry_policy import TRIES
from leleka.state.models import Notice, NoticeDelivery, NoticeSeen, User

_DELIVERIES: Final = 50


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice for everybody to read, ``title`` and ``problems`` in the reader's language.

    ``reason`` is why a run waits for confirmation, ``reason_told`` its code and values (core.saying); ``path`` is the
    page with more, "" where there is none; ``seen`` is the reader's own.
    """

    id: int
    kind: str
    subject: str
    title: str
    problems: Sequence[ProblemText]
    reason: str
    reason_told: Mapping[str, Any]
    counts: Mapping[str, int]
    made_at: datetime
    export: int | None
    run: int | None
    answers: int | None
    path: str
    seen: bool


@dataclass(frozen=True, slots=True)
class ChannelsView:
    """How notices leave the house, of the secrets only whether there are any. ``mail`` is host:port or ""."""

    mail: str
    security: str
    signs_in: bool
    sender: str
    webhooks: Sequence[str]

    @property
    def any(self) -> bool:
        return bool(self.mail or self.webhooks)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """``left`` is how often it will still be tried; ``error`` a code."""

    title: str
    channel: str
    address: str
    status: str
    tries: int
    left: int
    made_at: datetime
    sent_at: datetime | None
    next_try_at: datetime | None
    error: str


def list_notices(actor: Actor, *, limit: int = 20, after: int | None = None) -> Sequence[NoticeView]:
    """Return the newest first; with ``after`` those older than the notice of this number."""
    require(actor, Permission.SEE)
    rows = _shown().select_related("run").defer("run__config", "run__counts").order_by("-pk")
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[:limit])
    seen = set(_seen(actor).filter(notice__in=found).values_list("notice", flat=True))
    since = _since(actor)
    views = [_view(one, seen=one.pk in seen or since is None or one.made_at < since) for one in found]
    return discreet(actor, views)


def unseen(actor: Actor) -> int:
    """Return how many notices somebody has not seen, of those made since they are here."""
    since = _since(actor)
    if since is None:
        return 0
    return _shown().filter(made_at__gte=since).exclude(pk__in=_seen(actor).values("notice")).count()


def mark_all_seen(actor: Actor) -> None:
    """Remember that somebody saw all there is; nothing of a person's reading is audited."""
    require(actor, Permission.SEE)
    since = _since(actor)
    if since is None or actor.user is None:
        return
    left = _shown().filter(made_at__gte=since).exclude(pk__in=_seen(actor).values("notice"))
    NoticeSeen.objects.bulk_create(
        [NoticeSeen(user_id=actor.user, notice=one) for one in left], ignore_conflicts=True
    )


def wants_mail(actor: Actor) -> bool:
    return User.objects.filter(pk=actor.user or 0, mailed=True).exists()


def choose_mail(actor: Actor, *, wanted: bool) -> None:
    """Turn notices by e-mail on or off, for oneself."""
    User.objects.filter(pk=actor.user or 0).update(mailed=wanted)


def channels(actor: Actor) -> ChannelsView:
    require(actor, Permission.SYSTEM)
    found = installation_configuration.configuration().channels
    mail = found.mail
    return ChannelsView(
        mail=f"{mail.host}:{mail.port}" if mail else "",
        security=mail.security if mail else "",
        signs_in=bool(mail and mail.user),
        sender=found.sender,
        webhooks=[hook.name for hook in found.webhooks],
    )


def deliveries(actor: Actor) -> Sequence[DeliveryView]:
    """Return the newest deliveries first."""
    require(actor, Permission.SYSTEM)
    rows = NoticeDelivery.objects.select_related("notice").order_by("-pk")[:_DELIVERIES]
    return [_delivery(row) for row in rows]


def send_test(actor: Actor, clock: Clock) -> None:
    """Send a notice to every administrator and webhook. Raises ``NeedsAttention`` where there is no channel."""
    if not channels(actor).any:
        raise NeedsAttention("NOTICES_STAY_HERE")
    record(actor, "notice test", "notices")
    make(Draft(f"{Kind.TEST}:{uuid4().hex}", Kind.TEST, "test:channels", {}), clock)


def _shown() -> QuerySet[Notice]:
    return Notice.objects.exclude(kind=Kind.TEST)


def _seen(actor: Actor) -> QuerySet[NoticeSeen]:
    return NoticeSeen.objects.filter(user=actor.user or 0)


def _since(actor: Actor) -> datetime | None:
    return User.objects.filter(pk=actor.user or 0).values_list("created_at", flat=True).first()


def _view(notice: Notice, *, seen: bool) -> NoticeView:
    return NoticeView(
        id=notice.pk,
        kind=notice.kind,
        subject=notice.subject,
        title=notice_texts.title(notice),
        problems=notice_texts.problems(notice),
        reason=notice.values.get("reason", ""),
        reason_told=notice.run.confirmation_told if notice.run and notice.values.get("reason") else {},
        counts=notice.values.get("counts") or {},
        made_at=notice.made_at,
        export=notice.export_id,
        run=notice.run_id,
        answers=notice.answers_id,
        path=notice_texts.path_of(notice),
        seen=seen,
    )


def _delivery(row: NoticeDelivery) -> DeliveryView:
    waits = row.status == NoticeDelivery.Status.WAITING
    return DeliveryView(
        title=notice_texts.title(row.notice),
        channel=row.channel,
        address=row.address,
        status=row.status,
        tries=row.tries,
        left=TRIES - row.tries if waits else 0,
        made_at=row.notice.made_at,
        sent_at=row.sent_at,
        next_try_at=row.next_try_at if waits else None,
        error=row.last_error,
    )
