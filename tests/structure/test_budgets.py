"""Structure is a promise: short files, short functions, folders one can take in, and nothing left for later."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION, FULLEST_FOLDER = 300, 40, 24
# Spelled in parts, or this file would speak of itself.
LEFTOVERS = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X", "for " + "now")))


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{place(path)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_a_file_is_short() -> None:
    lines = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES + TESTS}
    assert len(lines) > 600
    assert {path: count for path, count in lines.items() if count > LONGEST_FILE} == {}


def test_a_function_is_short() -> None:
    lengths = {name: count for path in SOURCES + TESTS for name, count in functions(path)}
    assert {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION} == {}


def test_a_folder_of_the_source_holds_few_files() -> None:
    files = Counter(place(path.parent) for path in SOURCES if path.name != "__init__.py")
    assert {folder: count for folder, count in files.items() if count > FULLEST_FOLDER} == {}


def test_nothing_is_left_for_later() -> None:
    found = {place(path): LEFTOVERS.findall(path.read_text(encoding="utf-8")) for path in SOURCES + TESTS}
    assert {path: words for path, words in found.items() if words} == {}


def test_no_imports_go_in_a_circle() -> None:
    """Late imports and those for types alone count as well: each module can be read without those above it."""
    graph = grimp.build_graph("leleka", cache_dir=None)
    left = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while free := {module for module, imported in left.items() if not imported & left.keys()}:
        left = {module: imported for module, imported in left.items() if module not in free}
    # What is left is on a circle, or above one.
    assert sorted(left) == []
