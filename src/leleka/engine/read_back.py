"""Who was added and may not be on the list all the same: an import over an archived contact need not say what it did.

The destination names how many contacts a batch made. Where those are all that it was to add, nobody was there before,
and nothing is asked. Of the other batches each addition is looked up, or the list is read, whichever takes fewer
requests (decision 0045).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from leleka.core.batches import joined
from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Span
from leleka.core.ports.destination import Destination
from leleka.core.ports.outbox import Batch, BatchStatus, RunCanceled
from leleka.core.ports.warehouse import Warehouse
from leleka.engine.suppression_reading import KeepAlive
from leleka.errors import Conflict, LelekaError

CODE: Final = "NOT_READ_BACK"
_PAGE: Final = 100  # contacts that one request tells
_LOOKED_UP: Final = 200  # addresses at a time
_TELL_EVERY: Final = 50  # requests
_UNKNOWN_SIZE: Final = 10_000  # contacts, of a list that does not tell
_BEGINS: Final = Message("READING_BACK")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a batch's own answer proves at an account. ``is_needed`` says whether additions are to be proved at all;
    ``names_updates`` that a batch counts as made whom it only changed: then it proves nothing unless it names all.
    """

    is_needed: bool = True
    names_updates: bool = False

    def doubtful(self, warehouse: Warehouse, plan: str, batches: Iterable[Batch]) -> Collection[int]:
        """Return the confirmed rows of additions that their batches do not prove, in order."""
        spans = self._spans(warehouse, plan, batches) if self.is_needed else ()
        return warehouse.unlisted(plan, spans, ()) if spans else ()

    def _spans(self, warehouse: Warehouse, plan: str, batches: Iterable[Batch]) -> tuple[Span, ...]:
        """Return the rows of the batches of which some addition may not have been carried out. Where the destination
        does not tell how many contacts it made, it knows no such thing.
        """
        told = {
            one.number: one
            for one in batches
            if one.status is BatchStatus.CONFIRMED and one.created is not None and _silent(one) > 0
        }
        added = warehouse.added(plan, {number: one.spans for number, one in told.items()})
        # Exactly as many as it was to add are those; more, and updates are named, too: then it is not known which.
        return joined(
            span
            for number, one in told.items()
            if (count := added.get(number, 0))
            and (self.names_updates or one.rejected or one.created != count)
            for span in one.spans
        )


def _silent(batch: Batch) -> int:
    """Return of how many rows nothing was said."""
    return batch.rows - len(batch.rejected) - (batch.created or 0)


class ReadBack:
    """Looks for additions on the list ``target``. ``tell`` hears how far it is.

    Where it would take more than ``most`` requests nothing is asked, and nobody is found.
    """

    def __init__(
        self,
        destination: Destination,
        warehouse: Warehouse,
        target: str,
        *,
        pulse: KeepAlive,
        tell: Callable[[Message], None],
        most: int | None = None,
    ) -> None:
        self._destination = destination
        self._warehouse = warehouse
        self._target = target
        self._pulse = pulse
        self._tell = tell
        self._most = most
        self._about = 0
        self._ended_by: LelekaError | None = None

    def missing(self, plan: str, batches: Iterable[Batch], proof: Proof) -> tuple[Collection[int], Message]:
        """Return the rows that were confirmed and cannot be called delivered, and what is to be said of that.

        Raises what the pulse raises, but for ``RunCanceled``; what was heard until an error, or until then, counts.
        """
        rows = tuple(proof.doubtful(self._warehouse, plan, batches))
        if not rows:
            return (), NOTHING
        missing = self._missing(plan, rows)
        if missing and self._ended_by is not None and not isinstance(self._ended_by, RunCanceled):
            problem = self._ended_by.problems[0]
            return missing, Message("LIST_NOT_READ_BACK", count=len(missing), problem=problem)
        return missing, NOTHING

    def _missing(self, plan: str, rows: Sequence[int]) -> Collection[int]:
        pages = self._pages()
        self._about = min(len(rows), pages)
        if self._most is not None and self._about > self._most:
            return frozenset(rows)
        if len(rows) <= pages:
            return frozenset(rows) - frozenset(self._until_error(self._looked_up(plan, rows)))
        spans = joined(Span(seq, seq) for seq in rows)
        return frozenset(self._warehouse.unlisted(plan, spans, self._until_error(self._heard())))

    def _pages(self) -> int:
        """Return how many requests it takes to read the list, by what it says of itself."""
        size = next(self._until_error(self._size()), None)
        return (_UNKNOWN_SIZE if size is None else size) // _PAGE + 1

    def _size(self) -> Iterator[int | None]:
        yield self._destination.list_size(self._target)

    def _looked_up(self, plan: str, rows: Sequence[int]) -> Iterator[int]:
        asked, left = 0, iter(rows)
        while chunk := tuple(Span(seq, seq) for seq in islice(left, _LOOKED_UP)):
            for seq, address in self._warehouse.addresses(plan, joined(chunk)):
                self._asks(asked)
                asked += 1
                if self._destination.is_listed(self._target, address):
                    yield seq

    def _heard(self) -> Iterator[str]:
        for number, one in enumerate(self._destination.contacts(self._target)):
            if number % _PAGE == 0:
                self._asks(number // _PAGE)
            yield one.address

    def _asks(self, asked: int) -> None:
        if self._pulse():
            raise RunCanceled
        if asked % _TELL_EVERY == 0:
            about = max(self._about, asked)
            self._tell(Message("READING_BACK_PART", asked=asked, about=about) if asked else _BEGINS)

    def _until_error(self, found: Iterator[Found]) -> Iterator[Found]:
        """Return what was found before the destination failed, or somebody canceled: that counts, the rest is open."""
        if self._ended_by is not None:
            return
        try:
            yield from found
        except RunCanceled as canceled:
            self._ended_by = canceled
        except Conflict:
            raise
        except LelekaError as error:
            self._ended_by = error
