"""The account's contents and the client's observed behaviour, as plain data for the page and for tests."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from leleka.sandbox.contacts import Status
from leleka.sandbox.limits import Gauge
from leleka.sandbox.timing import own_stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_BATCHES_SHOWN = 100
_REQUESTS_SHOWN = 25


def state(account: "Account") -> dict[str, Any]:
    judge = account.judge
    return {
        "time": own_stamp(account.timing.now()),
        "speed": account.timing.speed,
        "key_revoked": account.key_revoked,
        "contacts": len(account.contacts),
        "archived": account.contacts.count_archived(),
        "lists": [
            {
                "id": one.id,
                "name": one.name,
                "statuses": {str(int(status)): account.contacts.count(one.id, status) for status in Status},
            }
            for one in account.catalogue.lists.values()
        ],
        "fields": [
            {"id": one.id, "title": one.title, "type": one.type} for one in account.catalogue.fields.values()
        ],
        "tags": len(account.catalogue.tags),
        "exclusions": len(account.catalogue.exclusions),
        "imports": _imports(account),
        "requests": {"total": account.log.total, "by_endpoint": account.log.by_endpoint},
        "last_requests": [asdict(entry) for entry in list(account.log.last)[-_REQUESTS_SHOWN:]],
        "most_seen": {
            "requests_in_a_second": _gauge(judge.requests),
            "imports_in_a_minute": _gauge(judge.imports),
            "single_imports_in_a_minute": _gauge(judge.single_imports),
        },
        "violations": [asdict(violation) for violation in judge.violations],
        "violation_counts": judge.counts,
    }


def _imports(account: "Account") -> dict[str, Any]:
    queue = account.queue
    latest = [
        {
            "batch": batch.id,
            "contacts": batch.size,
            "accepted": own_stamp(batch.accepted),
            "status": queue.status(batch, account.behaviour),
            "created": len(batch.success),
            "failed": len(batch.failure),
        }
        for batch in queue.latest(_BATCHES_SHOWN)
    ]
    return {
        "accepted": queue.accepted,
        "open": queue.open(),
        "queued_contacts": queue.queued_contacts,
        "with_automations": queue.with_automations,
        "latest": latest,
    }


def _gauge(gauge: Gauge) -> dict[str, int]:
    return {"most": gauge.most, "allowed": gauge.allowed}
