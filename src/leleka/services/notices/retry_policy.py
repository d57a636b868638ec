from datetime import timedelta
from typing import Final

BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))


TRIES: Final = len(BACKOFF) + 1
