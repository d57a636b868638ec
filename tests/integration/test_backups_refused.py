"""An archive that is not as a backup wrote it is refused before anything is touched."""

import errno
import fcntl
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, InvalidInput, LelekaError, NeedsAttention
from leleka.services.backups import commands
from leleka.services.connections.master_keys import master_keys
from leleka.state.models import Source, User
from leleka.state.secrets import MasterKeys
from tests.integration.forging import Forged, forge
from tests.integration.office import ALICE, Office
from tests.integration.second_store import elsewhere, empty

CLOCK = SystemClock()
USERS, RUNS, SOURCES = "state/state.User.jsonl", "state/state.Run.jsonl", "state/state.Source.jsonl"


@pytest.fixture
def archive(shop: Office) -> Path:
    shop.run()
    return Path(commands.backup(ALICE, shop.folder / "one.leleka", CLOCK).path)


def refusal(path: Path, other: Path) -> str:
    """Restore into a place where nothing is, see that still nothing is there, and return the code."""
    with elsewhere(other), pytest.raises(LelekaError) as caught:
        commands.restore(ALICE, path, CLOCK)
    assert not other.exists()
    return caught.value.code


def strange(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def first_file(forged: Forged) -> str:
    return next(name for name in forged.files if name.startswith("lake/"))


def without_a_snapshot(forged: Forged) -> None:
    folder = first_file(forged).rpartition("/")[0]
    for name in [name for name in forged.files if name.startswith(f"{folder}/")]:
        forged.drop(name)


def linked(kind: bytes) -> Callable[[Forged], None]:
    return lambda forged: forged.strange.append(strange("lake/a/b/c/x.parquet", kind, "/etc/passwd"))


FORGED: dict[str, Callable[[Forged], None]] = {
    "symbolic link": linked(tarfile.SYMTYPE),
    "hard link": linked(tarfile.LNKTYPE),
    "device": linked(tarfile.CHRTYPE),
    "pipe": linked(tarfile.FIFOTYPE),
    "folder": linked(tarfile.DIRTYPE),
    "path above": lambda forged: forged.put("lake/../../../escaped.parquet", b"x"),
    "path above in the lake": lambda forged: forged.put("lake/sources/../x/escaped.parquet", b"x"),
    "absolute path": lambda forged: forged.put("/tmp/escaped.parquet", b"x"),
    "hidden file": lambda forged: forged.put("lake/a/b/c/.x", b"x"),
    "unknown place": lambda forged: forged.put("web.key", b"x"),
    "table missing": lambda forged: forged.drop(USERS),
    "table nobody knows": lambda forged: forged.put("state/state.Nothing.jsonl", b""),
    "not in the manifest": lambda forged: forged.files.update({"lake/a/b/c/x.parquet": b"x"}),
    "other contents than the manifest says": lambda forged: forged.files.update({USERS: b""}),
    "manifest first": lambda forged: setattr(forged, "behind", True),
}


@pytest.mark.short("symbolic link", "path above", "table missing")
@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED.keys())
def test_what_no_backup_writes_is_refused_even_under_the_key(
    archive: Path, tmp_path: Path, change: Callable[[Forged], None]
) -> None:
    path = forge(archive, tmp_path / "forged", master_keys(), change)
    assert refusal(path, tmp_path / "other") == "BACKUP_DAMAGED"
    assert not (tmp_path / "escaped.parquet").exists()


def promoted(forged: Forged) -> None:
    forged.edit(USERS, b'"administrator"', b'"viewer"')


def test_a_viewer_is_made_administrator_by_nobody_without_the_key(archive: Path, tmp_path: Path) -> None:
    known = master_keys()
    others = MasterKeys(known.path, {known.newest: b"x" * 32})
    unsealed = tmp_path / "unsealed.tar.gz"
    unsealed.write_bytes(b"\x1f\x8b anything at all")
    path = forge(archive, tmp_path / "whole", known, promoted)
    content = bytearray(path.read_bytes())
    with pytest.raises(InvalidInput):  # and the real one does not open with theirs
        forge(archive, tmp_path / "none", others, promoted)
    for place in range(0, len(content), len(content) // 40):
        content[place] ^= 1
        (tmp_path / "changed").write_bytes(content)
        content[place] ^= 1
        assert refusal(tmp_path / "changed", tmp_path / "other") in {
            "BACKUP_DAMAGED",
            "BACKUP_KEY_MISSING",  # where the name of the key was changed
        }
    assert refusal(unsealed, tmp_path / "other") == "BACKUP_UNSEALED"


def test_half_an_archive_is_none(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    for length in (0, 10, 200, len(content) // 2, len(content) - 1):
        (tmp_path / "cut").write_bytes(content[:length])
        assert refusal(tmp_path / "cut", tmp_path / "other") == "BACKUP_DAMAGED"


def pointing(table: str, column: str) -> Callable[[Forged], None]:
    def change(forged: Forged) -> None:
        rows = [json.loads(line) for line in forged.files[table].splitlines()]
        rows[0]["fields"][column] = "../../../secrets"
        forged.put(table, b"".join(json.dumps(row).encode() + b"\n" for row in rows))

    return change


def fewer(forged: Forged) -> None:
    forged.put(USERS, forged.files[USERS] + b"\n")


LOADED: dict[str, Callable[[Forged], None]] = {
    "source pointing out": pointing(SOURCES, "snapshot"),
    "plan pointing out": pointing(RUNS, "plan"),
    "outcomes pointing out": pointing(RUNS, "outcomes"),
    "snapshot left out": without_a_snapshot,
    "row of another table": lambda forged: forged.put(USERS, forged.files[SOURCES]),
    "row without what it points to": lambda forged: forged.put("state/state.Connection.jsonl", b""),
    "no row": fewer,
    "not JSON": lambda forged: forged.put(USERS, b"{]\n"),
}


@pytest.mark.short("row of another table", "plan pointing out")
@pytest.mark.parametrize("change", LOADED.values(), ids=LOADED.keys())
def test_what_does_not_fit_together_is_undone_whole(
    archive: Path, tmp_path: Path, change: Callable[[Forged], None]
) -> None:
    path = forge(archive, tmp_path / "forged", master_keys(), change)
    with empty(tmp_path / "other") as data:
        with pytest.raises(InvalidInput, match="BACKUP_DAMAGED"):
            commands.restore(ALICE, path, CLOCK)
        assert (User.objects.count(), Source.objects.count()) == (0, 0)
        assert list(data.rglob("*.parquet")) == []
        assert not (data / ".restoring").exists()
        commands.restore(ALICE, archive, CLOCK)
        assert User.objects.count() == 1


@pytest.mark.long
def test_a_full_disk_and_another_restore_are_named_and_leave_nothing(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with empty(tmp_path / "other") as data:
        monkeypatch.setattr(shutil, "copyfileobj", full)
        with pytest.raises(NeedsAttention, match="RESTORE_UNWRITABLE"):
            commands.restore(ALICE, archive, CLOCK)
        monkeypatch.undo()
        with (data / "restore.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(Conflict, match="RESTORE_RUNNING"):
                commands.restore(ALICE, archive, CLOCK)
        assert (User.objects.count(), list(data.rglob("*.parquet"))) == (0, [])
        assert commands.restore(ALICE, archive, CLOCK).archive.people == 1
