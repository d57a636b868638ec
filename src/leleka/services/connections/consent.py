"""Data privacy and compliance: the text somebody agrees to before personal data may leave, in both languages.

The text has a version. A changed sentence makes a new version, and the older texts stay here, so that what was
agreed to stays known. A connection keeps the version that was agreed to; the new one is asked for when somebody
agrees again, which a new connection and a new host need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leleka.destinations.registry import assumed_kind, title_of
from leleka.errors import InvalidInput

VERSION: Final = "2"
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of the text in one language."""

    version: str
    language: str
    paragraphs: tuple[str, ...]


_TEXTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "1": {  # agreed to before version 2; kept so that what was agreed to stays known
        "en": (
            (
                "With this connection you allow data, which may be sensitive and personal, to leave this "
                "installation for {title}."
            ),
            (
                "It is transferred at your instruction. You are responsible that {title} meets the privacy "
                "and security obligations that apply to you."
            ),
            "An administrator can remove the connection at any time: from then on nothing more is sent.",
        ),
        "uk": (
            (
                "Цим підключенням ви дозволяєте даним, зокрема конфіденційним і персональним, залишати цю систему "
                "та потрапляти до {title}."
            ),
            (
                "Дані передаються за вашою вказівкою. Ви відповідаєте за те, щоб {title} виконував ваші "
                "зобов’язання щодо конфіденційності та безпеки."
            ),
            "Адміністратор може будь-коли вилучити підключення: відтоді нічого більше не надсилається.",
        ),
    },
    "2": {
        "en": (
            (
                "By enabling this connection you allow data, including potentially sensitive and personal data, to "
                "be sent from this installation to {title}."
            ),
            (
                "It is transferred at your instruction. You are responsible for making sure that {title} "
                "meets the privacy and security obligations that apply to you."
            ),
            "An administrator can remove the connection at any time: after that, nothing more is sent.",
        ),
        "uk": (
            (
                "Цим підключенням ви дозволяєте передавати дані, зокрема конфіденційні та персональні, до "
                "{title}."
            ),
            (
                "Дані передаються за вашою вказівкою. Ви відповідаєте за те, щоб {title} дотримувався вимог "
                "конфіденційності й безпеки, які на вас поширюються."
            ),
            "Адміністратор може будь-коли видалити підключення: після цього нічого більше не надсилатиметься.",
        ),
    },
}


def consent_text(language: str, kind: str = "") -> ConsentText:
    """Return the current text in a language, English where there is none in it; ``kind`` is where data goes to."""
    title, texts = title_of(kind or assumed_kind()), _TEXTS[VERSION]
    known = language.partition("-")[0]
    known = known if known in texts else _ENGLISH
    return ConsentText(VERSION, known, tuple(text.format(title=title) for text in texts[known]))


def check_agreed(version: str, language: str, *, agreed: bool) -> None:
    """Raises ``InvalidInput`` unless somebody agreed to the text as it is now, in a language it is held in."""
    if not agreed:
        raise InvalidInput("CONSENT_REQUIRED", where="agreed")
    if version != VERSION or language not in _TEXTS[VERSION]:
        raise InvalidInput("CONSENT_OUTDATED", where="agreed")
