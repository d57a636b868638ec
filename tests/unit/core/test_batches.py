"""Splitting contacts into requests, and rows into parts."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leleka.core.batches import Budget, Cutter, drop, halves, joined, nth, take, without
from leleka.core.plan import Span

BUDGETS = st.builds(Budget, rows=st.integers(2, 12), bytes=st.integers(60, 400), envelope=st.integers(0, 20))
SIZES = st.lists(st.integers(1, 39), max_size=60)


def cut(sizes: list[int], budget: Budget) -> tuple[Span, ...]:
    cutter = Cutter(budget)
    assert [cutter.add(size) for size in sizes] == list(range(len(sizes)))
    return cutter.spans()


def plain(spans: tuple[Span, ...]) -> list[int]:
    return [seq for span in spans for seq in range(span.first, span.last + 1)]


@st.composite
def some_spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = draw(st.lists(st.integers(0, 60), unique=True, max_size=10).map(sorted))
    return tuple(Span(first, last) for first, last in zip(edges[::2], edges[1::2], strict=False))


@given(SIZES, BUDGETS)
def test_every_contact_is_in_exactly_one_batch_in_order(sizes: list[int], budget: Budget) -> None:
    assert plain(cut(sizes, budget)) == list(range(len(sizes)))


@given(SIZES, BUDGETS)
def test_no_batch_is_over_its_budget(sizes: list[int], budget: Budget) -> None:
    for span in cut(sizes, budget):
        assert 1 <= span.rows <= budget.rows
        assert budget.envelope + sum(sizes[seq] + 1 for seq in plain((span,))) <= budget.bytes


@given(SIZES, st.integers(4, 12))
def test_the_last_batch_is_not_alone_where_bytes_do_not_force_it(sizes: list[int], rows: int) -> None:
    spans = cut(sizes, Budget(rows, 10_000, 2))
    assert len(sizes) == 1 or all(span.rows > 1 for span in spans)


@given(SIZES, BUDGETS)
def test_as_few_batches_as_a_greedy_cut_makes(sizes: list[int], budget: Budget) -> None:
    spans = cut(sizes, budget)
    for one, other in pairwise(spans[:-2]):
        bytes_of_both = budget.envelope + sum(sizes[seq] + 1 for seq in plain((one,)))
        assert one.rows == budget.rows or bytes_of_both + sizes[other.first] + 1 > budget.bytes


def test_a_large_last_contact_takes_along_only_what_fits() -> None:
    spans = cut([10] * 12 + [80], Budget(rows=12, bytes=135, envelope=2))
    assert spans == (Span(0, 7), Span(8, 12))


@given(some_spans())
def test_halves_are_equal_but_for_one(spans: tuple[Span, ...]) -> None:
    left, right = map(plain, halves(spans))
    assert left + right == plain(spans)
    assert len(left) - len(right) in {0, 1}


@given(some_spans(), st.integers(-3, 70))
def test_take_and_drop_are_slices(spans: tuple[Span, ...], count: int) -> None:
    rows, at = plain(spans), max(count, 0)
    assert plain(take(spans, count)) == rows[:at]
    assert plain(drop(spans, count)) == rows[at:]


@given(some_spans(), st.lists(st.integers(-1, 61)))
def test_without_leaves_the_others(spans: tuple[Span, ...], seqs: list[int]) -> None:
    assert plain(without(spans, seqs)) == [seq for seq in plain(spans) if seq not in seqs]


@given(some_spans(), st.integers(-3, 70))
def test_nth_is_an_index(spans: tuple[Span, ...], position: int) -> None:
    rows = plain(spans)
    assert nth(spans, position) == (rows[position] if 0 <= position < len(rows) else None)


@given(st.lists(some_spans(), max_size=4))
def test_joined_spans_hold_the_same_rows_and_do_not_touch(parts: list[tuple[Span, ...]]) -> None:
    spans = [span for part in parts for span in part]
    found = joined(spans)
    assert plain(found) == sorted({seq for span in spans for seq in plain((span,))})
    assert all(later.first > earlier.last + 1 for earlier, later in pairwise(found))
