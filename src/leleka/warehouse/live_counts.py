"""Sets of profiles for whoever edits a rule: which rows of the table of profiles a rule fits, as bits of one number.

A row is known by its place in the snapshot, from 0. Python combines such sets hundreds of times faster than a query
could find them again. A sample is the same in smaller files: some of the profiles, by a digest of their key, each with
its place, and the related rows that belong to them.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from typing import Any, Final

from sqlglot import exp

from leleka.core.columns import Catalogue
from leleka.core.rules.model import Hop, Rule, columns_used
from leleka.warehouse.engines.port import FOUND_ROW, ROW, Engine, numbered_rows
from leleka.warehouse.sql.comparisons import as_filter
from leleka.warehouse.sql.rules import condition_sql
from leleka.warehouse.sql.scope import Measured, ProfileSets, Scope, hop_keys
from leleka.warehouse.sql.tables import beside_measures, column, parquet

_BITS: Final = 32  # of a word: a sum of different powers of two is the word with these bits
_DIGITS: Final = 6  # of a digest, in hexadecimal


@dataclass(frozen=True, slots=True)
class Ground:
    """What rules are asked of: the tables' files, those of the measures, sets of profiles, and today. In a sample
    the profiles' files hold their places.
    """

    catalogue: Catalogue
    tables: Mapping[str, str]
    today: date
    measures: Mapping[str, str] = field(default_factory=dict)
    sets: ProfileSets = field(default_factory=ProfileSets)
    sampled: bool = False


def profiles(session: Engine, ground: Ground) -> int:
    """Return how many profiles there are."""
    rows = exp.select(exp.Count(this=exp.Star())).from_(parquet(ground.tables[ground.catalogue.profiles]))
    return int(session.row(rows)[0])


def fitting(session: Engine, ground: Ground, rule: Rule | None = None) -> int:
    """Return the set of the profiles that a rule fits; of all there are without one."""
    word, bits = _word_and_bits()
    words = exp.select(exp.alias_(word, "word"), exp.alias_(bits, "bits")).from_(_placed(ground, rule))
    if rule is not None:
        words = words.where(as_filter(condition_sql(rule, scope_of(ground, rule))), copy=False)
    return _set_of(session.rows(words.group_by(word.copy(), copy=False)))


def sets_beside(session: Engine, ground: Ground, keys: exp.Select) -> Mapping[str, int]:
    """Return the sets of the profiles that a query names, by kind: it gives ``profile_id``, each once, and ``kind``."""
    word, bits = _word_and_bits()
    key = ground.catalogue.profile_table.primary_key or ""
    same = exp.EQ(this=exp.cast(column(key, "t0"), "varchar"), expression=column("profile_id", "k"))
    kind = column("kind", "k")
    words = (
        exp.select(kind, exp.alias_(word, "word"), exp.alias_(bits, "bits"))
        .from_(_placed(ground, None))
        .join(keys.subquery(exp.to_identifier("k", quoted=True)), on=same)
        .group_by(kind.copy(), word.copy())
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for told, *one in session.rows(words):
        found.setdefault(told, []).append((one[0], one[1]))
    return {told: _set_of(ones) for told, ones in found.items()}


def _word_and_bits() -> tuple[exp.Expr, exp.Expr]:
    place = column(ROW, "t0")
    word = exp.IntDiv(this=place, expression=exp.Literal.number(_BITS))
    power = exp.cast(exp.Mod(this=place.copy(), expression=exp.Literal.number(_BITS)), "int")
    bit = exp.BitwiseLeftShift(this=exp.cast(exp.Literal.number(1), "bigint"), expression=power)
    return word, exp.cast(exp.Sum(this=bit), "bigint")


def rows_at(
    session: Engine, ground: Ground, places: Sequence[int], columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return the columns' values of the profiles at these places, in their order; the place comes first."""
    wanted = exp.select(column(ROW, "t0"), *(column(name, "t0") for name in columns))
    numbers = [exp.Literal.number(place) for place in places]
    found = wanted.from_(_placed(ground, None, columns)).where(column(ROW, "t0").isin(*numbers))
    return session.rows(found.order_by(column(ROW, "t0")))


def write_sample(session: Engine, ground: Ground, path: str, size: int, of: int) -> None:
    """Write about ``size`` of the ``of`` profiles, with their places."""
    key = ground.catalogue.profile_table.primary_key or ""
    digest = exp.MD5(this=exp.cast(column(key, "t0"), "varchar"))
    first = exp.Left(this=digest, expression=exp.Literal.number(_DIGITS))
    below = f"{min(ceil(16**_DIGITS * size / max(1, of)), 16**_DIGITS - 1):0{_DIGITS}x}"
    some = exp.select("*").from_(_placed(ground, None))
    session.write(some.where(exp.LT(this=first, expression=exp.Literal.string(below))), path)


def write_related(session: Engine, ground: Ground, hop: Hop, sample: str, path: str) -> None:
    """Write the rows of a hop's table that belong to profiles of a sample."""
    scope = Scope({**ground.tables, ground.catalogue.profiles: sample}, ground.today)
    inner = replace(scope, level=1)
    here, there = hop_keys(hop, scope, inner)
    keys = exp.select(here).from_(parquet(sample, scope.alias))
    belongs = exp.In(this=there, query=exp.Subquery(this=keys))
    session.write(exp.select("*").from_(parquet(ground.tables[hop.table], inner.alias)).where(belongs), path)


def places_of(bits: int, most: int) -> list[int]:
    """Return the first places in a set."""
    found: list[int] = []
    while bits and len(found) < most:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def scope_of(ground: Ground, rule: Rule) -> Scope:
    """Return where the conditions of a rule stand."""
    key = ground.catalogue.profile_table.primary_key or ""
    used = _used(ground, [name for table, name in columns_used(rule) if table == ground.catalogue.profiles])
    measured = Measured(ground.catalogue.profiles, key, used)
    return Scope(ground.tables, ground.today, measured=measured, sets=ground.sets)


def _used(ground: Ground, names: Sequence[str]) -> Mapping[str, str]:
    return {name: ground.measures[name] for name in sorted(names) if name in ground.measures}


def _placed(ground: Ground, rule: Rule | None, columns: Sequence[str] = ()) -> exp.Expr:
    """Return the profiles with their places for a FROM clause, as ``t0``: the places are those in the file, and a
    measure beside it changes nothing of them.
    """
    files, table = ground.tables[ground.catalogue.profiles], ground.catalogue.profile_table
    by_counting = table.column(FOUND_ROW) is not None
    source = parquet(files) if ground.sampled else numbered_rows(files, by_counting=by_counting)
    rows = exp.select("*").from_(source)
    measured = scope_of(ground, rule).measured.files if rule else _used(ground, columns)
    if not measured:
        return rows.subquery(exp.to_identifier("t0", quoted=True))
    key = ground.catalogue.profile_table.primary_key or ""
    return beside_measures(rows.subquery(exp.to_identifier("profile", quoted=True)), key, measured, "t0")


def _set_of(words: Sequence[tuple[int, int]]) -> int:
    if not words:
        return 0
    found = array("I", bytes(4 * (max(word for word, _ in words) + 1)))
    for word, bits in words:
        found[word] = bits
    return int.from_bytes(found.tobytes(), "little")
