"""The operators of rules: their names, the types they apply to, and their opposites."""

from collections.abc import Mapping
from enum import StrEnum

from leleka.core.columns import ColumnType

# The characters of a text that counts as empty: the spaces people paste, NBSP and BOM among them.
BLANKS = (
    " \t\n\v\f\r\x85\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u202f\u3000\ufeff"
)

# Sums and averages of 64-bit floats depend on the order of addition in their last digits; prices must not.
DECIMALS = 6


class Operator(StrEnum):
    """The canonical names; aliases are in ``ALIASES``."""

    IS = "is"
    IS_NOT = "is not"
    ANY_OF = "any of"
    NONE_OF = "none of"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does not contain"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = "between"
    ON = "on"
    NOT_ON = "not on"
    BEFORE = "before"
    AFTER = "after"
    ON_OR_BEFORE = "on or before"
    ON_OR_AFTER = "on or after"
    IN_THE_LAST = "in the last"
    IN_THE_NEXT = "in the next"
    IN_THIS = "in this"
    IN_THE_PREVIOUS = "in the previous"
    IN_THE_FOLLOWING = "in the following"
    MONTH_OF = "month of"
    ANNIVERSARY = "anniversary in the next"
    IN_THE_TOP = "in the top"
    IN_THE_BOTTOM = "in the bottom"
    IS_TRUE = "is true"
    IS_FALSE = "is false"
    IS_EMPTY = "is empty"
    IS_NOT_EMPTY = "is not empty"


_TEXT = (
    Operator.IS,
    Operator.IS_NOT,
    Operator.ANY_OF,
    Operator.NONE_OF,
    Operator.CONTAINS,
    Operator.DOES_NOT_CONTAIN,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
)
_NUMERIC = (
    Operator.EQUAL,
    Operator.NOT_EQUAL,
    Operator.LESS,
    Operator.AT_MOST,
    Operator.MORE,
    Operator.AT_LEAST,
    Operator.BETWEEN,
    Operator.ANY_OF,
    Operator.NONE_OF,
    Operator.IN_THE_TOP,
    Operator.IN_THE_BOTTOM,
)
_TEMPORAL = (
    Operator.ON,
    Operator.NOT_ON,
    Operator.BEFORE,
    Operator.AFTER,
    Operator.ON_OR_BEFORE,
    Operator.ON_OR_AFTER,
    Operator.BETWEEN,
    Operator.IN_THE_LAST,
    Operator.IN_THE_NEXT,
    Operator.IN_THIS,
    Operator.IN_THE_PREVIOUS,
    Operator.IN_THE_FOLLOWING,
    Operator.MONTH_OF,
    Operator.ANNIVERSARY,
)
_EMPTINESS = (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)

OPERATORS: Mapping[ColumnType, tuple[Operator, ...]] = {
    ColumnType.TEXT: (*_TEXT, *_EMPTINESS),
    ColumnType.INTEGER: (*_NUMERIC, *_EMPTINESS),
    ColumnType.NUMBER: (*_NUMERIC, *_EMPTINESS),
    ColumnType.DATE: (*_TEMPORAL, *_EMPTINESS),
    ColumnType.DATETIME: (*_TEMPORAL, *_EMPTINESS),
    ColumnType.BOOLEAN: (Operator.IS_TRUE, Operator.IS_FALSE, *_EMPTINESS),
}

_NUMERIC_ALIASES = {"is": Operator.EQUAL, "is not": Operator.NOT_EQUAL}
_TEMPORAL_ALIASES = {
    "is": Operator.ON,
    "=": Operator.ON,
    "is not": Operator.NOT_ON,
    "!=": Operator.NOT_ON,
    "<": Operator.BEFORE,
    "<=": Operator.ON_OR_BEFORE,
    ">": Operator.AFTER,
    ">=": Operator.ON_OR_AFTER,
}
ALIASES: Mapping[ColumnType, Mapping[str, Operator]] = {
    ColumnType.TEXT: {"=": Operator.IS, "!=": Operator.IS_NOT},
    ColumnType.INTEGER: _NUMERIC_ALIASES,
    ColumnType.NUMBER: _NUMERIC_ALIASES,
    ColumnType.DATE: _TEMPORAL_ALIASES,
    ColumnType.DATETIME: _TEMPORAL_ALIASES,
    ColumnType.BOOLEAN: {},
}

# Each matches exactly where the other does not, rows with no value included.
NEGATIONS: Mapping[Operator, Operator] = {
    Operator.IS_NOT: Operator.IS,
    Operator.NONE_OF: Operator.ANY_OF,
    Operator.DOES_NOT_CONTAIN: Operator.CONTAINS,
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_ON: Operator.ON,
    Operator.IS_NOT_EMPTY: Operator.IS_EMPTY,
}
FLAGS = frozenset({Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY})
DAYS = frozenset({Operator.IN_THE_LAST, Operator.IN_THE_NEXT, Operator.ANNIVERSARY})
PERIODS = frozenset({Operator.IN_THIS, Operator.IN_THE_PREVIOUS, Operator.IN_THE_FOLLOWING})
OF_TODAY = DAYS | PERIODS
# What a value's rank among those of all rows says.
RANKS = frozenset({Operator.IN_THE_TOP, Operator.IN_THE_BOTTOM})
# What may be compared with another column of the same row.
BESIDE = frozenset(
    {
        *(Operator.IS, Operator.IS_NOT, Operator.EQUAL, Operator.NOT_EQUAL),
        *(Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST),
        *(Operator.ON, Operator.NOT_ON, Operator.BEFORE, Operator.AFTER),
        *(Operator.ON_OR_BEFORE, Operator.ON_OR_AFTER),
    }
)
LISTS = frozenset({Operator.ANY_OF, Operator.NONE_OF})
CASELESS = frozenset(_TEXT)
