"""What a setting of an account means that an examination found: a sentence for each value, by the destination."""

from typing import Final

from leleka.core.messages import NOTHING, Message
from leleka.messages.later import load_all
from leleka.messages.progress import PROGRESS

_PREFIX: Final = "finding"


def meaning(name: str, value: object) -> Message:
    """Return what it means that the setting has this value; ``NOTHING`` where nobody words it."""
    if f"{_PREFIX}.{name}" not in PROGRESS:
        load_all()
    exact = f"{_PREFIX}.{name}.{in_letters(value)}"
    if exact in PROGRESS:
        return Message(exact)
    general = f"{_PREFIX}.{name}"
    return (
        Message(general, value=f"{value:g}" if isinstance(value, float) else value)
        if general in PROGRESS
        else NOTHING
    )


def in_letters(value: object) -> str:
    """Return a value as a switch of the sandbox is written."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
