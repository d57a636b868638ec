"""The worst requests that the limits allow: for every route a form or a query, for every operation a body."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from leleka.web.route import Route
from leleka.web.routes import ROUTES

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
_FIELDS: Final = 1_060  # the most is 1,100
_LARGEST: Final = 1_000_000  # bytes of a body
_RULES: Final = {
    "flow lists": "[" * 2_500,
    "flow mappings": "{a: " * 40_000,
    "block lists": "- " * 99_000,
    "flat numbers": f"column: tier\nany of: [{', '.join(str(number) for number in range(33_000))}]",
    "lines": "\n".join("- 1" for _ in range(49_000)),
    "quotes": '"' + "\\u0041" * 33_000 + '"',
    "comments": "#\n" * 99_000,
    "conditions": orjson.dumps({"any": [{"column": "tier", "is": "gold"}] * 2_000}).decode(),
    "json numbers": orjson.dumps({"column": "tier", "any of": list(range(33_000))}).decode(),
    "json depth": '{"not":' * 20_000,
}
_BAD: Final[Mapping[str, Any]] = {
    "text": "x" * 900_000,
    "signs": "ї" * 400_000,
    "numbers": list(range(45_000)),
    "texts": ["x"] * 200_000,
    "objects": [{"a": 1}] * 100_000,
    "keys": {f"k{number}": number for number in range(40_000)},
    "number": 2**63,
}
_DEEP: Final = "[" * 900 + "]" * 900


@dataclass(frozen=True)
class Worst:
    """One request; ``what`` is bad about it."""

    method: str
    path: str
    what: str
    body: bytes = b""
    kind: str = FORM

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.what}"


def of_pages() -> Iterator[Worst]:
    """Return what costs most of every route but those that change who is signed in."""
    for route in ROUTES:
        if route.name in {"sign_in", "sign_out"}:
            continue
        for method in route.methods:
            if method == "POST":
                yield from (Worst(method, _path(route), what, body) for what, body in _dear_forms(route))
            elif method == "GET":
                yield from (Worst(method, f"{_path(route)}?{query}", "a query") for query in _queries())


def of_operation(method: str, path: str, body: Any) -> Iterator[Worst]:
    """Return what is worst for an operation, made from a body that it accepts."""
    if method == "GET":
        for query in ("limit=200&after=9223372036854775807", f"after={'9' * 3_000}", f"words={'x' * 3_000}"):
            yield Worst(method, f"{path}{'&' if '?' in path else '?'}{query}", "a query")
        return
    yield Worst(method, path, "a list of depth", _DEEP.encode(), JSON)
    if not isinstance(body, dict):
        return
    for name in body:
        for what, value in _BAD.items():
            yield Worst(method, path, f"{name}: {what}", orjson.dumps({**body, name: value})[:_LARGEST], JSON)
        deep = orjson.dumps({**body, name: "@"}).replace(b'"@"', _DEEP.encode())
        yield Worst(method, path, f"{name}: depth", deep, JSON)
        if name == "rules":
            inside = {"column": "tier", "any of": list(range(33_000))}
            yield Worst(method, path, f"{name}: members", orjson.dumps({**body, name: inside}), JSON)


def _path(route: Route) -> str:
    path = f"/{route.path}"
    return path.replace("<int:number>", "1").replace("<str:token>", "x" * 200)


def _queries() -> Iterator[str]:
    yield urlencode(
        {"q": "% _ї" * 500, "page": "9" * 18, "sort": "x" * 500, "of": "x" * 500, "before": "9" * 30}
    )
    yield urlencode([("segment", f"s{number}") for number in range(300)] + [("chosen", "9" * 18)] * 300)


def _dear_forms(route: Route) -> Iterator[tuple[str, bytes]]:
    lines = [
        (f"{name}-r{number}", f"field:{number}")
        for number in range(_FIELDS // 3)
        for name in ("to", "column", "id")
    ]
    yield "many lines", urlencode([("connection", "Sandbox"), *lines]).encode()
    if route.name in {"export_add", "export_edit"}:
        named = [("segments", f"Gol{number}") for number in range(_FIELDS)]
        yield "many segments", urlencode([("name", "Worst"), ("connection", "Sandbox"), *named]).encode()
    if route.name in {"segment_add", "segment_edit"}:
        for what, rules in _RULES.items():
            yield f"rules: {what}", urlencode({"name": "Worst", "version": "1", "rules": rules}).encode()
            yield f"count: {what}", urlencode({"name": "Worst", "action": "count", "rules": rules}).encode()
