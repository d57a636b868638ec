"""How a kind of destination or source says which settings a connection has; forms, the API and files draw them."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final, Protocol, get_type_hints

from leleka.core.secret import Secret

LONGEST_NAME: Final = 50  # what the state holds of a kind and of a setting


class SettingType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 - the name of a type


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """What a kind's settings dataclass says of a field: ``host: Annotated[str, SettingInfo("Hostname", …)]``.

    ``label``, ``help`` and the words of ``choices`` are English; pages look up their translation. ``help_saved`` is
    added to ``help`` once the connection exists; ``example`` stands in the API's description. ``check`` returns what is
    kept of a typed text, of a secret a ``Secret``, and raises ``InvalidInput``. The ``address`` is where data goes to
    or comes from: secrets are bound to it. ``lines`` says that the text may have several.
    """

    label: str
    help: str = ""
    help_saved: str = ""
    example: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[str], Any] | None = None
    address: bool = False
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a connection, as forms, the API and definitions files ask for it.

    A secret is encrypted, and never shown again. ``default`` is None where a value is required; that of a secret which
    may be left out is "".
    """

    name: str
    type: SettingType
    info: SettingInfo
    default: str | None

    @property
    def is_secret(self) -> bool:
        return self.type is SettingType.SECRET

    @property
    def required(self) -> bool:
        return self.default is None


class Described(Protocol):
    """A kind whose settings can be asked for: one of destinations, or one of sources."""

    @property
    def fields(self) -> tuple[Setting, ...]: ...
    @property
    def plain(self) -> tuple[Setting, ...]: ...
    @property
    def secrets(self) -> tuple[str, ...]: ...


class DrawnFromSettings:
    """A kind that is drawn from a dataclass of settings, and may bring translations of its own."""

    __slots__ = ()
    kind: str
    settings: type[Any]
    words: Mapping[str, Mapping[str, str]]

    @property
    def fields(self) -> tuple[Setting, ...]:
        """The settings in the order of the dataclass."""
        settings: Any = self.settings  # mypy takes no class for hashable
        return fields_of(settings)

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields if one.is_secret)

    def in_language(self, text: str, language: str) -> str | None:
        """Return the kind's own translation of a text; None where it brings none."""
        words = self.words.get(language) or self.words.get(language.partition("-")[0]) or {}
        return words.get(text)

    def refuse_names(self, taken: Collection[str]) -> None:
        """Raises ``ValueError`` for names that the state cannot hold, or that every connection has already."""
        names = [one.name for one in self.fields]
        if twice := sorted(set(taken).intersection(names)):
            raise ValueError(f"{self.kind}: every connection has {', '.join(twice)} already")
        if any(len(name) > LONGEST_NAME for name in (self.kind, *names)):
            raise ValueError(f"{self.kind}: names have {LONGEST_NAME} characters at most")


@cache
def fields_of(settings: Any) -> tuple[Setting, ...]:
    """Return the settings in the order of the dataclass."""
    hints = get_type_hints(settings, include_extras=True)
    return tuple(_setting(one, hints[one.name]) for one in dataclasses.fields(settings))


def _setting(one: "dataclasses.Field[Any]", hint: Any) -> Setting:
    """Raises ``ValueError`` for a field of which nothing is said."""
    info = next((said for said in getattr(hint, "__metadata__", ()) if isinstance(said, SettingInfo)), None)
    if info is None:
        raise ValueError(f"the setting {one.name} needs a SettingInfo")
    kind = SettingType.CHOICE if info.choices else SettingType.TEXT
    is_secret = hint.__origin__ is Secret
    default = None if one.default is dataclasses.MISSING else str(one.default)
    return Setting(
        name=one.name,
        type=SettingType.SECRET if is_secret else kind,
        info=info,
        default="" if is_secret and default is not None else default,
    )
