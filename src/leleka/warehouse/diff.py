"""Where every selected profile stands before anything is sent: one row each, by one query."""

from typing import Final

from sqlglot import exp

from leleka.core.plan import Kind, Selection
from leleka.core.ports.destination import SuppressionReason
from leleka.core.ports.warehouse import PlainContacts
from leleka.core.statuses import Ended
from leleka.warehouse.exclusions import covered
from leleka.warehouse.lake import Lake
from leleka.warehouse.sql.contacts import are_plain
from leleka.warehouse.sql.tables import column, empty, json_lines, parquet, with_measures
from leleka.warehouse.sql.values import as_text, fingerprint, value_text

LEDGER_COLUMNS: Final = {
    "address": "VARCHAR",
    "profile_id": "VARCHAR",
    "held": "VARCHAR",
    "refused": "VARCHAR",
    "refused_code": "VARCHAR",
    "state": "VARCHAR",
}
TABLES: Final = ("suppressed", "waiting", "elsewhere", "standing")
STATE_MEMBER: Final = "member"
STATE_UNCONFIRMED: Final = "unconfirmed"  # sent, never confirmed: nobody knows whether the list holds them
STATE_LEFT: Final = "left"
STATE_UNSUBSCRIBED: Final = "unsubscribed"


class Diff:
    """Builds the queries of one plan, over the temporary tables that ``TABLES`` names."""

    def __init__(self, lake: Lake, selection: Selection, plain: PlainContacts | None = None) -> None:
        self._lake = lake
        self._selection = selection
        self._plain = plain

    def tables(self, suppressed: str, here: str, waiting: str, excluded: str) -> list[tuple[str, exp.Expr]]:
        """Return the tables' names and queries, in the order of making; the arguments are staging files."""
        return [
            ("waiting", _waiting(waiting)),
            ("elsewhere", self._elsewhere()),
            ("suppressed", self._suppressed(suppressed, here, excluded)),
            ("standing", self._standing()),
        ]

    def others(self) -> exp.Expr:
        """Return the rows nothing is to be sent for, in no order: they are counted, and joined to the outcomes."""
        names = ("profile_id", "address", "ended", "code", "detail")
        return (
            exp.select(*(column(name) for name in names))
            .from_("standing")
            .where(exp.Not(this=is_null(column("ended"))))
        )

    def _standing(self) -> exp.Expr:
        ended, code = self._ended_and_code()
        return (
            exp.select(
                column("profile_id", "s"),
                exp.alias_(column("email_key", "a"), "address"),
                exp.alias_(ended, "ended"),
                exp.alias_(_or_blank(code), "code"),
                exp.alias_(_or_blank(column("detail", "a")), "detail"),
                exp.alias_(_kind(), "kind"),
                column("fingerprint", "f"),
                column("plain", "f"),
            )
            .from_(self._selected().subquery("s"))
            .join(self._addresses("a"), on=_same_profile("a"), join_type="left")
            .join(
                exp.Subquery(this=self._fingerprints(), alias=exp.TableAlias(this=exp.to_identifier("f"))),
                on=_same_profile("f"),
                join_type="left",
            )
            .join(self.ledger("l"), on=_same_address("l"), join_type="left")
            .join(exp.to_table("suppressed", alias="x"), on=_same_address("x"), join_type="left")
            .join(exp.to_table("waiting", alias="w"), on=_same_address("w"), join_type="left")
        )

    def _ended_and_code(self) -> tuple[exp.Expr, exp.Expr]:
        """The first case that holds decides; where none does, the row is due."""
        excluded = self._excluded_code()
        waiting = exp.Not(this=is_null(column("address", "w")))
        unchanged = column("held", "l").eq(column("fingerprint", "f"))
        refused: exp.Expr = column("refused", "l").eq(column("fingerprint", "f"))
        if self._selection.resend_refused:
            refused = exp.false()
        # Unchanged before waiting: a ledger that names a fingerprint was never sent anything else that is still
        # open (decision 0010), so whatever copy may yet surface there is the same.
        outcomes = (
            (exp.Not(this=is_null(excluded)), Ended.EXCLUDED, excluded.copy()),
            (unchanged, Ended.UNCHANGED, exp.Literal.string("")),
            (waiting, Ended.NOT_ATTEMPTED, exp.Literal.string("WAITING_FOR_EARLIER_SEND")),
            (refused, Ended.REJECTED, column("refused_code", "l")),
        )
        ended = exp.Case(ifs=[exp.If(this=when, true=exp.Literal.string(end)) for when, end, _ in outcomes])
        code = exp.Case(ifs=[exp.If(this=when.copy(), true=told) for when, _, told in outcomes])
        return ended, code

    def _excluded_code(self) -> exp.Expr:
        cases = (
            (is_null(column("profile_id", "f")), exp.Literal.string("PROFILE_GONE")),
            (exp.Not(this=is_null(column("code", "a"))), column("code", "a")),
            (exp.Not(this=is_null(column("duplicate_of", "a"))), exp.Literal.string("EMAIL_DUPLICATE")),
            (
                column("state", "l").eq(exp.Literal.string(STATE_UNSUBSCRIBED)),
                exp.Literal.string("UNSUBSCRIBED_EARLIER"),
            ),
            *(
                (column("reason", "x").eq(exp.Literal.string(reason)), exp.Literal.string(reason.upper()))
                for reason in SuppressionReason
            ),
        )
        return exp.Case(ifs=[exp.If(this=when, true=code) for when, code in cases])

    def _selected(self) -> exp.Query:
        """Each profile once: the members of one segment are distinct already (``segments.compile_rule``)."""
        first, *rest = (
            exp.select(column("profile_id")).from_(parquet(self._files(members)))
            for members in self._selection.members
        )
        united: exp.Query = first
        for query in rest:
            united = exp.union(united, query)
        return united

    def _suppressed(self, path: str, here: str, excluded: str) -> exp.Expr:
        """One row an address: of several reasons the last in the alphabet, *unsubscribed* before all others."""
        lines: exp.Query = exp.select(column("address"), column("reason")).from_(
            json_lines(path, {"address": "VARCHAR", "reason": "VARCHAR"})
        )
        known = (("email_key", self._addresses("a")), ("address", self.ledger("a")))
        if self._selection.suppressed_here:
            for name, source in known:
                lines = exp.union(lines, self._by_digest(here, column(name, "a"), source), distinct=False)
        if self._selection.exclusions:
            for name, source in known:
                lines = exp.union(lines, _on_list(excluded, column(name, "a"), source), distinct=False)
        reason = exp.alias_(exp.Max(this=column("reason")), "reason")
        return exp.select(column("address"), reason).from_(lines.subquery("s")).group_by(column("address"))

    def _by_digest(self, here: str, address: exp.Expr, source: exp.Expr) -> exp.Select:
        salted = exp.Concat(
            expressions=[exp.Literal.string(f"{self._selection.salt}:"), address], safe=False, coalesce=False
        )
        digest = exp.SHA2(this=salted, length=exp.Literal.number(256))
        reason = exp.alias_(exp.Literal.string(SuppressionReason.SUPPRESSED), "reason")
        return (
            exp.select(exp.alias_(address.copy(), "address"), reason)
            .from_(source)
            .join(json_lines(here, {"digest": "VARCHAR"}, "h"), on=column("digest", "h").eq(digest))
        )

    def _elsewhere(self) -> exp.Expr:
        """Return the addresses that other exports send to the same list."""
        sent: exp.Query = empty({"address": "VARCHAR"})
        for members, addresses in self._selection.elsewhere:
            one = (
                exp.select(exp.alias_(column("email_key", "a"), "address"))
                .from_(parquet(self._files(members), "m"))
                .join(
                    parquet(self._files(addresses), "a"),
                    on=column("profile_id", "a").eq(column("profile_id", "m")),
                )
                .where(is_null(column("duplicate_of", "a")))
                .where(exp.Not(this=is_null(column("email_key", "a"))))
            )
            sent = exp.union(sent, one)
        return sent

    def _fingerprints(self) -> exp.Expr:
        """Beside each fingerprint stands whether SQL may write the values of the contact. Of the selected ones alone:
        all profiles may be many more than fit into the memory.
        """
        texts, plain = self.texts(), self._plain
        marked = fingerprint(self._selection.matching, self._selection.leavers, texts)
        is_plain = are_plain(texts, plain.columns, plain.longest) if plain else exp.false()
        rows = exp.select(
            exp.alias_(self.key("p"), "profile_id"),
            exp.alias_(marked, "fingerprint"),
            exp.alias_(is_plain, "plain"),
        ).from_(self.profiles("p"))
        return rows.where(self.is_selected("p"))

    def is_selected(self, source: str) -> exp.Expr:
        """Return the condition that a row of the profiles is one of the selected."""
        return exp.In(this=self.key(source), query=self._selected().subquery())

    def texts(self) -> list[exp.Expr]:
        table = self._selection.table
        return [value_text(table, line.column, "p") for line in self._selection.matching.lines]

    def key(self, source: str) -> exp.Expr:
        return as_text(column(self._selection.table.primary_key or "", source))

    def profiles(self, alias: str) -> exp.Expr:
        chosen = self._selection
        measures = {name: self._files(snapshot) for name, snapshot in chosen.measures}
        return with_measures(self._files(chosen.profiles), chosen.table.primary_key or "", measures, alias)

    def _addresses(self, alias: str) -> exp.Expr:
        return parquet(self._files(self._selection.addresses), alias)

    def ledger(self, alias: str) -> exp.Expr:
        """Return the ledger where it lies: a copy would take more memory than all that is compared with it."""
        names, reference = map(column, LEDGER_COLUMNS), self._selection.ledger
        rows = (
            exp.select(*names).from_(parquet(self._files(reference))) if reference else empty(LEDGER_COLUMNS)
        )
        return rows.subquery(alias)

    def _files(self, reference: str) -> str:
        return self._lake.open(reference).files


