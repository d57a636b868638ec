"""A command run by hand reads the settings file of the service as systemd does, or refuses it."""

import os
from pathlib import Path

import pytest

from leleka.cli import env_file
from leleka.errors import InvalidInput, NeedsAttention


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "leleka.env"


def test_bare_and_quoted_values_are_read_and_comments_are_not(file: Path) -> None:
    file.write_text(
        "# one\n; two\n\nA=plain\nB= spaced \nC='x y'\nD=\"p#q\"\nE=\nF=a=b\nG=x#y\n", encoding="utf-8"
    )
    assert env_file.read(file) == {
        "A": "plain", "B": "spaced", "C": "x y", "D": "p#q", "E": "", "F": "a=b", "G": "x#y",
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["A", "export A=1", "A=1 # comment", "A='x", 'A="x" y', "A=x\\ty", "A='it's'", "1A=x", "A B=x", '"A=1"'],
)
def test_a_line_that_the_service_would_read_otherwise_is_refused_by_its_number(file: Path, line: str) -> None:
    file.write_text(f"B=1\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        env_file.read(file)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where, problem.params) == ("ENV_FILE_INVALID", str(file), {"line": 3})


def test_a_file_that_is_not_there_or_not_text_is_named(file: Path) -> None:
    with pytest.raises(NeedsAttention, match="ENV_FILE_UNREADABLE"):
        env_file.read(file)
    file.write_bytes(b"A=\xff\n")
    with pytest.raises(NeedsAttention, match="ENV_FILE_UNREADABLE"):
        env_file.read(file)


def test_no_setting_of_the_shell_is_mixed_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"LELEKA_DATA_DIR": "/shell", "leleka_threads": "9", "HOME": "/h"})
    file.write_text("LELEKA_MASTER_KEY_FILE=/k\n", encoding="utf-8")
    env_file.use(file)
    assert os.environ == {"LELEKA_MASTER_KEY_FILE": "/k", "HOME": "/h"}
