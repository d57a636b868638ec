"""Reads who unsubscribed from a list, bounced, or never confirmed: page by page, stored on the way, within a
budget of requests.

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
LISTED: Final = (
    SuppressionReason.UNSUBSCRIBED,
    SuppressionReason.BOUNCED,
    SuppressionReason.NEVER_CONFIRMED,  # last: whoever unsubscribed and signs up again moves here meanwhile
)
_KEEP_EVERY: Final = 50  # requests: at most so many are repeated after a crash
_TELL_EVERY: Final = 5.0  # seconds between two progress messages

KeepAlive = Callable[[], object]
"""Called now and then while a plan is made: it renews a lease. True asks to stop."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a reading: for each reason that is read the id to continue after, None at its end; and the
    requests made.
    """

    after: Mapping[SuppressionReason, int | None] = field(default_factory=lambda: dict.fromkeys(LISTED, 0))
    requests: int = 0

    def turned(self, reason: SuppressionReason, after: int | None) -> "Progress":
        """Return the progress after one more page of ``reason``."""
        return Progress({**self.after, reason: after}, self.requests + 1)

    def open(self) -> list[SuppressionReason]:
        return [reason for reason, last in self.after.items() if last is not None]


def reasons_read(*, subscribe_unconfirmed: bool) -> tuple[SuppressionReason, ...]:
    """Return what keeps people out of an export, as the list says it."""
    never = SuppressionReason.NEVER_CONFIRMED
    return tuple(reason for reason in LISTED if not (subscribe_unconfirmed and reason is never))


class SuppressionCache(Protocol):
    """Stores a reading, so that a run that was killed continues with it, and others may use it."""

    def progress(self, reasons: Sequence[SuppressionReason]) -> Progress:
        """Return the progress of the reading of these reasons that may be used now."""
        ...

    def people(self) -> Iterator[Suppressed]:
        """Return everybody found by this reading so far, perhaps for other reasons, too."""
        ...

    def keep(self, people: Sequence[Suppressed], progress: Progress) -> None:
        """Add what was found since, and the progress now."""
        ...


class NoCache:
    """For a preview, which does not keep its reading."""

    def progress(self, reasons: Sequence[SuppressionReason]) -> Progress:
        return Progress(dict.fromkeys(reasons, 0))

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
        *,
        reasons: Sequence[SuppressionReason] = LISTED,
    ) -> None:
        self._destination = destination
        self._target = target
        self._shelf = cache
        self._clock = clock
        self._tell = tell
        self._tell_at = clock.monotonic()
        self._reasons = frozenset(reasons)
        self._progress = cache.progress(reasons)
        self._before = self._progress.requests
        # How old it is: of what was kept, by another process perhaps, nobody here knows.
        self.began_at = None if self._before else clock.monotonic()
        self._pages: dict[SuppressionReason, int | None] = {}  # of each reason, as its first reply states

    def people(self, pulse: KeepAlive) -> Iterator[Suppressed]:
        """Return everybody. ``pulse`` is called before each request.

        Raises ``NeedsAttention`` SUPPRESSED_TOO_MANY as soon as the budget is known to be too small,
        ``RunCanceled`` if the pulse asks to stop; a caller gets nothing of an incomplete reading.
        """
        yield from (one for one in self._shelf.people() if one.reason in self._reasons)
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
