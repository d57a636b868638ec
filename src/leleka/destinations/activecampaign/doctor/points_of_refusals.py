"""Imports that the documentation says are refused: nothing of them may become a contact."""

from collections.abc import Iterator
from typing import Final

from leleka.core.outcomes import Accepted, Cause, Refused
from leleka.core.ports.examination import Finding
from leleka.destinations.activecampaign.doctor.bench import Bench, met, unsettled
from leleka.destinations.activecampaign.doctor.imports import Import
from leleka.destinations.activecampaign.limits import LIMITS

_TOO_LARGE: Final = 413
_BASES: Final = {1: 0, 2: 1}  # the malformed row is the second one
_ODD: Final = "\u2018\u2019\u201c\u201d\u00a0"
_HALF: Final = 210_000  # characters in each of two rows: more than the 399,999 bytes that are documented


def examine(bench: Bench) -> Iterator[Finding]:
    bench.contacts.refuse_known(bench.addresses["beside"])
    rows = bench.row("beside"), bench.row("malformed")
    yield from _index_base(bench.imports.send(*rows))
    many = [{"first_name": "leleka doctor"}] * (LIMITS.rows + 1)
    note = f"{len(many)} rows, none with an e-mail address"
    yield _sizes("too_many_rows", bench.imports.send(*many, note=note, harmless=True))
    large = [{"first_name": "x" * _HALF}] * 2
    note = f"2 rows without an e-mail address, {2 * _HALF:,} characters"
    yield _sizes("oversize", bench.imports.send(*large, note=note, harmless=True))


def _index_base(one: Import) -> Iterator[Finding]:
    outcome, told = one.outcome, one.sent.exchange
    if not isinstance(outcome, Refused) or outcome.cause is not Cause.INVALID:
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
    """Rows without an address are refused in any case: only a refusal of the whole tells which limit it met."""
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
