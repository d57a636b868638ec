"""Measures and their conditions in the reader's words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leleka.core.rules.operators import DAYS, FLAGS, Operator
from leleka.core.rules.stored import name_of, steps_of

OPERATORS: Final[Mapping[str, Promise]] = {
    Operator.IS: gettext_lazy("is"),
    Operator.IS_NOT: gettext_lazy("is not"),
    Operator.ANY_OF: gettext_lazy("is one of"),
    Operator.NONE_OF: gettext_lazy("is none of"),
    Operator.CONTAINS: gettext_lazy("contains"),
    Operator.DOES_NOT_CONTAIN: gettext_lazy("does not contain"),
    Operator.STARTS_WITH: gettext_lazy("starts with"),
    Operator.ENDS_WITH: gettext_lazy("ends with"),
    Operator.EQUAL: gettext_lazy("is equal to"),
    Operator.NOT_EQUAL: gettext_lazy("is not equal to"),
    Operator.LESS: gettext_lazy("is less than"),
    Operator.AT_MOST: gettext_lazy("is at most"),
    Operator.MORE: gettext_lazy("is more than"),
    Operator.AT_LEAST: gettext_lazy("is at least"),
    Operator.BETWEEN: gettext_lazy("is between"),
    Operator.ON: gettext_lazy("is on"),
    Operator.NOT_ON: gettext_lazy("is not on"),
    Operator.BEFORE: gettext_lazy("is before"),
    Operator.AFTER: gettext_lazy("is after"),
    Operator.IN_THE_LAST: gettext_lazy("in the last (days)"),
    Operator.IN_THE_NEXT: gettext_lazy("in the next (days)"),
    Operator.ON_OR_BEFORE: gettext_lazy("is on or before"),
    Operator.ON_OR_AFTER: gettext_lazy("is on or after"),
    Operator.IN_THIS: gettext_lazy("is in the current period"),
    Operator.IN_THE_PREVIOUS: gettext_lazy("is in the previous period"),
    Operator.IN_THE_FOLLOWING: gettext_lazy("is in the following period"),
    Operator.MONTH_OF: gettext_lazy("is in month"),
    Operator.ANNIVERSARY: gettext_lazy("has its anniversary in the next (days)"),
    Operator.IN_THE_TOP: gettext_lazy("is among the highest"),
    Operator.IN_THE_BOTTOM: gettext_lazy("is among the lowest"),
    Operator.IS_TRUE: gettext_lazy("is true"),
    Operator.IS_FALSE: gettext_lazy("is false"),
    Operator.IS_EMPTY: gettext_lazy("is empty"),
    Operator.IS_NOT_EMPTY: gettext_lazy("is not empty"),
}
_AGGREGATES: Final[Mapping[str, Promise]] = {
    "count": gettext_lazy("Number of {table}"),
    "sum": gettext_lazy("Sum of {of} of {table}"),
    "avg": gettext_lazy("Average of {of} of {table}"),
    "min": gettext_lazy("Lowest {of} of {table}"),
    "max": gettext_lazy("Highest {of} of {table}"),
    "first": gettext_lazy("First {of} of {table}, by {by}"),
    "last": gettext_lazy("Last {of} of {table}, by {by}"),
    "most frequent": gettext_lazy("Most frequent {of} of {table}"),
}
_FUNCTIONS: Final[Mapping[str, Promise]] = {
    "lower": gettext_lazy("{part} in lower case"),
    "year": gettext_lazy("Year of {part}"),
    "month": gettext_lazy("Month of {part}"),
    "day": gettext_lazy("Day of the month of {part}"),
    "weekday": gettext_lazy("Day of the week of {part}"),
    "map": gettext_lazy("A value for each {part}"),
}


def sentence(rules: Mapping[str, Any], table: str) -> SafeString:
    """Say what a measure is; names of columns and tables stand out."""
    if "related" not in rules:
        return _expression(rules)
    names = {"table": _name(table), "of": _name(rules.get("of", "")), "by": _name(rules.get("by", ""))}
    told = format_html(str(_AGGREGATES[rules["measure"]]), **names)
    if "where" not in rules:
        return told
    return format_html(
        _("{measure}, where {conditions}"), measure=told, conditions=conditions(rules["where"])
    )


def conditions(rule: Mapping[str, Any]) -> SafeString:
    """Say a rule on a row; what asks for rows that are related to it is counted alone."""
    if "column" in rule:
        return _condition(rule)
    for head, between in (("all", _("and")), ("any", _("or"))):
        if head in rule:
            parts = [_inside(inner) for inner in rule[head]]
            return format_html_join(f" {between} ", "{}", ((part,) for part in parts))
    if "not" in rule:
        return format_html(_("not ({condition})"), condition=conditions(rule["not"]))
    return format_html(
        _("the related {relationship} match"),
        relationship=_name(" › ".join(map(name_of, steps_of(rule)))),
    )


def _inside(rule: Mapping[str, Any]) -> SafeString:
    told = conditions(rule)
    return format_html("({})", told) if {"all", "any"} & rule.keys() else told


def _condition(rule: Mapping[str, Any]) -> SafeString:
    operator, value = Operator(rule["operator"]), rule.get("value")
    column = _name(rule["column"])
    if operator in DAYS:
        return format_html(_days(operator, value), column=column, n=value)
    if isinstance(value, Mapping):
        return format_html("{} {} {}", column, OPERATORS[operator], _name(value["column"]))
    if operator in FLAGS:
        return format_html("{} {}", column, OPERATORS[operator])
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return format_html("{} {} {}", column, OPERATORS[operator], _quoted(shown))


def _days(operator: Operator, value: Any) -> str:
    days = value if isinstance(value, int) else 0
    if operator is Operator.IN_THE_LAST:
        return ngettext("{column} in the last {n} day", "{column} in the last {n} days", days)
    if operator is Operator.ANNIVERSARY:
        return ngettext(
            "{column}: anniversary in the next {n} day", "{column}: anniversary in the next {n} days", days
        )
    return ngettext("{column} in the next {n} day", "{column} in the next {n} days", days)


def _expression(part: Any) -> SafeString:
    if not isinstance(part, Mapping):
        return _quoted(part)
    if "column" in part:
        return _name(part["column"])
    if "text" in part:
        return _quoted(part["text"])
    if "concat" in part:
        return format_html(_("{parts}, joined"), parts=_listed(part["concat"]))
    if "coalesce" in part:
        return format_html(_("The first of {parts} that has a value"), parts=_listed(part["coalesce"]))
    name = next(one for one in _FUNCTIONS if one in part)
    return format_html(str(_FUNCTIONS[name]), part=_expression(part[name]))


def _listed(parts: Sequence[Any]) -> SafeString:
    shown = [one for one in parts if isinstance(one, Mapping) or str(one).strip()]
    return format_html_join(", ", "{}", ((_expression(one),) for one in shown))


def _quoted(value: object) -> SafeString:
    return format_html(_("“{value}”"), value=value)


def _name(name: str) -> SafeString:
    return format_html("<em>{}</em>", name)
