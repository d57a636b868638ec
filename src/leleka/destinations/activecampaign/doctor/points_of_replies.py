"""How the account writes its replies: read off those that came anyway."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Final
from uuid import uuid4

import orjson

from leleka.core.ports.examination import Finding
from leleka.destinations.activecampaign.doctor.bench import Bench, met, unsettled
from leleka.destinations.activecampaign.doctor.wire import Heard, Wire
from leleka.destinations.activecampaign.response_parsing import object_of, pause_of

_REFUSED: Final = frozenset({401, 403})
_UNKNOWN: Final = 404
_SUCCESS: Final = ("Success", "success")


def of_a_bad_key(stranger: Wire) -> Iterator[Finding]:
    """``stranger`` has a made-up key."""
    heard = stranger.ask("users/me", shown_as="users/me, with a made-up key")
    reply = heard.reply
    if reply is None or reply.status not in _REFUSED:
        yield unsettled("forbidden_body", "odd_answer", heard.exchange)
        return
    yield met("forbidden_status", reply.status, heard.exchange)
    yield met("forbidden_body", "json" if object_of(reply) is not None else "html", heard.exchange)


def of_a_batch(bench: Bench) -> Iterator[Finding]:
    """What accepting an import, and asking for a batch, looks like."""
    first = bench.kept["base"]
    body = orjson.loads(first.sent.reply.body) if first.sent.reply and first.sent.found else {}
    spelled = next((name for name in _SUCCESS if name in body), None)
    if spelled:
        yield met("success_key", spelled, first.sent.exchange)
    else:
        yield unsettled("success_key", "odd_answer", first.sent.exchange)
    if first.looks:
        word = first.looks[0].found.get("status")
        yield met("status_at_first", word if isinstance(word, str) else "false", first.looks[0].exchange)
    heard = bench.wire.ask("import/info", {"batchId": str(uuid4())})
    if heard.status == _UNKNOWN:
        yield met("unknown_batch", "404", heard.exchange)
    elif heard.succeeded and heard.found.get("status") is False:
        yield met("unknown_batch", "false", heard.exchange)
    else:
        yield unsettled("unknown_batch", "odd_answer", heard.exchange)


def of_everything(bench: Bench) -> Iterator[Finding]:
    """What shows only in many replies."""
    replies = [heard for heard in bench.wire.seen.replies if heard.succeeded and heard.found]
    plain = _first(
        replies, lambda heard: heard.reply is not None and heard.reply.content_type == "text/plain"
    )
    yield met("text_plain", plain is not None, *([plain.exchange] if plain else []))
    escaped = _first(replies, lambda heard: heard.reply is not None and b"\\/" in heard.reply.body)
    bare = _first(
        replies, lambda heard: heard.reply is not None and b"/" in heard.reply.body.replace(b"\\/", b"")
    )
    if escaped or bare:
        yield met("escaped_slashes", escaped is not None, (escaped or bare or replies[0]).exchange)
    else:
        yield unsettled("escaped_slashes", "not_seen")
    yield from _numbers(replies)
    yield from _limits(bench, replies)
    yield from _times(bench)


def _numbers(replies: list[Heard]) -> Iterator[Finding]:
    for heard in replies:
        for row in heard.rows("contacts"):
            yield met("ids_as_numbers", isinstance(row.get("id"), int), heard.exchange)
            return
    yield unsettled("ids_as_numbers", "not_seen")


def _limits(bench: Bench, replies: list[Heard]) -> Iterator[Finding]:
    told = _first(replies, lambda heard: heard.reply is not None and bool(heard.reply.rate_limit))
    yield met("limit_headers", told is not None, *([told.exchange] if told else []))
    limit = told.reply.rate_limit if told and told.reply else ""
    if told and limit.isascii() and limit.isdigit():
        yield met("requests_per_second", int(limit), told.exchange)
    else:
        yield unsettled("requests_per_second", "not_provoked")
    throttled = _first(bench.wire.seen.throttled, lambda heard: heard.status in {429, 503})
    if throttled is None or throttled.reply is None:
        yield unsettled("throttle_status", "not_provoked")
        yield unsettled("retry_after", "not_provoked")
        return
    yield met("throttle_status", throttled.status, throttled.exchange)
    asked = (throttled.reply.retry_after or "").strip()
    known = pause_of(asked, bench.tools.clock.now()) is not None
    form = "none" if not asked else "seconds" if asked[0].isdigit() and known else "date" if known else "odd"
    yield met("retry_after", form, throttled.exchange)


def _times(bench: Bench) -> Iterator[Finding]:
    took = [one.ended - one.began for one in bench.imports.all if one.completed]
    if took:
        yield met("import_seconds", round(median(took), 1))
    else:
        yield unsettled("import_seconds", "not_ended")


def _first(replies: list[Heard], fits: Callable[[Heard], bool]) -> Heard | None:
    return next((heard for heard in replies if fits(heard)), None)
