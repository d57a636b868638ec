"""What the builder says and offers, in the reader's language: its parts are drawn in the browser."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.core.rules.model import Measure
from leleka.core.rules.operands import Period
from leleka.core.rules.operators import (
    BESIDE,
    CASELESS,
    DAYS,
    FLAGS,
    LISTS,
    OPERATORS,
    PERIODS,
    RANKS,
    Operator,
)
from leleka.services.builder.contracts import Vocabulary
from leleka.web.measure_words import OPERATORS as OPERATOR_WORDS

MEASURES: Final[Mapping[str, Promise]] = {
    Measure.EXISTS: _("at least one"),
    Measure.COUNT: _("number of rows"),
    Measure.SUM: _("sum of"),
    Measure.AVG: _("average of"),
    Measure.MIN: _("lowest"),
    Measure.MAX: _("highest"),
    Measure.COUNT_DISTINCT: _("number of different"),
    Measure.FIRST: _("first"),
    Measure.LAST: _("last"),
}
_WORDS: Final[Mapping[str, Promise]] = {
    "all": _("all of"),
    "any": _("any of"),
    "none": _("none of"),
    "notAll": _("not all of"),
    "not": _("not"),
    "union": _("together with"),
    "intersect": _("and also in"),
    "except": _("but not in"),
    "join": _("How the rules are joined"),
    "group": _("Which of the conditions must hold"),
    "column": _("Column"),
    "operator": _("Comparison"),
    "value": _("Value"),
    "from": _("From"),
    "to": _("To"),
    "and": _("and"),
    "days": _("days"),
    "months": _("Months"),
    "addValue": _("Add a value"),
    "removeValue": _("Remove this value"),
    "moreValues": _("and {n} more"),
    "ignoreCase": _("ignore case"),
    "related": _("Related rows"),
    "measure": _("What of the related rows"),
    "of": _("Column to calculate"),
    "where": _("where"),
    "addCondition": _("Add condition"),
    "addRelated": _("Add related rows"),
    "addGroup": _("Add group"),
    "addWhere": _("Only some of them"),
    "addCard": _("Add rule"),
    "rule": _("Rule {n}"),
    "more": _("Change this condition"),
    "up": _("Move up"),
    "down": _("Move down"),
    "into": _("Move into a group"),
    "out": _("Move out of the group"),
    "negate": _("Turn into the opposite"),
    "duplicate": _("Duplicate"),
    "remove": _("Remove"),
    "note": _("Note"),
    "addNote": _("Write a note"),
    "raw": _("Written as JSON"),
    "kind": _("Which day"),
    "onDate": _("on a date"),
    "today": _("today"),
    "daysAgo": _("days ago"),
    "daysAhead": _("days from now"),
    "unit": _("Rows or percent"),
    "otherColumn": _("another column"),
    "further": _("further"),
    "shorter": _("Shorten the path"),
    "by": _("In the order of"),
    "in segment": _("in the segment"),
    "in list": _("in the list"),
    "segments": _("Segments"),
    "lists": _("Lists"),
    "share_": _("Random share"),
    "randomTenth": _("A random tenth"),
    "noRows": _("none at all"),
    "seed": _("Shuffle"),
    "fits": _("{n} fit"),
    "left": _("{n} left"),
    "between": _("between {low} and {high}"),
    "estimated": _("Estimated from a sample; the exact number follows."),
    "exact": _("Exact number"),
    "share": _("{share} of {n} profiles"),
    "beside": _("{came} and {left} beside the saved rules"),
    "sameAsSaved": _("The same people as by the saved rules."),
    "effectsCounted": _("What this means for exports is being counted."),
    "incomplete": _("The rules are not complete yet: see what is marked."),
    "empty": _("Nothing is asked yet. Choose what to ask, or begin with a template."),
    "saved": _("Draft saved at {time}"),
    "unsaved": _("Draft not saved yet"),
    "signedOut": _("You are signed out. What you typed is kept in this window: sign in and go on."),
    "signIn": _("Sign in"),
    "busy": _("The server does not answer now; it is asked again."),
    "restored": _("This is your draft of {time}, which is not saved yet."),
    "stale": _("The segment was changed by somebody else since this draft was begun."),
    "discard": _("Discard the draft"),
    "why": _("Why"),
    "nobody": _("Nobody fits."),
    "measuresGroup": _("Measures"),
    "values": _("Frequent values"),
    "spreadOf": _("Spread of values"),
    "spread": _("Spread of values, from {low} to {high}"),
    "noValues": _("No values."),
    "drag": _("Drag to move; Alt with the arrow keys does the same"),
    "moved": _("Moved to place {n} of {all}"),
}
# Their number stands before the word "days" here; elsewhere the operator has to say what it takes.
_IN_DAYS: Final[Mapping[str, Promise]] = {
    Operator.IN_THE_LAST: _("in the last"),
    Operator.IN_THE_NEXT: _("in the next"),
    Operator.ANNIVERSARY: _("has its anniversary in the next"),
}
_PERIODS: Final[Mapping[str, Promise]] = {
    Period.WEEK: _("week"),
    Period.MONTH: _("month"),
    Period.QUARTER: _("quarter"),
    Period.YEAR: _("year"),
}
_TYPES: Final[Mapping[str, Promise]] = {
    "text": _("text"),
    "integer": _("whole number"),
    "number": _("number"),
    "date": _("date"),
    "datetime": _("date and time"),
    "boolean": _("yes or no"),
}


def words() -> dict[str, Any]:
    """Return the words by name, and the operators of each type."""
    return {
        **{name: str(word) for name, word in _WORDS.items()},
        "operators": {name: str(word) for name, word in {**OPERATOR_WORDS, **_IN_DAYS}.items()},
        "measures": {name: str(word) for name, word in MEASURES.items()},
        "periods": {name: str(word) for name, word in _PERIODS.items()},
        "types": {name: str(word) for name, word in _TYPES.items()},
    }


def grammar() -> dict[str, Any]:
    """Return what may be compared how, as the parser has it."""
    return {
        "operators": {kind.value: [one.value for one in of_kind] for kind, of_kind in OPERATORS.items()},
        "flags": sorted(FLAGS),
        "days": sorted(DAYS),
        "periods": sorted(PERIODS),
        "ranks": sorted(RANKS),
        "beside": sorted(BESIDE),
        "lists": sorted(LISTS),
        "caseless": sorted(CASELESS),
    }


def asked(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return tables and columns as the browser needs them."""
    return {
        "profiles": vocabulary.profiles,
        "segments": list(vocabulary.segments),
        "lists": list(vocabulary.lists),
        "tables": {
            table.name: {
                "source": table.source,
                "rows": table.rows,
                "columns": [
                    {"name": one.name, "type": one.type, "listed": one.listed, "measure": one.measure}
                    for one in table.columns
                ],
                "ways": [{"name": name, "table": to} for name, to in table.ways],
            }
            for table in vocabulary.tables
        },
    }
