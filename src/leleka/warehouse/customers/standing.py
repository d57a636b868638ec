"""Where one profile stands: which rules hold for it and on what value, its address among all, its row in a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlglot import exp

from leleka.core.rules.model import Related, Rule
from leleka.warehouse.email_addresses import trimmed
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.live_counts import Ground, scope_of
from leleka.warehouse.sql.related import measured_sql
from leleka.warehouse.sql.rules import condition_sql
from leleka.warehouse.sql.scope import Scope
from leleka.warehouse.sql.tables import column, parquet

MOST: Final = 20  # profiles of one address


@dataclass(frozen=True, slots=True)
class Addressed:
    """A profile's address in its one spelling, "" with the reason, or the profile that is sent in its place."""

    profile: str
    address: str
    code: str
    chosen: str


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A profile's row in a plan; ``seq`` is None where nothing of it is sent."""

    seq: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Ledgered:
    """What a ledger says of an address, and of which profile that was."""

    profile: str
    state: str
    held: bool
    refused_code: str


def holding(session: Engine, ground: Ground, profile: str, whole: Rule, rules: Sequence[Rule]) -> list[bool]:
    """Return of each of the rules, which are parts of ``whole``, whether it holds for a profile."""
    if not rules:
        return []
    scope = _scope(ground, profile, whole)
    told = [
        exp.alias_(condition_sql(one, scope), f"holds {place}", quoted=True)
        for place, one in enumerate(rules)
    ]
    (found,) = session.rows(_of_profile(ground, scope).select(*told))
    return [bool(one) for one in found]


def values(
    session: Engine, ground: Ground, profile: str, whole: Rule, columns: Sequence[str]
) -> dict[str, Any]:
    """Return a profile's values of the columns that a rule asks for."""
    if not columns:
        return {}
    scope = _scope(ground, profile, whole)
    (found,) = session.rows(_of_profile(ground, scope).select(*map(scope.column, columns)))
    return dict(zip(columns, found, strict=True))


def measured(session: Engine, ground: Ground, profile: str, rule: Related) -> object:
    """Return what a rule measures of the rows that belong to a profile; None where there is nothing."""
    found = session.rows(measured_sql(rule, _scope(ground, profile, rule), condition_sql))
    return found[0][0] if found else None


def _scope(ground: Ground, profile: str, rule: Rule) -> Scope:
    return replace(scope_of(ground, rule), only=profile)


def _of_profile(ground: Ground, scope: Scope) -> exp.Select:
    return exp.select().from_(scope.table(ground.catalogue.profiles)).where(scope.is_only)


def addressed(session: Engine, book: Snapshot, *, profile: str = "", address: str = "") -> list[Addressed]:
    """Return what is known of the address of a profile, or of the profiles of an address, the chosen one first."""
    names = ("profile_id", "email_key", "code", "duplicate_of")
    wanted = _is(column("profile_id"), profile) if profile else _is(column("email_key"), address)
    rows = exp.select(*map(column, names)).from_(parquet(book.files)).where(wanted)
    chosen_first = exp.Ordered(this=column("duplicate_of"), desc=False, nulls_first=True)
    found = session.rows(rows.order_by(chosen_first, column("profile_id")).limit(MOST))
    return [Addressed(one, key or "", code or "", other or "") for one, key, code, other in found]


def with_text(session: Engine, profiles: Snapshot, key: str, email: str, address: str) -> list[str]:
    """Return the keys of profiles whose column has an address, however it is spelled in letters large and small."""
    written = exp.Lower(this=exp.cast(column(email), "VARCHAR"))
    text = trimmed(written.copy())
    identity = exp.cast(column(key), "VARCHAR")
    # To trim takes ten times as long as to look whether the address is in the text at all.
    inside = exp.Contains(this=written, expression=exp.Literal.string(address))
    rows = exp.select(identity).from_(parquet(profiles.files)).where(inside, _is(text, address))
    return [one for (one,) in session.rows(rows.limit(MOST))]


def planned(session: Engine, plan: Snapshot, profile: str) -> PlannedPlace | None:
    """Return a profile's row among those that are due in a plan."""
    rows = exp.select(column("seq"), column("kind")).from_(parquet(plan.file("rows")))
    found = session.rows(rows.where(_is(column("profile_id"), profile)).limit(1))
    return PlannedPlace(*found[0]) if found else None


def ledgered(session: Engine, ledger: Snapshot, address: str) -> Ledgered | None:
    is_held = exp.Not(this=exp.Is(this=column("held"), expression=exp.Null()))
    told = [
        column("profile_id"),
        column("state"),
        exp.alias_(is_held, "held", quoted=True),
        column("refused_code"),
    ]
    rows = exp.select(*told).from_(parquet(ledger.files)).where(_is(column("address"), address))
    found = session.rows(rows.limit(1))
    return Ledgered(found[0][0], found[0][1], bool(found[0][2]), found[0][3] or "") if found else None


def _is(value: exp.Expr, text: str) -> exp.Expr:
    return exp.EQ(this=value, expression=exp.Literal.string(text))
