"""Structure is a promise: files up to 300 lines, functions up to 40, and no markers of unfinished work."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
# Spelled in parts, or this file would match itself.
LEFTOVERS = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X", "for " + "now")))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_holds_short_functions(path: Path) -> None:
    if "migrations" in path.parts:
        return
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_for_later(path: Path) -> None:
    assert LEFTOVERS.findall(path.read_text(encoding="utf-8")) == []


def test_every_command_is_in_the_reference() -> None:
    from typer.main import get_command  # noqa: PLC0415 - the terminal needs settings

    from leleka.cli.main import app  # noqa: PLC0415

    reference = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    root = get_command(app)
    names = []
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        names += [f"leleka {name} {one}" for one in inner] if inner else [f"leleka {name}"]
    assert names
    assert [name for name in names if f"`{name}" not in reference] == []


def test_every_setting_is_in_the_reference() -> None:
    from leleka.conf.settings import Settings  # noqa: PLC0415

    reference = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    names = [f"`LELEKA_{name.upper()}`" for name in Settings.model_fields]
    assert [name for name in names if name not in reference] == []


def test_every_reason_is_in_the_reference() -> None:
    from leleka.core.reasons import SENTENCES  # noqa: PLC0415

    reference = (ROOT / "docs/reference/runs.md").read_text(encoding="utf-8")
    assert [code for code in SENTENCES if f"`{code}`" not in reference] == []


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
