"""The parts of which sentences about rules are made: one line for each operator and measure.

A predicate follows what is compared: ``is more than {value}``. In Ukrainian a dash stands before those that have no
verb, so that nothing depends on the gender of what is compared.
"""

from collections.abc import Mapping
from typing import Final

from leleka.core.rules.model import Measure
from leleka.core.rules.operands import Period
from leleka.core.rules.operators import Operator
from leleka.messages.wording import Plural, msg, msgs

_IS: Final = msg("is {value}")
_IS_NOT: Final = msg("is not {value}")
_IS_EQUAL: Final = msg("is equal to {value}")
_IS_NOT_EQUAL: Final = msg("is not equal to {value}")

PREDICATES: Final[Mapping[Operator, str]] = {
    Operator.IS: _IS,
    Operator.IS_NOT: _IS_NOT,
    Operator.ANY_OF: _IS,
    Operator.NONE_OF: msg("is none of: {value}"),
    Operator.CONTAINS: msg("contains {value}"),
    Operator.DOES_NOT_CONTAIN: msg("does not contain {value}"),
    Operator.STARTS_WITH: msg("starts with {value}"),
    Operator.ENDS_WITH: msg("ends with {value}"),
    Operator.EQUAL: _IS_EQUAL,
    Operator.NOT_EQUAL: _IS_NOT_EQUAL,
    Operator.LESS: msg("is less than {value}"),
    Operator.AT_MOST: msg("is at most {value}"),
    Operator.MORE: msg("is more than {value}"),
    Operator.AT_LEAST: msg("is at least {value}"),
    Operator.BETWEEN: msg("is from {low} to {high}"),
    Operator.ON: _IS,
    Operator.NOT_ON: _IS_NOT,
    Operator.BEFORE: msg("is before {value}"),
    Operator.AFTER: msg("is after {value}"),
    Operator.ON_OR_BEFORE: msg("is on or before {value}"),
    Operator.ON_OR_AFTER: msg("is on or after {value}"),
    Operator.IN_THIS: msg("is within {value}"),
    Operator.IN_THE_PREVIOUS: msg("is within {value}"),
    Operator.IN_THE_FOLLOWING: msg("is within {value}"),
    Operator.MONTH_OF: msg("is {value} of any year"),
    Operator.IN_THE_TOP: msg("is among the highest {value} of all values"),
    Operator.IN_THE_BOTTOM: msg("is among the lowest {value} of all values"),
    Operator.IS_TRUE: msg("is set to true"),
    Operator.IS_FALSE: msg("is set to false"),
    Operator.IS_EMPTY: msg("is empty"),
    Operator.IS_NOT_EMPTY: msg("is not empty"),
}
BETWEEN_DAYS: Final = msg("is not before {low} and not after {high}")
OF_DAYS: Final[Mapping[Operator, Plural]] = {
    Operator.IN_THE_LAST: msgs("is within the last {n} day", "is within the last {n} days"),
    Operator.IN_THE_NEXT: msgs("is within the next {n} day", "is within the next {n} days"),
    Operator.ANNIVERSARY: msgs(
        "has its anniversary within the next {n} day", "has its anniversary within the next {n} days"
    ),
}
OF_ROWS: Final[Mapping[Operator, Plural]] = {
    Operator.IN_THE_TOP: msgs("is among the {n} highest value", "is among the {n} highest values"),
    Operator.IN_THE_BOTTOM: msgs("is among the {n} lowest value", "is among the {n} lowest values"),
}
_SAME: Final = msg("equals {column}")
_OTHER: Final = msg("differs from {column}")
BESIDE: Final[Mapping[Operator, str]] = {
    **dict.fromkeys((Operator.IS, Operator.EQUAL, Operator.ON), _SAME),
    **dict.fromkeys((Operator.IS_NOT, Operator.NOT_EQUAL, Operator.NOT_ON), _OTHER),
    Operator.LESS: msg("is less than {column}"),
    Operator.AT_MOST: msg("is at most {column}"),
    Operator.MORE: msg("is more than {column}"),
    Operator.AT_LEAST: msg("is at least {column}"),
    Operator.BEFORE: msg("is before {column}"),
    Operator.AFTER: msg("is after {column}"),
    Operator.ON_OR_BEFORE: msg("is not after {column}"),
    Operator.ON_OR_AFTER: msg("is not before {column}"),
}
IGNORING_CASE: Final = msg("{condition} (upper or lower case)")

