"""The rows of a plan for which something is due, in their order: first as values, then as contacts."""

from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from leleka.core.data_matching import LeaverPolicy
from leleka.core.plan import Kind, Selection
from leleka.core.ports.outline import ADDRESS
from leleka.core.ports.warehouse import PlainContacts
from leleka.warehouse.diff import (
    STATE_MEMBER,
    STATE_UNCONFIRMED,
    STATE_UNSUBSCRIBED,
    Diff,
    is_null,
)
from leleka.warehouse.engines.port import counted
from leleka.warehouse.sql.contacts import contact
from leleka.warehouse.sql.tables import column, json_lines
from leleka.warehouse.sql.values import leaver_fingerprint

ROW_COLUMNS: Final = {
    "seq": "BIGINT",
    "profile_id": "VARCHAR",
    "address": "VARCHAR",
    "kind": "VARCHAR",
    "fingerprint": "VARCHAR",
    "contact": "VARCHAR",
    "code": "VARCHAR",
    "detail": "VARCHAR",
    "warnings": "VARCHAR[]",
}
_IDENTITY: Final = ("profile_id", "address", "kind", "fingerprint")


class DueRows:
    """Builds queries over the temporary tables that ``diff.TABLES`` names."""

    def __init__(self, diff: Diff, selection: Selection, plain: PlainContacts | None) -> None:
        self._diff = diff
        self._selection = selection
        self._plain = plain

    def to_render(self) -> exp.Expr:
        """Return the due rows that are not plain with their values, then the leavers, in a fixed order."""
        names = self._names()
        members = self._members(exp.not_(column("plain", "s")))
        return _in_order(
            exp.union(members, _leavers(self._diff.ledger("l"), self._selection, names), distinct=False)
        )

    def planned(self, rendered: str) -> exp.Expr:
        """Return the rows of the plan in their order; ``rendered`` is a staging file of those that were to render."""
        staged = json_lines(rendered, ROW_COLUMNS)
        if self._plain is None:
            return exp.select("*").from_(staged)
        names = self._names()
        told = exp.select(
            *map(column, _IDENTITY),
            *(exp.alias_(_no_text(), name, quoted=True) for name in names),
            *map(column, ("contact", "code", "detail", "warnings")),
            exp.alias_(exp.false(), "plain"),
        ).from_(staged)
        members = self._members(column("plain", "s"))
        members = members.select(
            exp.alias_(_no_text(), "contact"),
            exp.alias_(exp.Literal.string(""), "code"),
            exp.alias_(exp.Literal.string(""), "detail"),
            exp.alias_(exp.cast(exp.Array(expressions=[]), "VARCHAR[]"), "warnings"),
            exp.alias_(exp.true(), "plain"),
        )
        return _numbered(self._written(_in_order(exp.union(members, told, distinct=False)), self._plain))

    def _written(self, rows: exp.Select, plain: PlainContacts) -> exp.Select:
        """Contacts are written when the rows are sorted: their values are half as large."""
        values: dict[str, exp.Expr] = {ADDRESS: column("address")}
        values |= {key: exp.Literal.string(text) for key, text in plain.constants.items()}
        for one, name in zip(plain.columns, self._names(), strict=True):
            value: exp.Expr = column(name)
            if one.clears:
                value = exp.Coalesce(this=value, expressions=[exp.Literal.string("")])
            values[one.key] = value
        written = exp.case().when(column("plain"), contact(plain.outline, values)).else_(column("contact"))
        return exp.select(
            *map(column, _IDENTITY),
            exp.alias_(written, "contact"),
            *map(column, ("code", "detail", "warnings")),
        ).from_(rows.subquery("due"))

    def _names(self) -> list[str]:
        return [f"v{number}" for number in range(len(self._selection.matching.lines))]

    def _members(self, which: exp.Expr) -> exp.Select:
        texts = zip(self._diff.texts(), self._names(), strict=True)
        return (
            exp.select(
                *(column(name, "s") for name in _IDENTITY),
                *(exp.alias_(text, name, quoted=True) for text, name in texts),
            )
            .from_(exp.to_table("standing", alias="s"))
            .join(self._diff.profiles("p"), on=self._diff.key("p").eq(column("profile_id", "s")))
            .where(is_null(column("ended", "s")))
            .where(which)
        )


def _numbered(rows: exp.Select) -> exp.Select:
    place = exp.Sub(this=counted(column("contact")), expression=exp.Literal.number(1))
    seq = exp.case().when(exp.not_(is_null(column("contact"))), place)
    return exp.select(exp.alias_(seq, "seq"), *(column(name) for name in ROW_COLUMNS if name != "seq")).from_(
        rows.subquery("written")
    )


def _in_order(rows: exp.Query) -> exp.Select:
    """Around a union: not every engine orders one by an expression."""
    return (
        exp.select("*")
        .from_(rows.subquery("due"))
        .order_by(_kind_order(), column("profile_id"), column("address"))
    )


def _no_text() -> exp.Expr:
    return exp.cast(exp.null(), exp.DataType.Type.TEXT)


def _leavers(ledger: exp.Expr, selection: Selection, names: Sequence[str]) -> exp.Expr:
    """Return the ledger's people whose address is no longer selected."""
    policy = selection.leavers.policy
    nothing = (exp.alias_(exp.cast(exp.null(), exp.DataType.Type.TEXT), name, quoted=True) for name in names)
    written = exp.Literal.string(leaver_fingerprint(selection.leavers))
    query = exp.select(
        column("profile_id", "l"),
        column("address", "l"),
        exp.alias_(exp.Literal.string(Kind.LEFT), "kind"),
        exp.alias_(column("held", "l") if policy is LeaverPolicy.KEEP else written, "fingerprint"),
        *nothing,
    ).from_(ledger)
    query = query.where(exp.Not(this=is_null(column("held", "l"))))
    query = query.where(_absent("standing", exp.column("code").neq(exp.Literal.string("EMAIL_DUPLICATE"))))
    query = query.where(_absent("elsewhere"))
    if policy is LeaverPolicy.KEEP:
        there = (exp.Literal.string(state) for state in (STATE_MEMBER, STATE_UNCONFIRMED))
        return query.where(column("state", "l").isin(*there))
    # Writing to a suppressed person could create the contact again; to a waiting one, overtake what was
    # sent before.
    query = query.where(_absent("suppressed")).where(_absent("waiting"))
    query = query.where(column("state", "l").neq(exp.Literal.string(STATE_UNSUBSCRIBED)))
    if not selection.resend_refused:
        query = query.where(exp.NullSafeNEQ(this=column("refused", "l"), expression=written.copy()))
    return query.where(column("held", "l").neq(written.copy()))


def _absent(table: str, also: exp.Expr | None = None) -> exp.Expr:
    found = exp.select("1").from_(table).where(column("address", table).eq(column("address", "l")))
    return exp.Not(this=exp.Exists(this=found.where(also) if also else found))


def _kind_order() -> exp.Expr:
    """Members first: should a run be cut short, they matter more than marks on leavers."""
    return exp.Case(
        ifs=[exp.If(this=column("kind").eq(exp.Literal.string(Kind.LEFT)), true=exp.Literal.number(1))]
    ).else_(exp.Literal.number(0))
