"""Sentences about files, rules, segments and what an export maps: see ``sentences_table``."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_MEND: Final = _("Mend the file and refresh again.")
SENTENCES: Final[Mapping[str, tuple[Promise | str, Promise | str]]] = {
    # Files of sources.
    "DELIMITER_INVALID": (_("This sign cannot separate columns."), ""),
    "ENCODING_UNKNOWN": (_("There is no encoding of this name."), ""),
    "FILE_COLUMNS_DIFFER": (_("The files of one source have different columns."), _MEND),
    "FILE_CORRUPT": (_("The file is damaged and cannot be read."), _MEND),
    "FILE_EMPTY": (_("The file is empty."), _MEND),
    "FILE_ENCODING": (_("The file has bytes that are no text in its encoding."), _MEND),
    "FILE_HEADER_DUPLICATE": (_("Two columns of the file have one name."), _MEND),
    "FILE_HEADER_EMPTY": (_("A column of the file has no name."), _MEND),
    "FILE_HEADER_MISSING": (_("The first line of the file does not name its columns."), _MEND),
    "FILE_LINE_TOO_LONG": (_("A line of the file is too long."), _MEND),
    "FILE_NUL": (_("The file has NUL characters."), _MEND),
    "FILE_QUOTE": (_("A quotation mark in the file is not closed, or stands where none may."), _MEND),
    "FILE_RAGGED": (_("A line of the file has more or fewer columns than the first."), _MEND),
    "FILE_TOO_MANY_COLUMNS": (_("The file has too many columns."), _MEND),
    "FILE_TYPE": (_("This is not a file of the kind that is expected."), _MEND),
    "DATE_INVALID": (_("A cell of a date column holds no date."), _MEND),
    "NUMBER_INVALID": (_("A cell of a number column holds no number."), _MEND),
    "TYPE_MISMATCH": (_("A column holds values of another type than the source declares."), _MEND),
    "PROFILE_KEY_DUPLICATE": (_("Several rows have the same key."), _MEND),
    "PROFILE_KEY_MISSING": (_("A row has no key."), _MEND),
    "PROFILE_KEY_UNSET": (_("The source of the profiles names no key."), ""),
    "SOURCE_CHANGED": (_("The file changed while it was read."), _("Refresh again.")),
    "SOURCE_DIRS_UNSET": (
        _("No folder is named from which files may be read."),
        _("An administrator sets LELEKA_SOURCE_DIRS."),
    ),
    "SOURCE_FORMAT_INVALID": (_("The form that the source declares for a column cannot be used."), ""),
    "SOURCE_OUTSIDE_ALLOWED": (_("The file is not in a folder from which files may be read."), ""),
    "SOURCE_UNKNOWN": (_("There is no source of this name."), ""),
    "SOURCE_UNKNOWN_COLUMN": (_("The source has no such column."), ""),
    "LAKE_UNWRITABLE": (_("The data directory cannot be written."), _("Make room, or look at its rights.")),
    "MEMORY_LIMIT": (
        _("The query needs more memory than it may have."),
        _("An administrator can raise LELEKA_MEMORY_LIMIT."),
    ),
    # Rules of segments.
    "RULE_EMPTY_LIST": (_("This list has nothing in it."), ""),
    "RULE_SHAPE": (_("A rule is not written like this."), _("Compare with the example below.")),
    "RULE_TOO_DEEP": (_("The rules are nested too deep."), ""),
    "RULE_TOO_LARGE": (_("The rules are too many or too long."), ""),
    "RULE_TYPE": (_("The column has another type than this condition needs."), ""),
    "RULE_UNKNOWN_COLUMN": (_("There is no such column."), ""),
    "RULE_UNKNOWN_OPERATOR": (_("There is no such operator."), ""),
    "RULE_UNKNOWN_RELATIONSHIP": (_("There is no such relationship."), ""),
    "RULE_VALUE": (_("This value does not fit the condition."), ""),
    # Exports and what they map.
    "DEFINITION_INVALID": (_("This is missing, or is not as it must be."), ""),
    "MAP_EMAIL_TYPE": (_("The e-mail address must be in a text column."), ""),
    "MAP_FIELD_UNKNOWN": (_("A custom field is named by its ID, a whole number."), ""),
    "MAP_TAG_INVALID": (_("A tag is a name without commas, line breaks and invisible characters."), ""),
    "NAME_EMPTY": (_("Enter a name."), ""),
    "NAME_TOO_LONG": (_("A name has at most 200 characters."), ""),
    "TEXT_CONTROL_CHAR": (_("A NUL character stands in this text."), _("Write it anew.")),
    "TEXT_NOT_UNICODE": (_("Half a character stands in this text."), _("Write it anew.")),
}
