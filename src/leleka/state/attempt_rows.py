"""The attempts of a run's batches: written before a POST, ended by its outcome."""

from collections.abc import Iterable, Mapping
from typing import Final

from leleka.core.outcomes import Accepted, Outcome, Refused
from leleka.core.ports.outbox import Batch
from leleka.state.models import AttemptRow
from leleka.state.prepared_statements import PreparedInsert, PreparedUpdate

_REASON: Final = AttemptRow._meta.get_field("reason").max_length
_BEGUN: Final = PreparedInsert(AttemptRow, ("batch", "number", "fence", "sha256", "written_at"))
_ACCEPTED: Final = PreparedUpdate(AttemptRow, ("outcome", "remote_id"), ("batch", "number"))
_NOT_ACCEPTED: Final = PreparedUpdate(AttemptRow, ("outcome", "reason"), ("batch", "number"))


class Attempts:
    """Those of one owner of a run; ``ids`` are the primary keys of the batches by their numbers."""

    def __init__(self, ids: Mapping[int, int], fence: int) -> None:
        self._ids = ids
        self._fence = fence

    def begin(self, batches: Iterable[Batch], now: float) -> None:
        _BEGUN.rows(
            [self._ids[batch.number], batch.tries, self._fence, batch.sha256, now] for batch in batches
        )

    def end(self, batch: Batch, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            told = AttemptRow.Outcome.ACCEPTED, outcome.batch_id, self._ids[batch.number], batch.tries
            _ACCEPTED.rows([told])
        elif isinstance(outcome, Refused):
            self._not_accepted(batch, AttemptRow.Outcome.REFUSED, outcome.reason)
        else:
            self.forget(batch, outcome.reason)

    def forget(self, batch: Batch, reason: str) -> None:
        """Let the latest attempt count as unknown."""
        self._not_accepted(batch, AttemptRow.Outcome.UNKNOWN, reason)

    def _not_accepted(self, batch: Batch, outcome: AttemptRow.Outcome, reason: str) -> None:
        _NOT_ACCEPTED.rows([(outcome, reason[:_REASON], self._ids[batch.number], batch.tries)])
