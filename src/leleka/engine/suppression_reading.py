"""Reads who unsubscribed from a list or bounced: page by page, stored on the way, within a budget of
requests.

Only a complete reading shows who must not be sent to: the destination cannot be asked reliably for what
changed since a moment (decision 0015). So an incomplete reading never becomes a plan.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Suppressed, SuppressionReason
from leleka.core.ports.outbox import RunCanceled
from leleka.errors import NeedsAttention

MOST_REQUESTS: Final = 20_000  # of 100 contacts each; at four a second they take 83 minutes
_REASONS: Final = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.BOUNCED)
_KEEP_EVERY: Final = 50  # requests: at most so many are repeated after a crash
_TELL_EVERY: Final = 5.0  # seconds between two progress messages

KeepAlive = Callable[[], object]
"""Called now and then while a plan is made: it renews a lease. True asks to stop."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a reading: for each reason the id to continue after, None at its end; and the requests
    made.
    """

    after: Mapping[SuppressionReason, int | None] = field(default_factory=lambda: dict.fromkeys(_REASONS, 0))
    requests: int = 0

    def turned(self, reason: SuppressionReason, after: int | None) -> "Progress":
        """Return the progress after one more page of ``reason``."""
        return Progress({**self.after, reason: after}, self.requests + 1)

    def open(self) -> list[SuppressionReason]:
        return [reason for reason in _REASONS if self.after[reason] is not None]


class SuppressionCache(Protocol):
    """Stores a reading, so that a run that was killed continues with it, and others may use it."""

    def progress(self) -> Progress:
        """Return the progress of the reading that may be used now."""
        ...

    def people(self) -> Iterator[Suppressed]:
        """Return everybody found by this reading so far."""
        ...

    def keep(self, people: Sequence[Suppressed], progress: Progress) -> None:
        """Add what was found since, and the progress now."""
        ...


class NoCache:
    """For a preview, which does not keep its reading."""

    def progress(self) -> Progress:
        return Progress()

    def people(self) -> Iterator[Suppressed]:
        return iter(())

    def keep(self, people: Sequence[Suppressed], progress: Progress) -> None:
        """Every preview starts from the beginning."""


class Reading:
    """One reading; ``tell`` is called now and then with the progress."""

    def __init__(
        self,
        destination: Destination,
        target: str,
        cache: SuppressionCache,
        clock: Clock,
        tell: Callable[[Message], None],
    ) -> None:
        self._destination = destination
        self._target = target
        self._shelf = cache
        self._clock = clock
        self._tell = tell
        self._tell_at = clock.monotonic()
        self._progress = cache.progress()
        self._before = self._progress.requests
        self._pages: dict[SuppressionReason, int | None] = {}  # of each reason, as its first reply states

    def people(self, pulse: KeepAlive) -> Iterator[Suppressed]:
        """Return everybody. ``pulse`` is called before each request.

        Raises ``NeedsAttention`` SUPPRESSED_TOO_MANY as soon as the budget is known to be too small,
        ``RunCanceled`` if the pulse asks to stop; a caller gets nothing of an incomplete reading.
        """
        yield from self._shelf.people()
        fresh: list[Suppressed] = []
        while reason := self._next():
            self._check()
            if pulse():
                raise RunCanceled
            after = self._progress.after[reason] or 0
            page = self._destination.suppressed_page(self._target, reason, after)
            left = page.pages_left
            self._pages.setdefault(reason, None if left is None else left + 1)
            self._progress = self._progress.turned(reason, page.after)
            fresh += page.people
            yield from page.people
            if self._next() is None or self._progress.requests % _KEEP_EVERY == 0:
                self._shelf.keep(fresh, self._progress)
                fresh = []
            self._say()

    def _next(self) -> SuppressionReason | None:
        """The first page of each reason comes first: it tells how many there are."""
        left = self._progress.open()
        return next((reason for reason in left if reason not in self._pages), left[0] if left else None)

    def _about(self) -> int | None:
        """Return about how many requests it will take in all, once every reason has stated its total."""
        if any(reason not in self._pages for reason in self._progress.open()):
            return None
        pages = [count for count in self._pages.values() if count is not None]
        return self._before + sum(pages) if len(pages) == len(self._pages) else None

    def _check(self) -> None:
        asked, about = self._progress.requests, self._about()
        if asked < MOST_REQUESTS and (about is None or about <= MOST_REQUESTS):
            return
        if about is not None and about > asked:
            raise NeedsAttention("SUPPRESSED_TOO_MANY", needed=about, most=MOST_REQUESTS)
        raise NeedsAttention("SUPPRESSED_TOO_MANY.more", needed=asked, most=MOST_REQUESTS)

    def _say(self) -> None:
        now, whole = self._clock.monotonic(), not self._progress.open()
        if now < self._tell_at and not whole:
            return
        self._tell_at = now + _TELL_EVERY
        asked, about = self._progress.requests, self._about()
        if about is not None and not whole:
            self._tell(Message("READING_SUPPRESSED_PART", asked=asked, about=max(about, asked)))
        else:
            self._tell(Message("READ_SUPPRESSED", asked=asked))
