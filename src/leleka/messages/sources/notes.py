"""What a reader noticed while it read files, for people: it read them all the same."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import msg

NOTES: Final[Mapping[str, str]] = {
    "READ_UTF16": msg("{file}: its byte order mark says UTF-16."),
    "READ_DELIMITER": msg("{file}: the cells are separated by {delimiter:word}."),
    "READ_LINE_ENDS": msg("{file}: its lines end in different ways; all were understood."),
    "READ_NO_ROW": msg("{file}: there is a header and no row."),
    "READ_DATES": msg("{source}, column '{column}': the dates are read as {form}."),
    "READ_DATES_AS_TEXT": msg(
        "{source}, column '{column}': the dates may begin with the month or with the day, so it is read as text. "
        "Declare its type as date with the format %m/%d/%Y or %d/%m/%Y."
    ),
    "READ_NUMBERS_AS_TEXT": msg(
        "{source}, column '{column}': these look like numbers with a decimal comma, so it is read as text. "
        "Declare its type as number, with a comma as the decimal mark."
    ),
}
DELIMITERS: Final = frozenset({msg("a comma"), msg("a semicolon"), msg("a tab"), msg("a vertical bar")})
