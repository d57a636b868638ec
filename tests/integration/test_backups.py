"""A backup says what it saved, is sealed and read back, and goes into an empty installation whole (S-6)."""

import os
import secrets
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, LelekaError, NeedsAttention, TryLater
from leleka.services.backups import commands, manifest
from leleka.services.backups.contracts import ArchiveView
from leleka.services.backups.writing import ArchiveWriter
from leleka.services.connections import key_rotation
from leleka.services.installation import lake_sessions
from leleka.services.people import commands as people_commands
from leleka.services.privacy import suppression
from leleka.state.models import (
    AuditEntry,
    AuditLink,
    Ledger,
    OneTimeLink,
    Run,
    RunStatus,
    Source,
)
from leleka.warehouse import checksums
from tests.integration.conftest import KEY
from tests.integration.office import ALICE, Office
from tests.integration.second_store import elsewhere, empty
from tests.integration.test_lost_snapshots import flipped

CLOCK = SystemClock()


def backed_up(office: Office, name: str = "one.leleka") -> ArchiveView:
    return commands.backup(ALICE, office.folder / name, CLOCK)


def code(error: pytest.ExceptionInfo[LelekaError]) -> str:
    return error.value.problems[0].code


def everything() -> dict[str, list[Any]]:
    """Return every row that a backup holds, by table, but the entry that the restore itself adds."""
    return {
        model._meta.label: list(model._default_manager.exclude(**_restores(model)).order_by("pk").values())
        for model in manifest.tables()
    }


def _restores(model: type[Any]) -> dict[str, Any]:
    if model is AuditLink:
        return {"entry__in": AuditEntry.objects.filter(action="restore").values("pk")}
    return {"action": "restore"} if model is AuditEntry else {"pk": -1}


