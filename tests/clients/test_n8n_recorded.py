"""What the nodes return from the sandbox has what recordings of live replies have, which their package brings along.

A recording knows the columns that were not empty when it was made, and their types.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients.conftest import Seen
from tests.clients.talking import FOLDER, Talking

_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    # the column was empty when the reply was recorded
    "null": (str, type(None)),
}
# What a visitor of web pages left behind: the sandbox has no web pages.
_BEYOND: Final = frozenset({".contactData", ".contact.contactData"})


@pytest.fixture
def filled(n8n: Talking, seen: Seen) -> Talking:
    """One contact with everything that the sandbox knows of."""
    n8n.run("contact", "create", email="a@example.com", additionalFields={"firstName": "Ann"})
    seen.request("POST", "/api/3/contactLists", {"contactList": {"list": 1, "contact": 1, "status": 1}})
    seen.request("POST", "/api/3/fieldValues", {"fieldValue": {"contact": 1, "field": 1, "value": "gold"}})
    seen.request("POST", "/api/3/accounts", {"account": {"name": "Acme"}})
    seen.request("POST", "/api/3/accountContacts", {"accountContact": {"contact": 1, "account": 1}})
    seen.request("POST", "/api/3/tags", {"tag": {"tag": "VIP", "tagType": "contact"}})
    return n8n


@pytest.mark.parametrize(
    ("resource", "operation", "parameters"),
    [
        ("account", "get", {"accountId": 1}),
        ("account", "getAll", {}),
        ("contact", "create", {"email": "a@example.com", "updateIfExists": True}),
        ("contact", "get", {"contactId": 1}),
        ("contact", "getAll", {}),
        ("contact", "update", {"contactId": 1, "updateFields": {"phone": "1"}}),
        ("contactList", "add", {"contactId": 1, "listId": 1}),
        ("contactTag", "add", {"contactId": 1, "tagId": 1}),
        ("list", "getAll", {}),
        ("tag", "get", {"tagId": 1}),
        ("tag", "getAll", {}),
    ],
)
def test_every_recorded_column_is_there(
    filled: Talking, resource: str, operation: str, parameters: dict[str, object]
) -> None:
    recorded = json.loads((_folder() / resource / f"{operation}.json").read_text(encoding="utf-8"))
    returned = filled.run(resource, operation, **parameters)
    assert returned
    assert [wrong for one in returned for wrong in _differences(recorded, one)] == []


def test_every_recording_is_compared_but_those_of_deals() -> None:
    kept = {path.parent.name for path in _folder().glob("*/*.json")}
    assert kept == {"account", "contact", "contactList", "contactTag", "deal", "list", "tag"}
    assert len([path for path in _folder().glob("*/*.json") if path.parent.name != "deal"]) == 11


def _folder() -> Path:
    (found,) = (Path(os.environ[FOLDER]) / "node_modules/n8n-nodes-base").glob("**/__schema__/v1.0.0")
    return found


def _differences(recorded: Mapping[str, Any], value: object, place: str = "") -> Iterator[str]:
    """Name what is missing or of another type."""
    if place in _BEYOND:
        return
    kind = recorded["type"]
    if not isinstance(value, _TYPES[kind]):
        yield f"{place} is {value!r}, not {kind}"
    elif isinstance(value, dict):
        for name, inner in recorded.get("properties", {}).items():
            if name in value:
                yield from _differences(inner, value[name], f"{place}.{name}")
            elif f"{place}.{name}" not in _BEYOND:
                yield f"{place}.{name} is missing"
    elif isinstance(value, list):
        for one in value:
            yield from _differences(recorded["items"], one, f"{place}[]")
