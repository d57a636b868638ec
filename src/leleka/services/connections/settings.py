"""The settings of a connection, as its kind describes them: how they are checked, and where they are kept.

The address has the column ``host``, and the reference of a secret called ``key`` the column ``key_reference``: they had
them when there was one kind. Everything else lies in ``settings`` by name. Values of secrets are kept apart, encrypted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from leleka.core.configuration import Network
from leleka.core.ports.setting import Described
from leleka.core.secret import Secret
from leleka.destinations.registry import assumed_kind, spec_of
from leleka.destinations.spec import Identity, Setting, Spec
from leleka.errors import InvalidInput
from leleka.services.connections.keys import KEY, reference_of
from leleka.services.connections.named_keys import check_reference, is_reference
from leleka.services.connections.open_destination import settings_of
from leleka.state.models import Connection

_LONGEST_ADDRESS: Final = 260
_LONGEST_TEXT: Final = 1000
_LONGEST_LINES: Final = 20_000  # a certificate, a private key
T = TypeVar("T")


class Attempt(Protocol):
    """Does something about one setting; what is wrong with it is remembered under its name, and None returned."""

    def __call__(self, where: str, act: Callable[[], T], /) -> T | None: ...


@dataclass(frozen=True, slots=True)
class CheckedSettings:
    """Settings that can be right. Of ``secrets`` and ``references`` only what was given: the others stay.

    ``plain`` are those without the address and the secrets.
    """

    type: str
    identity: Identity
    plain: Mapping[str, str]
    secrets: Mapping[str, Secret]
    references: Mapping[str, str]

    @property
    def host(self) -> str:
        return str(self.identity)

    @property
    def has_secrets(self) -> bool:
        return bool(self.secrets or self.references)


def spec_for(kind: str) -> Spec[Any]:
    """Return the kind of that name, "" being the assumed one. Raises ``NotFound``."""
    return spec_of(kind or assumed_kind())


def identify(spec: Spec[Any], text: str, network: Network) -> Identity:
    """Return where an address leads. Raises ``InvalidInput`` as the kind does, or for one too long to be kept."""
    identity = spec.identify(text, network)
    if max(len(str(identity)), len(identity.account)) > _LONGEST_ADDRESS:
        raise _invalid()
    return identity


def check_plain(
    spec: Described, given: Mapping[str, str], kept: Mapping[str, str], attempt: Attempt
) -> dict[str, str]:
    """Return the plain settings: as given, else as kept, else their defaults; what is wrong goes to ``attempt``."""
    found: dict[str, str] = {}
    for one in spec.plain:
        text = given.get(one.name, kept.get(one.name, ""))
        value = attempt(one.name, lambda: _checked(one, text.strip()))  # noqa: B023 - called at once
        if value is not None:
            found[one.name] = value
    return found


def check_secret(setting: Setting, text: str) -> Secret | None:
    """Return a secret that was given; None where it is named. Raises ``InvalidInput``."""
    if is_reference(text):
        check_reference(text)
        return None
    checked = setting.info.check(text) if setting.info.check else Secret(_checked(setting, text))
    return checked if isinstance(checked, Secret) else Secret(checked)


def refuse_unknown(spec: Described, given: Mapping[str, str], attempt: Attempt) -> None:
    """Refuse settings that are another kind's."""
    known = {one.name for one in spec.fields}
    for name in given:
        if name not in known:
            attempt(name, _refuse_unknown)


def differs(row: Connection, plain: Mapping[str, str]) -> bool:
    """Return whether a connection has other plain settings than these."""
    kept = settings_of(row)
    return any(kept[name] != value for name, value in plain.items())


def kept_columns(checked: CheckedSettings, row: Connection) -> dict[str, Any]:
    """Return what a row keeps of these settings: its columns ``host``, ``settings`` and ``key_reference``."""
    references = {name: reference_of(row, name) for name in spec_of(checked.type).secrets}
    references |= dict.fromkeys(checked.secrets, "") | dict(checked.references)
    reference = references.pop(KEY, "")
    beside = {name: place for name, place in references.items() if place}
    return {"host": checked.host, "settings": {**checked.plain, **beside}, "key_reference": reference}


def _checked(setting: Setting, text: str) -> Any:
    if not text and not setting.required:
        return setting.default
    if not text:
        raise InvalidInput("SETTING_REQUIRED")
    longest, bare = (_LONGEST_LINES, "".join(text.split())) if setting.info.lines else (_LONGEST_TEXT, text)
    if len(text) > longest or not bare.isprintable():
        raise _invalid()
    if setting.info.choices and text not in setting.info.choices:
        raise InvalidInput("SETTING_NOT_OFFERED", choices=list(setting.info.choices))
    return text if setting.info.check is None or setting.is_secret else setting.info.check(text)


def _invalid() -> InvalidInput:
    return InvalidInput("SETTING_INVALID.connection")


def _refuse_unknown() -> None:
    raise InvalidInput("SETTING_UNKNOWN")
