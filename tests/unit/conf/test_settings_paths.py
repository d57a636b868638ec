"""Paths in settings: a meaningless one is refused, and never mistaken for the current folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from leleka.conf import settings
from leleka.errors import InvalidInput
from leleka.messages.problems import english


def problem(call: object) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as caught:
        call()  # type: ignore[operator]
    (found,) = caught.value.problems
    assert english(found).message
    return found.code, found.where


@pytest.mark.parametrize("name", ["LELEKA_DATA_DIR", "LELEKA_MASTER_KEY_FILE"])
@pytest.mark.parametrize("value", ["", "  ", "~nobody-of-this-name/x"])
def test_a_path_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert problem(settings.read) == ("SETTING_INVALID", name)


def test_a_source_folder_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LELEKA_SOURCE_DIRS", "/data,~nobody-of-this-name/x")
    assert problem(settings.read) == ("SETTING_INVALID", "LELEKA_SOURCE_DIRS")


def test_a_default_below_a_home_that_nobody_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service's user may have none."""

    def homeless(_path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.delenv("LELEKA_DATA_DIR")
    monkeypatch.setenv("LELEKA_MASTER_KEY_FILE", "/etc/leleka/key")
    with pytest.raises(InvalidInput) as caught:
        settings.read()
    assert "LELEKA_DATA_DIR" in {found.where for found in caught.value.problems}


@pytest.mark.parametrize("content", ["", "\n", " \t\n"])
def test_an_empty_file_for_the_database_does_not_mean_sqlite(tmp_path: Path, content: str) -> None:
    file = tmp_path / "url"
    file.write_text(content)
    named = {"LELEKA_DATABASE_URL_FILE": str(file)}
    assert problem(lambda: settings.database_url(named)) == ("SETTING_INVALID", "LELEKA_DATABASE_URL_FILE")


@pytest.mark.parametrize("name", ["", "~nobody-of-this-name/x", "a\0b"])
def test_a_file_for_the_database_that_is_named_by_nothing_does_not_mean_sqlite(name: str) -> None:
    named = {"LELEKA_DATABASE_URL_FILE": name}
    assert problem(lambda: settings.database_url(named)) == ("SETTING_INVALID", "LELEKA_DATABASE_URL_FILE")


def test_with_json_a_wrong_setting_is_a_document_on_standard_output() -> None:
    """What reads the output finds one JSON document whatever happens."""
    done = subprocess.run(
        [sys.executable, "-m", "leleka", "run", "list", "--json"],
        env={"LELEKA_DATA_DIR": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith('{"problems": [{"code": "SETTING_INVALID"')
