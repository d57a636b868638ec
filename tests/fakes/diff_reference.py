"""The expected plan and settlement, in plain Python: dictionaries, whole contents, no fingerprints."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, WhenEmpty
from leleka.core.email import Address, normalise

Content = tuple[object, ...]
Value = str | int | float | date | bool | None
UNCERTAIN: Content = ("nobody knows",)
_LEFT_AS = {LeaverPolicy.KEEP: "kept", LeaverPolicy.MARK: "marked", LeaverPolicy.UNSUBSCRIBE: "unsubscribed"}


@dataclass(frozen=True)
class Entry:
    held: Content | None = None
    refused: Content | None = None
    code: str | None = None
    state: str = "member"


@dataclass(frozen=True)
class Input:
    """Everything a plan depends on. Profiles are rows by id, as the columns of the matching name them;
    ``selected`` and ``elsewhere`` are ids, ``suppressed`` and ``waiting`` addresses.
    """

    profiles: Mapping[str, Mapping[str, Value]]
    selected: frozenset[str]
    matching: DataMatching
    leavers: Leavers
    suppressed: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    resend: bool = False


@dataclass(frozen=True)
class Due:
    kind: str
    content: Content
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class Expected:
    """``due`` is by address, ``others`` by profile id: the outcome of each, and the code."""

    due: Mapping[str, Due]
    others: Mapping[str, tuple[str, str]]


def text(value: Value) -> str | None:
    """Return the text of a value as it is sent."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return value.strip(" \t\r\n\u00a0") or None
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: float) -> str:
    if math.isnan(value) or abs(value) > 1e32:
        return {"nan": "nan", "inf": "inf", "-inf": "-inf"}.get(str(value), "1e+40")
    told = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


def content_of(matching: DataMatching, leavers: Leavers, values: Sequence[str | None]) -> Content:
    sent = []
    for line, value in zip(matching.lines, values, strict=True):
        if value is not None or line.when_empty is WhenEmpty.CLEAR:
            sent.append((line.to, value or ""))
    mark = (leavers.field, leavers.member) if leavers.policy is LeaverPolicy.MARK else None
    return ("member", tuple(sorted(matching.tags)), mark, frozenset(sent))


def plan(given: Input, ledger: Mapping[str, Entry]) -> Expected:
    winners = _winners(given)
    due: dict[str, Due] = {}
    others: dict[str, tuple[str, str]] = {}
    here = {address for address, winner in winners.items() if winner in given.elsewhere}
    for identity in given.selected:
        row = given.profiles.get(identity)
        if row is None:
            others[identity] = ("excluded", "PROFILE_GONE")
            continue
        found = normalise(_as_text(row["email"]))
        if not isinstance(found, Address):
            others[identity] = ("excluded", found.code)
            continue
        address = found.key
        if winners[address] != identity:
            others[identity] = ("excluded", "EMAIL_DUPLICATE")
            continue
        here.add(address)
        values = tuple(text(row[line.column]) for line in given.matching.lines)
        content = content_of(given.matching, given.leavers, values)
        ended = _standing(given, ledger.get(address, Entry()), address, content)
        if ended is not None:
            others[identity] = ended
        else:
            known = ledger.get(address, Entry())
            kind = "changed" if known.held is not None and known.state == "member" else "added"
            due[address] = Due(kind, content, values)
    due |= {address: _left(given) for address in _leavers(given, ledger, here)}
    return Expected(due, others)


def _standing(given: Input, known: Entry, address: str, content: Content) -> tuple[str, str] | None:
    if known.state == "unsubscribed":
        return "excluded", "UNSUBSCRIBED_EARLIER"
    if address in given.suppressed:
        return "excluded", given.suppressed[address].upper()
    if known.held == content:
        return "unchanged", ""
    if address in given.waiting:
        return "not_attempted", "WAITING_FOR_EARLIER_SEND"
    if known.refused == content and not given.resend:
        return "rejected", known.code or ""
    return None


def _leavers(given: Input, ledger: Mapping[str, Entry], here: set[str]) -> list[str]:
    gone = [address for address, entry in ledger.items() if entry.held is not None and address not in here]
    if given.leavers.policy is LeaverPolicy.KEEP:
        return [address for address in gone if ledger[address].state in {"member", "unconfirmed"}]
    written = _left(given).content
    return [
        address
        for address in gone
        if address not in given.suppressed
        and address not in given.waiting
        and ledger[address].state != "unsubscribed"
        and ledger[address].held != written
        and (given.resend or ledger[address].refused != written)
    ]


def _left(given: Input) -> Due:
    told = given.leavers
    nothing = (None,) * len(given.matching.lines)
    return Due("left", ("left", told.policy, told.field, told.leaver), nothing)


def _winners(given: Input) -> Mapping[str, str]:
    """Without an update time: the lowest id wins, over all profiles."""
    winners: dict[str, str] = {}
    for identity in sorted(given.profiles):
        found = normalise(_as_text(given.profiles[identity]["email"]))
        if isinstance(found, Address):
            winners.setdefault(found.key, identity)
    return winners


def _as_text(value: Value) -> str | None:
    return None if value is None else str(value)


def settle(
    given: Input, ledger: Mapping[str, Entry], expected: Expected, ended: Mapping[str, tuple[str, str]]
) -> dict[str, Entry]:
    """Return the ledger that follows; ``ended`` maps each due address to its outcome and code."""
    following = dict(ledger)
    for identity, (how, _) in expected.others.items():
        row = given.profiles.get(identity)
        found = normalise(_as_text(row["email"])) if row else None
        if how == "unchanged" and isinstance(found, Address):
            following[found.key] = replace(ledger[found.key], state="member")
    for address, row_due in expected.due.items():
        before = ledger.get(address)
        how, code = ended[address]
        after = _after(given.leavers.policy, before, row_due, how, code)
        if after is not None:
            following[address] = after
    return following


def _after(policy: LeaverPolicy, before: Entry | None, due: Due, how: str, code: str) -> Entry | None:
    if due.kind == "left" and policy is LeaverPolicy.KEEP:
        return replace(before or Entry(), state="left")
    if how == "delivered":
        state = {"left": "unsubscribed" if policy is LeaverPolicy.UNSUBSCRIBE else "left"}.get(
            due.kind, "member"
        )
        return Entry(due.content, None, None, state)
    if how == "rejected":
        return replace(before or Entry(), refused=due.content, code=code)
    if how == "unconfirmed" or code == "BATCH_FAILED":
        known = before or Entry()
        return replace(known, held=UNCERTAIN, state=known.state if known.held else "unconfirmed")
    return before


def left_as(policy: LeaverPolicy) -> str:
    return _LEFT_AS[policy]
