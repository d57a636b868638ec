"""A rule as a sentence, in the language of whoever reads it.

It is made of the stored form, so that of masked rules it says no more than they do.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from leleka.core.rules.contradictions import Finding, at, findings
from leleka.core.rules.model import Measure, SetOperation
from leleka.core.rules.operands import Period, RelativeDay
from leleka.core.rules.operators import FLAGS, LISTS, PERIODS, Operator
from leleka.core.rules.stored import name_of, steps_of
from leleka.core.rules.values import read_day
from leleka.messages.rules import words
from leleka.messages.templates import Language
from leleka.messages.wording import Plural

_MOST_REMARKS: Final = 5
_MOST_VALUES: Final = 8  # of a list are said, and how many more there are
_GROUPS: Final = ("all", "any", *SetOperation)
_NAMED_AND_NOT: Final = {
    "segment": (words.IN_SEGMENT, words.NOT_IN_SEGMENT),
    "list": (words.IN_LIST, words.NOT_IN_LIST),
}


def in_words(rule: Mapping[str, Any], language: Language) -> str:
    """Return the sentence of a rule in its stored form."""
    return _Teller(language).whole(rule)


def part_in_words(rule: Mapping[str, Any], language: Language) -> str:
    """Return what a part of a rule says, to stand within another sentence."""
    return _Teller(language).part(rule)


def remarks(rules: Mapping[str, Any], shown: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """Return what is certain about rules, in the words of those that the reader is shown: the same, or masked."""
    teller = _Teller(language)
    found = islice(findings(rules), _MOST_REMARKS)
    return tuple(teller.remark(one, at(shown, one.first), at(shown, one.second)) for one in found)


class _Teller:
    def __init__(self, language: Language) -> None:
        self._language = language

    def whole(self, rule: Mapping[str, Any]) -> str:
        return self._ended(words.WHOLE, rule=self._rule(rule))

    def part(self, rule: Mapping[str, Any]) -> str:
        return self._rule(rule)

    def remark(self, found: Finding, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
        template = words.REMARKS[found.always, found.of_rows]
        return self._ended(template, first=self._rule(first), second=self._rule(second))

    def _rule(self, rule: Mapping[str, Any]) -> str:
        if "column" in rule:
            return self._compared(self._quoted(rule["column"]), rule)
        if "related" in rule:
            return self._related(rule)
        if "not" in rule:
            return self._not(rule["not"])
        if "random share" in rule:
            return self._share(words.IN_SHARE, rule["random share"])
        for head, (holds, _) in _NAMED_AND_NOT.items():
            if head in rule:
                return self._say(holds, name=self._quoted(rule[head]))
        return self._group(rule)

    def _not(self, rule: Mapping[str, Any]) -> str:
        if rule.get("measure") == Measure.EXISTS:
            return self._say(words.EXISTS_NOT, rows=self._rows(rule))
        if "random share" in rule:
            return self._share(words.NOT_IN_SHARE, rule["random share"])
        for head, (_, fails) in _NAMED_AND_NOT.items():
            if head in rule:
                return self._say(fails, name=self._quoted(rule[head]))
        return self._say(words.NOT, rule=f"({self._rule(rule)})")

    def _group(self, rule: Mapping[str, Any]) -> str:
        head = next(one for one in _GROUPS if one in rule)
        parts = [self._part(inner) for inner in rule[head]]
        if len(parts) == 1:
            return self._rule(rule[head][0])
        if head == SetOperation.EXCEPT:
            others = self._joined(words.OR, parts[1:])
            return self._say(words.EXCEPT, first=parts[0], second=others)
        return self._joined(words.AND if head in {"all", SetOperation.INTERSECT} else words.OR, parts)

    def _part(self, rule: Mapping[str, Any]) -> str:
        told = self._rule(rule)
        several = any(len(rule[head]) > 1 for head in _GROUPS if head in rule)
        return f"({told})" if several else told

    def _related(self, rule: Mapping[str, Any]) -> str:
        measure, rows = Measure(rule["measure"]), self._rows(rule)
        if measure is Measure.EXISTS:
            return self._say(words.EXISTS, rows=rows)
        names = {name: self._quoted(rule[name]) for name in ("of", "by") if name in rule}
        return self._compared(self._say(words.MEASURES[measure], rows=rows, **names), rule)

    def _rows(self, rule: Mapping[str, Any]) -> str:
        steps = [self._step(step) for step in steps_of(rule)]
        path = " › ".join(steps)
        return self._where(path, rule["where"]) if rule.get("where") else path

    def _step(self, step: Any) -> str:
        name = self._quoted(name_of(step))
        return self._where(name, step["where"]) if isinstance(step, Mapping) and step.get("where") else name

    def _where(self, rows: str, rule: Mapping[str, Any]) -> str:
        return self._say(words.WHERE, rows=rows, rule=self._rule(rule))

    def _compared(self, subject: str, rule: Mapping[str, Any]) -> str:
        operator = Operator(rule["operator"])
        told = f"{subject} {self._predicate(operator, rule.get('value'))}"
        return self._say(words.IGNORING_CASE, condition=told) if rule.get("ignore case") else told

    def _predicate(self, operator: Operator, value: Any) -> str:
        if isinstance(value, Mapping):
            return self._say(words.BESIDE[operator], column=self._quoted(value["column"]))
        if operator in words.OF_DAYS:
            return self._counted(words.OF_DAYS[operator], value)
        if operator in words.OF_ROWS and isinstance(value, int):
            return self._counted(words.OF_ROWS[operator], value)
        if operator is Operator.BETWEEN:
            return self._between(value)
        if operator in FLAGS:
            return self._say(words.PREDICATES[operator])
        return self._say(words.PREDICATES[operator], value=self._operand(operator, value))

    def _between(self, value: Any) -> str:
        low, high = value if isinstance(value, list) and len(value) > 1 else ("…", "…")
        days = isinstance(low, str) and read_day(low) is not None
        template = words.BETWEEN_DAYS if days else words.PREDICATES[Operator.BETWEEN]
        return self._say(template, low=self._value(low), high=self._value(high))

    def _operand(self, operator: Operator, value: Any) -> str:
        if operator in PERIODS:
            return self._language.text(words.PERIODS[operator, Period(value)])
        if operator is Operator.MONTH_OF:
            months = [self._language.text(words.MONTHS[month - 1]) for month in value]
            return self._joined(words.OR, months)
        if operator in words.OF_ROWS:
            return str(value).replace(" ", "\u00a0")
        if operator in LISTS:
            return self._listed(operator, value)
        if operator in _OF_DAYS:
            return self._value(value)
        return self._literal(value)

    def _listed(self, operator: Operator, values: Sequence[Any]) -> str:
        told = [self._literal(value) for value in values[:_MOST_VALUES]]
        left = len(values) - _MOST_VALUES
        none = operator is Operator.NONE_OF
        if left > 0:
            more = self._form(words.AND_MORE if none else words.OR_MORE, left)
            return self._say(more, first=", ".join(told), n=self._language.number(left))
        if none or len(told) == 1:
            return ", ".join(told)
        return self._say(words.OR, first=", ".join(told[:-1]), second=told[-1])

    def _share(self, template: str, told: Mapping[str, Any]) -> str:
        ends = {
            name: f"{self._literal(told[key])}\u00a0%" for name, key in (("first", "from"), ("last", "to"))
        }
        return self._say(template, seed=self._quoted(told["seed"]), **ends)

    def _value(self, value: Any) -> str:
        """Say a number, or a day: one of the calendar, or one told from today."""
        day = read_day(value) if isinstance(value, str) else None
        if isinstance(day, RelativeDay):
            return self._from_today(day.days)
        return self._language.day(day) if isinstance(day, date) else self._literal(value)

    def _from_today(self, days: int) -> str:
        if days in words.NAMED_DAYS:
            return self._language.text(words.NAMED_DAYS[days])
        return self._counted(words.DAYS_AGO if days < 0 else words.IN_DAYS, abs(days))

    def _literal(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._quoted(value)
        return self._language.number(int(value) if isinstance(value, float) and value.is_integer() else value)

    def _counted(self, plural: Plural, number: Any) -> str:
        if not isinstance(number, int):  # masked
            return self._say(plural.other, n=number)
        return self._say(self._form(plural, number), n=self._language.number(number))

    def _form(self, plural: Plural, number: int) -> str:
        return self._language.plural(plural.one, plural.other, number)

    def _joined(self, template: str, parts: Sequence[str]) -> str:
        first, *further = parts
        for second in further:
            first = self._say(template, first=first, second=second)
        return first

    def _quoted(self, text: Any) -> str:
        return self._say(words.QUOTED, text=str(text))

    def _ended(self, template: str, **values: str) -> str:
        told = self._say(template, **values)
        return told if told.endswith(".") else f"{told}."  # an abbreviation ends a date

    def _say(self, template: str, **values: str) -> str:
        # Not through templates.fill: what people wrote may have braces in it, and is no template itself.
        return self._language.text(template).format_map(values)


_OF_DAYS: Final = frozenset(
    {
        *(Operator.ON, Operator.NOT_ON, Operator.BEFORE, Operator.AFTER),
        *(Operator.ON_OR_BEFORE, Operator.ON_OR_AFTER),
    }
)
