"""The account's request slots in memory."""


class MemoryRequestSlots:
    """``engine.request_slots.Places``."""

    def __init__(self, count: int, longest: float) -> None:
        self.free_at = [0.0] * count
        self._longest = longest

    def take(self, now: float, until: float) -> tuple[int | None, float]:
        number = min(range(len(self.free_at)), key=self.free_at.__getitem__)
        if now < self.free_at[number] <= now + self._longest:
            return None, self.free_at[number]
        self.free_at[number] = until
        return number, until

    def give(self, number: int, free_at: float) -> None:
        self.free_at[number] = free_at
