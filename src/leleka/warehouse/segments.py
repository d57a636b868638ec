"""Segments in the warehouse: a rule becomes a set of profiles, to be counted, looked at, or written."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import orjson
from sqlglot import exp

from leleka.core.columns import Catalogue, ColumnType, Table
from leleka.core.rules.model import Rule, columns_used
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.comparisons import as_filter
from leleka.warehouse.sql.rules import condition_sql
from leleka.warehouse.sql.scope import Measured, ProfileSets, Scope
from leleka.warehouse.sql.tables import column, json_lines, parquet, with_measures

KIND = "members"
LISTS = "lists"
ENTRY = "entry"
PROFILE_ID = "profile_id"
Members: TypeAlias = exp.Select  # the query of a rule's members


def compile_rule(
    rule: Rule,
    catalogue: Catalogue,
    tables: Mapping[str, str],
    today: date,
    measures: Mapping[str, str] | None = None,
    *,
    sets: ProfileSets | None = None,
) -> Members:
    """Return the query of the distinct ``profile_id`` (text) of the profiles that match.

    ``tables`` names the Parquet files of each table, ``measures`` those of each measure, ``sets`` those of other
    segments and of lists; ``today`` is the day "in the last" counts from.
    """
    used = {name for table, name in columns_used(rule) if table == catalogue.profiles}
    files = {name: file for name, file in (measures or {}).items() if name in used}
    key = catalogue.profile_table.primary_key or ""
    measured = Measured(catalogue.profiles, key, files)
    scope = Scope(tables, today, measured=measured, sets=sets or ProfileSets())
    named = exp.alias_(identity(catalogue, scope.alias), PROFILE_ID, quoted=True)
    profiles = exp.select(named).distinct().from_(scope.table(catalogue.profiles))
    return profiles.where(as_filter(condition_sql(rule, scope)), copy=False)


def evaluate(session: Engine, lake: Lake, name: str, query: exp.Query) -> tuple[Snapshot, int]:
    """Write the members as a snapshot, sorted, and return it with their number."""
    ordered = exp.select(column(PROFILE_ID)).from_(query.subquery("members")).order_by(column(PROFILE_ID))
    with lake.write(KIND, name) as aside:
        members = session.write(ordered, aside.file("members"))
    return lake.open(aside.reference), members


def count(session: Engine, query: exp.Query) -> int:
    (members,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(query.subquery("members")))
    return int(members)


def sample(
    session: Engine,
    members: Snapshot,
    catalogue: Catalogue,
    tables: Mapping[str, str],
    size: int,
    *,
    measures: Mapping[str, str] | None = None,
) -> list[dict[str, object]]:
    """Return whole profiles of the first ``size`` members, by profile id: their file is in that order.

    Columns of the catalogue that are measures come from ``measures``, the files of each.
    """
    first = exp.select(column(PROFILE_ID)).from_(parquet(members.files)).limit(size)
    wanted = [one for (one,) in session.rows(first)]
    return some(session, wanted, catalogue, tables, measures=measures)


def some(
    session: Engine,
    wanted: Sequence[str],
    catalogue: Catalogue,
    tables: Mapping[str, str],
    *,
    measures: Mapping[str, str] | None = None,
) -> list[dict[str, object]]:
    """Return whole profiles of these ids, by id; those that are gone are left out."""
    if not wanted:
        return []
    names = [known.name for known in catalogue.profile_table.columns]
    profiles = (
        exp.select(*(column(name, "profiles") for name in names))
        .from_(
            with_measures(
                tables[catalogue.profiles],
                catalogue.profile_table.primary_key or "",
                measures or {},
                "profiles",
            )
        )
        .where(_is_one_of(catalogue, wanted), copy=False)
        .order_by(identity(catalogue, "profiles"))
    )
    return [dict(zip(names, row, strict=True)) for row in session.rows(profiles)]


def first_values(session: Engine, source: Snapshot, table: Table, rows: int) -> dict[str, list[object]]:
    """Return the values of each column in the first ``rows`` rows of a source."""
    names = [known.name for known in table.columns]
    found = list(session.rows(exp.select(*map(column, names)).from_(parquet(source.files)).limit(rows)))
    return {name: [row[place] for row in found] for place, name in enumerate(names)}


def _is_one_of(catalogue: Catalogue, wanted: Sequence[str]) -> exp.Expression:
    """A whole number is compared as one: what a file says of its parts then tells which of them need not be read."""
    table = catalogue.profile_table
    key = table.column(table.primary_key or "")
    if key is not None and key.type is ColumnType.INTEGER:
        numbers = [exp.Literal.number(one) for one in wanted]
        return column(key.name, "profiles").isin(*numbers)
    return identity(catalogue, "profiles").isin(*(exp.Literal.string(one) for one in wanted))


def identity(catalogue: Catalogue, alias: str) -> exp.Expression:
    """Return the text of a profile's key, which every member of a segment is called by."""
    key = catalogue.profile_table.primary_key
    if key is None:
        raise LookupError("the profile table has no primary key")
    return exp.cast(column(key, alias), "varchar")


def write_list(session: Engine, lake: Lake, name: str, entries: Iterable[str]) -> Snapshot:
    """Write the entries, each once, in their order as texts."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staged = Path(folder) / "entries"
        with staged.open("wb") as out:
            for entry in entries:
                out.write(orjson.dumps({ENTRY: entry}) + b"\n")
        read = exp.select(column(ENTRY)).from_(json_lines(str(staged), {ENTRY: "VARCHAR"}))
        with lake.write(LISTS, name) as aside:
            session.write(read.distinct().order_by(column(ENTRY)), aside.file("entries"))
    return lake.open(aside.reference)


def unknown_entries(
    session: Engine, entries: Snapshot, known: tuple[str, str], most: int
) -> tuple[int, tuple[str, ...]]:
    """Return how many entries are not in ``known``, a column of Parquet files, and the first of them."""
    files, name = known
    keys = exp.select(exp.cast(column(name), "VARCHAR")).from_(parquet(files))
    keys = keys.where(exp.not_(exp.Is(this=column(name), expression=exp.null())))
    among = exp.In(this=column(ENTRY), query=exp.Subquery(this=keys))
    missing = exp.select(column(ENTRY)).from_(parquet(entries.files)).where(exp.not_(among))
    (count,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(missing.subquery("missing")))
    first = session.rows(missing.copy().order_by(column(ENTRY)).limit(most)) if count else []
    return int(count), tuple(entry for (entry,) in first)
