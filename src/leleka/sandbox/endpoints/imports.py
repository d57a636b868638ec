"""Bulk import: the import itself, the status of a batch, and the queue as a whole."""

from typing import TYPE_CHECKING

from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.bulk_upsert import unknown_references
from leleka.sandbox.messages import Refused, Reply, Request, json_reply, message
from leleka.sandbox.validation import Import, checked, not_valid, rate_limited

if TYPE_CHECKING:
    from leleka.sandbox.account import Account


def bulk_import(account: "Account", _request: Request, _id: str) -> Reply:
    behaviour = account.behaviour
    try:
        received = checked(account.arrived, behaviour)
        _refuse_unknown(account, received)
    except Refused:
        if behaviour.refused_imports_count:
            account.import_window(single=False).add(account.timing.now())
        raise
    _limit(account, single=len(received.rows) == 1)
    batch = account.queue.accept(received, behaviour, account.draws)
    if _fails_for_unknown(account, received, behaviour):
        batch.ending = "failed"
    if received.callback is not None:
        account.callbacks[batch.number] = received.callback
    account.queue.advance(behaviour)
    if not batch.finished:
        account.judge.accepted(batch, received.rows, received.body)
    account.collect()
    success = {behaviour.success_key: 1, "queued_contacts": batch.size}
    return json_reply(success | {"batchId": batch.id, "message": "Contact import queued"})


def _limit(account: "Account", *, single: bool) -> None:
    """A request refused by the rate limit does not count: otherwise a flood of retries would never end."""
    behaviour = account.behaviour
    allowed = behaviour.single_imports_per_minute if single else behaviour.imports_per_minute
    window, now = account.import_window(single=single), account.timing.now()
    if window.used(now, behaviour.window) >= allowed and not account.timing.unlimited:
        raise Refused(rate_limited(allowed))
    window.add(now)


def _refuse_unknown(account: "Account", received: Import) -> None:
    behaviour = account.behaviour
    if "refused" not in {behaviour.unknown_list, behaviour.unknown_field}:
        return
    lists, fields = unknown_references(received.rows, account.catalogue)
    reasons: list[object] = []
    if behaviour.unknown_list == "refused":
        reasons += [f"List {number} does not exist" for number in sorted(lists)]
    if behaviour.unknown_field == "refused":
        reasons += [f"Field {number} does not exist" for number in sorted(fields)]
    if reasons:
        raise Refused(not_valid(behaviour, reasons))


def _fails_for_unknown(account: "Account", received: Import, behaviour: Behaviour) -> bool:
    if "batch_fails" not in {behaviour.unknown_list, behaviour.unknown_field}:
        return False
    lists, fields = unknown_references(received.rows, account.catalogue)
    return bool(
        (lists and behaviour.unknown_list == "batch_fails")
        or (fields and behaviour.unknown_field == "batch_fails")
    )


def info(account: "Account", request: Request, _id: str) -> Reply:
    batch_id = request.query.get("batchId", "")
    if not batch_id:
        return json_reply({"success": 0, "message": "'batchId' is a required field."}, 400)
    batch = account.queue.find(batch_id)
    if batch is None:
        if account.behaviour.unknown_batch == "404":
            return message(404, "Not Found")
        return json_reply({"status": False, "success": [], "failure": []})
    status = account.queue.status(batch, account.behaviour)
    return json_reply(
        {"status": status, "success": [str(number) for number in batch.success], "failure": batch.failure}
    )


def queue(account: "Account", _request: Request, _id: str) -> Reply:
    def rows(days: dict[str, tuple[int, int]]) -> list[dict[str, str]]:
        return [
            {"forDate": day, "batches": str(count), "contacts": str(size)}
            for day, (count, size) in sorted(days.items())
        ]

    completed = account.queue.recently_completed()
    return json_reply(
        {"outstanding": rows(account.queue.outstanding()), "recentlyCompleted": rows(completed)}
    )


ROUTES = [
    ("POST", r"/import/bulk_import", bulk_import),
    ("GET", r"/import/bulk_import", queue),
    ("GET", r"/import/info", info),
]
