"""What no type checker sees: code in strings, for other processes, and how scripts begin."""

import ast
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
OURS: Final = ("leleka", "tests", "scripts")
SCRIPTS: Final = ("bench_delivery", "bench_pages", "contoso", "pictures", "proof", "soak")


def imports(code: str) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each of our imports; nothing where the text is no code."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OURS:
            yield from ((node.module, name.name) for name in node.names)


def exists(module: str, name: str) -> bool:
    """Return whether a module has a name. It is not run for that: what the web server runs begins threads that stay."""
    try:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            return False
        if spec.submodule_search_locations is not None and find_spec(f"{module}.{name}"):
            return True
    except ModuleNotFoundError:
        return False
    return name in set(names_in(ast.parse(Path(spec.origin).read_text("utf-8"))))


def names_in(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines, or imports."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (one.asname or one.name.partition(".")[0] for one in node.names)
        else:
            yield from (one.id for one in ast.walk(node) if isinstance(one, ast.Name))


def test_names_are_found_without_running_what_has_them() -> None:
    """The web server's module watched over the workers of whatever database the tests had."""
    server = "leleka.conf.server"
    sys.modules.pop(f"{server}.application", None)
    before = {thread.name for thread in threading.enumerate()}
    assert exists(server, "application")
    assert exists(f"{server}.application", "application")
    assert exists(f"{server}.application", "Front")
    assert not exists(f"{server}.application", "nothing")
    assert not exists("leleka.nowhere", "nothing")
    assert f"{server}.application" not in sys.modules
    assert {thread.name for thread in threading.enumerate()} <= before


@pytest.mark.parametrize("folder", ["tests", "scripts"])
def test_code_in_a_string_imports_what_there_is(folder: str) -> None:
    wrong = []
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "import" in node.value:
                wrong += [
                    f"{path.relative_to(ROOT)}:{node.lineno}: {module}.{name}"
                    for module, name in imports(node.value)
                    if not exists(module, name)
                ]
    assert wrong == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_begins(name: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", f"scripts.{name}", "--help"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stdout[:6]) == (0, "usage:"), told.stderr


def test_what_begins_a_script_is_its_last_statement() -> None:
    """Else it runs before what stands below it is defined."""
    wrong = []
    for path in [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        *before, _ = ast.parse(path.read_text("utf-8")).body or [ast.Pass()]
        if any(isinstance(node, ast.If) and "__main__" in ast.unparse(node.test) for node in before):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []
