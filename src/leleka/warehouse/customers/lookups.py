"""What is known of one profile: its row and the rows that belong to it, measures, segments, ledgers and outcomes.

Every question to several files is one query: each costs as much as opening a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlglot import exp

from leleka.warehouse.customers.indexes import KEY, KEYS_FILE, NUMBER, Key, rows_of
from leleka.warehouse.engines.port import FILE, ROW, Engine, rows_of_several
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.sql.tables import column, parquet

PROFILE_ID: Final = "profile_id"
KEY_TEXT: Final = "leleka_key"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a source: its number, the text of its key, and its values by column."""

    number: int
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """What a ledger says of an address."""

    state: str
    held: bool
    refused_code: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a profile in a run; ``kind`` is why it was due, "" where it was not."""

    ended: str
    code: str
    detail: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Keyed:
    """Rows of a source that are found by a key, with the index of it where there is one."""

    source: Snapshot
    key: Key
    index: Snapshot | None


def numbers_of(session: Engine, of: Keyed, texts: Sequence[str], most: int) -> list[int]:
    """Return the numbers of the rows whose key is one of ``texts``, the last ones first; without an index all rows are
    read for it.
    """
    if not texts:
        return []
    wanted = [exp.Literal.string(text) for text in texts]
    if of.index is None:
        number = ROW
        query = exp.select(column(ROW)).from_(rows_of(session, of.source)).where(of.key.sql().isin(*wanted))
    else:
        number = NUMBER
        keys = exp.select(column(NUMBER)).from_(parquet(of.index.file(KEYS_FILE)))
        query = keys.where(column(KEY).isin(*wanted))
    last = exp.Ordered(this=column(number), desc=True, nulls_first=False)
    return [found for (found,) in session.rows(query.order_by(last).limit(most))]


def rows(
    session: Engine, source: Snapshot, numbers: Sequence[int], columns: Sequence[str], key: Key
) -> list[Row]:
    """Return rows of a source by their numbers, in this order."""
    if not numbers:
        return []
    query = (
        exp.select(column(ROW), exp.alias_(key.sql(), KEY_TEXT, quoted=True), *map(column, columns))
        .from_(rows_of(session, source))
        .where(column(ROW).isin(*map(exp.Literal.number, numbers)))
    )
    found = {
        number: Row(number, text, dict(zip(columns, values, strict=True)))
        for number, text, *values in session.rows(query)
    }
    return [found[number] for number in numbers if number in found]


def measured(session: Engine, files: Mapping[str, str], profile: str) -> dict[str, str]:
    """Return the values of measures, each in its files, as texts."""
    if not files:
        return {}
    value = exp.alias_(exp.cast(column("value"), "VARCHAR"), "value", quoted=True)
    parts = [
        exp.select(exp.alias_(exp.Literal.string(name), "name", quoted=True), value.copy())
        .from_(parquet(file))
        .where(_is(PROFILE_ID, profile))
        for name, file in files.items()
    ]  # a query for each: their values have different types
    found = session.rows(parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False))
    return {name: text for name, text in found if text is not None}


def members_of(session: Engine, files: Mapping[str, str], profile: str) -> frozenset[str]:
    """Return those of the segments, each in its files, that a profile is a member of."""
    return frozenset(name for (name,) in _of_each(session, files, [], PROFILE_ID, profile))


def held_by(session: Engine, files: Mapping[str, str], address: str) -> dict[str, Held]:
    """Return what each ledger says of an address."""
    is_held = exp.Not(this=exp.Is(this=column("held"), expression=exp.Null()))
    told = [column("state"), exp.alias_(is_held, "held", quoted=True), column("refused_code")]
    found = _of_each(session, files, told, "address", address)
    return {name: Held(state, bool(held), code or "") for name, state, held, code in found}


def outcomes_of(session: Engine, files: Mapping[str, str], profile: str) -> dict[str, Outcome]:
    """Return what became of a profile in each of some runs."""
    told = [column(name) for name in ("ended", "code", "detail", "kind")]
    found = _of_each(session, files, told, PROFILE_ID, profile)
    return {name: Outcome(ended, *(one or "" for one in others)) for name, ended, *others in found}


def _of_each(
    session: Engine, files: Mapping[str, str], told: Iterable[exp.Expr], key: str, text: str
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of several files whose ``key`` is a text, each with the name of its file before it."""
    if not files:
        return
    names: dict[str, list[str]] = {}
    for name, file in files.items():
        names.setdefault(str(Path(file).parent), []).append(name)
    several = exp.Table(this=rows_of_several(sorted(set(files.values()))))
    for file, *rest in session.rows(exp.select(column(FILE), *told).from_(several).where(_is(key, text))):
        yield from ((name, *rest) for name in names[str(Path(file).parent)])


def _is(key: str, text: str) -> exp.Expr:
    return exp.EQ(this=column(key), expression=exp.Literal.string(text))
