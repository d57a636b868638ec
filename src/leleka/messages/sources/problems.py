"""Problems of adding and changing data sources: uploads, keys, types, relationships, and who uses what."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_REMOVE_FIRST: Final = msg("Remove it there first.")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "CONSENT_REQUIRED.file": Wording(
        msg("Nobody has agreed in this installation that personal data leaves it by this connection."),
        msg("Write consent with agreed_by and version, once somebody here has agreed."),
    ),
    "DEFINITIONS_UNWRITABLE": Wording(
        msg("The file cannot be written: {reason}."), msg("Name a file that is not there yet.")
    ),
    "NAME_TAKEN.relationship": Wording(msg("A relationship '{name}' already exists.")),
    "NAME_TAKEN.source": Wording(msg("A data source '{name}' already exists.")),
    "PROFILES_ELSEWHERE": Wording(
        msg("The profiles are in the source '{source}', and only one source can hold them."),
        msg("Leave it out here, or change the other source first."),
    ),
    "RELATIONSHIP_IN_USE": Wording(
        msg("The relationship '{name}' is used by the rules of {users}."),
        msg("Change these segments first."),
    ),
    "RELATIONSHIP_UNKNOWN": Wording(msg("There is no such relationship.")),
    "RELATION_END_UNKNOWN": Wording(
        msg("There is no column '{column}' in a table '{table}'."),
        msg("Choose a column of a table that was read."),
    ),
    "RELATION_TYPES": Wording(
        msg("The columns cannot be equal: one is {here:word}, the other {there:word}."),
        msg("Give both the same type in their sources."),
    ),
    "SOURCE_BREAKS": Wording(
        msg("{users} need columns of '{name}' that would be gone or of another type."),
        msg("Keep the types of these columns, or change what uses them first."),
    ),
    "SOURCE_IN_USE": Wording(msg("The data source '{name}' is used by {users}."), _REMOVE_FIRST),
    "SOURCE_IN_USE.profiles": Wording(
        msg("The profiles are used by {users}."), msg("These rows have to stay the profiles.")
    ),
    "SOURCE_KEY_NOT_UNIQUE": Wording(
        msg(
            "'{column}' is no primary key. Rows without a value: {empty}, rows with a repeated value: {doubled}."
        ),
        msg("Choose a column that is unique and filled, or none."),
    ),
    "SOURCE_NOT_READ": Wording(msg("The data source '{name}' was not read yet."), msg("Refresh it.")),
    "SOURCE_NOT_UPLOADED": Wording(
        msg("The data source '{name}' does not read an uploaded file."),
        msg("Change where its files are instead."),
    ),
    "SOURCE_PART_UNKNOWN": Wording(
        msg("The data source has several uploaded files, and none of them is called '{file}': {files}."),
        msg("Give the file the name of the one that it replaces."),
    ),
    "SOURCE_RENAMED": Wording(
        msg("The data source '{name}' keeps its name: rules and relationships call it by it."),
        msg("Add another source under the new name."),
    ),
    "SOURCE_TYPE_MISFITS": Wording(
        msg("Cells of '{column}' that do not fit this type: {cells}, for example {examples}."),
        msg("Choose another type, or correct the file."),
    ),
    "SOURCE_TYPE_UNKNOWN": Wording(
        msg("The column '{column}' cannot have this type."), msg("Choose one that is offered.")
    ),
    "SOURCE_UNKNOWN_COLUMN.alone": Wording(msg("There is no such column.")),
    "SOURCE_UPLOAD_UNKNOWN": Wording(
        msg("There is no uploaded file {number} in this installation."),
        msg("Upload the file here and write its number, or name files of a folder."),
    ),
    "TASK_GOES_ON": Wording(msg("The file is still being looked at."), msg("Wait until it is done.")),
    "UPLOADS_BUSY": Wording(
        msg("Others are uploading at this moment, as many as may at once."),
        msg("Try again when one of them is done."),
    ),
    "UPLOAD_NO_ROOM": Wording(
        msg("There is not enough room on the disk for this file."),
        msg("An administrator must free space where LELEKA_DATA_DIR is."),
    ),
    "UPLOAD_TOO_LARGE": Wording(
        msg("The file is larger than {most} bytes, the most that may be uploaded."),
        msg("Split it, put it into a folder of the server, or have LELEKA_UPLOAD_LIMIT raised."),
    ),
    "VALUES_PERSONAL": Wording(
        msg("Values of this column are not listed: they may tell of persons."),
        msg("Somebody who may say what columns contain can class it as harmless."),
    ),
}
