"""An export as written in a form or a request: the same shape, and the same checks, as in a definitions file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from leleka.destinations.registry import specs
from leleka.errors import InvalidInput, Problem
from leleka.services.definition_schema.connections import place_in_file, schema
from leleka.services.definition_schema.problem_collector import Gathering
from leleka.services.definitions.refusals import refusal_of
from leleka.services.exports.validation import CheckedExport, ExportChecks, Staying
from leleka.services.sources import catalogue
from leleka.state.models import Connection, Export, Segment

_CUSTOM: Final = "field:"


class ExportForm:
    """One export as somebody wrote it; places in it are named like ``data_matching.email``."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        try:
            self.definitions = schema().model_validate({"exports": [dict(data)]})
        except ValidationError as error:
            raise InvalidInput.of([self._problem(detail) for detail in error.errors()]) from None

    def where(self, location: Sequence[str | int]) -> str:
        return ".".join(str(part) for part in location[2:])

    def _problem(self, detail: Any) -> Problem:
        return replace(refusal_of(detail), where=self.where(place_in_file(detail["loc"])))


def checked(data: Mapping[str, Any], number: int | None) -> CheckedExport:
    """Check what was written for export ``number``, or for a new one. Raises ``InvalidInput`` with all problems."""
    form = ExportForm(data)
    found = Gathering(form, catalogue.current())
    checks = ExportChecks(found, _staying(number))
    export = checks.export(0, form.definitions.exports[0])
    for spec in specs():
        found.attempt(("exports", 0, "name"), lambda: spec.check_name(export.name))  # noqa: B023 - called at once
    if not found.problems:
        checks.shared_fields({}, [export])
    if found.problems:
        raise InvalidInput.of(found.problems)
    return export


def data_of(export: Export) -> dict[str, Any]:
    """Return an export as it would be written."""
    lines = {line["to"]: line for line in export.matching["lines"]}
    matching: dict[str, Any] = {"email": export.matching["email"]}
    for to, line in lines.items():
        part = {"column": line["column"], "when_empty": line["when_empty"]}
        if to == "phone":
            part["country"] = export.matching["phone_country"]
        if not to.startswith(_CUSTOM):
            matching[to] = part
    matching["fields"] = [
        {"column": line["column"], "field": to.removeprefix(_CUSTOM), "when_empty": line["when_empty"]}
        for to, line in lines.items()
        if to.startswith(_CUSTOM)
    ]
    matching["tags"] = list(export.matching["tags"])
    return {
        "name": export.name,
        "connection": export.connection.name if export.connection else "",
        "list": export.target,
        "segments": sorted(segment.name for segment in export.segments.all()),
        "data_matching": matching,
        "leavers": {**export.leavers, "field": export.leavers["field"].removeprefix(_CUSTOM)},
        "automations": export.automations,
        "subscribe_unconfirmed": export.subscribe_unconfirmed,
        "limit": export.limit,
        "growth": dict(export.growth),
        "ready_by": {name: export.ready_by[name] for name in ("time", "time_zone")}
        if export.ready_by
        else None,
    }


def _staying(number: int | None) -> Staying:
    accounts = Connection.objects.select_related("account")
    others = (
        Export.objects.filter(connection__isnull=False).exclude(pk=number or 0).select_related("connection")
    )
    return Staying(
        {connection.name: connection.account.name for connection in accounts},
        frozenset(Segment.objects.values_list("name", flat=True)),
        [(export, export.connection.name) for export in others if export.connection],
    )