def _on_list(staged: str, address: exp.Expr, source: exp.Expr) -> exp.Select:
    reason = exp.alias_(exp.Literal.string(SuppressionReason.ON_EXCLUSION_LIST), "reason")
    return exp.select(column("address"), reason).from_(covered(staged, address, source).subquery("c"))


def _waiting(path: str) -> exp.Expr:
    return exp.select(column("address")).from_(json_lines(path, {"address": "VARCHAR"})).distinct()


def _or_blank(expression: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=expression, expressions=[exp.Literal.string("")])


def _kind() -> exp.Expr:
    """Whoever the list is known to hold as a member is changed, everybody else added."""
    known = exp.and_(
        exp.Not(this=is_null(column("held", "l"))),
        column("state", "l").eq(exp.Literal.string(STATE_MEMBER)),
    )
    changed, added = exp.Literal.string(Kind.CHANGED), exp.Literal.string(Kind.ADDED)
    return exp.Case(ifs=[exp.If(this=known, true=changed)]).else_(added)


def _same_profile(alias: str) -> exp.Expr:
    return column("profile_id", alias).eq(column("profile_id", "s"))


def _same_address(alias: str) -> exp.Expr:
    return column("address", alias).eq(column("email_key", "a"))


def is_null(expression: exp.Expr) -> exp.Expr:
    return exp.Is(this=expression.copy(), expression=exp.null())
