"""The request bodies of batches."""

from collections.abc import Sequence
from typing import Final

from leleka.core.plan import Span
from leleka.core.ports.destination import Body, Destination
from leleka.core.ports.outbox import Batch
from leleka.core.ports.warehouse import Warehouse

_READ_AHEAD: Final = 5_000  # rows of the plan read at a time


class Bodies:
    """Builds the request of a batch from the plan, with the same bytes every time."""

    def __init__(
        self, warehouse: Warehouse, destination: Destination, plan: str, *, automations: bool
    ) -> None:
        self._warehouse = warehouse
        self._destination = destination
        self._plan = plan
        self._automations = automations
        self._contacts: dict[int, bytes] = {}

    def of(self, batch: Batch) -> Body:
        """Return the body; bytes that differ from an earlier attempt are a bug (I-3)."""
        contacts = [contact for span in batch.spans for contact in self._of(span)]
        body = self._destination.assemble(contacts, automations=self._automations)
        if batch.sha256 and batch.sha256 != body.sha256:
            raise RuntimeError(f"batch {batch.number} would be sent again with other bytes")
        return body

    def _of(self, span: Span) -> Sequence[bytes]:
        while True:
            try:
                return list(map(self._contacts.__getitem__, range(span.first, span.last + 1)))
            except KeyError as missing:
                self._read(missing.args[0])

    def _read(self, seq: int) -> None:
        """Batches go out in order, so the plan is read ahead in large chunks, and few bodies are kept."""
        if len(self._contacts) > 2 * _READ_AHEAD:
            self._contacts.clear()
        ahead = Span(seq, seq + _READ_AHEAD - 1)
        self._contacts.update(self._warehouse.contacts(self._plan, ahead))
        if seq not in self._contacts:
            raise RuntimeError(f"the plan has no row {seq}")
