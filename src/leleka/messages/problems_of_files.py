"""Problems of packed files, workbooks and JSON lines, and of text whose encoding or delimiter is another."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_ONE_OBJECT_A_LINE: Final = msg("Write one object a line: jq -c . FILE")
_PACK_IT_AGAIN: Final = msg("Pack the one file with the rows again.")
_LEAVE_IT_OUT: Final = msg("Export it as text, or leave it out.")

PROBLEMS: Final[Mapping[str, Wording]] = {
    "FILE_ARCHIVE": Wording(
        msg("The archive contains {files} files: {names}."),
        msg("Put each file into an archive of its own."),
    ),
    "FILE_ARCHIVE.nested": Wording(msg("The archive contains another archive."), _PACK_IT_AGAIN),
    "FILE_ARCHIVE.nothing": Wording(msg("The archive contains no file."), _PACK_IT_AGAIN),
    "FILE_ARCHIVE.path": Wording(
        msg("A name in the archive leads outside of it, or is a link."), _PACK_IT_AGAIN
    ),
    "FILE_DELIMITER": Wording(
        msg("The line is one column; separated by “{guess}” it has {columns}, as the following lines do."),
        msg('Declare delimiter: "{guess}".'),
    ),
    "FILE_EMPTY.sheet": Wording(msg("The sheet '{sheet}' is empty."), msg("Declare another sheet.")),
    "FILE_ENCODING.declared": Wording(
        msg("The encoding is declared as {encoding}, but the text is {guess}."),
        msg("Declare encoding: {guess}."),
    ),
    "FILE_ENCODING.guess": Wording(
        msg("The line is not {encoding} text; the whole file can be read as {guess}."),
        msg("Declare encoding: {guess}, or save the file as CSV UTF-8."),
    ),
    "FILE_ENCRYPTED": Wording(
        msg("The workbook is protected by a password."), msg("Save it without the password.")
    ),
    "FILE_ENCRYPTED.archive": Wording(
        msg("The archive is protected by a password."), msg("Pack the file without a password.")
    ),
    "FILE_EXPANDS_TOO_MUCH": Wording(
        msg("Unpacked, the file is larger than {most} MiB, the most for its size."),
        msg("Check what was packed; if it is right, deliver the file unpacked or as CSV."),
    ),
    "FILE_FORMULA_ERROR": Wording(
        msg("The cell contains the error {error}."),
        msg('Correct the formula, or let it return an empty text: IFERROR(...,"").'),
    ),
    "FILE_HEADER_EMPTY.row": Wording(
        msg("Column {column:id} has no name here; row {row:id} names every column."),
        msg("Declare header_row: {row:id}, or delete the rows above."),
    ),
    "FILE_HEADER_ROW": Wording(
        msg("Row {row:id} has no column names: the cells of the sheet are in rows {first:id} to {last:id}."),
        msg("Declare another header_row, or leave it out."),
    ),
    "FILE_JSON": Wording(
        msg("The line is not valid JSON."),
        msg("Write one object a line, without NaN, comments and a comma at its end."),
    ),
    "FILE_JSON.array": Wording(
        msg("The file is a JSON list, not one object a line."), msg("Convert it: jq -c '.[]' FILE")
    ),
    "FILE_JSON.no_object": Wording(msg("The line is JSON, but not an object."), _ONE_OBJECT_A_LINE),
    "FILE_JSON.spread": Wording(msg("The object continues on the next lines."), _ONE_OBJECT_A_LINE),
    "FILE_JSON.twice": Wording(
        msg("The name '{name}' appears twice in the object."), msg("Keep one of the two values.")
    ),
    "FILE_MERGED_CELLS": Wording(
        msg("The cells {cells} are merged: only the first of them has a value."),
        msg("Split them, and enter the value in every cell."),
    ),
    "FILE_NUL.utf16": Wording(
        msg("Every other byte is NUL, as in UTF-16 text without a byte order mark."),
        msg("Declare encoding: {guess}, or save the file as CSV UTF-8."),
    ),
    "FILE_SHEET": Wording(
        msg("{count} sheets of the workbook have cells: {sheets}."),
        msg("Declare the one to read, for example sheet: {first}."),
    ),
    "FILE_SHEET.unknown": Wording(msg("There is no sheet '{sheet}'."), msg("Available: {sheets}.")),
    "FILE_SHEET_TOO_LARGE": Wording(
        msg("A sheet reaches to row {rows} and column {columns}: more cells than can be held."),
        msg("Delete the empty rows and columns behind the data, or save the sheet as CSV."),
    ),
    "FILE_TYPE.json": Wording(
        msg("This is JSON, not CSV."), msg("Rename it to .jsonl, or declare its format as jsonl.")
    ),
    "FILE_TYPE.no_workbook": Wording(
        msg("This is not an Excel or OpenDocument workbook."),
        msg("Declare its format as csv if it is CSV, or save it as .xlsx."),
    ),
    "FILE_TYPE.not_packed": Wording(
        msg("The name ends in {suffix}, but the file is not packed that way."),
        msg("Rename it, or pack it again."),
    ),
    "NUMBER_INVALID.comma": Wording(
        msg("{shape} is not a number with a decimal point. Such cells in the column: {cells}."),
        msg('If the comma separates the decimals, declare {{type: number, decimal: ","}}.'),
    ),
    "SOURCE_FORMAT_INVALID.decimal": Wording(
        msg("A decimal mark is for numbers, and this type is {type:word}."), msg("Leave decimal out.")
    ),
    "TYPE_MISMATCH.nested_json": Wording(
        msg("'{name}' is a list or an object, not a plain value."), _LEAVE_IT_OUT
    ),
}
