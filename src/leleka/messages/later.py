"""Words that are loaded only when something is to be said that has none yet: those of destinations, whose modules take
a fifth of a second. A process that opens no account may still tell of one.
"""

from collections.abc import Callable
from threading import RLock

_waiting: list[Callable[[], object]] = []
_one_at_a_time = RLock()  # whoever asks meanwhile waits for the words; loading may ask, too


def later(load: Callable[[], object]) -> None:
    """Remember what adds words to the catalogue."""
    _waiting.append(load)


def load_all() -> None:
    """Add what has not been added yet."""
    with _one_at_a_time:
        while _waiting:
            _waiting.pop()()
