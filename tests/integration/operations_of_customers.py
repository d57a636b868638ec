"""The operations of customers, and who may use them. Nobody has indexed anything yet."""

from leleka.services.access.permissions import Permission
from tests.integration.operations import Operation, needs, on_the_export

_SEE = needs(Permission.SEE)
NOBODY = "0" * 32
_WHO = {"customer": NOBODY}
OF_CUSTOMERS = (
    Operation("GET", "/customers", 200, _SEE),
    Operation("POST", "/customers/find", 200, _SEE, {"search": ""}),
    Operation("GET", "/customers/search-columns", 200, _SEE),
    Operation(
        "PUT",
        "/customers/search-columns",
        202,
        needs(Permission.EDIT_SOURCES),
        {"columns": ["tier"], "version": 1},
    ),
    Operation("GET", "/customers/{reference}", 404, _SEE, real=f"/customers/{NOBODY}"),
    Operation("GET", "/customers/{reference}/rows", 404, _SEE, real=f"/customers/{NOBODY}/rows"),
    Operation("POST", "/exports/{number}/why", 404, _SEE, _WHO),
    Operation("POST", "/exports/{number}/why/ask", 404, on_the_export, _WHO),
    Operation("POST", "/segments/{number}/why", 404, _SEE, _WHO),
)
