"""What is said of an error of SQLite: its words on a statement, never a value."""

import sqlite3

import pytest

from leleka.connectors import sqlite_file


@pytest.mark.parametrize(
    "text",
    [
        "Could not decode to UTF-8 column 'name' with text 'M?ller, near Posetstr'",
        "Could not decode to UTF-8 column 'name' with text 'no such street'",
        "Could not decode to UTF-8 column 'name' with text 'locked'",
        "user-defined: no such thing near you",
    ],
)
def test_a_value_is_in_no_problem(text: str) -> None:
    told = sqlite_file._translated(sqlite3.OperationalError(text))
    assert told is not None
    assert told.code == "SOURCE_QUERY_FAILED"
    assert "said" not in told.problems[0].params


@pytest.mark.parametrize(
    "text", ["no such column: nothing", 'near "SELEC": syntax error', 'near "1": syntax error']
)
def test_what_it_says_of_a_statement_is_told(text: str) -> None:
    told = sqlite_file._translated(sqlite3.OperationalError(text))
    assert told is not None
    assert told.problems[0].params == {"said": text}
