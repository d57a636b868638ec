"""What no type checker sees: code in strings, for other processes, and how scripts begin."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
OURS: Final = ("leleka", "tests", "scripts")
SCRIPTS: Final = ("bench_delivery", "bench_pages", "pictures", "proof", "soak")


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
    try:
        return hasattr(importlib.import_module(module), name) or bool(
            importlib.import_module(f"{module}.{name}")
        )
    except ModuleNotFoundError:
        return False


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
