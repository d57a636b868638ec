"""Template tags of why: what is said in every language, in the reader's."""

from collections.abc import Mapping
from typing import Final

from django import template
from django.utils.translation import get_language

from leleka.services.why.contracts import Said

register = template.Library()
_ICONS: Final[Mapping[bool | None, str]] = {True: "circle-check", False: "circle-x", None: "circle-dashed"}
_TONES: Final[Mapping[bool | None, str]] = {True: "text-green", False: "text-red", None: "text-secondary"}


@register.filter
def here(said: Said | None) -> str:
    return (said or {}).get(get_language() or "en", "")


@register.filter
def held_icon(held: bool | None) -> str:
    return _ICONS[held]


@register.filter
def held_tone(held: bool | None) -> str:
    return _TONES[held]


@register.filter
def at_most(depth: int, most: int) -> int:
    """Return how far a rule is indented: what is deeper stands as far as that."""
    return min(depth, most)
