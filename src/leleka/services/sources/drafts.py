"""From what somebody chose of examined files to what a source is: with what the files themselves say against it."""

from collections.abc import Mapping
from typing import Any, Final

from leleka.errors import InvalidInput, Problem
from leleka.services.sources.connected import MARKS
from leleka.services.sources.contracts import Choices
from leleka.warehouse.readers.examination import DECIMAL

_PLACE: Final = (
    "files", "upload", "connection", "table", "query", "format", "delimiter", "encoding",
    "sheet", "header_row",
)  # fmt: skip


def data_of(result: Mapping[str, Any], chosen: Choices) -> dict[str, Any]:
    """Return what the services take. Raises ``InvalidInput`` with all that the examined files say against it."""
    problems = [*_misfits(result, chosen), *_no_key(result, chosen), *_no_mark(result, chosen)]
    if problems:
        raise InvalidInput.of(problems)
    kept = {name: result["spec"].get(name) for name in _PLACE}
    return {
        **{name: value for name, value in kept.items() if value},
        "name": chosen.name,
        "types": {name: _type(value) for name, value in chosen.types.items() if value},
        "classes": dict(chosen.classes),
        "primary_key": chosen.primary_key or None,
        "updated_at": chosen.updated_at or None,
        "email": chosen.email or None,
        "profiles": chosen.profiles,
        "max_age_hours": chosen.max_age_hours,
        **_changed_since(chosen),
    }


def columns_of(result: Mapping[str, Any], chosen: Choices) -> dict[str, str]:
    """Return the columns as they will be, with their types."""
    return {
        one["name"]: chosen.types.get(one["name"], "").partition("|")[0] or one["type"]
        for one in result["columns"]
    }


def _changed_since(chosen: Choices) -> dict[str, Any]:
    if not chosen.changed_since:
        return {}
    every = {"whole_every": chosen.whole_every} if chosen.whole_every else {}
    return {"changed_since": {"column": chosen.changed_since, **every}}


def _type(value: str) -> dict[str, str]:
    kind, _, form = value.partition("|")
    if form.startswith(DECIMAL):
        return {"type": kind, "decimal": form.removeprefix(DECIMAL)}
    return {"type": kind, "format": form} if form else {"type": kind}


def _misfits(result: Mapping[str, Any], chosen: Choices) -> list[Problem]:
    found = []
    for place, column in enumerate(result["columns"]):
        value = chosen.types.get(column["name"], "")
        option = next((one for one in column["types"] if one["value"] == value), None)
        if option and option["misfits"]:
            found.append(
                Problem.of(
                    "SOURCE_TYPE_MISFITS",
                    f"type-{place}",
                    column=column["name"],
                    cells=option["misfits"],
                    examples=option["examples"],
                )
            )
        elif value and option is None:
            found.append(Problem.of("SOURCE_TYPE_UNKNOWN", f"type-{place}", column=column["name"]))
    return found


def _no_key(result: Mapping[str, Any], chosen: Choices) -> list[Problem]:
    if not chosen.primary_key:
        return []
    column = next((one for one in result["columns"] if one["name"] == chosen.primary_key), None)
    if column is None:
        return [Problem.of("SOURCE_UNKNOWN_COLUMN.alone", "primary_key")]
    empty, doubled = result["rows"] - column["filled"], column["filled"] - column["distinct"]
    if empty or doubled:
        params = {"column": column["name"], "empty": empty, "doubled": doubled}
        return [Problem.of("SOURCE_KEY_NOT_UNIQUE", "primary_key", **params)]
    return []


def _no_mark(result: Mapping[str, Any], chosen: Choices) -> list[Problem]:
    """Tell why a column cannot say what changed: it has to grow, and rows have to be told apart."""
    if not chosen.changed_since:
        return []
    kind = columns_of(result, chosen).get(chosen.changed_since)
    if kind is None:
        return [Problem.of("SOURCE_UNKNOWN_COLUMN.alone", "changed_since")]
    if kind not in MARKS:
        return [Problem.of("SOURCE_MARK_TYPE", "changed_since", column=chosen.changed_since, kind=kind)]
    if not chosen.primary_key:
        return [Problem.of("SOURCE_CHANGES_INVALID", "changed_since")]
    return []
