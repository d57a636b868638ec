"""Sentences with named parameters, filled in for a language.

A parameter is said by its value: numbers are grouped, texts of a list are joined. After a colon stands how, where
that is not enough: ``{run:id}`` a number that is not grouped, ``{share:percent}``, ``{last:day}`` a date,
``{got:word}`` a term of ours that is translated itself, ``{problem:remedy}`` what to do about another problem.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from string import Formatter
from typing import Any, Protocol

from leleka.messages.terms import TERMS


class Language(Protocol):
    """How a reader's language says things."""

    def text(self, template: str) -> str:
        """Return the template in this language."""

    def plural(self, one: str, other: str, number: int) -> str:
        """Return the template for so many in this language."""

    def number(self, value: float) -> str:
        """Return the number with its digits grouped."""

    def day(self, value: date) -> str: ...


class English:
    """The language of the templates themselves, of the terminal and of the API."""

    def text(self, template: str) -> str:
        return template

    def plural(self, one: str, other: str, number: int) -> str:
        return one if number == 1 else other

    def number(self, value: float) -> str:
        return f"{value:,}"

    def day(self, value: date) -> str:
        return value.isoformat()


ENGLISH = English()


def parameters(template: str) -> set[str]:
    """Return the names of what a template says."""
    return {name for _text, name, _how, _conversion in Formatter().parse(template) if name}


def fill(template: str, params: Mapping[str, Any], language: Language) -> str:
    """Return the template in the language, with its parameters said; one that is not given is said as "…", for
    reporting a failure must not fail.
    """
    values = _Values({name: _Value(one, language) for name, one in params.items()})
    return language.text(template).format_map(values) if template else ""


class _Values(dict[str, object]):
    def __missing__(self, name: str) -> object:
        return _Unknown()


class _Unknown:
    def __format__(self, how: str) -> str:
        return "…"


class _Value:
    def __init__(self, value: object, language: Language) -> None:
        self._value = value
        self._language = language

    def __format__(self, how: str) -> str:
        value, language = self._value, self._language
        if isinstance(value, list | tuple):
            return ", ".join(format(_Value(one, language), how) for one in value)
        if how == "word":
            return _word(str(value), language)
        if how == "percent":
            return f"{float(str(value)):.0%}"
        if how == "day":
            with suppress(ValueError):  # what is no day is said as it is
                return language.day(date.fromisoformat(str(value)))
        if isinstance(value, int | float) and how != "id":
            return language.number(round(value))
        return str(value) if how in {"id", "day"} else format(value, how)


def _word(text: str, language: Language) -> str:
    """Translate a term; what stands behind a colon is a detail in the words of whoever said it."""
    term, colon, detail = text.partition(": ")
    if text in TERMS:
        return language.text(text)
    return f"{language.text(term)}{colon}{_word(detail, language)}" if term in TERMS else text
