"""Problems of exports, what they map, and of editing."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_CANCEL_THE_RUN_FIRST: Final = msg("Cancel the run first.")
_APPLY_A_DEFINITIONS_FILE: Final = msg("Apply a definitions file first.")
_THERE_ARE: Final = msg("Available: {known}.")
_CHANGE_THE_FILE_AND: Final = msg("Change the file and apply it.")
_DID_YOU_MEAN: Final = msg("Did you mean '{near}'?")
PROBLEMS: Final[Mapping[str, Wording]] = {
    "EXPORT_RUNNING": Wording(msg("Export '{name}' has a live run."), _CANCEL_THE_RUN_FIRST),
    "EXPORT_RUNNING.connection": Wording(
        msg("Exports of this connection are running: {names}."),
        msg("Wait until they have ended, or cancel their runs."),
    ),
    "EXPORT_RUNNING.removed": Wording(msg("The export has a live run."), _CANCEL_THE_RUN_FIRST),
    "EXPORT_UNKNOWN": Wording(msg("There is no such export.")),
    "EXPORT_UNKNOWN.listed": Wording(
        msg("There is no export '{name}'."), _APPLY_A_DEFINITIONS_FILE, hints={"known": _THERE_ARE}
    ),
    "EXPORT_UNSETTLED": Wording(
        msg("Something that export '{export}' sent may still be on its way to ActiveCampaign."),
        msg("Detach it instead, or remove it a day after its last run."),
    ),
    "EXPORT_UNSETTLED.file": Wording(
        msg("Something the export sent may still be on its way to ActiveCampaign."),
        msg("Keep it in the file until nobody in its runs is waiting, or for a day after its last run."),
    ),
    "FEEDS_EXPORTS": Wording(
        msg("'{name}' decides what exports send that you may not change: {exports}."),
        msg("Ask an administrator, or copy the segment and change the copy."),
    ),
    "LIST_ID_INVALID": Wording(
        msg("A list is given by its ID, a whole number such as 7, as ActiveCampaign shows it.")
    ),
    "MANAGED_BY_FILE": Wording(
        msg("'{name}' is managed by the file {file} and read-only here."), _CHANGE_THE_FILE_AND
    ),
    "MANAGED_BY_FILE.exports": Wording(
        msg("Exports that use this connection are managed by a definitions file: {exports}."),
        _CHANGE_THE_FILE_AND,
    ),
    "MAP_COLUMN_MISSING": Wording(msg("Choose the profile column to send there.")),
    "MAP_COLUMN_UNKNOWN": Wording(
        msg("Source '{source}' has no column '{column}'."), hints={"near": _DID_YOU_MEAN}
    ),
    "MAP_EMAIL_MEASURE": Wording(
        msg("'{column}' is a measure; the e-mail address comes from a column of the profiles."),
        msg("Choose a column."),
    ),
    "MAP_EMAIL_MISSING": Wording(msg("An export needs the column that holds the e-mail address.")),
    "MAP_EMAIL_TYPE": Wording(msg("Column '{column}' contains {type:word}, not text.")),
    "MAP_FIELD_SHARED": Wording(
        msg("Export '{export}' writes field {field} of the same account from column '{column}'."),
        msg("Map the same column in both, or another field in one of them."),
    ),
    "MAP_FIELD_SHARED.mark": Wording(
        msg("Export '{export}' writes field {field} of the same account as the mark of its leavers."),
        msg("Use another field in one of them."),
    ),
    "MAP_FIELD_UNKNOWN": Wording(
        msg("A custom field is given by its ID, a whole number such as 7: leleka check shows them.")
    ),
    "MAP_TAG_INVALID": Wording(msg("A tag is a name without commas, line breaks and invisible characters.")),
    "MAP_TARGET_TWICE": Wording(msg("Two columns are mapped to this field.")),
    "MAP_TARGET_TWICE.field": Wording(msg("Two columns are mapped to field {field}.")),
    "MAP_TARGET_TWICE.mark": Wording(
        msg("Field {field} is both mapped and the mark of leavers."),
        msg("Use a field of its own for the mark."),
    ),
    "NAME_EMPTY": Wording(msg("A name must not be empty.")),
    "NAME_INVALID": Wording(msg("A name has 1 to 200 visible characters.")),
    "NAME_INVALID.definition": Wording(
        msg("A name has no space at its ends, no line break and no invisible character.")
    ),
    "NAME_TAKEN.export": Wording(msg("An export '{name}' already exists.")),
    "NAME_TAKEN.meanwhile": Wording(
        msg("Somebody else made '{name}' at the same moment."), msg("Apply the file again.")
    ),
    "NAME_TAKEN.segment": Wording(msg("A segment '{name}' already exists.")),
    "NAME_TOO_LONG": Wording(msg("A name has at most 200 characters.")),
    "SEGMENT_IN_USE": Wording(
        msg("This segment is in use by {users}."), msg("Remove it from these exports and segments first.")
    ),
    "SEGMENT_IN_USE.name": Wording(
        msg("A definitions file makes these segments, which know this one by its name: {users}."),
        msg("Keep the name, or change the file first."),
    ),
    "SEGMENT_IN_USE.segments": Wording(
        msg("This segment is in use by segments that stay: {users}."),
        msg("Put it back into the file, or change these."),
    ),
    "SEGMENT_IN_USE.staying": Wording(
        msg("This segment is in use by exports that stay: {exports}."),
        msg("Put it back into the file, or change the exports."),
    ),
    "SEGMENTS_COMPARED": Wording(
        msg("At least two and at most {most} different segments can be compared."), msg("Choose others.")
    ),
    "SEGMENT_UNKNOWN": Wording(msg("There is no such segment.")),
    "SEGMENT_UNKNOWN.listed": Wording(
        msg("There is no segment '{name}'."), _APPLY_A_DEFINITIONS_FILE, hints={"known": _THERE_ARE}
    ),
    "SEGMENT_UNKNOWN.named": Wording(msg("There is no segment '{name}'."), hints={"near": _DID_YOU_MEAN}),
    "STALE": Wording(
        msg("Somebody else changed '{name}' meanwhile."),
        msg("Open it again: your change would have overwritten theirs."),
    ),
}
