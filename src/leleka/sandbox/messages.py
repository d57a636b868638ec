"""A request and a reply as values, and the body shapes that ActiveCampaign is known to send."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=UTF-8"


class Wire(StrEnum):
    """How a reply is transmitted; everything but `plain` is a fault to simulate."""

    PLAIN = "plain"
    RESET = "reset"  # no reply, the connection is reset
    CLOSE = "close"  # no reply, the connection is closed normally
    TRUNCATED = "truncated"  # half of the announced body, then a reset
    SLOW = "slow"  # a byte at a time
    ENDLESS = "endless"  # a body that never ends
    GZIP_BOMB = "gzip_bomb"  # a small body that decompresses to a huge one


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # names in lower case
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> "Request":
        """From the target of the request line: `/api/3/lists?limit=2`."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method, unquote(parts.path), query, lowered, body)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = Wire.PLAIN
    delay: float = 0.0  # in the sandbox's seconds, before the first byte
    stream: Iterator[bytes] | None = None  # instead of a body, for what is too large for memory


class Refused(Exception):
    """Ends an endpoint with the reply it carries."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def json_reply(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, orjson.dumps(payload), {"Content-Type": JSON_TYPE, **(headers or {})})


def html_reply(status: int, text: str) -> Reply:
    page = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{text}</h1></body></html>"
    return Reply(status, page.encode(), {"Content-Type": HTML_TYPE})


def message(status: int, text: str) -> Reply:
    return json_reply({"message": text}, status)


def missing(model: str, key: object) -> Reply:
    return message(404, f"No Result found for {model} with id {key}")


def error_list(status: int, title: str, code: str, attribute: str = "", **more: str) -> Reply:
    error: dict[str, object] = {"title": title, "detail": "", "code": code, **more}
    if attribute:
        error["source"] = {"pointer": f"/data/attributes/{attribute}"}
    return json_reply({"errors": [error]}, status)


def no_permission(what: str) -> Reply:
    detail = f"You do not have permission to {what}."
    body = {"errors": [{"status": 403, "title": "Forbidden", "detail": detail}]}
    return json_reply(body, 403, {"Content-Type": "text/plain"})


def read_object(request: Request, key: str) -> dict[str, object]:
    """The object under `key` of a JSON body: the wrapper of every v3 POST except the bulk import."""
    inner = _inside(request, key)
    if not isinstance(inner, dict):
        raise Refused(error_list(422, f"The {key} was not provided.", "field_missing", key))
    return inner


def read_list(request: Request, key: str) -> list[dict[str, object]]:
    """The objects under `key` of a JSON body."""
    inner = _inside(request, key)
    if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
        raise Refused(error_list(422, f"The {key} were not provided.", "field_missing", key))
    return inner


def _inside(request: Request, key: str) -> object:
    try:
        payload = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Refused(message(400, "The request body is not valid JSON.")) from None
    return payload.get(key) if isinstance(payload, dict) else None


def text(value: object) -> str:
    """ActiveCampaign takes numbers where it documents strings, and null for nothing."""
    return "" if value is None else str(value)


def whole_number(value: object) -> int | None:
    """1, "1" and " 1 " are the same id; True is not an id."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    stripped = value.strip() if isinstance(value, str) else ""
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) <= 18 else None  # noqa: PLR2004 - beyond any id


def page_bounds(request: Request) -> tuple[int, int]:
    """`limit` is 20 by default and at most 100."""
    limit = whole_number(request.query.get("limit", ""))
    offset = whole_number(request.query.get("offset", ""))
    return min(20 if limit is None or limit < 1 else limit, 100), offset or 0
