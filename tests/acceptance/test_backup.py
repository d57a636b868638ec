"""A backup is restored into an empty installation, which continues where the first one was (S-6,
fault 49).
"""

import tarfile
from pathlib import Path

import pytest

from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.test_kill import write_people


def elsewhere(installation: Installation, folder: Path, database: str = "") -> Installation:
    """Return a second, empty installation that shares the master key and the sandbox."""
    environment = installation.environment | {"LELEKA_DATA_DIR": str(folder / "data")}
    if database:
        environment["LELEKA_DATABASE_URL"] = database
    return Installation(installation.folder, installation.sandbox, environment)


@pytest.mark.long
def test_what_was_backed_up_goes_on_elsewhere(installation: Installation, tmp_path: Path) -> None:
    people = write_people(installation, 300)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    installation.leleka("export", "run", "Everybody")
    archive = tmp_path / "leleka.tar.gz"
    installation.leleka("backup", str(archive))
    with postgresql() as server:
        for name, url in (("sqlite", ""), ("postgresql", server)):
            other = elsewhere(installation, tmp_path / name, url)
            other.leleka("restore", str(archive))
            before = installation.state()["imports"]["accepted"]
            report = other.json("export", "run", "Everybody")
            assert (report["counts"]["unchanged"], report["id"]) == (len(people), 2), name
            assert installation.state()["imports"]["accepted"] == before, name
            assert other.json("run", "verify", "1")["counted"]["delivered"] == len(people), name
            refused = other.leleka("restore", str(archive), code=1)
            assert "RESTORE_NOT_EMPTY" in refused or refused == "", name


@pytest.mark.slow
def test_a_backup_holds_no_key(installation: Installation, tmp_path: Path) -> None:
    write_people(installation, 10)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    archive = tmp_path / "leleka.tar.gz"
    installation.leleka("backup", str(archive))
    master = Path(installation.environment["LELEKA_MASTER_KEY_FILE"]).read_text().partition(":")[2].strip()
    with tarfile.open(archive) as opened:
        contents = [opened.extractfile(one).read() for one in opened if one.isfile()]  # type: ignore[union-attr]
    assert not any(KEY.encode() in content or master.encode() in content for content in contents)


@pytest.mark.long
def test_a_damaged_backup_changes_nothing(installation: Installation, tmp_path: Path) -> None:
    write_people(installation, 10)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    archive = tmp_path / "leleka.tar.gz"
    installation.leleka("backup", str(archive))
    harms = {"cut": archive.read_bytes()[:-600], "other": b"PK\x03\x04 nothing of ours", "missing": None}
    for name, harm in harms.items():
        if harm is None:
            archive.unlink()
        else:
            archive.write_bytes(harm)
        other = elsewhere(installation, tmp_path / name)
        other.leleka("restore", str(archive), code=2)
        assert other.json("export", "list") == [], name
