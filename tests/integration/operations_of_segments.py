"""The operations that tell more of segments than their size, and who may use them."""

from leleka.services.access.permissions import Permission
from tests.integration.operations import Operation, needs

_SEE = needs(Permission.SEE)
_OF = "/segments/{number}"
OF_SEGMENTS = (
    Operation("GET", "/segments/overlap", 422, _SEE, real="/segments/overlap?segment=1"),
    Operation("GET", f"{_OF}/evaluations", 200, _SEE),
    Operation("GET", f"{_OF}/movement", 200, _SEE),
    # Nobody has said yet that it is harmless.
    Operation("GET", f"{_OF}/breakdown", 409, _SEE, real=f"{_OF}/breakdown?column=tier"),
    Operation("GET", f"{_OF}/memberships", 200, needs(Permission.SEE_PERSONAL)),
    Operation("GET", f"{_OF}/memberships/download", 200, needs(Permission.DOWNLOAD_PERSONAL)),
    Operation("GET", f"{_OF}/members.csv", 200, needs(Permission.DOWNLOAD_PERSONAL)),
)
