"""What a kind of destination says about itself: enough to draw its form, keep its secrets and open it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from leleka.core.configuration import Network
from leleka.core.ports import Clock, Destination, Limits, Turn
from leleka.core.secret import Secret
from leleka.messages.registry import Words

S = TypeVar("S")


class Identity(Protocol):
    """A host as it is kept (its ``str``), and the account it is of."""

    @property
    def account(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Spec(Generic[S]):
    """``kind`` is its name in definitions. ``words`` are what it says: registered with the kind.

    ``settings`` is a dataclass: its fields draw the form, and those named in ``secrets`` are ``Secret``.
    ``steps`` names the steps of a connection test without a target, in their order.
    """

    kind: str
    title: str
    settings: type[S]
    secrets: tuple[str, ...]
    limits: Limits
    steps: tuple[str, ...]
    open: Callable[[S, Network, Clock, Turn], Destination]
    identify: Callable[[str, Network], Identity]
    check_key: Callable[[str], Secret]
    check_name: Callable[[str], str]
    words: Words = field(default_factory=Words)
