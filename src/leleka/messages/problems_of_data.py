"""Problems of files, sources and of what stands in their cells."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_ALL_FILES_OF_A: Final = msg(
    "All files of a source must have the same columns; declare others as a source of their own."
)
_RENAME_OR_DELETE_ONE: Final = msg("Rename or delete one of them.")
_NAMES_FIRST: Final = msg("Put a line with the names of the columns first.")
_THE_FIRST_LINE_MUST: Final = msg("The first line must name every column; delete columns without a name.")
_THERE_ARE: Final = msg("Available: {known}.")
_DID_YOU_MEAN: Final = msg("Did you mean '{near}'?")
_TYPE_IT_AGAIN: Final = msg("Enter it again.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "COLUMN_CLASS_DECLARED": Wording(
        msg("The class of column '{column}' is declared in a definitions file."),
        msg("Change the file and apply it."),
    ),
    "COLUMN_CLASS_UNKNOWN": Wording(
        msg("There is no class '{name}'."), msg("The classes are identifier, contact, text and harmless.")
    ),
    "DATE_INVALID": Wording(
        msg("{shape} is not a date. Such cells in the column: {cells}."),
        msg("Write 2027-12-31, or declare the format, for example %d.%m.%Y."),
    ),
    "DATE_INVALID.time": Wording(
        msg("{shape} is not a date and time. Such cells in the column: {cells}."),
        msg("Write 2027-12-31T23:59:00Z, or declare the format, for example %d.%m.%Y %H:%M."),
    ),
    "DELIMITER_INVALID": Wording(
        msg("The delimiter must be one character, and not a quote or a line end."),
        msg("Leave it out to have it found in the header line."),
    ),
    "EMAIL_CONTROL_CHAR": Wording(msg("{address} contains the control character {character}.")),
    "EMAIL_INVALID": Wording(msg("{address} is not an e-mail address: {reason:word}.")),
    "EMAIL_INVALID.character": Wording(
        msg("{address} is not an e-mail address: {character} is not allowed before the @.")
    ),
    "EMAIL_INVALID.invisible": Wording(
        msg("{address} is not an e-mail address: it contains the invisible character {character}.")
    ),
    "EMAIL_INVALID.not_ascii": Wording(
        msg(
            "{address} is not an e-mail address: only ASCII is accepted before the @, and it has "
            "{characters}."
        )
    ),
    "EMAIL_MISSING": Wording(msg("There is no e-mail address.")),
    "EMAIL_MULTIPLE": Wording(msg("{address} contains more than one address; keep one.")),
    "EMAIL_MULTIPLE.named": Wording(msg("{address} is a name with an address; keep only the address.")),
    "EMAIL_TOO_LONG": Wording(msg("{address} is too long: it has {length} characters, {most} are allowed.")),
    "EMAIL_TOO_LONG.local": Wording(
        msg("{address} is too long: the part before the @ has {length} characters, {most} are allowed.")
    ),
    "EMAIL_TOO_LONG.more": Wording(
        msg("{address} is too long: it has more than {read} characters, {most} are allowed.")
    ),
    "ENCODING_UNKNOWN": Wording(
        msg("There is no encoding named '{encoding}'."),
        msg("Common ones are utf-8, utf-16, windows-1251, windows-1252, latin-1."),
    ),
    "FILE_COLUMNS_DIFFER": Wording(
        msg("The columns differ from those of {first}. Missing: {lacks}. Additional: {has}."), _ALL_FILES_OF_A
    ),
    "FILE_COLUMNS_DIFFER.kind": Wording(
        msg("The column '{column}' is {here} here and {there} in {first}."), _ALL_FILES_OF_A
    ),
    "FILE_CORRUPT": Wording(
        msg("The file is damaged or written in a way that cannot be read."),
        msg("Export it again; if that does not help, export it as CSV UTF-8."),
    ),
    "FILE_EMPTY": Wording(msg("The file is empty."), msg("Export it again.")),
    "FILE_ENCODING": Wording(
        msg("The line is not {encoding} text."),
        msg("Save the file as CSV UTF-8, or declare its encoding (windows-1251, latin-1, utf-16)."),
    ),
    "FILE_ENCODING.input": Wording(
        msg("Standard input is not UTF-8 text. Nothing was done."),
        msg("Save it as UTF-8, or convert it: iconv -f windows-1251 -t utf-8 FILE"),
    ),
    "FILE_HEADER_DUPLICATE": Wording(msg("The column '{name}' appears twice."), _RENAME_OR_DELETE_ONE),
    "FILE_HEADER_DUPLICATE.case": Wording(
        msg("The column '{name}' appears next to '{other}': they differ only in upper and lower case."),
        _RENAME_OR_DELETE_ONE,
    ),
    "FILE_HEADER_EMPTY": Wording(msg("Column {column:id} has no name."), _THE_FIRST_LINE_MUST),
    "FILE_HEADER_EMPTY.line": Wording(msg("The first line is blank."), _THE_FIRST_LINE_MUST),
    "FILE_HEADER_MISSING": Wording(
        msg("The first line contains an e-mail address where the name of a column should be."),
        _NAMES_FIRST,
    ),
    "FILE_HEADER_MISSING.phone": Wording(
        msg("The first line contains a phone number where the name of a column should be."),
        _NAMES_FIRST,
    ),
    "FILE_LINE_TOO_LONG": Wording(
        msg("The line is longer than {most} characters."),
        msg("Check that the file has line ends and that no cell contains a whole document."),
    ),
    "FILE_NUL": Wording(
        msg("The file contains a NUL byte, which no text has."),
        msg("Export it again as CSV UTF-8; if it is UTF-16, declare the encoding."),
    ),
    "FILE_QUOTE": Wording(
        msg("The row that begins here has a quote that is not closed, or text after a closed one."),
        msg('Close it; a quote inside a quoted cell is written twice ("").'),
    ),
    "FILE_RAGGED": Wording(
        msg("{found} of {expected} columns."),
        msg("Quote cells that contain the delimiter, and give every row all columns."),
    ),
    "FILE_TOO_MANY_COLUMNS": Wording(
        msg("The file has {columns} columns, {most} are allowed."),
        msg("Export only the columns that are needed."),
    ),
    "FILE_TYPE": Wording(msg("This is not a Parquet file."), msg("Declare its format as csv if it is CSV.")),
    "FILE_TYPE.archive": Wording(
        msg("This is {what:word}, not CSV."), msg("Name it .csv.gz or .csv.zst, or unpack it first.")
    ),
    "FILE_TYPE.database": Wording(msg("This is {what:word}, not CSV."), msg("Export the table as CSV.")),
    "FILE_TYPE.document": Wording(msg("This is {what:word}, not CSV."), msg("Use the file with the rows.")),
    "FILE_TYPE.mixed": Wording(msg("The files have different formats."), msg("Declare them as two sources.")),
    "FILE_TYPE.parquet": Wording(
        msg("This is a Parquet file, not CSV."),
        msg("Rename it to .parquet, or declare its format as parquet."),
    ),
    "FILE_TYPE.web_page": Wording(
        msg("This is a web page or XML, not CSV."), msg("Download the file itself.")
    ),
    "FILE_TYPE.workbook": Wording(
        msg("This is {what:word}, not CSV."),
        msg("Name it .xlsx, .xls or .zip, or declare its format as excel."),
    ),
    "LAKE_UNWRITABLE": Wording(
        msg("The table could not be written after it was read."),
        msg("An administrator must check the free space and permissions of LELEKA_DATA_DIR."),
    ),
    "MEMORY_LIMIT": Wording(
        msg("The file needs more memory or more room to spill than is allowed."),
        msg("An administrator must raise LELEKA_MEMORY_LIMIT or free up space in the data folder."),
    ),
    "MEMORY_LIMIT.process": Wording(
        msg("The system gives this process no more memory: {reason}."),
        msg(
            "An administrator must raise the limit of the service, the container or the shell, or lower "
            "LELEKA_MEMORY_LIMIT."
        ),
    ),
    "MEMORY_LIMIT.query": Wording(
        msg("The query needs more memory or more room to spill than is allowed."),
        msg("An administrator must raise LELEKA_MEMORY_LIMIT or free up space in the data folder."),
    ),
    "NUMBER_INVALID": Wording(
        msg("{shape} is not a number with a decimal point. Such cells in the column: {cells}."),
        msg("Write 1234.5, or read the column as text."),
    ),
    "NUMBER_INVALID.integer": Wording(
        msg("{shape} is not a whole number of 64 bits. Such cells in the column: {cells}."),
        msg("Write digits alone, or read the column as text."),
    ),
    "PHONE_INVALID": Wording(msg("{number} is not a phone number.")),
    "PHONE_NO_COUNTRY": Wording(
        msg("{number} has no country code, and no known country was given to read it by.")
    ),
    "PROFILES_MISSING": Wording(
        msg("No source is marked as the profile table."),
        msg("Set profiles: true and primary_key on the source that has one row a customer."),
    ),
    "PROFILE_KEY_DUPLICATE": Wording(
        msg("{rows} rows have the same '{name}', the last in {last}; {keys} keys are not unique."),
        msg("Keep one row for each key, or declare another column as the primary key."),
    ),
    "PROFILE_KEY_MISSING": Wording(
        msg("The row has no '{name}'. Rows without it: {rows}."),
        msg("Every row needs its key; give it one or delete the row."),
    ),
    "ROW_TOO_LARGE": Wording(msg("This contact alone takes {size} bytes; at most {most} are allowed.")),
    "SOURCE_CHANGED": Wording(
        msg("A file changed while it was read."),
        msg("It is read again; write files aside and rename them when they are complete."),
    ),
    "SOURCE_MARK_TYPE": Wording(
        msg(
            "Column '{column}' has the type {kind:word}; a whole number, a date or a time can tell what changed."
        ),
        msg("Choose another column, or have the source read whole."),
    ),
    "SOURCE_DIRS_UNSET": Wording(
        msg("No folder is open for source files."),
        msg("An administrator must set LELEKA_SOURCE_DIRS to the folders that files may be read from."),
    ),
    "SOURCE_FILES_MIXED": Wording(
        msg("Files of this machine, of object storage and of web servers cannot be one table."),
        msg("Make a source of each."),
    ),
    "SOURCE_FORMAT_INVALID": Wording(
        msg("'{format}' is not a format for the type {type:word}."),
        msg("Formats are for dates and datetimes and are written like %d.%m.%Y %H:%M."),
    ),
    "SOURCE_NEEDS_CONNECTION": Wording(
        msg("Such a URL is read through a source connection."),
        msg("Name it with connection; az:// needs to know the storage account, sftp:// the user."),
    ),
    "SOURCE_NEEDS_CONNECTION.private": Wording(
        msg("Host {host} is not public: it is read through a source connection."),
        msg("Name the connection; an administrator creates one of the kind https, and shares it."),
    ),
    "SOURCE_NOT_FOUND": Wording(
        msg("There is no such file."), msg("Check the path or pattern, and that the file was delivered.")
    ),
    "SOURCE_OUTSIDE_ALLOWED": Wording(
        msg("The file is outside the folders that source files may be read from."),
        msg("Move it there, or ask an administrator to add its folder to LELEKA_SOURCE_DIRS."),
    ),
    "SOURCE_UNKNOWN": Wording(msg("There is no such source.")),
    "SOURCE_UNKNOWN.listed": Wording(
        msg("There is no source '{name}'."),
        msg("Apply a definitions file first."),
        hints={"known": _THERE_ARE},
    ),
    "SOURCE_UNKNOWN.named": Wording(msg("There is no source '{name}'."), hints={"near": _DID_YOU_MEAN}),
    "SOURCE_UNKNOWN_COLUMN": Wording(
        msg("There is no column '{name}'."), hints={"near": _DID_YOU_MEAN, "known": _THERE_ARE}
    ),
    "SOURCE_UNKNOWN_COLUMN.of_source": Wording(
        msg("Source '{source}' has no column '{column}'."), hints={"near": _DID_YOU_MEAN}
    ),
    "SOURCE_UNREADABLE": Wording(
        msg("The file may not be read by the account Leleka runs as."),
        msg("An administrator must give that account permission to read the file and its folder."),
    ),
    "SOURCE_UNREADABLE.because": Wording(
        msg("The file cannot be read: {reason}."), msg("An administrator must check the file and its disk.")
    ),
    "TEXT_CONTROL_CHAR": Wording(msg("The text contains a NUL character (U+0000)."), _TYPE_IT_AGAIN),
    "TEXT_CONTROL_CHAR.contact": Wording(
        msg("The text of {field} contains a control character, {character}.")
    ),
    "TEXT_NOT_UNICODE": Wording(
        msg("The text contains an invalid character (a lone surrogate)."), _TYPE_IT_AGAIN
    ),
    "TEXT_NOT_UNICODE.contact": Wording(msg("A text contains an invalid character (a lone surrogate).")),
    "TYPE_MISMATCH": Wording(
        msg("{shape} is not true or false. Such cells in the column: {cells}."),
        msg("Write true or false, yes or no, так or ні, 1 or 0."),
    ),
    "TYPE_MISMATCH.nested": Wording(
        msg("The column contains lists, records or bytes, not plain values."),
        msg("Export it as text, or leave it out."),
    ),
}
