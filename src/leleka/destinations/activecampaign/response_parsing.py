"""Replies read tolerantly: ActiveCampaign mixes upper and lower case, numbers and text, JSON and HTML.

What cannot be read is None, never an exception: a reply is the other side's, and nobody promises its shape.
"""

import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson

from leleka.core.outcomes import RefusedRow
from leleka.destinations.activecampaign.quoted_words import without_quotations
from leleka.transport.client import Reply

LONGEST_PAUSE: Final = 900.0
_ADDRESS: Final = re.compile(r"[^\s'\"<>]*@[^\s'\"<>]*")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_SECONDS: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,9})?")
_MEDIA_TYPE: Final = re.compile(r"(?:application|text|image|multipart)/[a-z0-9+.-]{1,40}")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_REASON: Final = 200


def object_of(reply: Reply) -> Mapping[str, Any] | None:
    """Return the JSON object of a reply, its own keys in lower case; None if there is none."""
    if not reply.whole:
        return None
    try:
        found = orjson.loads(
            reply.body
        )  # bounded by itself: it refuses NaN, bad UTF-8 and depth beyond 1,024
    except orjson.JSONDecodeError:
        return None
    return {key.lower(): value for key, value in found.items()} if isinstance(found, dict) else None


def rows_of(value: object) -> list[Mapping[str, Any]] | None:
    """Return the objects of an array; None if it is no array."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else None


def number_of(value: object) -> int | None:
    """Return a whole number that came as a number or as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return None


def is_deleted(row: Mapping[str, Any]) -> bool:
    """Return whether a list was deleted; an absent date comes as null, as nothing, or as 0000-00-00."""
    stamp = row.get("deletestamp")
    return bool(stamp) and not str(stamp).startswith("0000-00-00")


def words_of(found: Mapping[str, Any]) -> str:
    """Return all that an error reply says in its known places, in lower case, to look for words in."""
    return " ".join(
        _words([found.get(key) for key in ("message", "error", "errors", "failurereasons")])
    ).lower()


def _words(value: object, depth: int = 4) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth:
        for item in value:
            yield from _words(item, depth - 1)
    elif isinstance(value, dict) and depth:
        for item in value.values():
            yield from _words(item, depth - 1)


def refused_rows(found: Mapping[str, Any]) -> tuple[RefusedRow, ...]:
    """Return the rows a validation error names."""
    rows = []
    for entry in rows_of(found.get("failurereasons")) or []:
        position = number_of(entry.get("contact"))
        if position is not None:
            rows.append(
                RefusedRow(position, without_quotations(entry.get("failureReason")) or "no reason given")
            )
    return tuple(rows)


def failures_of(value: object) -> tuple[str, ...]:
    """Return the addresses of a ``failure`` list, lower case, each once."""
    entries = value if isinstance(value, list) else [value]
    found = [entry.get("email") if isinstance(entry, dict) else entry for entry in entries]
    return tuple(
        dict.fromkeys(text.strip().lower() for text in found if isinstance(text, str) and text.strip())
    )


def count_of(value: object) -> int:
    """Return how many different ids a ``success`` list names."""
    entries = value if isinstance(value, list) else []
    return len({number for entry in entries if (number := number_of(entry)) is not None})


def plain(value: object) -> str:
    """Return a foreign text fit for a message: one line, short, without addresses."""
    if not isinstance(value, str):
        return ""
    shown = "".join(character for character in value if character.isprintable())
    return _ADDRESS.sub("(address)", shown)[:_LONGEST_REASON].strip()


def pause_of(retry_after: str | None, now: float) -> float | None:
    """Return the seconds a Retry-After asks for, at most 15 minutes; None where it says nothing usable."""
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(moment - now, 0.0), LONGEST_PAUSE)


def described(reply: Reply) -> str:
    """Describe a reply by what may be shown of it: never its body."""
    asked = f", request {reply.request_id}" if _REQUEST_ID.fullmatch(reply.request_id) else ""
    kind = reply.content_type if _MEDIA_TYPE.fullmatch(reply.content_type or "") else "no content type"
    return f"HTTP {reply.status}, {kind}, {len(reply.body):,} bytes{asked}"
