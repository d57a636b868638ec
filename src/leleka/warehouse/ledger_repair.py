"""Ledgers where certainty was lost: one that doubts everybody, and one made again from what runs left behind.

Both err to the same side: who is in them is due again, and nobody is taken for unchanged. Nobody is entered who was
never sent to: whoever came to the list from elsewhere is no leaver of ours.
"""

from collections.abc import Sequence

from sqlglot import exp

from leleka.core.plan import Kind
from leleka.core.statuses import Ended
from leleka.warehouse.diff import (
    LEDGER_COLUMNS,
    STATE_LEFT,
    STATE_MEMBER,
    STATE_UNCONFIRMED,
    STATE_UNSUBSCRIBED,
)
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.ledger import UNCERTAIN
from leleka.warehouse.sql.tables import column, parquet

_LATEST = "latest"


def doubted(session: Engine, lake: Lake, *, name: str, ledger: str) -> str:
    """Publish the ledger with the same people, of whom nobody knows any more what the list holds."""
    is_held = exp.Not(this=exp.Is(this=column("held"), expression=exp.null()))
    unsure = exp.Case(ifs=[exp.If(this=is_held, true=exp.Literal.string(UNCERTAIN))])
    columns = (exp.alias_(unsure, one) if one == "held" else column(one) for one in LEDGER_COLUMNS)
    query = exp.select(*columns).from_(parquet(lake.open(ledger).files)).order_by(column("address"))
    with lake.write("ledgers", name) as aside:
        session.write(query, aside.file("ledger"))
    return aside.reference


def rebuilt(session: Engine, lake: Lake, *, name: str, outcomes: Sequence[str]) -> tuple[str, int]:
    """Publish a ledger made from the outcomes of runs, the oldest first; return it and how many people it holds.

    The last that is known of an address decides. Raises ``NeedsAttention`` where one of the snapshots is damaged.
    """
    told: exp.Query | None = None
    for number, reference in enumerate(outcomes):
        one = _told(lake.open(reference).files, number)
        told = one if told is None else exp.union(told, one, distinct=False)
    if told is None:
        raise ValueError("a ledger is made from the outcomes of at least one run")
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column("address")],
        order=exp.Order(expressions=[exp.Ordered(this=column("run"), desc=True)]),
    )
    ranked = exp.select(exp.Star(), exp.alias_(rank, _LATEST)).from_(told.subquery("told"))
    nothing = exp.cast(exp.null(), exp.DataType.Type.TEXT)
    query = (
        exp.select(
            column("address"),
            column("profile_id"),
            exp.alias_(exp.Literal.string(UNCERTAIN), "held"),
            exp.alias_(nothing, "refused"),
            exp.alias_(nothing.copy(), "refused_code"),
            column("state"),
        )
        .from_(ranked.subquery("ranked"))
        .where(column(_LATEST).eq(exp.Literal.number(1)))
        .order_by(column("address"))
    )
    with lake.write("ledgers", name) as aside:
        people = session.write(query, aside.file("ledger"))
    return aside.reference, people


def _told(files: str, number: int) -> exp.Select:
    """Return address, profile id, run and state of everybody of whom a run's outcomes say that they were sent to."""
    state = _state()
    return (
        exp.select(
            column("address"),
            column("profile_id"),
            exp.alias_(exp.Literal.number(number), "run"),
            exp.alias_(state, "state"),
        )
        .from_(parquet(files))
        .where(exp.Not(this=exp.Is(this=state.copy(), expression=exp.null())))
        .where(exp.Not(this=exp.Is(this=column("address"), expression=exp.null())))
    )


def _state() -> exp.Case:
    """The first case that holds decides; where none does, the row says nothing of the list."""
    left = exp.NullSafeEQ(this=column("kind"), expression=exp.Literal.string(Kind.LEFT))
    done = _is("ended", Ended.DELIVERED)
    held = exp.NullSafeEQ(this=column("kind"), expression=exp.Literal.string(Kind.CHANGED))
    doubted = exp.and_(_is("ended", Ended.REJECTED), column("doubted").eq(exp.true()))
    unsure = exp.or_(_is("ended", Ended.UNCONFIRMED), _is("code", "BATCH_FAILED"), doubted)
    cases = (
        (exp.and_(left, done, _is("code", "unsubscribed")), STATE_UNSUBSCRIBED),
        (exp.and_(left, done), STATE_LEFT),
        (left, STATE_MEMBER),  # due to be marked or unsubscribed, and not known to be
        (exp.or_(done, held, _is("ended", Ended.UNCHANGED)), STATE_MEMBER),  # held before, however it ended
        (unsure, STATE_UNCONFIRMED),
    )
    return exp.Case(ifs=[exp.If(this=when, true=exp.Literal.string(state)) for when, state in cases])


def _is(name: str, value: str) -> exp.Expr:
    return column(name).eq(exp.Literal.string(value))
