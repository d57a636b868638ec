"""Which rows of a refused batch are to blame (I-8)."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from leleka.core.outcomes import Cause, Refused, RefusedRow
from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch
from leleka.engine.poison_rows import Blame, blame

TEN = Batch(1, (Span(0, 4), Span(10, 14)))
ROWS = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]


def refused(*positions: int) -> Refused:
    return Refused(Cause.INVALID, "all of it", tuple(RefusedRow(p, f"row {p}") for p in positions))


def rejected(found: Blame) -> list[int]:
    return [row.seq for row in found.rejected]


def parts(found: Blame) -> list[list[int]]:
    return [[seq for span in part for seq in range(span.first, span.last + 1)] for part in found.parts]


def test_a_reply_that_names_nothing_is_halved() -> None:
    found = blame(TEN, refused(), 0)
    assert (rejected(found), parts(found)) == ([], [ROWS[:5], ROWS[5:]])


def test_positions_outside_the_batch_name_nothing() -> None:
    assert parts(blame(TEN, refused(-1, 11, 250), 0)) == [ROWS[:5], ROWS[5:]]


def test_a_position_of_zero_shows_that_counting_begins_there() -> None:
    found = blame(TEN, refused(0, 5), None)
    assert (found.row_base, rejected(found), parts(found)) == (0, [0, 10], [[1, 2, 3, 4, 11, 12, 13, 14]])


def test_a_position_as_large_as_the_batch_shows_that_counting_begins_at_one() -> None:
    found = blame(TEN, refused(1, 10), None)
    assert (found.row_base, rejected(found), parts(found)) == (1, [0, 14], [[1, 2, 3, 4, 10, 11, 12, 13]])


def test_while_the_base_is_open_a_named_row_and_the_one_before_it_are_set_apart() -> None:
    """Fault 24."""
    found = blame(TEN, refused(5), None)
    assert found.row_base is None
    assert (rejected(found), parts(found)) == ([], [[0, 1, 2, 3, 11, 12, 13, 14], [4, 10]])


def test_what_was_learned_of_the_account_decides() -> None:
    assert rejected(blame(TEN, refused(5), 0)) == [10]
    assert rejected(blame(TEN, refused(5), 1)) == [4]


def test_what_a_reply_shows_is_believed_over_what_was_learned() -> None:
    assert rejected(blame(TEN, refused(0), 1)) == [0]


def test_a_row_named_twice_is_rejected_once_with_its_first_reason() -> None:
    """I-2: a row that is mentioned twice would be counted twice."""
    twice = Refused(Cause.INVALID, "", (RefusedRow(3, "address"), RefusedRow(3, "phone")))
    found = blame(TEN, twice, 0)
    assert [(row.seq, row.detail) for row in found.rejected] == [(3, "address")]


def test_a_row_alone_is_to_blame_whatever_the_reply_says() -> None:
    alone = Batch(1, (Span(7, 7),))
    assert [row.detail for row in blame(alone, refused(), None).rejected] == ["all of it"]
    assert [row.detail for row in blame(alone, refused(1), None).rejected] == ["row 1"]


def test_where_all_rows_are_named_nothing_goes_on() -> None:
    found = blame(TEN, refused(*range(10)), None)
    assert (rejected(found), parts(found)) == (ROWS, [])


@given(
    st.integers(1, 30),
    st.sets(st.integers(0, 29), min_size=1),
    st.sampled_from([0, 1]),
    st.booleans(),
    st.booleans(),
)
def test_a_good_row_is_never_rejected_and_a_bad_one_always_found(
    rows: int, chosen: set[int], base: int, named: bool, known: bool
) -> None:
    """I-8: whatever counting begins with, as long as it is always the same."""
    bad = {seq for seq in chosen if seq < rows} or {0}
    learned: int | None = base if known else None
    found: set[int] = set()
    waiting: list[tuple[Span, ...]] = [(Span(0, rows - 1),)]
    while waiting:
        batch = Batch(1, waiting.pop())
        seqs = [seq for span in batch.spans for seq in range(span.first, span.last + 1)]
        positions = [index + base for index, seq in enumerate(seqs) if seq in bad]
        if not positions:
            continue
        told = blame(batch, refused(*positions) if named else refused(), learned)
        learned = learned if told.row_base is None else told.row_base
        assert learned in {None, base}
        found.update(rejected(told))
        assert sorted([*rejected(told), *chain.from_iterable(parts(told))]) == seqs
        waiting += told.parts
    assert found == bad
