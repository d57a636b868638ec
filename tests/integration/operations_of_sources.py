"""The operations of data sources and relationships, and who may use them."""

import sqlite3
from contextlib import closing

from leleka.services.access.permissions import Permission
from leleka.state.models import RelationshipRow, SourceConnection
from tests.integration.office import Office
from tests.integration.operations import Operation, needs, on_the_export

_EDIT = needs(Permission.EDIT_SOURCES)
_FILE = {"files": ["customers.csv"]}
_EXPECTED = {"expectations": [{"expect": "unique", "column": "id"}]}
_VALUES = "/sources/{number}/values?column=tier"
ENDS = {"table": "customers", "column": "id", "to_table": "customers", "to_column": "id"}
OF_SOURCES = (
    Operation("GET", "/sources", 200, needs(Permission.SEE)),
    Operation("POST", "/sources", 201, _EDIT, {"name": "other", **_FILE}),
    Operation("POST", "/sources/examine", 202, _EDIT, _FILE),
    Operation("POST", "/sources/uploads", 201, _EDIT, b"id,name\n1,x\n"),
    Operation("GET", "/sources/{number}", 200, needs(Permission.SEE)),
    Operation("PUT", "/sources/{number}", 409, _EDIT, {"name": "x", **_FILE, "version": 1}),  # a file's
    Operation("DELETE", "/sources/{number}", 409, _EDIT),
    Operation("PUT", "/sources/{number}/file", 409, on_the_export, b"x"),  # it reads no upload
    Operation("POST", "/sources/{number}/refresh", 202, _EDIT),
    Operation("GET", "/sources/{number}/table", 200, needs(Permission.SEE)),
    # Nobody has said yet that it is harmless.
    Operation(
        "GET",
        "/sources/{number}/values",
        409,
        needs(Permission.SEE),
        real="/sources/{number}/values?column=tier",
    ),
    Operation("GET", "/sources/{number}/readings", 200, needs(Permission.SEE)),
    Operation("GET", "/sources/{number}/expectations", 200, needs(Permission.SEE)),
    Operation("PUT", "/sources/{number}/expectations", 409, _EDIT, {"expectations": [], "version": 1}),
    Operation("POST", "/sources/{number}/expectations/try", 200, _EDIT, _EXPECTED),
    Operation("GET", "/sources/{number}/expectations/suggestions", 200, _EDIT),
    Operation("POST", "/sources/{number}/accept", 409, on_the_export, {"reading": "x"}),  # none waits
)
OF_RELATIONSHIPS = (
    Operation("GET", "/relationships", 200, needs(Permission.SEE)),
    Operation("POST", "/relationships", 201, _EDIT, {"name": "other", **ENDS}),
    Operation("POST", "/relationships/suggest", 202, _EDIT),
    Operation("GET", "/relationships/{number}", 200, needs(Permission.SEE)),
    Operation("PUT", "/relationships/{number}", 200, _EDIT, {"name": "self", **ENDS, "version": 1}),
    Operation("DELETE", "/relationships/{number}", 204, _EDIT),
)


def furnish_sources(office: Office) -> None:
    """Add a connection to a database, and a relationship."""
    file = office.folder / "t.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE t (id)")
    where = {"path": str(file)}
    SourceConnection.objects.create(
        name="Files", type="sqlite", address=str(file), settings=where, shared_with=["t"]
    )
    RelationshipRow.objects.create(name="itself", **ENDS)
