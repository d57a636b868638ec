"""Counts of rules that somebody edits: how long one waits after the change of one line, by what the line is about."""

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from math import ceil
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from statistics import median
from time import perf_counter
from typing import Any, Final

from scripts.bench_pages import tables
from scripts.bench_pages.serving import Browser

from leleka.services.access.actor import Actor, Role
from leleka.services.definitions import apply as definition_apply

MEDIAN, P95 = 0.3, 1.0  # seconds for the first answer after a change
SAMPLED_WITHIN: Final = 0.1  # of the count shown
TIMES: Final = 1.3  # as long as DuckDB by itself, for an exact count
_BOUNDED_FROM: Final = 50_000  # members: fewer are counted exactly
_CHANGES: Final = 40
_EACH: Final = 5  # orders of a customer
_PATH: Final = "/api/v1/segments/counts"
_DEFINITIONS: Final = """\
sources:
  - {name: orders, files: orders.parquet, primary_key: id}
relationships:
  - {name: orders, from: {source: orders, column: customer}, to: {source: customers, column: id}}
"""
_SQL: Final = """
    SELECT count(*) FROM customers WHERE id IN (
        SELECT customer FROM orders WHERE amount >= 500 AND ordered >= DATE '2025-06-01'
        GROUP BY customer HAVING count(*) >= 2)
"""
_AS_RULES: Final[dict[str, Any]] = {
    "related": "orders", "count": "rows", ">=": 2,
    "where": {"all": [{"column": "amount", ">=": 500}, {"column": "ordered", "after": "2025-05-31"}]},
}  # fmt: skip


def furnish(folder: Path, profiles: int) -> None:
    """Add orders that belong to the customers."""
    tables.orders(folder / "orders.parquet", _EACH * profiles)
    path = folder / "orders.yaml"
    path.write_text(_DEFINITIONS, encoding="utf-8")
    definition_apply.apply(Actor("bench", Role.ADMINISTRATOR), path, print)


def ask(browser: Browser, folder: Path, random: Random) -> Sequence[str]:
    """Change one line at a time, as somebody does who edits; return what is too slow or wrong."""
    print(f"\n{'after a change of':<34} {'median':>7}  {'p95':>7}  {'exact':>7}")
    wrong: list[str] = []
    for label, rules in (("a condition", _conditions(random)), ("related rows", _related(random))):
        first, exact = list[float](), list[float]()
        for asked in rules:
            told, took = _counted(browser, asked, exact=False)
            first.append(took)
            if not told["whole"]["exact"]:
                wrong += _is_too_wide(told["whole"])
                told, took = _counted(browser, asked, exact=True)
                exact.append(took)
        p95 = sorted(first)[ceil(0.95 * len(first)) - 1]
        print(f"{label:<34} {_ms(median(first))}  {_ms(p95)}  {_ms(median(exact)) if exact else '':>7}")
        if median(first) > MEDIAN or p95 > P95:
            wrong.append(f"a count after a change of {label} is too slow")
    return [*wrong, *_against_duckdb(browser, folder)]


def _against_duckdb(browser: Browser, folder: Path) -> Sequence[str]:
    files = {name: folder / f"{name}.parquet" for name in ("customers", "orders")}
    count, rival = min((tables.seconds_of(files, _SQL) for _ in range(3)), key=lambda one: one[1])
    told, took = _counted(browser, _AS_RULES, exact=True)
    times = took / rival
    print(
        f"exact count {_ms(took)} ms, DuckDB by itself {_ms(rival)} ms: {times:.2f} times, {TIMES} are allowed"
    )
    wrong = [] if told["whole"]["count"] == count else [f"/counts: {told['whole']['count']}, DuckDB {count}"]
    return [*wrong, *([f"an exact count takes {times:.2f} times as long as DuckDB"] if times > TIMES else [])]


def _is_too_wide(whole: dict[str, Any]) -> Sequence[str]:
    within = max(whole["high"] - whole["count"], whole["count"] - whole["low"])
    wide = whole["count"] >= _BOUNDED_FROM and within > SAMPLED_WITHIN * whole["count"]
    return [f"the interval of {whole['count']} is {within} wide"] if wide else []


def _counted(browser: Browser, rules: dict[str, Any], *, exact: bool) -> tuple[dict[str, Any], float]:
    began = perf_counter()
    status, body = browser.post(_PATH, {"rules": rules, "exact": exact})
    took = perf_counter() - began
    if status != HTTPStatus.OK:
        raise SystemExit(f"{_PATH}: {status} {body[:300]!r}")
    return json.loads(body), took


def _conditions(random: Random) -> Iterator[dict[str, Any]]:
    yield from (_rules(random.randrange(10_000), 500, 2) for _ in range(_CHANGES))


def _related(random: Random) -> Iterator[dict[str, Any]]:
    yield from (_rules(500, random.randrange(1_900), random.randint(1, 4)) for _ in range(_CHANGES))


def _rules(spent: int, amount: int, times: int) -> dict[str, Any]:
    bought = {
        "related": "orders", "count": "rows", ">=": times,
        "where": {"all": [{"column": "amount", ">=": amount}, {"column": "ordered", "in the last": 700}]},
    }  # fmt: skip
    tier = {"column": "tier", "any of": ["gold", "silver"]}
    return {"all": [tier, {"column": "spent", ">=": spent}, bought]}


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:7.0f}"
