"""What a docstring or comment cites in double backticks exists: renames do not reach prose by themselves."""

import builtins
import io
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parent.parent.parent
_CITED: Final = re.compile(r"``([A-Za-z_][A-Za-z_0-9.]*)``")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_OF_OTHERS: Final = {
    "CalledProcessError",
    "is_global",
}  # the standard library's, cited where code does without them


def _files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    return [_ROOT / name for name in listed.splitlines()]


def _split(path: Path) -> tuple[str, str]:
    """Return the code of a module, and its prose: comments and docstrings."""
    code: list[str] = []
    prose: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        is_prose = token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and token.string.endswith('"""')
        )
        (prose if is_prose else code).append(token.string)
    return " ".join(code), " ".join(prose)


@cache
def _known() -> tuple[frozenset[str], dict[Path, str]]:
    """Return every name of the project's code, files and pages, and each module's prose."""
    known, prose = set(dir(builtins)) | _OF_OTHERS, {}
    for path in _files():
        known |= set(_WORD.findall(str(path.relative_to(_ROOT))))
        if path.suffix == ".py":
            code, prose[path] = _split(path)
            known |= set(_WORD.findall(code))
        elif path.suffix in {".html", ".js", ".toml", ".yml", ".yaml"} or path.name == "Makefile":
            known |= set(_WORD.findall(path.read_text(encoding="utf-8")))
    return frozenset(known), prose


@pytest.mark.parametrize("room", ["src", "tests", "scripts"])
def test_what_prose_cites_exists(room: str) -> None:
    known, prose = _known()
    stale = {
        f"{path.relative_to(_ROOT)}: {cited}"
        for path, text in prose.items()
        if path.is_relative_to(_ROOT / room)
        for cited in _CITED.findall(text)
        if not known.issuperset(_WORD.findall(cited))
    }
    assert stale == set()


def test_a_name_that_is_gone_is_found() -> None:
    assert "no_such_name_" + "anywhere" not in _known()[0]
    assert _CITED.findall("as ``rules_parsing.parse`` does") == ["rules_parsing.parse"]
