"""Rows by the beginnings of their words: a page of numbers, in the order of the rows."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from leleka.core.rules.model import Rule
from leleka.warehouse.customers.indexes import (
    BEGINNING,
    BEGINNINGS_FILE,
    LENGTHS,
    NUMBER,
    PLACE,
    ROWS,
    TEXTS_FILE,
    WORD,
    rows_of,
    text_of,
    words_of,
)
from leleka.warehouse.engines.port import ROW, Engine, numbered_rows
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.sql.comparisons import as_filter
from leleka.warehouse.sql.rules import condition_sql
from leleka.warehouse.sql.scope import Scope
from leleka.warehouse.sql.tables import beside_measures, column, parquet
from leleka.warehouse.sql.words import SEPARATOR, folded

# Where the rarest word has more rows, so many of them match that the rows are read in their order.
WIDE: Final = 30_000
MOST_WORDS: Final = 10
_LAST: Final = "\U0010ffff"  # behind every other letter
_WORDS_OF_A_ROW: Final = 8  # with one beginning: what is read at first for each row that is wanted
_PHONE: Final = re.compile(r"[+\d][\d\s().\-/]{4,}")
_OTHERS: Final = re.compile(r"[\W_]+")
_AT: Final = "@"


@dataclass(frozen=True, slots=True)
class Index:
    """The index of words, where there is one, and the snapshot of the source that its numbers are of.

    ``places`` are the columns in which may be looked, of ``columns`` that there are.
    """

    source: Snapshot
    words: Snapshot | None = None
    columns: int = 0
    places: Collection[int] = ()

    @property
    def made(self) -> Snapshot:
        """Return the index of words, which is there where words are looked for."""
        if self.words is None:
            raise LookupError("words are looked for in an index")
        return self.words

    @property
    def is_whole(self) -> bool:
        return len(self.places) == self.columns


@dataclass(frozen=True, slots=True)
class Filters:
    """A rule on the profiles, with what it is compiled by."""

    rule: Rule
    scope: Scope


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page that is asked for: rows behind ``after``, at most ``limit``."""

    words: Sequence[str] = ()
    filters: Filters | None = None
    after: int = -1
    limit: int = 20


def typed_words(session: Engine, text: str) -> Sequence[str]:
    """Return the words of what somebody types, each once. Digits of a phone number are one word, an address is one."""
    text = text.strip()
    pieces = ["".join(filter(str.isdecimal, text))] if _PHONE.fullmatch(text) else text.split()
    if not pieces:
        return ()
    literals = [folded(exp.Literal.string(piece)) for piece in pieces[:MOST_WORDS]]
    plain = session.row(exp.select(*literals))
    found = [one for piece in plain for one in ([piece] if _AT in piece else _OTHERS.split(piece)) if one]
    # What another one begins with is found with it.
    return [
        one
        for place, one in enumerate(found)
        if not any(
            other.startswith(one) and (other != one or before < place)
            for before, other in enumerate(found)
            if before != place
        )
    ][:MOST_WORDS]


def numbers(session: Engine, index: Index, wanted: Wanted) -> list[int]:
    """Return the numbers of the rows that have a word with each of these beginnings."""
    known = _rarest_first(session, index, wanted.words)
    if wanted.filters is None and known and known[0][1] <= WIDE:
        return _by_words(session, index, [word for word, _ in known], wanted)
    return _in_order(session, index, known, wanted)


def _rarest_first(session: Engine, index: Index, words: Sequence[str]) -> list[tuple[str, int]]:
    """Return the words with how many rows they have at most; none is said of those that few rows have."""
    if not words:
        return []
    begun = {word: word[: max(length for length in LENGTHS if length <= len(word))] for word in words}
    asked = [exp.Literal.string(one) for one in sorted(set(begun.values()))]
    query = exp.select(BEGINNING, ROWS).from_(parquet(index.made.file(BEGINNINGS_FILE)))
    counts = dict(session.rows(query.where(column(BEGINNING).isin(*asked))))
    counted = [(word, int(counts.get(beginning, 0))) for word, beginning in begun.items()]
    return sorted(counted, key=lambda one: (one[1], -len(one[0])))


