"""Validates a bulk import: the checks that ActiveCampaign makes before anything is queued."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import orjson

from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.messages import Refused, Reply, html_reply, json_reply, whole_number

MOST_ROWS = 250
MOST_BYTES = 399_999
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9À-￿](?:[A-Za-z0-9À-￿.-]{0,251}[A-Za-z0-9À-￿])?")
_LONGEST_EMAIL = 254

NOT_VALID = (
    "JSON payload did not pass validation. Please fix failure Reasons and retry."
    " The import was not queued for processing."
)
ODD_NOT_VALID = (
    "JSON payload did not pass validation.  Please fix \u201cfailure Reasons\u201d and retry."
    "\u00a0The import was not queued for processing. "
)

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Payload:
    """The received body, parsed once: for the judge, which sees every request, and for the import."""

    body: bytes = field(repr=False)
    content: object  # None if it is not JSON
    contacts: list[object]
    problems: list[str]  # for each contact; empty where it is well-formed

    @classmethod
    def of(cls, body: bytes) -> "Payload":
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            content = None
        contacts = content.get("contacts") if isinstance(content, dict) else None
        contacts = contacts if isinstance(contacts, list) else []
        return cls(body, content, contacts, [row_problem(contact) for contact in contacts])

    def sound_rows(self) -> list[Row]:
        return [
            cast("Row", row) for row, problem in zip(self.contacts, self.problems, strict=True) if not problem
        ]


@dataclass(frozen=True, slots=True)
class Import:
    """A payload that passed validation."""

    rows: list[Row]
    body: bytes = field(repr=False)
    exclude_automations: bool = False
    callback: dict[str, object] | None = None


def well_formed(email: str) -> bool:
    return len(email) <= _LONGEST_EMAIL and ".." not in email and _EMAIL.fullmatch(email) is not None


def not_valid(behaviour: Behaviour, reasons: list[object]) -> Reply:
    wording = ODD_NOT_VALID if behaviour.odd_wording else NOT_VALID
    return json_reply({"success": 0, "message": wording, "failureReasons": reasons}, 400)


def rate_limited(allowed: int) -> Reply:
    reason = (
        f"Up to {allowed} imports may be requested per minute."
        "Please batch contacts into larger requests, or retry this request in a minute."
    )
    return json_reply({"success": 0, "message": "Rate limit exceeded.", "failureReasons": [reason]}, 400)


def checked(payload: Payload, behaviour: Behaviour) -> Import:
    """Checks size, then JSON, then rows. Raises Refused with the reply: nothing of such a request
    is queued.
    """
    if len(payload.body) > MOST_BYTES:
        if behaviour.oversize == "413":
            raise Refused(html_reply(413, "413 Request Entity Too Large"))
        raise Refused(not_valid(behaviour, ["The payload must be smaller than 400K bytes"]))
    if payload.content is None:
        raise Refused(not_valid(behaviour, ["The payload is not valid JSON"]))
    if not payload.contacts or not isinstance(payload.content, dict):
        raise Refused(not_valid(behaviour, ["'contacts' is a required field and must not be empty"]))
    if len(payload.contacts) > MOST_ROWS:
        if behaviour.too_many_rows == "413":
            raise Refused(html_reply(413, "413 Request Entity Too Large"))
        raise Refused(not_valid(behaviour, [f"Up to {MOST_ROWS} contacts may be imported per request"]))
    _refuse(behaviour, list(_row_problems(payload, behaviour)))
    callback = payload.content.get("callback")
    if callback is not None and not _calls_back(callback):
        raise Refused(not_valid(behaviour, ["'callback' needs 'url' and 'requestType'"]))
    rows = payload.sound_rows()
    # the text documents it beside the contacts, the example inside each contact: both are accepted
    excluded = payload.content.get("exclude_automations") is True
    excluded = excluded or all(row.get("exclude_automations") is True for row in rows)
    return Import(rows, payload.body, excluded, callback)


def _calls_back(callback: object) -> bool:
    if not isinstance(callback, dict):
        return False
    kind = str(callback.get("requestType", "POST")).upper()
    return str(callback.get("url", "")).startswith("https://") and kind in {"GET", "POST"}


def _refuse(behaviour: Behaviour, problems: list[tuple[int, str, bool]]) -> None:
    if not problems:
        return
    reasons: list[object] = []
    for index, reason, indexed in problems:
        wording = reason.replace("'email'", "\u2018email\u2019\u00a0") if behaviour.odd_wording else reason
        if behaviour.reason_index_base is None or not indexed:
            reasons.append({"failureReason": wording})
        else:
            reasons.append({"contact": index + behaviour.reason_index_base, "failureReason": wording})
    raise Refused(not_valid(behaviour, reasons))


def _row_problems(payload: Payload, behaviour: Behaviour) -> Iterable[tuple[int, str, bool]]:
    """Index, reason, and whether the reply may name the index."""
    poison = re.compile(behaviour.poison_pattern) if behaviour.poison_pattern else None
    for index, (row, problem) in enumerate(zip(payload.contacts, payload.problems, strict=True)):
        if problem:
            yield index, problem, True
        elif poison is not None and isinstance(row, dict) and poison.search(str(row["email"])):
            yield index, "Field 'email' incorrect format", behaviour.poison_with_index


def row_problem(row: object) -> str:
    """What is malformed in one contact; empty if nothing is."""
    if not isinstance(row, dict):
        return "A contact must be an object"
    return _email_problem(row.get("email")) or _attribute_problem(row)


def _email_problem(email: object) -> str:
    if email is None or email == "":
        return "Field 'email' is required"
    if not isinstance(email, str) or not well_formed(email.strip()):
        return "Field 'email' incorrect format"
    return ""


def _attribute_problem(row: Row) -> str:
    for name in ("first_name", "last_name", "phone", "customer_acct_name"):
        if name in row and not isinstance(row[name], str):
            return f"Field '{name}' must be a string"
    for name, key in (("fields", "id"), ("subscribe", "listid"), ("unsubscribe", "listid")):
        if name in row and not _entries(row[name], key):
            return f"Field '{name}' incorrect format"
    tags = row.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return "Field 'tags' must be an array of strings"
    return ""


def _entries(value: object, key: str) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, dict) and whole_number(entry.get(key)) is not None for entry in value
    )
