"""Settling: what became of each row of a plan, and the ledger that follows from it."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.core.data_matching import LeaverPolicy, Leavers
from leleka.core.plan import Kind, SettledRun, Span, Verdict
from leleka.core.statuses import Ended
from leleka.warehouse import outcomes
from leleka.warehouse.counts import counts_of
from leleka.warehouse.diff import (
    LEDGER_COLUMNS,
    STATE_LEFT,
    STATE_MEMBER,
    STATE_UNCONFIRMED,
    STATE_UNSUBSCRIBED,
)
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import column, empty, json_lines, parquet

# What the list holds is not known: it equals no fingerprint, so the row is due again, or is a leaver.
UNCERTAIN: Final = "uncertain"
_VERDICT_COLUMNS: Final = {
    "first": "BIGINT",
    "last": "BIGINT",
    "ended": "VARCHAR",
    "code": "VARCHAR",
    "detail": "VARCHAR",
    "doubted": "BOOLEAN",
}
_LEFT_AS: Final = {
    LeaverPolicy.KEEP: "kept",
    LeaverPolicy.MARK: "marked",
    LeaverPolicy.UNSUBSCRIBE: "unsubscribed",
}


def settle(
    session: Engine,
    lake: Lake,
    plan: Snapshot,
    *,
    name: str,
    ledger: str | None,
    leavers: Leavers,
    verdicts: Sequence[Verdict],
) -> SettledRun:
    """Publish the outcomes of a run and, if it changed, the new ledger."""
    _stage(session, plan, leavers, verdicts, all_rows=True)
    written = outcomes.write(session, lake, name, exp.select("*").from_("outcomes"))
    counts = counts_of(session, exp.select("kind", "ended", "code", "warnings").from_("outcomes"))
    return SettledRun(written.reference, _next_ledger(session, lake, name, ledger, leavers), counts)


def confirm(
    session: Engine,
    lake: Lake,
    plan: Snapshot,
    *,
    name: str,
    ledger: str | None,
    leavers: Leavers,
    verdicts: Sequence[Verdict],
) -> str | None:
    """Return the ledger that follows from verdicts that came after a run's end; None where it did not change.

    Only the rows that the verdicts speak of count: about all others the run itself has settled.
    """
    _stage(session, plan, leavers, verdicts, all_rows=False)
    return _next_ledger(session, lake, name, ledger, leavers)


def _stage(
    session: Engine, plan: Snapshot, leavers: Leavers, verdicts: Sequence[Verdict], *, all_rows: bool
) -> None:
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staging = Path(folder) / "verdicts"
        staging.write_bytes(b"".join(map(_line, _joined(verdicts))))
        rows = _rows(plan, str(staging), leavers, all_rows=all_rows)
        query = exp.union(rows, _others(plan), distinct=False) if all_rows else rows
        session.create_table("outcomes", query)


def _next_ledger(session: Engine, lake: Lake, name: str, ledger: str | None, leavers: Leavers) -> str | None:
    # Read where it lies: it has a row for everybody, and few of them change.
    before = exp.select("*").from_(parquet(lake.open(ledger).files)) if ledger else empty(LEDGER_COLUMNS)
    session.create_table("entries", _entries(leavers, before))
    (changed,) = session.row(exp.select(exp.Count(this=exp.Star())).from_("entries"))
    following = None
    if changed:
        with lake.write("ledgers", name) as next_ledger:
            session.write(_merged(before), next_ledger.file("ledger"))
        following = next_ledger.reference
    for table in ("outcomes", "entries"):
        session.drop_table(table)
    return following


def _joined(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Make one of verdicts that follow each other and say the same: most of a run's do, and each is held against every
    row.
    """
    last: Verdict | None = None
    for verdict in sorted(verdicts, key=lambda one: one.span.first):
        if last and verdict == replace(last, span=verdict.span) and verdict.span.first == last.span.last + 1:
            last = replace(last, span=Span(last.span.first, verdict.span.last))
        else:
            if last:
                yield last
            last = verdict
    if last:
        yield last


def _line(verdict: Verdict) -> bytes:
    told = {
        "first": verdict.span.first,
        "last": verdict.span.last,
        "ended": verdict.ended,
        "code": verdict.code,
        "detail": verdict.detail,
        "doubted": verdict.doubted,
    }
    return orjson.dumps(told) + b"\n"


def _rows(plan: Snapshot, verdicts: str, leavers: Leavers, *, all_rows: bool) -> exp.Query:
    """One row for each due row: what no verdict speaks of was not attempted, or is left out."""
    blank = exp.Literal.string("")
    judged_in_plan = column("code", "r").neq(blank)
    is_left = column("kind", "r").eq(exp.Literal.string(Kind.LEFT))
    kept = exp.and_(is_left, exp.Not(this=_present(column("seq", "r"))))
    left_done = exp.and_(is_left, column("ended", "v").eq(exp.Literal.string(Ended.DELIVERED)))
    delivered = exp.Literal.string(Ended.DELIVERED)
    rejected, not_attempted = exp.Literal.string(Ended.REJECTED), exp.Literal.string(Ended.NOT_ATTEMPTED)
    left_as = exp.Literal.string(_LEFT_AS[leavers.policy])
    ended = _first_of(((kept, delivered), (judged_in_plan, rejected)), column("ended", "v"), not_attempted)
    code = _first_of(
        ((exp.or_(kept, left_done), left_as), (judged_in_plan, column("code", "r"))),
        column("code", "v"),
        exp.Literal.string("RUN_STOPPED"),
    )
    detail = _first_of(((judged_in_plan, column("detail", "r")),), column("detail", "v"), blank)
    within = exp.Between(this=column("seq", "r"), low=column("first", "v"), high=column("last", "v"))
    return (
        exp.select(
            *(column(name, "r") for name in ("profile_id", "address", "kind", "fingerprint")),
            exp.alias_(ended, "ended"),
            exp.alias_(code, "code"),
            exp.alias_(detail, "detail"),
            column("warnings", "r"),
            exp.alias_(exp.Coalesce(this=column("doubted", "v"), expressions=[exp.false()]), "doubted"),
        )
        .from_(parquet(plan.file("rows"), "r"))
        .join(
            json_lines(verdicts, _VERDICT_COLUMNS, "v"), on=within, join_type="left" if all_rows else "inner"
        )
    )


