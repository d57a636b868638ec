"""An account's traffic in memory."""

from leleka.core.ports.request_slots import Seen, Traffic


class MemoryRequestSlots:
    """``core.ports.request_slots.RequestSlots``."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._version = 0

    def read(self) -> Seen:
        return Seen(self.traffic, self._version)

    def write(self, seen: Seen, traffic: Traffic) -> bool:
        if seen.version != self._version:
            return False
        self.traffic, self._version = traffic, self._version + 1
        return True
