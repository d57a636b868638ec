"""How the settings that many kinds of source have are judged."""

from typing import Final

from leleka.errors import InvalidInput

_MOST_PORT: Final = 65_535
_MOST_SECONDS: Final = 86_400


def check_port(text: str) -> str:
    """Raises ``InvalidInput`` SETTING_NUMBER."""
    return _number(text, 1, _MOST_PORT)


def check_seconds(text: str) -> str:
    """Raises ``InvalidInput`` SETTING_NUMBER."""
    return _number(text, 1, _MOST_SECONDS)


def _number(text: str, least: int, most: int) -> str:
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise InvalidInput("SETTING_NUMBER", least=least, most=most)
    return str(int(text))
