"""Making a notice, once, with everything that is to leave the house for it."""

from collections.abc import Iterator
from uuid import uuid4

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.services.access.actor import Role
from leleka.services.concerns.contracts import ConcernKind
from leleka.services.installation import configuration as installation_configuration
from leleka.services.notices.detection import Draft
from leleka.state.models import Export, Notice, NoticeDelivery, Run, User

log = structlog.get_logger(__name__)
_Address = tuple[NoticeDelivery.Channel, str, User | None]


def make(draft: Draft, clock: Clock) -> Notice | None:
    """Make a notice and its deliveries in one transaction; None where another worker was quicker."""
    now = utc_now(clock)
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                key=draft.key,
                kind=draft.kind,
                subject=draft.subject,
                # What was removed meanwhile is still told of; it is in the words, too.
                export=Export.objects.filter(pk=draft.export or 0).first(),
                run=Run.objects.filter(pk=draft.run or 0).first(),
                values=dict(draft.values),
                problems=list(draft.problems),
                made_at=now,
                answers_id=draft.answers,
            )
            NoticeDelivery.objects.bulk_create(
                NoticeDelivery(
                    notice=notice,
                    channel=channel,
                    address=address,
                    user=user,
                    public_id=uuid4().hex,
                    next_try_at=now,
                )
                for channel, address, user in _addresses(notice)
            )
    except IntegrityError:
        return None
    log.info("notice made", notice=notice.pk, kind=notice.kind, subject=notice.subject)
    return notice


def _addresses(notice: Notice) -> Iterator[_Address]:
    """Return administrators and the export's owner, who want mail and may come in; and every webhook."""
    channels = installation_configuration.configuration().channels
    if channels.mail is not None:
        # Of an export that could not begin administrators hear what kept it: one mail, not one for each export.
        owned = notice.export is not None and notice.export.owner_id is not None
        skipped = notice.values.get("concern") == ConcernKind.SKIPPED
        who = Q(pk__in=[]) if skipped and owned else Q(role=Role.ADMINISTRATOR)
        if notice.export_id is not None:
            who |= Q(exports=notice.export_id)
        people = User.objects.filter(who, disabled_at__isnull=True)
        if notice.kind != Notice.Kind.TEST:
            people = people.filter(mailed=True)
        for user in people.order_by("pk").distinct():
            yield NoticeDelivery.Channel.EMAIL, user.email, user
    for hook in channels.webhooks:
        yield NoticeDelivery.Channel.WEBHOOK, hook.name, None
