"""Where the values of a table come from, as a customer's page tells it."""

from pathlib import PurePath

from leleka.services.customers.contracts import Origin
from leleka.state.models import Source, Upload


def origin_of(source: Source) -> Origin:
    """Return the table with its connection, its uploaded file or its files without their folders."""
    return Origin(source.name, _place(source), source.refreshed_at)


def _place(source: Source) -> str:
    spec = source.spec
    if "connection" in spec:
        return str(spec["connection"])
    if spec.get("upload"):
        upload = Upload.objects.filter(pk=spec["upload"]).only("name").first()
        return upload.name if upload else ""
    return ", ".join(PurePath(str(file)).name for file in spec.get("files") or ())
