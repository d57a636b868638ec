"""The real clock; everything else takes one as a parameter."""

import time


class SystemClock:
    def now(self) -> float:
        return time.time()  # noqa: TID251 - the one place that may

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)  # noqa: TID251 - the one place that may
