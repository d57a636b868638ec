"""Who was added and may not be on the list all the same: an import over an archived contact need not say what it did.

The destination names how many contacts a batch made. Where those are all that it was to add, nobody was there before,
and nothing is asked. Of the other batches each addition is looked up, or the list is read, whichever takes fewer
requests (decision 0045).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

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
_PULSE_EVERY: Final = 100  # contacts
_LOOKED_UP: Final = 200  # addresses at a time
_UNKNOWN_SIZE: Final = 10_000  # contacts, of a list that does not tell


def not_read_back(
    destination: Destination,
    warehouse: Warehouse,
    target: str,
    plan: str,
    batches: Iterable[Batch],
    *,
    pulse: KeepAlive,
) -> tuple[Collection[int], Message]:
    """Return the rows that were confirmed and cannot be called delivered, and what is to be said of that.

    Raises what the pulse raises; a run that is canceled meanwhile calls none of them delivered.
    """
    spans = _doubtful(warehouse, plan, batches)
    additions = warehouse.unlisted(plan, spans, ()) if spans else ()
    if not additions:
        return (), NOTHING
    try:
        size = destination.list_size(target)
        if len(additions) <= (_UNKNOWN_SIZE if size is None else size) // _PAGE + 1:
            looked_up = _looked_up(destination, warehouse, target, plan, additions, pulse)
            return frozenset(additions) - frozenset(looked_up), NOTHING
        listed = _heard(destination, target, pulse)
        return frozenset(warehouse.unlisted(plan, spans, listed)), NOTHING
    except RunCanceled:
        return frozenset(additions), NOTHING
    except Conflict:
        raise
    except LelekaError as error:
        note = Message("LIST_NOT_READ_BACK", count=len(additions), problem=error.problems[0])
        return frozenset(additions), note


def unasked(warehouse: Warehouse, plan: str, batches: Iterable[Batch]) -> Collection[int]:
    """Return the confirmed rows that cannot be called delivered where nothing can be asked."""
    spans = _doubtful(warehouse, plan, batches)
    return frozenset(warehouse.unlisted(plan, spans, ())) if spans else ()


def _doubtful(warehouse: Warehouse, plan: str, batches: Iterable[Batch]) -> tuple[Span, ...]:
    """Return the rows of the batches of which some addition may not have been carried out. Where the destination does
    not tell how many contacts it made, it knows no such thing.
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
        if (count := added.get(number, 0)) and (one.rejected or one.created != count)
        for span in one.spans
    )


def _silent(batch: Batch) -> int:
    """Return of how many rows nothing was said."""
    return batch.rows - len(batch.rejected) - (batch.created or 0)


def _looked_up(  # noqa: PLR0917 - what a reading takes
    destination: Destination,
    warehouse: Warehouse,
    target: str,
    plan: str,
    rows: Sequence[int],
    pulse: KeepAlive,
) -> Iterator[int]:
    left = iter(rows)
    while chunk := tuple(Span(seq, seq) for seq in islice(left, _LOOKED_UP)):
        for seq, address in warehouse.addresses(plan, joined(chunk)):
            if pulse():
                raise RunCanceled
            if destination.is_listed(target, address):
                yield seq


def _heard(destination: Destination, target: str, pulse: KeepAlive) -> Iterator[str]:
    for number, one in enumerate(destination.contacts(target)):
        if number % _PULSE_EVERY == 0 and pulse():
            raise RunCanceled
        yield one.address
