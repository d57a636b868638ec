"""Moments of a run: actions just before, or just after, one of its writes."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from leleka.core.plan import Counts
from leleka.services.runs.contracts import RunView
from leleka.state.models import AttemptRow
from leleka.state.outbox import DjangoOutbox
from tests.integration.office import Office

IMPORT = "POST /api/3/import/bulk_import"
WRITES = (
    "load",
    "planned",
    "take_lane",
    "pause",
    "write_ahead",
    "answered",
    "polled",
    "release_lane",
    "finish",
)


class Killed(BaseException):
    """What no part of a run catches: as if the process had died."""


def addresses(number: int) -> set[str]:
    return {f"p{identity}@x.test" for identity in range(1, number + 1)}


def accounted(view: RunView) -> Counts:
    """Return the counts, after checking that nobody is missing from them (I-2)."""
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return view.counts


def at_each(
    patch: pytest.MonkeyPatch, writes: Sequence[str], act: Callable[[str, int], None], *, after: bool = False
) -> None:
    """Call ``act`` before (or after) each of these writes; it receives which one, and its number
    among all.
    """
    seen = 0

    def struck(name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def strike(*words: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            if after:
                answer = write(*words, **named)
                act(name, seen)
                return answer
            act(name, seen)
            return write(*words, **named)

        return strike

    for name in writes:
        patch.setattr(DjangoOutbox, name, struck(name, getattr(DjangoOutbox, name)))


def once(patch: pytest.MonkeyPatch, write: str, act: Callable[[], object], *, after: bool = False) -> None:
    """Call ``act`` once, at the first such write."""

    def first(_: str, number: int) -> None:
        if number == 1:
            act()

    at_each(patch, (write,), first, after=after)


def long_ago() -> None:
    """Backdate every attempt so that nobody waits any more for it to take effect."""
    AttemptRow.objects.update(written_at=0.0)


def everybody_arrives(office: Office, people: int) -> None:
    """Run until nobody is left over, and check that the list is right and one more run sends nothing (I-1,
    I-9).
    """
    for _ in range(5):
        long_ago()
        counts = accounted(office.run())
        if not counts.not_attempted and not counts.unconfirmed:
            break
    assert office.listed().keys() == addresses(people)
    assert office.ledger() == dict.fromkeys(addresses(people), "member")
    before = office.imports()
    assert (accounted(office.run()).unchanged, office.imports()) == (people, before)
