"""The documents are whole: every command, setting and reason is in the reference, and every link leads somewhere."""

import re
from pathlib import Path

from leleka.messages.problems_of_concerns import PROBLEMS

ROOT = Path(__file__).parents[2]


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
    from leleka.core.reason_codes import CODES  # noqa: PLC0415

    reference = (ROOT / "docs/reference/runs.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"`{code}`" not in reference] == []


def test_every_code_of_what_is_wrong_now_is_in_its_reference() -> None:
    reference = (ROOT / "docs/reference/concerns.md").read_text(encoding="utf-8")
    table = "".join(line for line in reference.splitlines(keepends=True) if line.startswith("|"))
    assert [code for code in PROBLEMS if f"`{code}`" not in table] == []
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", table)) <= set(PROBLEMS)


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
