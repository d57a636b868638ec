"""Template tags for measures: a sentence, a histogram."""

from collections.abc import Sequence
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leleka.services.measures.contracts import MeasureView
from leleka.web import measure_words

register = template.Library()
_HEIGHT: Final = 40


@register.simple_tag
def measure_sentence(measure: MeasureView) -> SafeString:
    return measure_words.sentence(measure.rules, measure.table)


@register.filter
def operator_word(operator: str) -> str:
    return str(measure_words.OPERATORS.get(operator, operator))


@register.simple_tag
def histogram(bars: Sequence[int]) -> SafeString:
    """Draw how many values lie in each part; what is beside it says the ends."""
    most, width = max(bars, default=0) or 1, 100 / (len(bars) or 1)
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}"/>',
        (
            (
                f"{place * width:.2f}",
                f"{_HEIGHT - _tall(bar, most):.2f}",
                f"{width * 0.86:.2f}",
                _tall(bar, most),
            )
            for place, bar in enumerate(bars)
        ),
    )
    return format_html(
        '<svg class="histogram" viewBox="0 0 100 {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        _HEIGHT,
        drawn,
    )


def _tall(bar: int, most: int) -> float:
    """Give a value that is there at least a line."""
    return round(max(1.0, _HEIGHT * bar / most), 2) if bar else 0.0
