"""Text in lower case, of every alphabet, for searching and sorting in the database."""

from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler

_OURS: Final = "LELEKA_LOWER"


class Folded(Func):
    """``LOWER``; SQLite's own knows ASCII alone, so there it is Python's."""

    function = "LOWER"
    arity = 1
    output_field = TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function=_OURS, **context)


def teach(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Return a new connection to SQLite what ``Folded`` calls."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(_OURS, 1, _lower, deterministic=True)


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text
