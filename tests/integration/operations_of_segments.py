"""The operations of segments, and who may use them."""

from typing import Final

from leleka.services.access.permissions import Permission
from tests.integration.operations import Operation, needs, on_the_export

RULES: Final = {"column": "tier", "is": "gold"}
_EDIT = needs(Permission.EDIT_SEGMENTS)
_SEE = needs(Permission.SEE)
_EDIT = needs(Permission.EDIT_SEGMENTS)
_OF = "/segments/{number}"
OF_SEGMENTS: Final = (
    Operation("GET", "/segments", 200, needs(Permission.SEE)),
    Operation("POST", "/segments", 201, _EDIT, {"name": "New", "rules": RULES}),
    Operation("POST", "/segments/count", 202, _EDIT, {"rules": RULES}),
    Operation("POST", "/segments/counts", 200, _EDIT, {"rules": RULES}),
    Operation("GET", "/segments/{number}", 200, needs(Permission.SEE)),
    Operation("PUT", "/segments/{number}", 200, on_the_export, {"name": "New", "rules": RULES, "version": 1}),
    Operation("DELETE", "/segments/{number}", 204, _EDIT, real="/segments/{spare}"),
    Operation("PUT", f"{_OF}/settings", 200, on_the_export, {"active": False, "version": 1}),
    Operation("POST", "/segments/bulk", 200, _EDIT, {"action": "refresh", "segments": [1]}),
    Operation("GET", "/segments/tags", 200, _SEE),
    Operation("PUT", "/segments/tags/{number}", 200, _EDIT, {"name": "Other"}, real="/segments/tags/{tag}"),
    Operation("POST", "/segments/{number}/count", 202, _EDIT),
    Operation("POST", "/segments/{number}/members", 202, needs(Permission.SEE)),
    Operation("GET", "/segments/overlap", 409, _SEE, real="/segments/overlap?segments={number},{spare}"),
    Operation("GET", f"{_OF}/evaluations", 200, _SEE),
    Operation("GET", f"{_OF}/movement", 200, _SEE),
    # Nobody has said yet that it is harmless.
    Operation("GET", f"{_OF}/breakdown", 409, _SEE, real=f"{_OF}/breakdown?column=tier"),
    Operation("GET", f"{_OF}/memberships", 200, needs(Permission.SEE_PERSONAL)),
    Operation("GET", f"{_OF}/memberships/download", 200, needs(Permission.DOWNLOAD_PERSONAL)),
    Operation("GET", f"{_OF}/members", 200, _SEE),
    Operation("GET", f"{_OF}/next-exports", 200, _SEE),
    Operation("POST", f"{_OF}/effects", 200, _EDIT, {"rules": RULES}),
    Operation("POST", f"{_OF}/effects/task", 202, _EDIT, {"rules": RULES}),
    Operation("GET", "/lists", 200, _SEE),
    Operation("POST", "/lists", 201, _EDIT, {"name": "Other", "entries": ["1", "nobody"]}),
    Operation("GET", "/lists/{number}", 200, _SEE),
    Operation("PUT", "/lists/{number}", 200, _EDIT, {"entries": ["2"], "version": 1}),
    Operation("POST", "/lists/picked", 422, _EDIT, {"name": "Picked", "customers": ["0" * 32]}),
    Operation("POST", "/lists/{number}/picked", 422, _EDIT, {"customers": ["0" * 32]}),
    Operation("POST", "/lists/{number}/entries", 200, _EDIT, {"entries": ["3"], "version": 1}),
    Operation("POST", "/lists/{number}/entries/remove", 200, _EDIT, {"entries": ["1"], "version": 1}),
    Operation("GET", "/lists/{number}/customers", 200, _SEE),
    Operation("DELETE", "/lists/{number}", 204, _EDIT),
    Operation("GET", f"{_OF}/members.csv", 200, needs(Permission.DOWNLOAD_PERSONAL)),
)
