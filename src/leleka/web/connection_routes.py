"""The pages of connections, to destinations and to sources: a part of the table in ``web.routes``."""

from typing import Final

from leleka.services.access.permissions import Permission
from leleka.web.pages import connections, source_connections
from leleka.web.route import BOTH, GET, POST, Route

CONNECTION_ROUTES: Final[tuple[Route, ...]] = (
    Route("admin/connections", connections.index, "connections", Permission.CONNECTIONS),
    Route("admin/connections/add", connections.add, "connection_add", Permission.CONNECTIONS, GET + POST),
    Route("admin/connections/connect", connections.connect, "connection_draft", Permission.CONNECTIONS, POST),
    Route(
        "admin/connections/<int:number>", connections.edit, "connection", Permission.CONNECTIONS, GET + POST
    ),
    Route(
        "admin/connections/<int:number>/connect",
        connections.connect,
        "connection_connect",
        Permission.CONNECTIONS,
        POST,
    ),
    Route(
        "admin/connections/<int:number>/export-user",
        connections.export_user,
        "connection_user",
        Permission.CONNECTIONS,
        POST,
    ),
    Route(
        "admin/connections/<int:number>/remove",
        connections.remove,
        "connection_remove",
        Permission.CONNECTIONS,
        GET + POST,
    ),
    Route(
        "admin/connections/sources", source_connections.index, "source_connections", Permission.CONNECTIONS
    ),
    Route(
        "admin/connections/sources/add",
        source_connections.add,
        "source_connection_add",
        Permission.CONNECTIONS,
        BOTH,
    ),
    Route(
        "admin/connections/sources/test",
        source_connections.probe,
        "source_connection_draft",
        Permission.CONNECTIONS,
        POST,
    ),
    Route(
        "admin/connections/sources/<int:number>",
        source_connections.edit,
        "source_connection",
        Permission.CONNECTIONS,
        BOTH,
    ),
    Route(
        "admin/connections/sources/<int:number>/test",
        source_connections.probe,
        "source_connection_test",
        Permission.CONNECTIONS,
        POST,
    ),
    Route(
        "admin/connections/sources/<int:number>/remove",
        source_connections.remove,
        "source_connection_remove",
        Permission.CONNECTIONS,
        BOTH,
    ),
)
