"""Splits a sequence of contacts into requests by rows and bytes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from leleka.core.plan import Span


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one request: ``rows`` contacts, ``bytes`` in all, of which ``envelope`` without
    contacts.
    """

    rows: int
    bytes: int
    envelope: int


class Cutter:
    """Take the sizes of contacts in order and return the spans of their batches."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._sizes: list[int] = []
        self._before: list[int] = []  # of the previous batch: what may still be moved
        self._spans: list[Span] = []
        self._first = 0
        self._bytes = budget.envelope

    def add(self, size: int) -> int:
        """Take one contact of ``size`` bytes; return its seq, counted from 0."""
        seq = self._first + len(self._sizes)
        full = len(self._sizes) == self._budget.rows
        if self._sizes and (full or self._bytes + size + 1 > self._budget.bytes):
            self._close()
        self._sizes.append(size)
        self._bytes += size + 1
        return seq

    def spans(self) -> tuple[Span, ...]:
        """Return all batches. A last batch of a single contact is balanced with the one before it, as far as
        both stay within the budget: requests that hold one contact have a limit five times lower.
        """
        if len(self._sizes) == 1 and self._spans:
            self._move(self._movable(self._sizes[0]))
        if self._sizes:
            self._close()
        return tuple(self._spans)

    def _movable(self, last: int) -> int:
        """Return how many contacts of the previous batch fit together with the last one, at most half of
        them.
        """
        total, count = self._budget.envelope + last + 1, 0
        for size in self._before[: len(self._before) // 2 : -1]:
            total += size + 1
            if total > self._budget.bytes:
                break
            count += 1
        return count

    def _move(self, count: int) -> None:
        before = self._spans[-1]
        self._spans[-1] = Span(before.first, before.last - count)
        self._first -= count
        self._sizes = self._before[len(self._before) - count :] + self._sizes

    def _close(self) -> None:
        self._spans.append(Span(self._first, self._first + len(self._sizes) - 1))
        self._first += len(self._sizes)
        self._before = self._sizes
        self._sizes = []
        self._bytes = self._budget.envelope


def halves(spans: Iterable[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Split the rows of ``spans`` into two parts of equal size; the first is larger by one if the number is
    odd.
    """
    rows = tuple(spans)
    left = (sum(span.rows for span in rows) + 1) // 2
    return take(rows, left), drop(rows, left)


def take(spans: Iterable[Span], count: int) -> tuple[Span, ...]:
    """Return the first ``count`` rows."""
    taken = []
    for span in spans:
        if count <= 0:
            break
        taken.append(Span(span.first, min(span.last, span.first + count - 1)))
        count -= span.rows
    return tuple(taken)


def drop(spans: Iterable[Span], count: int) -> tuple[Span, ...]:
    """Return all but the first ``count`` rows."""
    rest = []
    for span in spans:
        if count < span.rows:
            rest.append(Span(span.first + max(count, 0), span.last))
        count -= span.rows
    return tuple(rest)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same rows in as few spans as there can be, in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.first):
        if found and span.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return tuple(found)


def without(spans: Iterable[Span], seqs: Iterable[int]) -> tuple[Span, ...]:
    """Return the rows of ``spans`` except ``seqs``."""
    gone = sorted(seqs)
    rest = []
    for span in spans:
        first = span.first
        for seq in gone:
            if first <= seq <= span.last:
                if first < seq:
                    rest.append(Span(first, seq - 1))
                first = seq + 1
        if first <= span.last:
            rest.append(Span(first, span.last))
    return tuple(rest)


def rows_among(spans: Iterable[Span], seqs: Collection[int]) -> tuple[int, ...]:
    """Return the rows of ``spans`` that are among ``seqs``, in order."""
    if not seqs:
        return ()
    return tuple(seq for span in spans for seq in range(span.first, span.last + 1) if seq in seqs)


def nth(spans: Iterable[Span], position: int) -> int | None:
    """Return the seq at ``position`` (from 0) among the rows of ``spans``; None outside them."""
    if position < 0:
        return None
    for span in spans:
        if position < span.rows:
            return span.first + position
        position -= span.rows
    return None
