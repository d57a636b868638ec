"""Time comes from the clock port alone (decision 0032)."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from leleka.core.clock import SystemClock, current_clock, using, utc_now
from tests.fakes.clock import START, VirtualClock

PACKAGE: Final = Path(__file__).parents[3] / "src" / "leleka"
# The sandbox plays somebody else's server: it imports nothing of the product, and has a clock of its own.
CLOCKS: Final = frozenset({Path("core/clock.py"), Path("sandbox/timing.py")})
SOURCES: Final = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if "migrations" not in path.parts and path.relative_to(PACKAGE) not in CLOCKS
)
OF_DATETIME: Final = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})
OF_DJANGO: Final = frozenset({"timezone.now", "timezone.localdate"})
OF_FIELDS: Final = frozenset({"auto_now", "auto_now_add"})


def asks_for_the_time(source: str) -> Iterator[str]:
    """Yield what in a module reads a clock, called or handed on, past the port."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (f"import {one.name}" for one in node.names if one.name == "time")
        elif isinstance(node, ast.ImportFrom):
            names = {one.name for one in node.names}
            if node.module == "time" or (node.module == "django.utils.timezone" and "now" in names):
                yield f"from {node.module} import {', '.join(sorted(names))}"
        elif isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in OF_DATETIME | OF_DJANGO:
                yield name
        elif isinstance(node, ast.Call):
            yield from (one.arg for one in node.keywords if one.arg in OF_FIELDS)
            if ast.unparse(node.func).endswith("timezone.localtime") and not node.args:
                yield "timezone.localtime()"
            if ast.unparse(node.func).endswith("signing.loads"):
                yield from ("max_age" for one in node.keywords if one.arg == "max_age")


def forgets_its_clock(source: str) -> Iterator[str]:
    """Yield the functions that are handed a clock and ask the current one all the same."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        if "clock" not in {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}:
            continue
        if {"utc_now()", "current_clock()"} & {
            ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.Call)
        }:
            yield node.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nobody_asks_for_the_time_but_the_clock(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert list(asks_for_the_time(source)) == []
    assert list(forgets_its_clock(source)) == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from time import perf_counter",
        "from django.utils.timezone import now",
        "field = DateTimeField(default=timezone.now)",
        "field = DateTimeField(auto_now_add=True)",
        "at = datetime.now(UTC)",
        "at = datetime.datetime.utcnow()",
        "day = date.today()",
        "at = timezone.localtime()",
        "told = signing.loads(proof, max_age=60)",
    ],
)
def test_each_way_past_the_clock_is_seen(line: str) -> None:
    assert list(asks_for_the_time(line))


def test_a_function_that_forgets_its_clock_is_seen() -> None:
    assert list(forgets_its_clock("def begin(clock):\n    return utc_now()")) == ["begin"]
    assert list(forgets_its_clock("def begin(clock):\n    return utc_now(clock)")) == []
    assert list(forgets_its_clock("def begin():\n    return utc_now()")) == []


def test_an_instant_is_aware_and_in_utc() -> None:
    assert utc_now(VirtualClock()) == datetime.fromtimestamp(START, UTC)
    assert utc_now(VirtualClock()).tzinfo is UTC


def test_the_current_clock_is_the_machine_s_but_where_another_one_is_set() -> None:
    clock, elsewhere = VirtualClock(), []
    with using(clock):
        clock.sleep(60)
        assert utc_now() == datetime.fromtimestamp(START + 60, UTC)
        thread = Thread(target=lambda: elsewhere.append(current_clock()))
        thread.start()
        thread.join()
    assert isinstance(current_clock(), SystemClock)
    assert isinstance(elsewhere[0], SystemClock)