def _by_words(session: Engine, index: Index, words: Sequence[str], wanted: Wanted) -> list[int]:
    rarest, *others = words
    matching = _matching(index, rarest, wanted.after)
    # The rarest is what the others are held against, one after the other.
    for other in others:
        among = exp.select(column(NUMBER)).from_(matching.subquery("before"))
        matching = _matching(index, other, wanted.after).where(column(NUMBER).isin(query=among), copy=False)
    most = wanted.limit * _WORDS_OF_A_ROW
    while True:
        query = exp.select(column(NUMBER)).from_(matching.subquery("matching")).order_by(column(NUMBER))
        found = [number for (number,) in session.rows(query.limit(most))]
        single = list(dict.fromkeys(found))
        if len(found) < most or len(single) >= wanted.limit:
            return single[: wanted.limit]
        most *= _WORDS_OF_A_ROW


def _matching(index: Index, word: str, after: int) -> exp.Select:
    begins = exp.and_(
        exp.GTE(this=column(WORD), expression=exp.Literal.string(word)),
        exp.LT(this=column(WORD), expression=exp.Literal.string(word + _LAST)),
    )
    rows = exp.select(column(NUMBER)).from_(words_of(index.made)).where(begins)
    if after >= 0:
        rows = rows.where(exp.GT(this=column(NUMBER), expression=exp.Literal.number(after)))
    if not index.is_whole:
        rows = rows.where(column(PLACE).isin(*map(exp.Literal.number, sorted(index.places))))
    return rows


def _in_order(session: Engine, index: Index, known: Sequence[tuple[str, int]], wanted: Wanted) -> list[int]:
    """Read rows in their order until there are enough: those in which rare words are, if there are any, and of the
    others those in whose texts the words stand.
    """
    rows = _filtered(session, index, wanted.filters) if wanted.filters else None
    rare = [word for word, count in known if count <= WIDE]
    wide = [word for word, count in known if count > WIDE]
    behind = exp.GT(this=column(ROW), expression=exp.Literal.number(wanted.after))
    if rows is None and not known:
        rows = exp.select(column(ROW)).from_(rows_of(session, index.source))
    elif rows is None:
        rows = exp.select(column(ROW)).from_(_texts(index)).where(_in_texts(index, wide))
    elif wide:
        texts = exp.select(column(ROW)).from_(_texts(index)).where(_in_texts(index, wide))
        rows = rows.where(column(ROW).isin(query=texts))
    for word in rare:
        rows = rows.where(column(ROW).isin(query=_matching(index, word, -1)))
    rows = rows.where(behind) if wanted.after >= 0 else rows
    if rare or wanted.filters:  # a join may change the order; a scan alone need not read on
        rows = rows.order_by(column(ROW))
    return [number for (number,) in session.rows(rows.limit(wanted.limit))]


def _texts(index: Index) -> exp.Expr:
    return numbered_rows(index.made.file(TEXTS_FILE))


def _in_texts(index: Index, words: Sequence[str]) -> exp.Expr:
    return exp.and_(
        *(
            exp.or_(
                *(
                    exp.Contains(
                        this=exp.Coalesce(this=column(text_of(place)), expressions=[exp.Literal.string("")]),
                        expression=exp.Literal.string(SEPARATOR + word),
                    )
                    for place in sorted(index.places)
                )
            )
            for word in words
        )
    )


def _filtered(session: Engine, index: Index, filters: Filters) -> exp.Select:
    scope = filters.scope
    measured = scope.measured
    if not measured.files:
        profiles: exp.Expr = exp.alias_(rows_of(session, index.source), scope.alias, table=True, quoted=True)
    else:
        rows = exp.alias_(rows_of(session, index.source), "profile", table=True, quoted=True)
        profiles = beside_measures(rows, measured.key, measured.files, scope.alias)
    return (
        exp.select(column(ROW))
        .from_(profiles)
        .where(as_filter(condition_sql(filters.rule, scope)), copy=False)
    )
