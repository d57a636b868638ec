"""The settings of a source connection: how they are checked, and what a row keeps of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leleka.connectors.registry import spec_of
from leleka.connectors.spec import ConnectorSpec
from leleka.core.ports.setting import Setting
from leleka.core.secret import Secret
from leleka.errors import InvalidInput
from leleka.services.connections.settings import Attempt, check_plain, check_secret, refuse_unknown
from leleka.state.models import SourceConnection


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """Settings that can be right. Of ``secrets`` and ``references`` only what was given: the others stay."""

    type: str
    plain: Mapping[str, str]
    secrets: Mapping[str, Secret]
    references: Mapping[str, str]

    @property
    def address(self) -> str:
        return spec_of(self.type).address(self.plain)

    def differs(self, row: SourceConnection) -> bool:
        """Return whether a row leads elsewhere, or has another setting or secret."""
        kept = plain_of(row)
        return bool(self.secrets or self.references) or dict(self.plain) != kept


def check(
    spec: ConnectorSpec[Any], given: Mapping[str, str], row: SourceConnection | None, tried: Attempt
) -> CheckedSource:
    """Judge settings; what is wrong goes to ``tried``. Secrets are asked for again where the address changed."""
    refuse_unknown(spec, given, tried)
    plain = check_plain(spec, given, plain_of(row) if row else {}, tried)
    moved = row is None or spec.address(plain) != row.address
    secrets: dict[str, Secret] = {}
    references: dict[str, str] = {}
    for one in (one for one in spec.fields if one.is_secret):
        text = given.get(one.name, "").strip()
        if not text:
            if moved and (one.required or _has(row, one.name)):
                tried(one.name, _required)
            continue
        secret = tried(one.name, lambda: _secret(one, text))  # noqa: B023 - called at once
        if isinstance(secret, Secret):
            secrets[one.name] = secret
        elif secret is not None:
            references[one.name] = secret
    return CheckedSource(spec.kind, plain, secrets, references)


def plain_of(row: SourceConnection) -> dict[str, str]:
    """Return a connection's settings by name, without its secrets."""
    return {one.name: str(row.settings.get(one.name, one.default or "")) for one in spec_of(row.type).plain}


def kept_settings(checked: CheckedSource, row: SourceConnection) -> dict[str, str]:
    """Return what a row keeps: the plain settings, and of secrets where those lie that are only named."""
    names = spec_of(checked.type).secrets
    before = {name: str(row.settings[name]) for name in names if row.settings.get(name)}
    references = {name: place for name, place in before.items() if name not in checked.secrets}
    return {**checked.plain, **references, **checked.references}


def _secret(setting: Setting, text: str) -> Secret | str:
    """Return a secret, or the text where it names one."""
    return check_secret(setting, text) or text


def _has(row: SourceConnection | None, name: str) -> bool:
    return row is not None and (bool(row.settings.get(name)) or row.secrets.filter(name=name).exists())


def _required() -> None:
    raise InvalidInput("SECRET_REQUIRED")
