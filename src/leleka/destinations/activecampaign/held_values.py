"""What a contact holds, as ActiveCampaign lists it, and whether that is still what was sent.

Names and phone stand in the contact's own row. Custom fields come beside the rows where ``include=fieldValues`` is
understood, which no documentation promises: an account that ignores it tells nothing about them.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from leleka.destinations.activecampaign.field_options import BETWEEN
from leleka.destinations.activecampaign.response_parsing import number_of, rows_of

SIDE_LOAD: Final = "fieldValues"
_COLUMNS: Final = {"first_name": "firstName", "last_name": "lastName", "phone": "phone"}
_OWN: Final = "field:"

Held = Mapping[int, tuple[str, str]]  # a value's id to (field key, text)


def needs_side_load(fields: Collection[str]) -> bool:
    """Return whether custom fields are among them."""
    return any(key.startswith(_OWN) for key in fields)


def side_loaded(found: Mapping[str, Any]) -> Mapping[int, Held]:
    """Return the custom values that stand beside a page of contacts, by contact."""
    held: dict[int, dict[int, tuple[str, str]]] = {}
    for row in rows_of(found.get(SIDE_LOAD.lower())) or []:
        contact, number, value = (number_of(row.get(name)) for name in ("contact", "field", "id"))
        if contact is not None and number is not None and value is not None:
            held.setdefault(contact, {})[value] = (f"{_OWN}{number}", _text(row.get("value")) or "")
    return held


def held_by(row: Mapping[str, Any], beside: Held, fields: Collection[str]) -> dict[str, str]:
    """Return what a contact holds in those of the fields that the answer tells of; ``beside`` are its custom values."""
    own = {key: _text(row[column]) for key, column in _COLUMNS.items() if key in fields and column in row}
    told = {key: text for key, text in own.items() if text is not None}
    if not needs_side_load(fields):
        return told
    texts = dict(beside.values())
    # A contact's row names its values. Unless all of them came, one that is not here may be there all the same.
    named = row.get(SIDE_LOAD)
    whole = isinstance(named, list) and {number_of(one) for one in named} <= beside.keys()
    for key in fields:
        if key.startswith(_OWN) and (whole or key in texts):
            told[key] = texts.get(key, "")
    return told


def agrees(sent: str, held: str) -> bool:
    """Return whether both say the same; instants in another offset and options in another order do."""
    one, other = _plain(sent), _plain(held)
    if one == other:
        return True
    if BETWEEN in one + other:
        return _options(one) == _options(other)
    instants = _instant(one), _instant(other)
    if None in instants:
        return False
    return instants[0] == instants[1] or (len(one) == len("2026-01-31") and other.startswith(one))


def _text(value: object) -> str | None:
    """Return a value that came as text, as a number, or as nothing; None where it is none of them."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _options(text: str) -> set[str]:
    return {option for option in text.split(BETWEEN) if option}


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
