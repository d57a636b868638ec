"""The map of the code leads somewhere, and leaves nothing out."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from leleka import __version__

ROOT: Final = Path(__file__).parents[3]
SOURCE: Final = ROOT / "src/leleka"
DECISIONS: Final = ROOT / "docs/decisions"


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


FOLDERS: Final = sorted(
    {str(path.parent.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if path.parent != SOURCE}
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_is_on_the_map(folder: str) -> None:
    assert f"`{folder}/`" in text_of("docs/architecture.md")


def test_the_map_has_no_folder_that_is_not_there() -> None:
    named = re.findall(r"`([a-z_/]+)/`", text_of("docs/architecture.md"))
    assert [folder for folder in named if not (SOURCE / folder).is_dir()] == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)+\.py)`", text_of(page))
    roots = (SOURCE, ROOT)
    assert named
    assert [name for name in named if not any((root / name).is_file() for root in roots)] == []


@pytest.mark.parametrize("package", sorted({folder.partition("/")[0] for folder in FOLDERS}))
def test_every_package_is_in_contributing(package: str) -> None:
    assert re.search(rf"^  {package}/ +\w", text_of("CONTRIBUTING.md"), re.MULTILINE)


def test_every_decision_is_in_the_index_under_its_number() -> None:
    index = re.findall(r"^\| \[(\d{4})\]\((\d{4}[^)]+)\)", text_of("docs/decisions/README.md"), re.MULTILINE)
    assert sorted(name for _, name in index) == sorted(path.name for path in DECISIONS.glob("0*.md"))
    assert [name for number, name in index if not name.startswith(number)] == []


def test_the_index_of_documentation_names_every_page() -> None:
    index = text_of("docs/README.md")
    pages = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if path.parent != DECISIONS and path.name != "README.md"
    ]
    assert [str(path) for path in pages if f"({path.relative_to(ROOT / 'docs')})" not in index] == []


def anchors_of(page: Path) -> set[str]:
    """Return what a link may name in a page: its headings as GitHub spells them, and anchors set by hand."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


def test_every_link_to_a_part_of_a_page_finds_it() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}#{anchor}"
        for page in pages
        for target, anchor in re.findall(
            r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")
        )
        if anchor not in anchors_of((page.parent / target) if target else page)
    ]
    assert broken == []


def test_terms_of_the_glossary_stand_once_and_are_translated() -> None:
    rows = re.findall(r"^\| ([^|`]+) \| ([^|]+) \| [^|]+ \|$", text_of("docs/glossary.md"), re.MULTILINE)
    terms = [term for term, _ in rows if term not in {"Term", "---"}]
    assert len(terms) == len(set(terms)) > 50
    assert [
        term for term, ours in rows if term not in {"Term", "---"} and not re.search("[а-яіїєґ]", ours)
    ] == []


def test_the_version_is_the_newest_of_the_changelog() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", text_of("CHANGELOG.md"), re.MULTILINE)
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    assert versions[0] == __version__ == project["version"]
    assert versions == sorted(
        versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True
    )
