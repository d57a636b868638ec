"""What a kind of source says about itself: enough to draw its form, keep its secrets and open it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from leleka.core.ports.connector import Bounds, Connector
from leleka.core.ports.setting import DrawnFromSettings, Setting, SettingInfo, SettingType
from leleka.messages.registry import Words

__all__ = ["ConnectorSpec", "Setting", "SettingInfo", "SettingType"]

S = TypeVar("S")
Languages = Mapping[str, Mapping[str, str]]
# What every source connection has, whatever its kind: a setting of that name could not be told from it.
COMMON: Final = frozenset(
    {
        "check", "checked_at", "created_at", "csrfmiddlewaretoken", "id", "kept", "last_check", "managed_by_file",
        "name", "proof", "secrets", "settings", "shared_with", "shared", "shared_with_contributors", "sources",
        "steps", "title", "type", "version",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConnectorSpec(DrawnFromSettings, Generic[S]):
    """``kind`` is its name in definitions and in the API, and that of its entry point.

    ``settings`` is a dataclass whose fields carry a ``SettingInfo``, as a destination's; those of type ``Secret`` are
    the secrets, which may be left out where the default is ``Secret("")``. Those marked as ``address`` say where it
    leads: when one changes, the secrets must be entered again. ``steps`` maps the steps of a connection test, in their
    order, to what people read. ``open`` asks nothing of the network yet.

    ``tables`` says that a table or a query is asked for; else files are. ``schemes`` are those of URLs of files that
    this kind reads also without a connection, with the defaults of its settings. ``words`` holds translations that
    Leleka's own catalogue lacks: language -> English text -> translation. ``extra`` names the extra of the package
    that brings what the kind needs.
    """

    kind: str
    title: str
    settings: type[S]
    steps: Mapping[str, str]
    open: Callable[[S, Bounds], Connector]
    tables: bool = True
    queries: bool = True
    schemes: tuple[str, ...] = ()
    extra: str = ""
    words: Languages = field(default_factory=dict)
    messages: Words = field(default_factory=Words)

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for settings that cannot be drawn or kept."""
        self.refuse_names(COMMON)
        if any(one.is_secret and one.info.address for one in self.fields):
            raise ValueError(f"{self.kind}: an address is no secret")

    @property
    def plain(self) -> tuple[Setting, ...]:
        """The settings that are not secret."""
        return tuple(one for one in self.fields if not one.is_secret)

    def address(self, settings: Mapping[str, str]) -> str:
        """Return where a connection with these settings leads: what its secrets are bound to."""
        return "\n".join(settings.get(one.name, one.default or "") for one in self.fields if one.info.address)
