"""Plans: what one run is going to send, as an immutable snapshot.

``rows.parquet`` holds the due rows in their order (``seq`` from 0 where there is something to send),
``others.parquet`` everybody else who was selected.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from sqlglot import exp

from leleka.core.plan import DueRow, Kind, Planned, PlannedRow, Selection, Span
from leleka.core.ports.destination import Exclusion, Suppressed
from leleka.core.ports.warehouse import Pack, PlainContacts
from leleka.warehouse import exclusions
from leleka.warehouse.counts import counts_of
from leleka.warehouse.diff import STATE_MEMBER, TABLES, Diff
from leleka.warehouse.due_rows import DueRows
from leleka.warehouse.engines.port import Engine, byte_length
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import column, parquet

_KINDS: Final = {kind.value: kind for kind in Kind}


def write_plan(
    session: Engine,
    lake: Lake,
    selection: Selection,
    *,
    suppressed: Iterable[Suppressed],
    waiting: Iterable[str],
    pack: Pack,
    plain: PlainContacts | None = None,
) -> Planned:
    """Compare a selection with its ledger and publish the plan."""
    standing = Diff(lake, selection, plain)
    due = DueRows(standing, selection, plain)
    with (
        tempfile.TemporaryDirectory(dir=session.spill) as folder,
        lake.write("plans", selection.name) as aside,
    ):
        staging = Path(folder)
        _stage(staging / "suppressed", ({"address": s.address, "reason": s.reason} for s in suppressed))
        _stage(staging / "here", ({"digest": digest} for digest in selection.suppressed_here))
        _stage(staging / "waiting", ({"address": address} for address in waiting))
        exclusions.stage(staging / "excluded", selection.exclusions)
        staged = (str(staging / name) for name in ("suppressed", "here", "waiting", "excluded"))
        for table, query in standing.tables(*staged):
            session.create_table(table, query)
        with (staging / "rows").open("wb") as out:
            for chunk in session.chunks(due.to_render()):
                rows = [_due(row) for row in chunk]
                _append(out, plain.render(rows) if plain else pack(rows))
        session.write(due.planned(str(staging / "rows")), aside.file("rows"))
        if plain:
            _cut(session, aside, plain)
        session.write(standing.others(), aside.file("others"))
        known = _known(session, standing.ledger("l"))
        counts = counts_of(session, plan_outcomes(aside))
    for table in TABLES:
        session.drop_table(table)
    return Planned(aside.reference, counts, known)


def _cut(session: Engine, plan: Snapshot, plain: PlainContacts) -> None:
    sizes = exp.select(byte_length(column("contact"))).from_(parquet(plan.file("rows")))
    placed = exp.Not(this=exp.Is(this=column("seq"), expression=exp.null()))
    for chunk in session.chunks(sizes.where(placed).order_by(column("seq"))):
        plain.cut(size for (size,) in chunk)


def _known(session: Engine, ledger: exp.Expr) -> int:
    """Count whom the list is known to hold; who was refused from the start is in the ledger, but not there."""
    member = exp.column("state").eq(exp.Literal.string(STATE_MEMBER))
    held = exp.Not(this=exp.Is(this=exp.column("held"), expression=exp.null()))
    (known,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(ledger).where(member).where(held))
    return int(known)


def plan_outcomes(plan: Snapshot) -> exp.Expr:
    """Return kind, ended, code and warnings of every row, as known before anything is sent."""
    refused = exp.column("code").neq(exp.Literal.string(""))
    ended = exp.Case(ifs=[exp.If(this=refused, true=exp.Literal.string("rejected"))])
    rows = exp.select(column("kind"), exp.alias_(ended, "ended"), column("code"), column("warnings")).from_(
        parquet(plan.file("rows"))
    )
    no_kind = exp.alias_(exp.cast(exp.null(), exp.DataType.Type.TEXT), "kind")
    no_warnings = exp.alias_(exp.cast(exp.null(), exp.DataType.build("VARCHAR[]")), "warnings")
    others = exp.select(no_kind, column("ended"), column("code"), no_warnings).from_(
        parquet(plan.file("others"))
    )
    return exp.union(rows, others, distinct=False)


def contacts(session: Engine, plan: Snapshot, span: Span) -> Sequence[tuple[int, bytes]]:
    """Return (seq, contact JSON) of a span, in order."""
    query = (
        exp.select(column("seq"), exp.Encode(this=column("contact"), charset=exp.Literal.string("utf-8")))
        .from_(parquet(plan.file("rows")))
        .where(_within(span))
        .order_by(column("seq"))
    )
    return session.rows(query)


def addresses(session: Engine, plan: Snapshot, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
    """Return (seq, address) of the rows in the spans, in order."""
    query = exp.select(column("seq"), column("address")).from_(parquet(plan.file("rows")))
    return session.rows(query.where(exp.or_(*(_within(span) for span in spans))).order_by(column("seq")))


def sequence(
    session: Engine, plan: Snapshot, addresses: Sequence[str], spans: Sequence[Span]
) -> Mapping[str, int]:
    """Return the seq of those of ``addresses`` that stand in the spans."""
    if not addresses or not spans:
        return {}
    wanted = column("address").isin(*(exp.Literal.string(address) for address in addresses))
    query = (
        exp.select(column("address"), column("seq"))
        .from_(parquet(plan.file("rows")))
        .where(wanted)
        .where(exp.or_(*(_within(span) for span in spans)))
    )
    return dict(session.rows(query))


def excluded(
    session: Engine, plan: Snapshot, found: Sequence[Exclusion], spans: Sequence[Span]
) -> AbstractSet[str]:
    """Return the addresses in the spans that the exclusions cover."""
    if not found or not spans:
        return frozenset()
    within = exp.select(column("address")).from_(parquet(plan.file("rows")))
    within = within.where(exp.or_(*(_within(span) for span in spans)))
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staged = Path(folder) / "excluded"
        exclusions.stage(staged, found)
        query = exclusions.covered(str(staged), column("address", "a"), within.subquery("a"))
        return {address for (address,) in session.rows(query)}


def _within(span: Span) -> exp.Expr:
    return exp.Between(
        this=column("seq"), low=exp.Literal.number(span.first), high=exp.Literal.number(span.last)
    )


def _due(row: Sequence[Any]) -> DueRow:
    return DueRow(row[0], row[1], _KINDS[row[2]], row[3], tuple(row[4:]))


def _stage(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("wb") as out:
        for row in rows:
            out.write(orjson.dumps(row))
            out.write(b"\n")


def _append(out: BinaryIO, rows: Iterable[PlannedRow]) -> None:
    for row in rows:
        due = row.due
        line = {
            "seq": row.seq,
            "profile_id": due.profile_id,
            "address": due.address,
            "kind": due.kind,
            "fingerprint": due.fingerprint,
            "contact": None if row.contact is None else row.contact.decode(),
            "code": row.code,
            "detail": row.detail,
            "warnings": row.warnings,
        }
        out.write(orjson.dumps(line))
        out.write(b"\n")
