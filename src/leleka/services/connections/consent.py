"""Data privacy and compliance: the text somebody agrees to before personal data may leave, in both languages.

The text has a version. Whoever changes a sentence gives it a new one: what was agreed to stays known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leleka.destinations.registry import assumed_kind, title_of
from leleka.errors import InvalidInput

VERSION: Final = "1"
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of the text in one language."""

    version: str
    language: str
    paragraphs: tuple[str, ...]


_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        (
            "With this connection you allow data, which may be sensitive and personal, to leave this installation "
            "for {title}."
        ),
        (
            "It is transferred at your instruction. You are responsible that {title} meets the privacy and "
            "security obligations that apply to you."
        ),
        "An administrator can remove the connection at any time: from then on nothing more is sent.",
    ),
    "uk": (
        (
            "Цим підключенням ви дозволяєте даним, зокрема конфіденційним і персональним, залишати цю систему та "
            "потрапляти до {title}."
        ),
        (
            "Дані передаються за вашою вказівкою. Ви відповідаєте за те, щоб {title} виконував ваші "
            "зобов’язання щодо конфіденційності та безпеки."
        ),
        "Адміністратор може будь-коли вилучити підключення: відтоді нічого більше не надсилається.",
    ),
}


def consent_text(language: str, kind: str = "") -> ConsentText:
    """Return the text in a language, English where there is none in it; ``kind`` is where data goes to."""
    title = title_of(kind or assumed_kind())
    known = language.partition("-")[0]
    known = known if known in _TEXTS else _ENGLISH
    return ConsentText(VERSION, known, tuple(text.format(title=title) for text in _TEXTS[known]))


def check_agreed(version: str, language: str, *, agreed: bool) -> None:
    """Raises ``InvalidInput`` unless somebody agreed to the text as it is now, in a language it is held in."""
    if not agreed:
        raise InvalidInput("CONSENT_REQUIRED", where="agreed")
    if version != VERSION or language not in _TEXTS:
        raise InvalidInput("CONSENT_OUTDATED", where="agreed")