PERIODS: Final[Mapping[tuple[Operator, Period], str]] = {
    (Operator.IN_THIS, Period.WEEK): msg("this week"),
    (Operator.IN_THIS, Period.MONTH): msg("this month"),
    (Operator.IN_THIS, Period.QUARTER): msg("this quarter"),
    (Operator.IN_THIS, Period.YEAR): msg("this year"),
    (Operator.IN_THE_PREVIOUS, Period.WEEK): msg("the previous week"),
    (Operator.IN_THE_PREVIOUS, Period.MONTH): msg("the previous month"),
    (Operator.IN_THE_PREVIOUS, Period.QUARTER): msg("the previous quarter"),
    (Operator.IN_THE_PREVIOUS, Period.YEAR): msg("the previous year"),
    (Operator.IN_THE_FOLLOWING, Period.WEEK): msg("the following week"),
    (Operator.IN_THE_FOLLOWING, Period.MONTH): msg("the following month"),
    (Operator.IN_THE_FOLLOWING, Period.QUARTER): msg("the following quarter"),
    (Operator.IN_THE_FOLLOWING, Period.YEAR): msg("the following year"),
}
MONTHS: Final = (
    msg("in January"),
    msg("in February"),
    msg("in March"),
    msg("in April"),
    msg("in May"),
    msg("in June"),
    msg("in July"),
    msg("in August"),
    msg("in September"),
    msg("in October"),
    msg("in November"),
    msg("in December"),
)
NAMED_DAYS: Final = {-1: msg("yesterday"), 0: msg("today"), 1: msg("tomorrow")}
DAYS_AGO: Final = msgs("{n} day ago", "{n} days ago")
IN_DAYS: Final = msgs("in {n} day", "in {n} days")

MEASURES: Final[Mapping[Measure, str]] = {
    Measure.COUNT: msg("the number of rows in {rows}"),
    Measure.COUNT_DISTINCT: msg("the number of different values of {of} in {rows}"),
    Measure.SUM: msg("the sum of {of} in {rows}"),
    Measure.AVG: msg("the average of {of} in {rows}"),
    Measure.MIN: msg("the lowest {of} in {rows}"),
    Measure.MAX: msg("the highest {of} in {rows}"),
    Measure.FIRST: msg("{of} in the first row of {rows}, by {by},"),
    Measure.LAST: msg("{of} in the last row of {rows}, by {by},"),
}
EXISTS: Final = msg("there are rows in {rows}")
EXISTS_NOT: Final = msg("there are no rows in {rows}")
WHERE: Final = msg("{rows} (where {rule})")
AND: Final = msg("{first} and {second}")
OR: Final = msg("{first} or {second}")
NOT: Final = msg("not {rule}")
EXCEPT: Final = msg("{first}, except those where {second}")
OR_MORE: Final = msgs("{first} or {n} more value", "{first} or {n} more values")
AND_MORE: Final = msgs("{first} and {n} more value", "{first} and {n} more values")
QUOTED: Final = msg("“{text}”")
WHOLE: Final = msg("Profiles where {rule}")

# What is certain of two conditions: by whether one of them always holds, and whether they are about related rows.
REMARKS: Final[Mapping[tuple[bool, bool], str]] = {
    (False, False): msg("No one can fit: {first} and {second}"),
    (False, True): msg("No row can fit: {first} and {second}"),
    (True, False): msg("Everybody fits: {first} or {second}"),
    (True, True): msg("Every row fits: {first} or {second}"),
}

IN_SEGMENT: Final = msg("the profile is in the segment {name}")
NOT_IN_SEGMENT: Final = msg("the profile is not in the segment {name}")
IN_LIST: Final = msg("the profile is in the list {name}")
NOT_IN_LIST: Final = msg("the profile is not in the list {name}")
IN_SHARE: Final = msg("the profile is in the random share from {first} to {last} of the draw {seed}")
NOT_IN_SHARE: Final = msg("the profile is not in the random share from {first} to {last} of the draw {seed}")
