"""How profiles stand with a destination's list, as sets of their places: whom it is known to hold, whom it can reach.

With them the effect of other rules on an export is counted without a plan: who is in which set is a matter of bits.
"""

from dataclasses import dataclass

from sqlglot import exp

from leleka.warehouse.diff import LEDGER_COLUMNS, STATE_MEMBER, STATE_UNCONFIRMED, STATE_UNSUBSCRIBED
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.live_counts import Ground, sets_beside
from leleka.warehouse.sql.tables import column, count_where, empty, json_lines, parquet

_REACHED = "reached"
_BARRED = "barred"
_DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Standing:
    """Of the profiles that speak for their address: all of them, those whom the ledger knows as members, those sent and
    never confirmed, and those who are barred: an export unsubscribed them, or they were refused and never confirmed.
    ``held`` are all whom the ledger takes to be on the list, ``known`` those of them that were confirmed; some may have
    no profile any more.
    """

    reached: int
    members: int
    unconfirmed: int
    barred: int
    held: int
    known: int


def standing(session: Engine, ground: Ground, book: str, ledger: str | None) -> Standing:
    """``book`` are the files of the addresses, ``ledger`` those of what the list holds, None before the first run."""
    entries = _ledger(ledger)
    state = exp.Case(
        ifs=[
            exp.If(this=_holds("l"), true=column("state", "l")),
            exp.If(this=_is_barred("l"), true=exp.Literal.string(_BARRED)),
        ]
    ).else_(exp.Literal.string(_REACHED))
    keys = (
        exp.select(column("profile_id", "a"), exp.alias_(state, "kind"))
        .from_(parquet(book, "a"))
        .join(
            entries.subquery("l"),
            on=column("address", "l").eq(column("email_key", "a")),
            join_type="left",
        )
        .where(_speaks("a"))
    )
    sets = sets_beside(session, ground, keys)
    counts = exp.select(
        count_where(_holds("l")),
        count_where(exp.and_(_holds("l"), column("state", "l").eq(exp.Literal.string(STATE_MEMBER)))),
    ).from_(_ledger(ledger).subquery("l"))
    held, known = session.row(counts)
    reached = 0
    for bits in sets.values():
        reached |= bits
    members, unconfirmed = sets.get(STATE_MEMBER, 0), sets.get(STATE_UNCONFIRMED, 0)
    return Standing(reached, members, unconfirmed, sets.get(_BARRED, 0), held=int(held), known=int(known))


def suppressed(session: Engine, ground: Ground, book: str, digests: str, salt: str) -> int:
    """Return the set of the profiles whose addresses are in an account's own suppression set, a file of digests."""
    salted = exp.Concat(
        expressions=[exp.Literal.string(f"{salt}:"), column("email_key", "a")], safe=False, coalesce=False
    )
    digest = exp.SHA2(this=salted, length=exp.Literal.number(256))
    keys = (
        exp.select(column("profile_id", "a"), exp.alias_(exp.Literal.string(_DIGEST), "kind"))
        .from_(parquet(book, "a"))
        .join(json_lines(digests, {_DIGEST: "VARCHAR"}, "h"), on=column(_DIGEST, "h").eq(digest))
        .where(_speaks("a"))
    )
    return sets_beside(session, ground, keys).get(_DIGEST, 0)


def _ledger(files: str | None) -> exp.Select:
    names = [column(name) for name in LEDGER_COLUMNS]
    return exp.select(*names).from_(parquet(files)) if files else empty(LEDGER_COLUMNS)


def _holds(ledger: str) -> exp.Expr:
    """Return the condition that the list is taken to hold somebody: a member, or sent and never confirmed."""
    there = (exp.Literal.string(state) for state in (STATE_MEMBER, STATE_UNCONFIRMED))
    held = exp.Not(this=exp.Is(this=column("held", ledger), expression=exp.null()))
    return exp.and_(held, column("state", ledger).isin(*there))


def _is_barred(ledger: str) -> exp.Expr:
    """Return the condition that nothing is sent to somebody whom the list does not hold: as they are, that is, who was
    refused.
    """
    refused = exp.Not(this=exp.Is(this=column("refused", ledger), expression=exp.null()))
    unsubscribed = column("state", ledger).eq(exp.Literal.string(STATE_UNSUBSCRIBED))
    return exp.or_(unsubscribed, refused)


def _speaks(book: str) -> exp.Expr:
    """Return the condition that a profile has an address, and is the one that is sent for it."""
    has = exp.Not(this=exp.Is(this=column("email_key", book), expression=exp.null()))
    return exp.and_(has, exp.Is(this=column("duplicate_of", book), expression=exp.null()))