def lake(folder: Path) -> dict[str, bytes]:
    files = (path for path in (folder / "lake").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_it_says_what_it_saved_and_for_which_key(shop: Office) -> None:
    shop.run()
    suppression.suppress(ALICE, "Sandbox", "p1@x.test")
    view = backed_up(shop)
    key_file = shop.configuration.master_key_file.read_text(encoding="ascii")
    assert (view.people, view.connections, view.sources, view.segments, view.exports) == (1, 1, 1, 1, 1)
    assert (view.runs, view.suppressed, view.missing) == (1, 1, ())
    assert view.snapshots == len({path.parent for path in (shop.configuration.lake_dir).rglob("*.parquet")})
    assert view.master_key == key_file.partition(":")[0]
    assert view.bytes == Path(view.path).stat().st_size
    assert commands.verify(ALICE, Path(view.path)) == view
    assert AuditEntry.objects.filter(action="backup", subject="one.leleka").count() == 1


def test_only_its_owner_reads_it_and_only_with_the_key(shop: Office) -> None:
    path = Path(backed_up(shop).path)
    content = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for told in (b"p1@x.test", KEY.encode(), b"state.User", b"customers", b"PAR1"):
        assert told not in content


def test_an_empty_installation_is_not_worth_it(office: Office) -> None:
    with pytest.raises(Conflict) as caught:
        backed_up(office)
    assert code(caught) == "BACKUP_EMPTY"
    assert caught.value.problems[0].where == str(office.configuration.data_dir)
    assert not (office.folder / "one.leleka").exists()


def test_an_existing_file_stays_as_it_is(shop: Office) -> None:
    (shop.folder / "one.leleka").write_text("mine", encoding="utf-8")
    with pytest.raises(Conflict, match="BACKUP_EXISTS"):
        backed_up(shop)
    assert (shop.folder / "one.leleka").read_text(encoding="utf-8") == "mine"
    assert not list(shop.folder.glob(".*.partial"))


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_that_lies_in_its_way_is_not_written_to(
    shop: Office, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user who guessed the temporary name would keep it open and read along."""
    guessed, victim = shop.folder / ".one.leleka.guess.partial", shop.folder / "victim"
    victim.touch()
    if kind == "link":
        guessed.symlink_to(victim)
    else:
        guessed.touch()
    monkeypatch.setattr(secrets, "token_hex", lambda _: "guess")
    with pytest.raises(NeedsAttention, match="BACKUP_UNWRITABLE"):
        backed_up(shop)
    assert victim.read_bytes() == b""
    assert not (shop.folder / "one.leleka").exists()
    monkeypatch.undo()
    assert backed_up(shop).people == 1


def test_it_goes_into_an_installation_elsewhere_whole(shop: Office, tmp_path: Path) -> None:
    shop.run()
    view = backed_up(shop)
    rows, files = everything(), lake(shop.configuration.data_dir)
    with elsewhere(tmp_path / "other" / "data") as data:
        restored = commands.restore(ALICE, Path(view.path), CLOCK)
        assert everything() == rows
        assert {name: files[name] for name in lake(data)} == lake(data)
        assert len({Path(name).parent for name in lake(data)}) == view.snapshots
        assert AuditEntry.objects.filter(action="restore").count() == 1
        assert sorted(path.name for path in data.iterdir() if path.is_dir()) == ["lake"]
    assert (restored.archive, restored.suppressed_added) == (view, 0)


def test_what_a_service_left_that_only_started_is_no_hindrance_and_goes(shop: Office, tmp_path: Path) -> None:
    view = backed_up(shop)
    with empty(tmp_path / "other"):
        assert people_commands.first_link(ALICE)
        commands.restore(ALICE, Path(view.path), CLOCK)
        assert not OneTimeLink.objects.exists()


def test_an_installation_in_use_is_left_alone(shop: Office) -> None:
    view = backed_up(shop)
    before = everything()
    with pytest.raises(Conflict, match="RESTORE_NOT_EMPTY"):
        commands.restore(ALICE, Path(view.path), CLOCK)
    assert everything() == before


def test_a_live_run_has_failed_and_its_owner_can_write_nothing(shop: Office, tmp_path: Path) -> None:
    run = shop.run()
    Run.objects.filter(pk=run.id).update(status=RunStatus.PROCESSING, finished_at=None, fence=3)
    view = backed_up(shop)
    with empty(tmp_path / "other"):
        commands.restore(ALICE, Path(view.path), CLOCK)
        row = Run.objects.get()
        assert (row.status, row.fence, row.problems[0]["code"]) == (RunStatus.FAILED, 1_003, "RESTORED")


def test_a_snapshot_that_was_lost_before_is_named(shop: Office, tmp_path: Path) -> None:
    shop.run()
    snapshot = Source.objects.get().snapshot
    (shop.configuration.lake_dir / snapshot).rename(tmp_path / "lost")
    view = backed_up(shop)
    assert view.missing == (snapshot,)
    with empty(tmp_path / "other"):
        assert commands.restore(ALICE, Path(view.path), CLOCK).archive.missing == (snapshot,)


def test_a_snapshot_that_was_damaged_before_is_named_and_left_out(shop: Office) -> None:
    shop.run()
    ledger = Ledger.objects.get().snapshot
    flipped(shop.configuration.lake_dir / ledger)
    checksums.forget(shop.configuration.lake_dir / ledger)  # another process makes the backup
    view = backed_up(shop)
    assert view.missing == commands.verify(ALICE, Path(view.path)).missing == (ledger,)


def test_a_ledger_that_is_superseded_before_its_turn_leaves_no_backup(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was in order: a backup without it would lose what the state that was read points to."""
    shop.run()
    before, add = Ledger.objects.get().snapshot, ArchiveWriter.add_snapshot

    def overtaken(*call: Any) -> bool:
        if Ledger.objects.get().snapshot == before:
            shop.edit(1, first_name="Нове")
            assert shop.run().status == "Successful"
            lake_sessions.lake().remove(before)
        return add(*call)

    monkeypatch.setattr(ArchiveWriter, "add_snapshot", overtaken)
    with pytest.raises(TryLater, match="BACKUP_OVERTAKEN"):
        backed_up(shop)
    assert [path for path in shop.folder.iterdir() if "one.leleka" in path.name] == []
    assert before not in backed_up(shop, "two.leleka").missing


@pytest.mark.short("a file of it")
@pytest.mark.parametrize("gone", ["the whole folder", "a file of it"])
def test_a_snapshot_that_is_removed_meanwhile_leaves_no_backup(
    shop: Office, gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run()
    reader = Path.iterdir

    def overtaken(folder: Path) -> Any:
        listed = sorted(reader(folder))
        if "lake" in folder.parts and gone == "a file of it":
            listed.pop().unlink()
        elif "lake" in folder.parts:
            folder.rename(tmp_path / "removed")
        return listed

    monkeypatch.setattr(Path, "iterdir", overtaken)
    with pytest.raises(TryLater, match="BACKUP_OVERTAKEN"):
        backed_up(shop)
    monkeypatch.undo()
    assert [path for path in shop.folder.iterdir() if "one.leleka" in path.name] == []


def test_a_pointer_that_leads_out_of_the_lake_is_not_followed(shop: Office) -> None:
    shop.run()
    (shop.folder / "secrets").mkdir()
    (shop.folder / "secrets" / "key").write_text("secret", encoding="utf-8")
    Source.objects.update(snapshot="../../secrets")
    with pytest.raises(NeedsAttention, match="SNAPSHOT_POINTER"):
        backed_up(shop)


def test_it_names_the_master_key_that_it_needs(shop: Office) -> None:
    view = backed_up(shop)
    key_rotation.rotate(ALICE, forget_old=False)
    assert commands.verify(ALICE, Path(view.path)).master_key == view.master_key
    later = backed_up(shop, "two.leleka")
    assert later.master_key != view.master_key
    key_rotation.rotate(ALICE, forget_old=True)
    with pytest.raises(NeedsAttention) as caught:
        commands.verify(ALICE, Path(view.path))
    assert code(caught) == "BACKUP_KEY_MISSING"
    assert caught.value.problems[0].params == {
        "key": view.master_key,
        "file": str(shop.configuration.master_key_file),
    }


def refused(path: Path) -> set[str]:
    """Return the codes with which both checking and restoring end."""
    with pytest.raises(LelekaError) as checked:
        commands.verify(ALICE, path)
    with pytest.raises(LelekaError) as restored:
        commands.restore(ALICE, path, CLOCK)
    return {checked.value.code, restored.value.code}


def test_without_a_key_file_none_is_made(shop: Office, tmp_path: Path) -> None:
    view = backed_up(shop)
    shop.configuration.master_key_file.unlink()
    with elsewhere(tmp_path / "other"):
        assert refused(Path(view.path)) == {"MASTER_KEY_MISSING"}
    assert not shop.configuration.master_key_file.exists()
    assert not (tmp_path / "other").exists()


def test_a_backup_of_another_version_is_refused_but_its_suppressed_people_are_taken(
    shop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going back after an upgrade: the later backup is of the newer version."""
    suppression.suppress(ALICE, "Sandbox", "p1@x.test")
    monkeypatch.setattr(manifest, "current_schema", lambda: ["9999_later"])
    view = backed_up(shop)
    monkeypatch.undo()
    with elsewhere(tmp_path / "other"):
        assert refused(Path(view.path)) == {"BACKUP_VERSION"}
    assert not (tmp_path / "other").exists()
    with empty(tmp_path / "third"):
        assert commands.add_suppressed(ALICE, Path(view.path)).suppressed_added == 1


def test_what_is_no_file_or_not_sealed_is_refused(shop: Office) -> None:
    backed_up(shop)
    assert refused(shop.folder / "none") == {"BACKUP_UNKNOWN"}
    assert refused(shop.folder) == {"BACKUP_DAMAGED"}
    os.mkfifo(shop.folder / "pipe")
    assert refused(shop.folder / "pipe") == {"BACKUP_DAMAGED"}
    with tarfile.open(shop.folder / "old.tar.gz", "w:gz") as old:  # as 0.1.0 wrote it
        old.addfile(tarfile.TarInfo("manifest.json"))
    assert refused(shop.folder / "old.tar.gz") == {"BACKUP_UNSEALED"}
