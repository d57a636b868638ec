"""What connections to sources say: problems, and the steps of a test."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.registry import Words
from leleka.messages.wording import Wording, msg

_TRY_AGAIN: Final = msg("Try again later; if this lasts, ask whoever runs the server.")
_PROBLEMS: Final[Mapping[str, Wording]] = {
    "SETTING_NUMBER": Wording(msg("Enter a whole number from {least} to {most}.")),
    "SOURCE_CHANGES_KIND": Wording(
        msg("A table of this kind is read whole whenever it has a new version."),
        msg("Leave changed_since out."),
    ),
    "SOURCE_COLUMN_TWICE": Wording(
        msg("Two columns of the result are called '{column}'."), msg("Give one of them another name with AS.")
    ),
    "SOURCE_COLUMN_TYPE": Wording(
        msg("Columns have types that Leleka does not read: {columns}."),
        msg("Write a query that leaves them out or casts them to text."),
    ),
    "SOURCE_COLUMN_TYPE.key": Wording(
        msg("The key '{column}' comes as a number with places: two long keys could be rounded to the same."),
        msg("Write a query that casts it to a whole number or to text."),
    ),
    "SOURCE_DATABASE_UNKNOWN": Wording(
        msg("The server has no such database."), msg("Check the name of the database.")
    ),
    "SOURCE_DENIED": Wording(
        msg("The user of the connection may not read this."),
        msg("Let the owner of the tables grant the right to read them, for example with GRANT SELECT."),
    ),
    "SOURCE_DRIVER_MISSING": Wording(
        msg("This kind of source needs the module {module}, which is not installed."),
        msg("The operator installs it with: pip install 'leleka[{extra}]'"),
    ),
    "SOURCE_DRIVER_INVALID": Wording(
        msg("This is not the name of a driver."),
        msg("It is a Python module, for example adbc_driver_snowflake."),
    ),
    "SOURCE_DRIVER_NOT_ALLOWED": Wording(
        msg("The driver {driver} may not be used."),
        msg("The operator can allow it: add it to LELEKA_SOURCE_DRIVERS."),
    ),
    "SOURCE_FILE_BUSY": Wording(
        msg("Another program has the file open for writing."), msg("Try again when it has closed it.")
    ),
    "SOURCE_FILE_KIND": Wording(
        msg("The file is damaged, or is not a database of {kind} that this version reads."),
        msg("Check the path."),
    ),
    "SOURCE_FILES_ONLY": Wording(
        msg("This kind of source has files, no tables."), msg("Name files by their paths.")
    ),
    "SOURCE_HOST_KEY": Wording(
        msg("The server shows another key than the one of the connection; nothing was sent to it."),
        msg("Ask whoever runs the server whether its key changed, and enter the new one only if it did."),
    ),
    "SOURCE_HOST_KEY_SYNTAX": Wording(
        msg("This is not the key of a server."),
        msg("Enter a line of ssh-keyscan, for example ssh-ed25519 followed by the key."),
    ),
    "SOURCE_LOGIN": Wording(
        msg("The server does not accept the user or the password."),
        msg("Enter both again; the server may also forbid this user to come from this machine."),
    ),
    "SOURCE_LOST": Wording(
        msg("The connection to the server broke while rows were read. Nothing of them was kept."), _TRY_AGAIN
    ),
    "SOURCE_OPTIONS_INVALID": Wording(
        msg("Line {line} is not an option."), msg("Write one option a line: name = value.")
    ),
    "SOURCE_OTHER_FILE": Wording(
        msg("The statement reads a file or an address besides the database."),
        msg("Write a query that only reads tables of the database."),
    ),
    "SOURCE_PRIVATE_KEY": Wording(
        msg("The private key cannot be read."),
        msg("Enter an Ed25519, ECDSA or RSA key without a passphrase."),
    ),
    "SOURCE_QUERY": Wording(
        msg("The server refuses the statement: {said}"), msg("Correct the table's name or the query.")
    ),
    "SOURCE_QUERY_FAILED": Wording(
        msg(
            "The statement failed on the server (code {code}). Its words are not shown: they may hold values."
        ),
        msg("Run the query on the server itself to see why."),
    ),
    "SOURCE_QUERY_SYNTAX": Wording(
        msg("This is not a query."), msg("Write one SELECT statement, without parameters.")
    ),
    "SOURCE_SERVER_BUSY": Wording(
        msg("The server takes no more connections or has run out of resources."), _TRY_AGAIN
    ),
    "SOURCE_SLOW": Wording(
        msg("The rows were not all there after {seconds} seconds. Nothing of them was kept."),
        msg("Ask for fewer rows or columns, add an index, or allow a statement more time in the connection."),
    ),
    "SOURCE_TABLE_FEATURE": Wording(
        msg("The table uses a feature of {kind} that this version does not read."),
        msg("Write a copy of the table without it."),
    ),
    "SOURCE_TABLE_ONLY": Wording(msg("This kind of source has tables, no queries."), msg("Name a table.")),
    "SOURCE_TABLE_SYNTAX": Wording(
        msg("'{table}' is not the name of a table."),
        msg('Write schema.table; put a name that has a dot in it into quotes: schema."a.b".'),
    ),
    "SOURCE_TABLE_UNKNOWN": Wording(
        msg("There is no table '{table}' in the folder."),
        msg("Check the name; it is a path within the folder."),
    ),
    "SOURCE_TLS": Wording(
        msg("No encrypted connection whose certificate is right could be made."),
        msg("Check the host and the certificate of the authority, or choose another encryption."),
    ),
    "SOURCE_UNREACHABLE": Wording(
        msg("The server does not answer at this host and port."),
        msg("Check both, and whether a firewall lets this machine through."),
    ),
    "SOURCE_WRITES": Wording(
        msg("The statement would change something on the server; Leleka only reads."),
        msg("Write a query that only selects."),
    ),
}
_PROGRESS: Final[Mapping[str, str]] = {
    "SOURCE_EMPTY": msg("There is no table that this user may read."),
    "SOURCE_FILE_OPENED": msg("The file is there and can be read."),
    "SOURCE_FILES_SEEN": msg("The folder can be listed; files and folders in it: {files}."),
    "SOURCE_FOLDER_OPENED": msg("The folder is there and can be read."),
    "SOURCE_REACHED": msg("The server answers, and accepts the user."),
    "SOURCE_READABLE": msg("There are tables that this user may read."),
}
WORDS: Final = Words(problems=_PROBLEMS, progress=_PROGRESS)
