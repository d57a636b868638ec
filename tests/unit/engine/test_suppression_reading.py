"""Reading who must not be written to: whole or not at all, visible, within a budget."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from leleka.core.messages import Message
from leleka.core.ports.destination import Suppressed, SuppressedPage, SuppressionReason
from leleka.core.ports.outbox import RunCanceled
from leleka.engine import suppression_reading
from leleka.engine.suppression_reading import Progress, Reading, reasons_read
from leleka.errors import LelekaError, NeedsAttention, TryLater
from leleka.messages.problems import english
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import FakeDestination

UNSUBSCRIBED, BOUNCED = SuppressionReason.UNSUBSCRIBED, SuppressionReason.BOUNCED
PAGE = 10


@dataclass
class Kept:
    """``engine.suppression_reading.SuppressionCache`` in memory: what a crash leaves behind."""

    found: list[Suppressed] = field(default_factory=list)
    reached: Progress = field(default_factory=Progress)

    def progress(self, reasons: Sequence[SuppressionReason]) -> Progress:
        return Progress({one: self.reached.after.get(one, 0) for one in reasons}, self.reached.requests)

    def people(self) -> Iterator[Suppressed]:
        return iter(list(self.found))

    def keep(self, people: Sequence[Suppressed], progress: Progress) -> None:
        self.found += people
        self.reached = progress


class Paged(FakeDestination):
    """Returns pages of ten, each five seconds long; ``tells`` how many there are; breaks at request
    ``breaks_at``.
    """

    tells = True
    breaks_at = 0
    asked = 0

    def suppressed_page(self, target: str, reason: SuppressionReason, after: int) -> SuppressedPage:
        self.asked += 1
        self.clock.sleep(5.0)
        if self.asked == self.breaks_at:
            raise TryLater("SERVER_ERROR", shown="HTTP 500")
        people = super().suppressed_page(target, reason, after).people
        page = people[:PAGE]
        left = -(-len(people) // PAGE) if self.tells else None
        return SuppressedPage(page, page[-1].id if page else None, left)


@dataclass
class Scene:
    clock: VirtualClock = field(default_factory=VirtualClock)
    cache: Kept = field(default_factory=Kept)
    said: list[Message] = field(default_factory=list)
    canceled: bool = False
    reasons: Sequence[SuppressionReason] = suppression_reading.LISTED

    def __post_init__(self) -> None:
        self.destination = Paged(self.clock)

    def people(self, unsubscribed: int, bounced: int = 0, unconfirmed: int = 0) -> None:
        standings = (
            ["unsubscribed"] * unsubscribed + ["bounced"] * bounced + ["never_confirmed"] * unconfirmed
        )
        for number, standing in enumerate(standings):
            self.destination.person(f"p{number}@x.test").lists["7"] = standing

    def read(self) -> list[str]:
        reading = Reading(
            self.destination, "7", self.cache, self.clock, self.said.append, reasons=self.reasons
        )
        return [one.address for one in reading.people(lambda: self.canceled)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_everybody_is_found_once(scene: Scene) -> None:
    scene.people(25, 13)
    assert sorted(scene.read()) == sorted(f"p{number}@x.test" for number in range(38))


def test_how_far_it_is_is_told(scene: Scene) -> None:
    """The first page of each kind states how many there are; 4, 3 and 1 requests, the empty last ones
    counted.
    """
    scene.people(25, 13)
    scene.read()
    between = [Message("READING_SUPPRESSED_PART", asked=n, about=8) for n in range(3, 8)]
    assert scene.said == [
        Message("READ_SUPPRESSED", asked=1),
        Message("READ_SUPPRESSED", asked=2),
        *between,
        Message("READ_SUPPRESSED", asked=8),
    ]


def test_how_far_it_is_is_not_guessed_where_nobody_says(scene: Scene) -> None:
    scene.people(25)
    scene.destination.tells = False
    scene.read()
    assert scene.said[2] == Message("READ_SUPPRESSED", asked=3)


def test_of_quick_requests_not_every_one_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.clock, "sleep", lambda _seconds: None)
    scene.people(200)
    scene.read()
    assert len(scene.said) == 2


@pytest.mark.parametrize("tells", [True, False])
def test_more_than_the_budget_and_nobody_has_anything(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, tells: bool
) -> None:
    """An incomplete reading never becomes a plan: the caller gets an error, not the people read so far."""
    monkeypatch.setattr(suppression_reading, "MOST_REQUESTS", 5)
    scene.people(200)
    scene.destination.tells = tells
    with pytest.raises(NeedsAttention) as refusal:
        scene.read()
    assert refusal.value.code == "SUPPRESSED_TOO_MANY"
    assert ("about 23 requests" if tells else "more than 5 requests") in english(
        refusal.value.problems[0]
    ).message
    assert scene.destination.asked == (3 if tells else 5)


def test_the_budget_itself_may_be_used(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression_reading, "MOST_REQUESTS", 8)
    scene.people(25, 13)
    assert len(scene.read()) == 38


@pytest.mark.parametrize("breaks_at", range(1, 9))
def test_a_reading_that_was_cut_short_goes_on_where_it_was_kept(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, breaks_at: int
) -> None:
    """Nobody is missing and nobody is requested twice, wherever the process ended."""
    monkeypatch.setattr(suppression_reading, "_KEEP_EVERY", 1)
    scene.people(25, 13)
    scene.destination.breaks_at = breaks_at
    with pytest.raises(LelekaError):
        scene.read()
    assert len(scene.read()) == 38
    assert scene.destination.asked == 9
    assert scene.cache.reached.requests == 8


def test_a_whole_reading_is_not_asked_for_again(scene: Scene) -> None:
    scene.people(25, 13)
    first = scene.read()
    assert (sorted(scene.read()), scene.destination.asked) == (sorted(first), 8)


def test_who_never_confirmed_is_found_unless_they_may_be_subscribed(scene: Scene) -> None:
    """Pages that another run kept may hold them: there, too, they are let through."""
    scene.people(1, 1, 12)
    assert len(scene.read()) == 14
    scene.reasons = reasons_read(subscribe_unconfirmed=True)
    assert sorted(scene.read()) == ["p0@x.test", "p1@x.test"]
    scene.cache = Kept()
    assert sorted(scene.read()) == ["p0@x.test", "p1@x.test"]


def test_what_an_older_version_read_lacks_who_never_confirmed(scene: Scene) -> None:
    scene.people(1, 1, 12)
    scene.reasons = reasons_read(subscribe_unconfirmed=True)
    scene.read()
    scene.reasons = suppression_reading.LISTED
    assert len(scene.read()) == 14


def test_who_cancels_stops_it_before_the_next_request(scene: Scene) -> None:
    """I-14: no request starts any more."""
    scene.people(25)
    scene.canceled = True
    with pytest.raises(RunCanceled):
        scene.read()
    assert scene.destination.asked == 0
