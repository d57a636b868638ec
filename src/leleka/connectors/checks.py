"""What many kinds of source judge alike: their settings, and a connection by what it lists."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from leleka.core.messages import Message
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.errors import InvalidInput, LelekaError

REACH: Final = "reach"  # the steps of a test
READ: Final = "read"

_MOST_PORT: Final = 65_535
_MOST_SECONDS: Final = 86_400


def check_port(text: str) -> str:
    """Raises ``InvalidInput`` SETTING_NUMBER."""
    return _number(text, 1, _MOST_PORT)


def check_seconds(text: str) -> str:
    """Raises ``InvalidInput`` SETTING_NUMBER."""
    return _number(text, 1, _MOST_SECONDS)


def _number(text: str, least: int, most: int) -> str:
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise InvalidInput("SETTING_NUMBER", least=least, most=most)
    return str(int(text))


def steps_by_listing(names: Callable[[int], Sequence[str]], reached: Message) -> Iterator[Check]:
    """Yield both steps; whoever can list one name has reached it."""
    try:
        found = names(1)
    except LelekaError as error:
        yield Check(REACH, CheckStatus.FAILED, problem=error.problems[0])
        yield skipped(READ)
        return
    yield Check(REACH, CheckStatus.PASSED, reached)
    yield Check(READ, CheckStatus.PASSED, Message("SOURCE_READABLE" if found else "SOURCE_EMPTY"))
