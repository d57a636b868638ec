"""Data matching from the definitions file to the state's JSON."""

from typing import Any

from leleka.core.data_matching import LeaverPolicy
from leleka.core.growth import Growth
from leleka.services.definition_schema.schema import GrowthDefinition, LeaversDefinition, MatchingDefinition

_CUSTOM = "field:"


def matching_data(part: MatchingDefinition) -> dict[str, Any]:
    """Return what the state keeps: lines in the order of the form."""
    lines = []
    for name in ("first_name", "last_name", "phone"):
        line = getattr(part, name)
        if line is not None:
            lines.append({"column": line.column, "to": name, "when_empty": line.when_empty.value})
    for field in part.fields:
        to = f"{_CUSTOM}{field.field}"
        lines.append({"column": field.column, "to": to, "when_empty": field.when_empty.value})
    country = part.phone.country if part.phone else ""
    return {"email": part.email, "lines": lines, "tags": list(part.tags), "phone_country": country}


def leavers_data(part: LeaversDefinition) -> dict[str, str]:
    field = f"{_CUSTOM}{part.field}" if part.policy is LeaverPolicy.MARK else ""
    return {"policy": part.policy.value, "field": field, "member": part.member, "leaver": part.leaver}


def growth_data(part: GrowthDefinition) -> dict[str, Any]:
    return Growth(part.ask, part.percent, part.people).to_data()
