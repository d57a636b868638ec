"""Uploaded files are in a backup: where it is restored, sources that read them are read again."""

import shutil
from pathlib import Path

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import InvalidInput, TryLater
from leleka.services.backups import commands
from leleka.services.backups.writing import ArchiveWriter
from leleka.services.installation import lake_sessions
from leleka.services.sources import loading
from leleka.services.uploads import commands as upload_commands
from leleka.services.uploads.files import file_of, folder_of
from leleka.state.models import Source, Upload
from tests.integration.office import ALICE, Office
from tests.integration.second_store import elsewhere

CLOCK = SystemClock()
VISITS = "customer,visits\n1,3\n2,5\n"


@pytest.fixture
def visits(office: Office) -> int:
    """An upload that the source *visits* reads, and one that nobody reads yet."""
    office.hire(3)
    office.apply()
    number = upload(office.folder, VISITS)
    office.apply(f"sources:\n  - {{name: visits, upload: {number}}}\n")
    upload(office.folder, "id\n1\n")
    return number


def upload(folder: Path, text: str) -> int:
    file = folder / "received"
    file.write_text(text, encoding="utf-8")
    return upload_commands.keep(ALICE, file, "Мої візити.csv").id


def refresh() -> Source:
    with lake_sessions.session() as session:
        row = Source.objects.get(name="visits")
        found = loading.load_if_stale(session, row.name, row.spec, "", lambda _said: None)
        assert found is not None
        loading.store_loaded(row, found)
    return Source.objects.get(name="visits")


def test_a_refresh_of_an_uploaded_source_works_where_it_is_restored(
    office: Office, visits: int, tmp_path: Path
) -> None:
    view = commands.backup(ALICE, office.folder / "one.leleka", CLOCK)
    assert (view.uploads, view.missing) == (2, ())
    shutil.rmtree(folder_of(visits))  # the machine that it is restored on does not have it
    with elsewhere(tmp_path / "other" / "data") as data:
        restored = commands.restore(ALICE, Path(view.path), CLOCK)
        assert restored.archive == view
        row = Upload.objects.get(pk=visits)
        assert file_of(row).read_text(encoding="utf-8") == VISITS
        assert file_of(row).is_relative_to(data)
        Source.objects.filter(name="visits").update(digest="", snapshot="")
        assert refresh().rows == 2
        assert sorted(path.name for path in (data / "uploads").iterdir()) == sorted(
            str(number) for number in Upload.objects.values_list("pk", flat=True)
        )


@pytest.mark.parametrize("how", ["gone", "cut short"])
def test_a_lost_upload_is_named_and_hinders_nothing(
    office: Office, visits: int, tmp_path: Path, how: str
) -> None:
    file = file_of(Upload.objects.get(pk=visits))
    file.unlink() if how == "gone" else file.write_text("customer", encoding="utf-8")
    view = commands.backup(ALICE, office.folder / "one.leleka", CLOCK)
    assert (view.uploads, view.missing) == (1, (f"uploads/{visits}",))
    with elsewhere(tmp_path / "other" / "data"):
        assert commands.restore(ALICE, Path(view.path), CLOCK).archive.missing == view.missing


def test_a_file_that_is_replaced_meanwhile_ends_the_backup(
    office: Office, visits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Source.objects.get(name="visits").pk
    add = ArchiveWriter.add_upload

    def replaced(self: ArchiveWriter, of: int, file: Path, size: int) -> bool:
        if of == visits:
            other = office.folder / "other"
            other.write_text("customer,visits\n1,300\n", encoding="utf-8")
            upload_commands.replace(ALICE, number, other, "")
        return add(self, of, file, size)

    monkeypatch.setattr(ArchiveWriter, "add_upload", replaced)
    with pytest.raises(TryLater, match="BACKUP_OVERTAKEN"):
        commands.backup(ALICE, office.folder / "one.leleka", CLOCK)
    assert not (office.folder / "one.leleka").exists()


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "a/b.csv", ".."])
def test_no_upload_is_put_anywhere_else(office: Office, tmp_path: Path, name: str) -> None:
    """Somebody who has the master key could write an archive that says so."""
    Upload.objects.update(name=name)
    view = commands.backup(ALICE, office.folder / "one.leleka", CLOCK)
    with elsewhere(tmp_path / "other" / "data"), pytest.raises(InvalidInput, match="BACKUP_DAMAGED"):
        commands.restore(ALICE, Path(view.path), CLOCK)
    assert not list(tmp_path.rglob("evil.csv"))
