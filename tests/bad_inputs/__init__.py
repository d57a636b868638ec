"""The catalogue of bad input as tables: one entry an input, each driven through the product as people use it.

id                which input of the catalogue, and which of its values
surface           where the input is put
input             the input itself
code              the stable code it is answered with
drops             what it costs: the row, the field, nothing, or it is refused as a whole
sent              what arrives, where something does
says              words of the answer
must_not_contain  what no answer may repeat, besides every CANARY
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TABLES = ("profiles", "phones", "hosts", "definitions", "forms", "requests")


@dataclass(frozen=True)
class Entry:
    id: str
    surface: str
    drops: str
    input: Any = None
    as_written: str = ""  # YAML that is inserted as it is
    code: str = ""
    sent: Any = None
    says: str = ""
    must_not_contain: str = ""
    field: str = ""  # the column whose field is left out
    country: str | None = None
    types: tuple[tuple[str, str], ...] = ()
    at: tuple[str | int, ...] = ()
    list: int | None = None
    status: int = 0  # of HTTP
    headers: tuple[tuple[str, str], ...] = ()


def entries(table: str, *surfaces: str) -> list[Entry]:
    """Return the entries of a table, or those of some surfaces."""
    return [one for one in _read(table) if not surfaces or one.surface in surfaces]


@cache
def _read(table: str) -> tuple[Entry, ...]:
    rows = YAML(typ="safe", pure=True).load(Path(__file__).with_name(f"{table}.yaml"))
    made = tuple(_entry(row) for row in rows)
    assert len({one.id for one in made}) == len(made)
    return made


def everything() -> list[Entry]:
    return [one for table in TABLES for one in entries(table)]


def _entry(row: dict[str, Any]) -> Entry:
    row = {key: _written_out(value) for key, value in row.items()}
    pairs = {key: tuple(row.get(key, {}).items()) for key in ("types", "headers")}
    return Entry(**{"drops": "refused", **row, **pairs, "at": tuple(row.get("at", ()))})


def _written_out(value: Any) -> Any:
    """Replace the placeholder for a text that no page can show."""
    if isinstance(value, dict) and "repeat" in value:
        return f"{value.get('first', '')}{value['repeat'] * value['times']}{value.get('then', '')}"
    if isinstance(value, dict) and "utf8" in value:
        return bytes.fromhex(value["utf8"]).decode("utf-8", "surrogatepass")
    if isinstance(value, dict) and "hex" in value:
        return bytes.fromhex(value["hex"])
    if isinstance(value, list):
        return [_written_out(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _written_out(inner) for key, inner in value.items()}
    return value
