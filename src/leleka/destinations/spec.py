"""What a kind of destination says about itself: enough to draw its form, keep its secrets and open it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from leleka.core.configuration import Network
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Limits
from leleka.core.ports.examination import Examiner, Instruments
from leleka.core.ports.setting import DrawnFromSettings, Setting, SettingInfo, SettingType
from leleka.core.ports.turn import Turn
from leleka.messages.registry import Words

__all__ = ["Identity", "Setting", "SettingInfo", "SettingType", "Spec"]

S = TypeVar("S")
Languages = Mapping[str, Mapping[str, str]]
# What every connection has, whatever its kind: a setting of that name could not be told from it.
COMMON: Final = frozenset(
    {
        "agreed", "attention", "audience", "check", "checked_at", "connection", "consent", "consent_at",
        "consent_by", "consent_language", "consent_version", "created_at", "csrfmiddlewaretoken", "export_user",
        "exports", "id", "kept", "last_check", "learned", "managed_by_file", "name", "notes", "password", "plan_limit",
        "proof", "settings", "share", "share_of_limits", "shared_with", "steps", "title", "type", "version",
    }
)  # fmt: skip


class Identity(Protocol):
    """An address as it is kept (its ``str``), and the account it is of."""

    @property
    def account(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Spec(DrawnFromSettings, Generic[S]):
    """``kind`` is its name in definitions and in the API, and that of its entry point.

    ``settings`` is a dataclass whose fields carry a ``SettingInfo``: they draw the form, the API's schema and the
    keys of a connection in a definitions file; those of type ``Secret`` are the secrets. ``steps`` maps the steps of
    a connection test without a target, in their order, to what people read. ``words`` holds translations that
    Leleka's own catalogue lacks: language -> English text -> translation. ``assumed`` is the kind that is meant
    where none is named.
    """

    kind: str
    title: str
    settings: type[S]
    limits: Limits
    steps: Mapping[str, str]
    open: Callable[[S, Network, Clock, Turn], Destination]
    identify: Callable[[str, Network], Identity]
    check_name: Callable[[str], str] = str
    words: Languages = field(default_factory=dict)
    messages: Words = field(default_factory=Words)
    assumed: bool = False
    examine: Callable[[S, Network, Instruments], Examiner] | None = None

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for settings that cannot be drawn or kept."""
        self.refuse_names(COMMON)
        addresses = [one for one in self.fields if one.info.address]
        if len(addresses) != 1 or addresses[0].is_secret or not addresses[0].required:
            raise ValueError(f"{self.kind}: exactly one setting is the address; it is required and no secret")
        if any(one.is_secret and not one.required for one in self.fields):
            raise ValueError(f"{self.kind}: a secret is required and has no default")

    @property
    def address(self) -> Setting:
        return next(one for one in self.fields if one.info.address)

    @property
    def plain(self) -> tuple[Setting, ...]:
        """The settings that are neither secret nor the address."""
        return tuple(one for one in self.fields if not one.is_secret and not one.info.address)
