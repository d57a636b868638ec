"""Contacts and requests as bytes. Same input, same bytes: a request is sent again exactly as it was."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from leleka.core.outcomes import Reject
from leleka.core.ports.destination import Action, Body, Change
from leleka.core.ports.outline import ADDRESS, Group, Outline, Piece, is_plain
from leleka.destinations.activecampaign.limits import LIMITS
from leleka.errors import InvalidInput

STANDARD_FIELDS: Final = ("first_name", "last_name", "phone")
_FIELD: Final = re.compile(r"field:([1-9][0-9]{0,17})")
_LIST_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_PARAGRAPHS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # keeps \t \n \r

_REMEMBERED: Final = 1024  # lists and fields: of an export there are few, of a run's rows a million

# The documentation says "in the payload", its example puts it inside the contact: it stands in both places.
_OPENING: Final = b'{"contacts":['
_CLOSING: Final = {True: b"]}", False: b'],"exclude_automations":true}'}


@lru_cache(_REMEMBERED)
def list_id_of(target: str) -> int:
    """Raises ``InvalidInput`` LIST_ID_INVALID."""
    if not _LIST_ID.fullmatch(target):
        raise InvalidInput("LIST_ID_INVALID.whole_number")
    return int(target)


def render(change: Change, *, automations: bool) -> bytes:
    """Return one contact's JSON. Raises ``Reject`` TEXT_NOT_UNICODE, TEXT_CONTROL_CHAR or ROW_TOO_LARGE.

    A member is subscribed; bulk import leaves whoever unsubscribed from the list as they are. A mark writes its
    values and nothing else: neither subscription nor tags.
    """
    if _CONTROL.search("".join((change.address, *change.tags, *(text for _, text in change.values)))):
        _refuse_controls(change)  # one look at all of them, a million times; which of them it is, seldom
    contact: dict[str, Any] = {"email": change.address}
    values = dict(change.values)
    for key in STANDARD_FIELDS:
        if key in values:
            contact[key] = values.pop(key)
    if change.action is Action.MEMBER and change.tags:
        contact["tags"] = change.tags
    if values:
        contact["fields"] = [{"id": _field_id(key), "value": text} for key, text in values.items()]
    if change.action is not Action.MARK:
        side = "subscribe" if change.action is Action.MEMBER else "unsubscribe"
        contact[side] = [{"listid": list_id_of(change.target)}]
    if not automations:
        contact["exclude_automations"] = True
    try:
        content = orjson.dumps(contact)
    except orjson.JSONEncodeError:
        raise Reject("TEXT_NOT_UNICODE.contact") from None
    if len(content) + envelope_bytes(automations=automations) > LIMITS.bytes:
        raise Reject("ROW_TOO_LARGE", size=len(content), most=LIMITS.bytes)
    return content


def outline(change: Change, *, automations: bool) -> Outline | None:
    """Return how ``render`` writes a contact like this one whose texts are plain; None for another than a member."""
    if change.action is not Action.MEMBER or not all(map(is_plain, change.tags)):
        return None
    keys = [key for key, _ in change.values]
    fields = [key for key in keys if key not in STANDARD_FIELDS]
    tags = f',"tags":{orjson.dumps(change.tags).decode()}' if change.tags else ""
    own = tuple(Piece(key, f',{{"id":{_field_id(key)},"value":"', '"}') for key in fields)
    end = "" if automations else ',"exclude_automations":true'
    return (
        Piece(ADDRESS, '{"email":"', '"'),
        *(Piece(key, f',"{key}":"', '"') for key in STANDARD_FIELDS if key in keys),
        tags,
        Group(',"fields":[', own, "]"),
        f',"subscribe":[{{"listid":{list_id_of(change.target)}}}]{end}}}',
    )


def assemble(contacts: Sequence[bytes], *, automations: bool) -> Body:
    content = _OPENING + b",".join(contacts) + _CLOSING[automations]
    return Body(content, len(contacts), hashlib.sha256(content).hexdigest())


def envelope_bytes(*, automations: bool) -> int:
    return len(_OPENING) + len(_CLOSING[automations])


@lru_cache(_REMEMBERED)
def _field_id(key: str) -> int:
    match = _FIELD.fullmatch(key)
    if match is None:
        raise InvalidInput("MAP_FIELD_UNKNOWN.key", key=key[:60])
    return int(match[1])


def _refuse_controls(change: Change) -> None:
    """Raise ``Reject`` TEXT_CONTROL_CHAR for the first text with a character that it may not have."""
    _refuse_control("email", change.address, _CONTROL)
    values = dict(change.values)
    for key in STANDARD_FIELDS:
        _refuse_control(key, values.pop(key, ""), _CONTROL)
    if change.action is Action.MEMBER:
        for tag in change.tags:
            _refuse_control("a tag", tag, _CONTROL)
    for key, text in values.items():
        _refuse_control(key, text, _CONTROL_IN_PARAGRAPHS)


def _refuse_control(place: str, text: str, refused: re.Pattern[str]) -> None:
    found = refused.search(text)
    if found:
        raise Reject("TEXT_CONTROL_CHAR.contact", field=place, character=f"U+{ord(found[0]):04X}")
