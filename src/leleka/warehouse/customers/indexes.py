"""Indexes beside a snapshot of a source: what its rows are found by without reading all of them.

Each is a snapshot of its own and names rows by their numbers in the one it was made of. The index of words has three
files: the words of each row in the order of the rows, each word with its rows in the order of the words, and how many
rows those beginnings of words have that many rows have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from leleka.warehouse.engines.port import FOUND_ROW, ROW, Engine, numbered_rows
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import column, parquet
from leleka.warehouse.sql.words import SEPARATOR, words

KIND: Final = "indexes"
KEY: Final = "key"
NUMBER: Final = "row"
WORD: Final = "word"
PLACE: Final = "place"  # of the column among those that are searched
BEGINNING: Final = "beginning"
ROWS: Final = "rows"
TEXTS_FILE: Final = "texts"
BEGINNINGS_FILE: Final = "beginnings"
KEYS_FILE: Final = "keys"
# How many letters of the words are counted by; beginnings that fewer rows have than these are not kept.
LENGTHS: Final = (1, 2, 3, 4, 6, 8, 12)
FEWEST: Final = 1_000
_LONGEST_WORD: Final = 100
_WORDS: Final = "words"
# What is sorted at once fits into the memory that a session has at least; more files would take longer to open.
_ROWS_OF_A_PART: Final = 200_000
LENGTH_OF_A_DIGEST: Final = 32
_ROWS_OF_SOURCE: Final = "rows"  # the file of a source's snapshot


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are found by: a column as a text. ``as_number``: equal to a number of another type at the other end.
    With ``salt`` it is a digest of it, which only whoever knows the salt can make.
    """

    column: str
    as_number: bool = False
    salt: str = ""

    def sql(self) -> exp.Expr:
        """Return the text as an expression on a row."""
        value: exp.Expr = column(self.column)
        text = exp.cast(exp.cast(value, "DOUBLE") if self.as_number else value, "VARCHAR")
        if not self.salt:
            return text
        salted = exp.Concat(
            expressions=[exp.Literal.string(f"{self.salt}:"), text], safe=False, coalesce=False
        )
        digest = exp.SHA2(this=salted, length=exp.Literal.number(256))
        return exp.Left(this=digest, expression=exp.Literal.number(LENGTH_OF_A_DIGEST))


def rows_of(session: Engine, source: Snapshot) -> exp.Expr:
    """Return the rows of a source's snapshot for a FROM clause, with their numbers in ``ROW``."""
    file = source.file(_ROWS_OF_SOURCE)
    is_taken = any(one.name.lower() == FOUND_ROW for one in session.parquet_columns(file))
    return numbered_rows(file, by_counting=is_taken)


def write_words(session: Engine, lake: Lake, name: str, source: Snapshot, columns: Sequence[str]) -> Snapshot:
    """Write the index of the words in these columns of a source."""
    with lake.write(KIND, name) as aside:
        texts = [
            exp.alias_(words(exp.cast(column(one), "VARCHAR")), text_of(place), quoted=True)
            for place, one in enumerate(columns)
        ]
        everything = exp.select(*texts).from_(parquet(source.file(_ROWS_OF_SOURCE)))
        rows = session.write(everything, aside.file(TEXTS_FILE))
        for part, first in enumerate(range(0, rows, _ROWS_OF_A_PART) or [0]):
            query = _words_of(aside, len(columns), first)
            session.write(query, aside.file(f"{_WORDS}_{part}"))
        session.write(_beginnings(aside), aside.file(BEGINNINGS_FILE))
    return lake.open(aside.reference)


def write_keys(session: Engine, lake: Lake, name: str, source: Snapshot, key: Key) -> Snapshot:
    """Write the index of a key of the rows of a source."""
    told = exp.select(exp.alias_(key.sql(), KEY, quoted=True), exp.alias_(column(ROW), NUMBER, quoted=True))
    given = exp.Not(this=exp.Is(this=column(KEY), expression=exp.Null()))
    query = exp.select(column(KEY), column(NUMBER)).from_(
        told.from_(rows_of(session, source)).subquery("keys")
    )
    with lake.write(KIND, name) as aside:
        session.write(query.where(given).order_by(column(KEY), column(NUMBER)), aside.file(KEYS_FILE))
    return lake.open(aside.reference)


def text_of(place: int) -> str:
    """Return the column of the words of a row that come from one column of the source."""
    return f"text_{place}"


def words_of(index: Snapshot) -> exp.Expr:
    """Return each word with its place and the number of its row, for a FROM clause: parts, each by words."""
    return parquet(index.file(f"{_WORDS}_*"))


def _words_of(index: Snapshot, columns: int, first: int) -> exp.Expr:
    """Return the words of a part of the rows, in their order."""
    places = [_words_in(index, place, first) for place in range(columns)]
    everything = places[0] if columns == 1 else exp.union(*places, distinct=False)
    word = exp.Left(this=column(WORD), expression=exp.Literal.number(_LONGEST_WORD))
    known = exp.select(exp.alias_(word, WORD, quoted=True), column(PLACE), column(NUMBER))
    return (
        known.from_(everything.subquery("found"))
        .where(exp.NEQ(this=column(WORD), expression=exp.Literal.string("")))
        .order_by(column(WORD), column(NUMBER))
    )


def _words_in(index: Snapshot, place: int, first: int) -> exp.Select:
    separate = exp.Split(this=column(text_of(place)), expression=exp.Literal.string(SEPARATOR))
    last = first + _ROWS_OF_A_PART - 1
    part = exp.Between(this=column(ROW), low=exp.Literal.number(first), high=exp.Literal.number(last))
    return (
        exp.select(
            exp.alias_(exp.Explode(this=separate), WORD, quoted=True),
            exp.alias_(exp.cast(exp.Literal.number(place), "TINYINT"), PLACE, quoted=True),
            exp.alias_(column(ROW), NUMBER, quoted=True),
        )
        .from_(numbered_rows(index.file(TEXTS_FILE)))
        .where(part)
    )


def _beginnings(index: Snapshot) -> exp.Expr:
    lengths = [
        exp.select(
            exp.alias_(
                exp.Left(this=column(WORD), expression=exp.Literal.number(length)), BEGINNING, quoted=True
            ),
            exp.alias_(exp.Count(this=exp.Star()), ROWS, quoted=True),
        )
        .from_(words_of(index))
        .where(exp.GTE(this=exp.Length(this=column(WORD)), expression=exp.Literal.number(length)))
        .group_by(exp.Literal.number(1))
        .having(exp.GTE(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(FEWEST)))
        for length in LENGTHS
    ]
    counted = exp.union(*lengths, distinct=False).subquery("counted")
    return exp.select(BEGINNING, ROWS).from_(counted).order_by(column(BEGINNING))
