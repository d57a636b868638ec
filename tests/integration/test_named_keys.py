"""Keys named as file:/path: ordinary files below the operator's folders, and one answer for everything else."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leleka.conf import guard_settings
from leleka.conf.settings import Settings
from leleka.core.configuration import Configuration, KeyPlaces
from leleka.errors import NeedsAttention
from leleka.messages.problems import english
from leleka.services.connections.named_keys import referenced

KEY = "CANARY-0123456789-a1b2"


@pytest.fixture
def folder(installation: Configuration, settings: Any, tmp_path: Path) -> Path:
    allowed = tmp_path / "keys-of-accounts"
    allowed.mkdir()
    settings.LELEKA = replace(installation, key_places=KeyPlaces(folders=(allowed,)))
    return allowed


def said(path: Path) -> str:
    """Return what is said of a file that cannot be used, without its path."""
    with pytest.raises(NeedsAttention) as caught:
        referenced(f"file:{path}", "Main")
    assert caught.value.code == "KEY_MISSING"
    return str(english(caught.value.problems[0])).replace(str(path), "PATH")


def test_a_file_in_an_allowed_folder_is_read_through_a_link_as_well(folder: Path) -> None:
    (folder / "key").write_text(f"{KEY}\n", encoding="utf-8")
    (folder / "link").symlink_to("key")
    assert [referenced(f"file:{folder / name}", "").reveal() for name in ("key", "link")] == [KEY, KEY]


def outside(folder: Path) -> Path:
    (folder.parent / "outside").write_text(KEY, encoding="utf-8")
    return folder.parent / "outside"


def linked(folder: Path) -> Path:
    (folder / "out").symlink_to(outside(folder))
    return folder / "out"


def piped(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def large(folder: Path) -> Path:
    (folder / "large").write_bytes(b"k" * 10_001)
    return folder / "large"


def binary(folder: Path) -> Path:
    (folder / "binary").write_bytes(b"\xff\xfe")
    return folder / "binary"


def empty(folder: Path) -> Path:
    (folder / "empty").write_text(" \n", encoding="utf-8")
    return folder / "empty"


@pytest.mark.parametrize(
    "made",
    [
        outside,
        linked,
        piped,
        large,
        binary,
        empty,
        lambda folder: folder / "missing",
        lambda folder: folder / ".." / outside(folder).name,
        lambda folder: folder,
        lambda _: Path("/etc/passwd"),
        lambda _: Path("/nowhere/at/all"),
        lambda _: Path("relative"),
    ],
)
def test_whatever_is_no_key_file_gets_one_and_the_same_answer(
    folder: Path, made: Callable[[Path], Path]
) -> None:
    assert said(made(folder)) == said(folder / "missing")


def test_the_master_key_is_nobody_s_key_wherever_it_lies(folder: Path, settings: Any) -> None:
    master = folder / "master.key"
    master.write_text(KEY, encoding="utf-8")
    settings.LELEKA = replace(settings.LELEKA, master_key_file=master)
    assert said(master) == said(folder / "missing")


def test_what_leleka_s_own_secrets_are_read_from_is_nobody_s_key(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default Docker lays them all into the same folder."""
    for number, name in enumerate(("DATABASE_URL", "METRICS_TOKEN", "WEBHOOK_SECRET", "SMTP_URL")):
        (folder / name).write_text(KEY, encoding="utf-8")
        (folder / f"link{number}").symlink_to(name)
        monkeypatch.setenv(f"LELEKA_{name}_FILE", str(folder / f"link{number}"))
    monkeypatch.setenv("LELEKA_KEY_DIRS", str(folder))
    places = guard_settings.key_places(Settings.of(os.environ), os.environ)
    settings.LELEKA = replace(settings.LELEKA, key_places=places)
    (folder / "key").write_text(KEY, encoding="utf-8")
    assert referenced(f"file:{folder / 'key'}", "").reveal() == KEY
    for number, name in enumerate(("DATABASE_URL", "METRICS_TOKEN", "WEBHOOK_SECRET", "SMTP_URL")):
        assert said(folder / name) == said(folder / f"link{number}") == said(folder / "missing")


@pytest.mark.parametrize("allowed", ["/run/secrets", "/dev"])
def test_a_device_is_not_read(folder: Path, settings: Any, allowed: str) -> None:
    settings.LELEKA = replace(settings.LELEKA, key_places=KeyPlaces(folders=(Path(allowed),)))
    assert said(Path("/dev/zero")) == said(folder / "missing")
