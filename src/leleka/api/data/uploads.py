"""Files of data sources, as they are: the body of the request is the file."""

from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import Number
from leleka.services.uploads import commands as upload_commands
from leleka.services.uploads.contracts import RECEPTION, Reception, UploadView

router = Router(tags=["Data sources"])
_ACCEPTED: Final = 202
_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Named(Schema):
    """``name`` is the file's: its extension says what is in it."""

    name: Annotated[str, Field(max_length=200)] = ""


class UploadOut(Schema):
    """A file that was uploaded; a source names it by its ``id``, as ``upload``."""

    id: int
    name: str
    size: int
    uploaded_by: str
    uploaded_at: datetime


@router.post(
    "/uploads",
    response={201: UploadOut},
    operation_id="uploadFile",
    summary="Upload a file for a new source",
    openapi_extra=_FILE,
)
def upload_file(request: ApiRequest, named: Annotated[Named, Query()]) -> HttpResponse | Status[UploadView]:
    """At most LELEKA_UPLOAD_LIMIT. A file that no source names is removed after a day."""
    received = upload_commands.receive(request.auth, reception_of(request))
    if received is None:
        return HttpResponse(status=_ACCEPTED)
    return Status(201, upload_commands.keep(request.auth, received, named.name))


@router.put(
    "/{int:number}/file",
    response={200: UploadOut},
    operation_id="replaceFile",
    summary="Replace the file that a source reads",
    openapi_extra=_FILE,
)
def replace_file(
    request: ApiRequest, number: Number, named: Annotated[Named, Query()]
) -> HttpResponse | Status[UploadView]:
    """Of a source that reads an uploaded file; the next refresh reads it. One that cannot be read changes nothing of
    what was read before.
    """
    received = upload_commands.receive(request.auth, reception_of(request), number)
    if received is None:
        return HttpResponse(status=_ACCEPTED)
    return Status(200, upload_commands.replace(request.auth, number, received, named.name))


def reception_of(request: ApiRequest) -> Reception:
    """Return how the body comes in; without our front before us it is what the request brought."""
    found: Reception | None = request.META.get(RECEPTION)
    return found or Reception(len(request.body), body=request.body)
