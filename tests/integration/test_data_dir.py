"""A data directory that is read-only, or belongs to another user, is refused with its path and the permission
(fault 47).
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leleka.errors import NeedsAttention, Problem
from leleka.messages.problems import english
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import preparation

ROOT, SOMEBODY = 0, 65534
pytestmark = pytest.mark.django_db


@pytest.fixture
def here(settings: Any) -> Iterator[Path]:
    """A used data directory, and permissions that apply: root gives up its own for the test."""
    # Not below pytest's folder: only its owner has access to that.
    folder = Path(tempfile.mkdtemp(prefix="leleka-data-"))
    was_root = os.geteuid() == ROOT
    if was_root:
        os.chown(folder, SOMEBODY, -1)
        os.seteuid(SOMEBODY)
    data = folder / "data"
    settings.LELEKA = replace(settings.LELEKA, data_dir=data)
    try:
        preparation.prepare()
        (data / "lake").mkdir(mode=0o700)
        (data / "state.sqlite3").touch(mode=0o600)
        yield data
    finally:
        if was_root:
            os.seteuid(ROOT)
        for path in (folder, data, data / "lake"):
            path.chmod(0o700)
        shutil.rmtree(folder)


@pytest.fixture
def read_only(here: Path) -> Iterator[Path]:
    """The same directory on a disk that is mounted read-only."""
    if os.getuid() != ROOT:
        pytest.skip("only root may mount")
    os.seteuid(ROOT)
    for words in (("--bind", str(here), str(here)), ("-o", "remount,bind,ro", str(here))):
        if subprocess.run(["mount", *words], capture_output=True, check=False).returncode:
            subprocess.run(["umount", str(here)], capture_output=True, check=False)
            os.seteuid(SOMEBODY)
            pytest.skip("not even root may mount in this container")
    os.seteuid(SOMEBODY)
    yield here
    os.seteuid(ROOT)
    subprocess.run(["umount", str(here)], check=True)
    os.seteuid(SOMEBODY)


@pytest.mark.parametrize("inner", ["", "not/made/yet"])
def test_a_disk_that_is_mounted_read_only_is_said_to_be_so(
    read_only: Path, settings: Any, inner: str
) -> None:
    """Its owner cannot help it with any permission."""
    settings.LELEKA = replace(settings.LELEKA, data_dir=read_only / inner)
    with pytest.raises(NeedsAttention) as caught:
        preparation.prepare()
    (problem,) = caught.value.problems
    assert problem.code == "DATA_DIR_UNUSABLE"
    assert "mounted read-only" in english(problem).message
    assert "Mount it for writing" in english(problem).remedy


def refused() -> Problem:
    with pytest.raises(NeedsAttention) as caught:
        preparation.prepare()
    (problem,) = caught.value.problems
    assert problem.code == "DATA_DIR_FORBIDDEN"
    assert english(problem).message.startswith(f"This runs as user {os.geteuid()}, ")
    return problem


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("", 0o500),
        ("", 0o600),
        ("lake", 0o500),
        ("state.sqlite3", 0o400),
        ("state.sqlite3", 0o200),
        ("prepare.lock", 0o400),
    ],
)
def test_what_cannot_be_read_and_written_is_named(here: Path, name: str, mode: int) -> None:
    (here / name).chmod(mode)
    problem = refused()
    assert problem.where == str(here / name)
    # What is said to be done is enough.
    command, _, _ = english(problem).remedy.removeprefix("Run: ").partition(". ")
    subprocess.run(command.split(), check=True)
    preparation.prepare()


def test_a_directory_that_cannot_be_made_is_named(here: Path, settings: Any) -> None:
    here.chmod(0o500)
    settings.LELEKA = replace(settings.LELEKA, data_dir=here / "inner" / "data")
    assert refused().where.startswith(str(here))


def test_a_file_system_that_takes_nothing_is_named(settings: Any) -> None:
    """The kernel's own: nobody can make folders there, not even root."""
    settings.LELEKA = replace(settings.LELEKA, data_dir=Path("/sys/leleka/data"))
    assert refused().where.startswith("/sys/leleka")


@pytest.mark.usefixtures("here")
def test_somebody_else_s_directory_is_refused_to_root_as_well(settings: Any) -> None:
    """Root could write there, and would leave files that the owner cannot open."""
    if os.getuid() == ROOT:
        os.seteuid(ROOT)
    else:
        settings.LELEKA = replace(settings.LELEKA, data_dir=Path("/"))
    problem = refused()
    assert problem.where == str(installation_configuration.configuration().data_dir)
    owner = Path(problem.where).stat().st_uid
    assert f"It belongs to user {owner}." in english(problem).message
    assert f"sudo -u '#{owner}' leleka" in english(problem).remedy
    assert "chown" not in english(problem).remedy  # the service, its owner, would be locked out


def test_somebody_else_s_file_in_one_s_own_directory_is_refused(here: Path) -> None:
    """What a command that root once ran left behind."""
    if os.getuid() != ROOT:
        (here / "lake").rmdir()
        (here / "lake").symlink_to("/usr")
    else:
        os.seteuid(ROOT)
        os.chown(here / "lake", ROOT, -1)
        os.seteuid(SOMEBODY)
    problem = refused()
    assert (problem.where, "belongs to user 0:" in english(problem).message) == (str(here / "lake"), True)
    assert f"chown -R {os.geteuid()} {here}" in english(problem).remedy
