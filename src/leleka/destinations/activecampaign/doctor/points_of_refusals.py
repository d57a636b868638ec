"""Imports that the documentation says are refused: nothing of them may become a contact."""

from collections.abc import Iterator
from typing import Final

from leleka.core.outcomes import Accepted, Cause, Outcome, Refused
from leleka.core.ports.examination import Finding
from leleka.destinations.activecampaign.doctor.bench import Bench, met, unsettled
from leleka.destinations.activecampaign.doctor.imports import Import
from leleka.destinations.activecampaign.limits import LIMITS

_TOO_LARGE: Final = 413
_BASES: Final = {1: 0, 2: 1}  # the malformed row is the second one
_ODD: Final = "\u2018\u2019\u201c\u201d\u00a0"
_HALF: Final = 210_000  # characters in each of two rows: more than the 399,999 bytes that are documented


def examine(bench: Bench) -> Iterator[Finding]:
    """Ask what is refused. Whatever an account does, nothing of it makes more than two contacts: all rows of the larger
    requests have one address, which this account was just seen to refuse.
    """
    bench.contacts.refuse_known(bench.addresses["beside"])
    malformed = bench.row("malformed")
    first = bench.imports.send(bench.row("beside"), malformed)
    yield from _index_base(first)
    if not _is_invalid(first.outcome):
        for name in ("too_many_rows", "oversize"):
            yield unsettled(name, "malformed_not_refused", first.sent.exchange)
        return
    many = [malformed] * (LIMITS.rows + 1)
    yield _sizes("too_many_rows", bench.imports.send(*many, note=f"{len(many)} times a malformed address"))
    large = [{**malformed, "first_name": "x" * _HALF}] * 2
    note = f"a malformed address twice, with {2 * _HALF:,} characters"
    yield _sizes("oversize", bench.imports.send(*large, note=note))


def _index_base(one: Import) -> Iterator[Finding]:
    outcome, told = one.outcome, one.sent.exchange
    if not isinstance(outcome, Refused) or not _is_invalid(outcome):
        why = "malformed_accepted" if isinstance(outcome, Accepted) else "odd_answer"
        yield unsettled("reason_index_base", why, told)
        return
    if not outcome.rows:
        yield met("reason_index_base", None, told)
    elif len(outcome.rows) == 1 and outcome.rows[0].position in _BASES:
        yield met("reason_index_base", _BASES[outcome.rows[0].position], told)
    else:
        yield unsettled("reason_index_base", "odd_answer", told)
    said = one.sent.reply.body.decode("utf-8", "replace") if one.sent.reply else ""
    words = str(one.sent.found.get("message", "")) + said
    odd = any(mark in words or f"\\u{ord(mark):04x}" in words for mark in _ODD)
    yield met("odd_wording", odd, told)


def _sizes(name: str, one: Import) -> Finding:
    """Malformed rows are refused in any case: only a refusal of the whole tells which limit it met."""
    outcome, told = one.outcome, one.sent.exchange
    if isinstance(outcome, Accepted):
        return unsettled(name, "limit_not_kept", told)
    if not isinstance(outcome, Refused):
        return unsettled(name, "unanswered", told)
    if one.sent.status == _TOO_LARGE:
        return met(name, "413", told)
    reasons = one.sent.found.get("failurereasons")
    rows_named = isinstance(reasons, list) and any(isinstance(reason, dict) for reason in reasons)
    if outcome.cause is not Cause.INVALID or rows_named:
        return unsettled(name, "rows_judged_first" if rows_named else "odd_answer", told)
    return met(name, str(one.sent.status), told)


def _is_invalid(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.cause is Cause.INVALID
