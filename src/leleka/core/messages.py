"""What a run says of itself: a code and its parameters by name. ``leleka.messages.progress`` has the sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """One thing that is said while work goes on; parameters are texts, numbers, lists of texts, a problem, or a message
    within it.
    """

    code: str
    values: Mapping[str, Any]

    def __init__(self, code: str, /, **values: Any) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", values)

    def __bool__(self) -> bool:
        """Nothing said is ``NOTHING``."""
        return bool(self.code)


NOTHING = Message("")


def together(*said: Message) -> Message:
    """Return all that is said as one message; ``NOTHING`` where nothing is."""
    first, *more = [one for one in said if one] or [NOTHING]
    return Message("ALSO", first=first, more=together(*more)) if more else first
