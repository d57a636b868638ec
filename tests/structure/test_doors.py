"""The doors know the facade alone: what pages, API and terminal import from services is a list in pyproject.toml."""

import tomllib
from pathlib import Path

import grimp

LISTS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "leleka"
]
DOORS = ("web", "api", "cli", "conf")


def imported_by_doors() -> set[str]:
    """Return the modules of services that a door imports, as their places below ``leleka.services``."""
    graph = grimp.build_graph("leleka", cache_dir=None)
    doors = {module for door in DOORS for module in graph.find_descendants(f"leleka.{door}")}
    found = {one for door in doors for one in graph.find_modules_directly_imported_by(door)}
    return {one.removeprefix("leleka.services.") for one in found if one.startswith("leleka.services.")}


def test_doors_import_from_services_what_the_list_allows() -> None:
    found = imported_by_doors()
    assert len(found) > 30
    others = {one for one in found if one.rsplit(".", 1)[-1] not in LISTS["doors-import-in-every-folder"]}
    assert sorted(others - set(LISTS["doors-import-besides"])) == []


def test_the_list_holds_nothing_that_no_door_imports() -> None:
    assert sorted(set(LISTS["doors-import-besides"]) - imported_by_doors()) == []
