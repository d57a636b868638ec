"""A kind of destination is one line: nothing outside its folder knows its name, and all is drawn from its settings."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any

import pytest

from leleka.core.secret import Secret
from leleka.destinations import registry
from leleka.destinations.activecampaign.spec import SPEC
from leleka.destinations.spec import SettingInfo, SettingType, Spec
from leleka.errors import NeedsAttention

SOURCE = Path(__file__).parents[2] / "src" / "leleka"
KINDS = [path.parent.name for path in (SOURCE / "destinations").glob("*/spec.py")]
# Where a kind may be named, and why.
ALLOWED = {
    "conf/settings.py": "LELEKA_ACTIVECAMPAIGN_HOST_SUFFIXES is what operators wrote into their environment in 0.1.0",
    "cli/demo/story.py": "the demo's definitions file, which people read: it leads to the sandbox",
}
# The sandbox is an ActiveCampaign; what a migration did stays as it was done.
ELSEWHERE = {"sandbox", "migrations", "locale"}
SCREENS = (
    "pages/connection.html", "pages/connection_*.html", "pages/export_*.html", "parts/connection_*.html",
    "parts/export_*.html",
)  # fmt: skip


def sources() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*")):
        inside = path.relative_to(SOURCE)
        if path.suffix in {".py", ".html", ".js"} and not ELSEWHERE.intersection(inside.parts):
            yield path


def named(path: Path) -> set[str]:
    """Return the kinds that a file's code names: in text, as a name or by import. Docstrings and comments are prose."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return {kind for kind in KINDS if kind in text}
    tree = ast.parse(text)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    said: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            said.append(node.value)
        parts = [getattr(node, part, None) for part in ("id", "attr", "arg", "module")]
        said += [part for part in parts if isinstance(part, str)]
        said += [one.name for one in getattr(node, "names", ()) if isinstance(one, ast.alias)]
    return {kind for kind in KINDS if any(kind in one for one in said)}


def test_no_code_outside_its_folder_names_a_kind() -> None:
    found = {
        str(inside)
        for path in sources()
        for inside in [path.relative_to(SOURCE)]
        for kind in named(path)
        if inside.parts[:2] != ("destinations", kind)
    }
    assert KINDS
    assert found == ALLOWED.keys()


def test_pages_of_connections_and_exports_call_a_destination_by_its_title() -> None:
    pages = {path for pattern in SCREENS for path in (SOURCE / "web/templates/web").glob(pattern)}
    titles = [spec.title for spec in registry.specs()]
    named_here = {
        path.name for path in pages for title in titles if title in path.read_text(encoding="utf-8")
    }
    assert len(pages) > 10
    assert named_here == set()


def test_every_folder_with_a_spec_is_an_entry_point() -> None:
    assert sorted(registry.kinds()) == sorted(KINDS)
    assert [spec.kind for spec in registry.specs() if spec.assumed] == [registry.assumed_kind()]


def test_asking_which_kinds_there_are_imports_none() -> None:
    script = (
        "import sys; from leleka.destinations.registry import kinds; kinds(); print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if re.match(r"leleka\.destinations\.\w+\.", name)] == []


def test_settings_are_drawn_from_the_dataclass() -> None:
    drawn = [(one.name, one.type, one.required, one.info.address) for one in SPEC.fields]
    assert drawn == [("host", SettingType.TEXT, True, True), ("key", SettingType.SECRET, True, False)]
    assert (SPEC.secrets, SPEC.address.name, SPEC.plain) == (("key",), "host", ())


@dataclass
class Taken:
    office: Annotated[str, SettingInfo("Office", address=True)]
    password: Annotated[Secret, SettingInfo("Password")]


@dataclass
class Nowhere:
    stamp: Annotated[Secret, SettingInfo("Stamp")]


@dataclass
class Guessable:
    office: Annotated[str, SettingInfo("Office", address=True)]
    stamp: Annotated[Secret, SettingInfo("Stamp")] = Secret("always the same")  # noqa: RUF009 - what is refused


@dataclass
class Unsaid:
    office: str


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Taken, "every connection has password already"),
        (Nowhere, "exactly one setting is the address"),
        (Guessable, "a secret is required and has no default"),
        (Unsaid, "the setting office needs a SettingInfo"),
    ],
)
def test_settings_that_cannot_be_drawn_or_kept_are_refused_at_once(settings: type[Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        spec(settings)


@pytest.mark.parametrize("found", ["nowhere.at.all:SPEC", "leleka.destinations.registry:kinds"])
def test_a_kind_that_cannot_be_loaded_is_left_out_and_says_so(
    found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = registry.kinds()
    kept = vars(registry._KINDS)
    broken = EntryPoint("pigeon", found, "leleka.destinations")
    monkeypatch.setitem(kept, "_found", {**registry._KINDS._found, "pigeon": broken})
    monkeypatch.delitem(kept, "_all", raising=False)
    assert registry.kinds() == (*own, "pigeon")
    assert [one.kind for one in registry.specs()] == list(own)
    assert registry.title_of("pigeon") == "pigeon"
    with pytest.raises(NeedsAttention, match="DESTINATION_BROKEN"):
        registry.spec_of("pigeon")


def spec(settings: type[Any]) -> Spec[Any]:
    return Spec(
        kind="postcards",
        title="Postcards",
        settings=settings,
        limits=SPEC.limits,
        steps={},
        open=SPEC.open,
        identify=SPEC.identify,
    )
