"""Problems of expectations: how they are written, and what of a reading breaks them."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import Wording, msg

_DID_YOU_MEAN: Final = msg("Did you mean '{near}'?")
_CORRECT: Final = msg(
    "Correct the data and refresh. If it is right as it is, accept this reading on the page of the source or with "
    "leleka source accept, or change the expectation."
)
_LAST_GOOD: Final = msg(
    "The last good rows stay in use. Correct the data and refresh; if the table truly shrank, accept this reading on "
    "the page of the source or with leleka source accept."
)
PROBLEMS: Final[Mapping[str, Wording]] = {
    "EXPECTATION_BROKEN.files": Wording(
        msg("The newest file is {age} hours old; at most {hours} are expected."),
        msg("Ask whoever delivers the files; if this is right, raise the hours of the expectation."),
    ),
    "EXPECTATION_BROKEN.filled": Wording(
        msg(
            "Only {share} % of the rows have a value in column '{column}'; at least {percent} % are expected. "
            "Empty rows: {rows}, for example {examples}."
        ),
        _CORRECT,
    ),
    "EXPECTATION_BROKEN.fresh": Wording(
        msg("The newest value in column '{column}' is {age} hours old; at most {hours} are expected."),
        msg("Ask whoever delivers the data; if this is right, raise the hours of the expectation."),
    ),
    "EXPECTATION_BROKEN.lost": Wording(
        msg("The table has {rows} rows and had {before}: more than {percent} % of them are gone."), _CORRECT
    ),
    "EXPECTATION_BROKEN.never": Wording(
        msg("No row has a value in column '{column}' that tells how old the data is."),
        msg("Correct the data, or choose another column for this expectation."),
    ),
    "EXPECTATION_BROKEN.range": Wording(
        msg("Rows with a value of column '{column}' outside its range: {rows}, for example {examples}."),
        _CORRECT,
    ),
    "EXPECTATION_BROKEN.rows": Wording(
        msg("The table has {rows} rows; at least {least} are expected."), _CORRECT
    ),
    "EXPECTATION_BROKEN.unique": Wording(
        msg(
            "Rows with a value of column '{column}' that another row has, too: {rows}, for example {examples}."
        ),
        _CORRECT,
    ),
    "EXPECTATION_BROKEN.unique_together": Wording(
        msg(
            "Rows whose values of the columns {columns} stand together in another row, too: {rows}, for example "
            "{examples}."
        ),
        _CORRECT,
    ),
    "EXPECTATION_BROKEN.values": Wording(
        msg(
            "Rows with a value of column '{column}' that is not one of those expected: {rows}, for example {examples}."
        ),
        _CORRECT,
    ),
    "EXPECTATION_COLUMN": Wording(
        msg("The source '{source}' has no column '{column}'."),
        msg("Choose one of its columns, or remove the expectation."),
        {"near": _DID_YOU_MEAN},
    ),
    "EXPECTATION_FILES": Wording(
        msg("This source has no files whose time could be known: it is a table or a query."),
        msg("Name a column with a date or a time."),
    ),
    "EXPECTATION_FILES.unknown": Wording(
        msg("The server does not say when the files of this source were last written."),
        msg("Name a column with a date or a time."),
    ),
    "EXPECTATION_INVALID.case": Wording(
        msg("Whether case is ignored is neither true nor false."),
        msg("Write true or false, or leave it out."),
    ),
    "EXPECTATION_INVALID.columns": Wording(
        msg("The columns that are unique together are not a list of at most {most} names."),
        msg("Name one column as 'column', or several as a list below 'columns'."),
    ),
    "EXPECTATION_INVALID.column": Wording(msg("The expectation needs a column."), msg("Name one.")),
    "EXPECTATION_INVALID.ends": Wording(
        msg("A range needs an end."), msg("Give the least value as 'from', the greatest as 'to', or both.")
    ),
    "EXPECTATION_INVALID.kind": Wording(
        msg("There is no such expectation."),
        msg("Write one of these as 'expect': {known}."),
        {"near": _DID_YOU_MEAN},
    ),
    "EXPECTATION_INVALID.list": Wording(
        msg("Expectations are a list."),
        msg("Write each with 'expect', for example {{expect: unique, column: id}}."),
    ),
    "EXPECTATION_INVALID.many": Wording(msg("At most {most} are allowed here."), msg("Leave some out.")),
    "EXPECTATION_INVALID.mapping": Wording(
        msg("This is not an expectation."), msg("Write it like {{expect: unique, column: id}}.")
    ),
    "EXPECTATION_INVALID.percent": Wording(
        msg("This is not a percentage."), msg("Write a number from 0 to 100.")
    ),
    "EXPECTATION_INVALID.rows": Wording(
        msg("Nothing is said of the number of rows."),
        msg("Give 'at_least', 'lose_percent', or both."),
    ),
    "EXPECTATION_INVALID.severity": Wording(
        msg("A broken expectation fails or warns."), msg("Write 'fail' or 'warn'.")
    ),
    "EXPECTATION_INVALID.swapped": Wording(
        msg("The range begins after its end: {low} is more than {high}."), msg("Swap its ends.")
    ),
    "EXPECTATION_INVALID.twice": Wording(
        msg("The same is expected of this column twice."), msg("Leave one of them out.")
    ),
    "EXPECTATION_INVALID.unknown": Wording(
        msg("This says nothing about such an expectation."), msg("It takes: {known}.")
    ),
    "EXPECTATION_INVALID.value": Wording(
        msg("'{value}' is not a value of this column: its type is {kind:word}."),
        msg("Write dates as 2027-01-31, numbers with a point."),
    ),
    "EXPECTATION_INVALID.values": Wording(
        msg("No value is allowed, so every row would break this."), msg("List the values that may be there.")
    ),
    "EXPECTATION_INVALID.whole": Wording(
        msg("This is not a whole number from {least} to {most}."), msg("Write one.")
    ),
    "EXPECTATION_TYPE.changed": Wording(
        msg("Column '{column}' has another type than when this was expected of it."),
        msg("Write the expectation anew, or read the column with the type that it had."),
    ),
    "EXPECTATION_TYPE.fresh": Wording(
        msg("Column '{column}' has the type {type:word}; how old data is, a date or a time tells."),
        msg(
            "Choose a column of these types: {allowed:word}. Or leave the column out: then the time of the files "
            "counts."
        ),
    ),
    "EXPECTATION_TYPE.range": Wording(
        msg("Column '{column}' has the type {type:word}, in which there is no range."),
        msg("Choose a column of these types: {allowed:word}. Or list the values that may be there."),
    ),
    "EXPECTATION_TYPE.values": Wording(
        msg("Column '{column}' has the type {type:word}, of which values are not listed."),
        msg("Expect a range instead."),
    ),
    "READING_GONE": Wording(
        msg("This reading of '{name}' can no longer be used: the source was changed or read again since."),
        msg("Refresh the source, and look at what it is found to be then."),
    ),
    "READING_NOT_WAITING": Wording(
        msg("No reading of '{name}' waits to be accepted: the newest one breaks nothing that fails."),
    ),
    "READING_OTHER": Wording(
        msg("The source '{name}' was read again since you looked."), msg("Look at the newest reading first.")
    ),
    "ROWS_LOST": Wording(msg("The table had {before} rows, and only {rows} came."), _LAST_GOOD),
    "ROWS_LOST.all": Wording(msg("The table had {before} rows, and it came back empty."), _LAST_GOOD),
}
