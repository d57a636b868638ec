"""The settings of a connection as a form asks for them, in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils import translation
from django.utils.translation import gettext

from leleka.core.ports.setting import Setting
from leleka.messages.progress import in_letters
from leleka.services.connections.queries import ConnectionView, SecretView
from leleka.services.translation import said_in_this_language

Translate = Callable[[str, str], str | None]


class Asked(Protocol):
    """A kind of destination or source."""

    @property
    def fields(self) -> Sequence[Setting]: ...
    @property
    def translate(self) -> Translate: ...


class Saved(Protocol):
    """A connection to a destination or source."""

    @property
    def managed_by_file(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, str]: ...
    @property
    def secrets(self) -> Mapping[str, SecretView]: ...


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting as it is drawn. Of a secret only what is known of it: ``secret``, None of a new connection.

    ``needed`` is what every connection of the kind has, ``lines`` a text that may have several.
    """

    name: str
    type: str
    label: str
    help: str
    required: bool
    needed: bool
    lines: bool
    choices: Mapping[str, str]
    value: str
    secret: SecretView | None


def in_words(text: str, own: Translate) -> str:
    """Translate a text of a kind: in its own words, else as the catalogue has it."""
    return (own(text, translation.get_language() or "en") or gettext(text)) if text else ""


def form_fields(
    kind: Asked, connection: Saved | None, given: Mapping[str, str], *, secrets_first: bool = True
) -> Sequence[FormField]:
    """Return the kind's settings in the order of a form: secrets first, as whoever has one in hand pastes it first, or
    as the kind has them.
    """
    ordered = sorted(kind.fields, key=lambda one: secrets_first and not one.is_secret)
    return [_field(one, kind.translate, connection, given.get(one.name)) for one in ordered]


def _field(one: Setting, own: Translate, connection: Saved | None, typed: str | None) -> FormField:
    editable = connection is not None and not connection.managed_by_file
    hints = [one.info.help, one.info.help_saved if editable else ""]
    kept = connection.settings.get(one.name) if connection else one.default
    return FormField(
        name=one.name,
        type=one.type.value,
        label=in_words(one.info.label, own),
        help=" ".join(filter(None, (in_words(hint, own) for hint in hints))),
        required=one.required and not (one.is_secret and connection is not None),
        needed=one.required,
        lines=one.info.lines,
        choices={value: in_words(word, own) for value, word in one.info.choices.items()},
        value="" if one.is_secret else (kept or "") if typed is None else typed,
        secret=connection.secrets.get(one.name) if connection else None,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A setting of the account as it is shown."""

    name: str
    value: str
    at: datetime
    meaning: str


def found_by_the_doctor(connection: ConnectionView | None) -> Sequence[Found]:
    """Return what examinations found of a connection's account, in the reader's language."""
    return [
        Found(one.name, in_letters(one.value), one.at, said_in_this_language(one.meaning))
        for one in (connection.learned if connection else ())
    ]
