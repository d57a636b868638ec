"""Looking on where nobody looks: what is worth knowing of a run is written down with it (``noting``)."""

from collections.abc import Mapping

from leleka.core.outbox import Batch
from leleka.core.planning import Planned
from leleka.core.saying import Said


class Nobody:
    """``engine.run.Watcher`` of a process that nobody sits in front of."""

    def stage(self, said: Said) -> None:
        """The run has it."""

    def planned(self, planned: Planned) -> None:
        """The run has it."""

    def progress(self, batches: Mapping[int, Batch]) -> None:
        """The run has it."""
