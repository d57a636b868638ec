"""An account's traffic in memory."""

from collections.abc import Callable

from leleka.core.ports.request_slots import Traffic


class MemoryRequestSlots:
    """``core.ports.request_slots.RequestSlots``; ``broken`` is raised by whoever changes it."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self.broken: Exception | None = None

    def change(self, work: Callable[[Traffic], Traffic]) -> Traffic:
        if self.broken is not None:
            raise self.broken
        self.traffic = work(self.traffic)
        return self.traffic
