"""A backup is restored into an empty installation, which continues where the first one was (S-6,
fault 49); one that is killed leaves nothing half that looks whole, and the same command goes on.
"""

from pathlib import Path

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.killing import killed_at
from tests.acceptance.test_kill import write_people


def elsewhere(installation: Installation, folder: Path, database: str = "") -> Installation:
    """Return a second installation, which is not there yet, that shares the master key and the sandbox."""
    environment = installation.environment | {"LELEKA_DATA_DIR": str(folder / "data")}
    if database:
        environment["LELEKA_DATABASE_URL"] = database
    return Installation(installation.folder, installation.sandbox, environment)


@pytest.mark.long
def test_what_was_backed_up_goes_on_elsewhere(installation: Installation, tmp_path: Path) -> None:
    people = write_people(installation, 300)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    installation.leleka("export", "run", "Everybody")
    archive = tmp_path / "leleka.leleka"
    installation.leleka("backup", str(archive))
    with postgresql() as server:
        for name, url in (("sqlite", ""), ("postgresql", server)):
            other = elsewhere(installation, tmp_path / name, url)
            (tmp_path / name / "data").mkdir(parents=True)
            (refused,) = other.json("export", "list", code=2)["problems"]
            assert refused["code"] == "INSTALLATION_UNKNOWN", name
            assert f"{tmp_path}/{name}/data" in refused["message"] + refused["where"], name
            assert list((tmp_path / name / "data").iterdir()) == [], name
            other.leleka("restore", str(archive))
            before = installation.state()["imports"]["accepted"]
            report = other.json("export", "run", "Everybody")
            assert (report["counts"]["unchanged"], report["id"]) == (len(people), 2), name
            assert installation.state()["imports"]["accepted"] == before, name
            assert other.json("run", "verify", "1")["counted"]["delivered"] == len(people), name
            refused = other.json("restore", str(archive), code=1)
            assert refused["problems"][0]["code"] == "RESTORE_NOT_EMPTY", name


# Where a process dies, after so many calls.
BACKING_UP = (("tarfile:TarFile.addfile", 3), ("os.link", 1))
RESTORING = (
    ("leleka.warehouse.lake:Lake.adopt", 2),  # one snapshot of several is in the lake
    ("leleka.services.backups.loading._put", 2),
    ("django.db.backends.base.base:BaseDatabaseWrapper._commit", 1),
)


@pytest.mark.long
def test_a_killed_backup_leaves_none_and_the_next_one_is_whole(
    installation: Installation, tmp_path: Path
) -> None:
    write_people(installation, 10)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    installation.leleka("export", "run", "Everybody")
    archive = tmp_path / "backups" / "one.leleka"
    archive.parent.mkdir()
    for place, call in BACKING_UP:
        killed_at(installation, place, call, "backup", str(archive))
        assert not archive.exists(), place
        (left,) = archive.parent.iterdir()
        assert left.name.endswith(".partial"), place
        assert left.stat().st_mode & 0o077 == 0, place
        left.unlink()
    installation.leleka("backup", str(archive))
    assert installation.json("restore", "--verify", str(archive))["runs"] == 1


@pytest.mark.long
def test_a_killed_restore_leaves_nothing_that_looks_whole_and_is_done_again(
    installation: Installation, tmp_path: Path
) -> None:
    write_people(installation, 10)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    installation.leleka("export", "run", "Everybody")
    archive = tmp_path / "one.leleka"
    installation.leleka("backup", str(archive))
    other = elsewhere(installation, tmp_path / "other")
    data = tmp_path / "other" / "data"
    for place, call in RESTORING:
        killed_at(other, place, call, "restore", str(archive))
        assert other.json("export", "list") == [], place
    done = other.json("restore", str(archive))
    assert not (data / ".restoring").exists()
    assert len({path.parent for path in (data / "lake").rglob("*.parquet")}) == done["archive"]["snapshots"]
    assert other.json("export", "run", "Everybody")["counts"]["unchanged"] == 10