def _others(plan: Snapshot) -> exp.Expr:
    nothing = exp.cast(exp.null(), exp.DataType.Type.TEXT)
    no_warnings = exp.cast(exp.null(), exp.DataType.build("VARCHAR[]"))
    return exp.select(
        column("profile_id"),
        column("address"),
        exp.alias_(nothing, "kind"),
        exp.alias_(nothing.copy(), "fingerprint"),
        column("ended"),
        column("code"),
        column("detail"),
        exp.alias_(no_warnings, "warnings"),
        exp.alias_(exp.false(), "doubted"),
    ).from_(parquet(plan.file("others")))


def _first_of(cases: Sequence[tuple[exp.Expr, exp.Expr]], told: exp.Expr, silent: exp.Expr) -> exp.Expr:
    """Return the first case that holds, else what the verdict told, else what silence means."""
    choices = [exp.If(this=when.copy(), true=then.copy()) for when, then in cases]
    return exp.Case(ifs=choices).else_(exp.Coalesce(this=told, expressions=[silent]))


@dataclass(frozen=True, slots=True)
class _Entry:
    """When a row changes the ledger, and to what."""

    when: exp.Expr
    held: exp.Expr
    refused: exp.Expr
    refused_code: exp.Expr
    state: exp.Expr


def _entries(leavers: Leavers, ledger: exp.Select) -> exp.Expr:
    """Return the ledger rows that change, one an address; the first case that fits a row decides."""
    cases = _entry_cases(leavers)

    def pick(name: str) -> exp.Expr:
        choices = [exp.If(this=case.when.copy(), true=getattr(case, name).copy()) for case in cases]
        return exp.alias_(exp.Case(ifs=choices), name)

    return (
        exp.select(
            column("address", "o"),
            column("profile_id", "o"),
            *(pick(name) for name in ("held", "refused", "refused_code", "state")),
        )
        .from_(exp.to_table("outcomes", alias="o"))
        .join(
            ledger.subquery("l"),
            on=column("address", "l").eq(column("address", "o")),
            join_type="left",
        )
        .where(exp.or_(*(case.when.copy() for case in cases)))
    )


def _entry_cases(leavers: Leavers) -> tuple[_Entry, ...]:
    held, refused = column("held", "l"), column("refused", "l")
    refused_code, state = column("refused_code", "l"), column("state", "l")
    sent = column("fingerprint", "o")
    none = exp.cast(exp.null(), exp.DataType.Type.TEXT)
    member = exp.Literal.string(STATE_MEMBER)
    unsubscribed = leavers.policy is LeaverPolicy.UNSUBSCRIBE
    left = exp.Literal.string(STATE_UNSUBSCRIBED if unsubscribed else STATE_LEFT)
    is_left = _is("kind", Kind.LEFT)
    kept = exp.and_(is_left, _is("code", _LEFT_AS[LeaverPolicy.KEEP]))
    returned = exp.and_(_is("ended", Ended.UNCHANGED), state.eq(exp.Literal.string(STATE_LEFT)))
    judged = exp.and_(_is("ended", Ended.REJECTED), _present(sent))
    # Whoever was never held before is entered, too: else nobody would know them when they leave.
    unsure = exp.or_(_is("ended", Ended.UNCONFIRMED), _is("code", "BATCH_FAILED"))
    # Refused in the end, but an earlier copy may have been applied: what is held is not known any more.
    doubted = exp.EQ(this=column("doubted", "o"), expression=exp.true())
    unsure_held = exp.Literal.string(UNCERTAIN)
    stays = exp.Coalesce(this=state, expressions=[member])
    maybe = exp.Case(ifs=[exp.If(this=_present(held), true=state)]).else_(
        exp.Literal.string(STATE_UNCONFIRMED)
    )
    return (
        _Entry(kept, held, refused, refused_code, left),
        _Entry(exp.and_(is_left, _is("ended", Ended.DELIVERED)), sent, none, none, left),
        _Entry(_is("ended", Ended.DELIVERED), sent, none, none, member),
        _Entry(exp.and_(judged, doubted), unsure_held, sent, column("code", "o"), maybe),
        _Entry(judged, held, sent, column("code", "o"), stays),
        _Entry(unsure, unsure_held, refused, refused_code, maybe),
        _Entry(returned, held, refused, refused_code, member),
    )


def _merged(ledger: exp.Select) -> exp.Expr:
    replaced = exp.select("1").from_("entries").where(column("address", "entries").eq(column("address", "l")))
    old = (
        exp.select(*(column(name, "l") for name in LEDGER_COLUMNS))
        .from_(ledger.subquery("l"))
        .where(exp.Not(this=exp.Exists(this=replaced)))
    )
    new = exp.select(*(column(name) for name in LEDGER_COLUMNS)).from_("entries")
    return exp.union(old, new, distinct=False).order_by(column("address"))


def _is(name: str, value: str) -> exp.Expr:
    return column(name, "o").eq(exp.Literal.string(value))


def _present(expression: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=expression.copy(), expression=exp.null()))
