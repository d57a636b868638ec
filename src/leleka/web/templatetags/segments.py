"""Template tags for segments: their schedules and warnings in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from leleka.errors import Problem
from leleka.messages.problems import ProblemText
from leleka.services.translation import in_this_language
from leleka.web import segment_words

register = template.Library()


@register.filter
def evaluated_on(schedule: str | Mapping[str, Any]) -> str:
    return segment_words.follows(schedule)


@register.filter
def in_words(problems: Sequence[Problem]) -> Sequence[ProblemText]:
    return [in_this_language(problem) for problem in problems]
