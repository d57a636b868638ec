"""Snapshots: all or nothing, never changed, in folders with safe names."""

import os
import stat
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.warehouse.lake import Lake, folder_name


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def test_a_half_written_snapshot_is_seen_by_nobody(lake: Lake) -> None:
    with lake.write("plans", "news") as aside:
        Path(aside.file("rows")).write_bytes(b"half")
        assert list(lake.all()) == []
        assert not lake.is_sound(aside.reference)
    assert [snapshot.reference for snapshot in lake.all()] == [aside.reference]
    assert Path(lake.open(aside.reference).file("rows")).read_bytes() == b"half"


def test_a_snapshot_that_failed_leaves_nothing_behind(lake: Lake) -> None:
    def fail() -> None:
        with lake.write("plans", "news") as aside:
            Path(aside.file("rows")).write_bytes(b"personal")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(lake.all()) == []
    assert list(files(lake.root)) == []


def test_what_a_killed_process_left_is_no_snapshot_but_is_found(lake: Lake) -> None:
    context = lake.write("plans", "news")
    aside = context.__enter__()
    assert list(lake.all()) == []
    assert list(lake.leftovers()) == [aside.path]


def test_two_snapshots_of_one_name_do_not_touch_each_other(lake: Lake) -> None:
    references = []
    for content in (b"1", b"2"):
        with lake.write("ledgers", "news") as aside:
            Path(aside.file("ledger")).write_bytes(content)
        references.append(aside.reference)
    assert [Path(lake.open(r).file("ledger")).read_bytes() for r in references] == [b"1", b"2"]


def test_a_removed_snapshot_is_gone_and_the_others_stay(lake: Lake) -> None:
    with lake.write("ledgers", "news") as one:
        pass
    with lake.write("ledgers", "news") as other:
        pass
    lake.remove(one.reference)
    assert [snapshot.reference for snapshot in lake.all()] == [other.reference]


def test_a_folder_of_the_lake_is_for_its_owner_alone(lake: Lake) -> None:
    with lake.write("ledgers", "news") as aside:
        Path(aside.file("ledger")).write_bytes(b"1")
    assert lake.open(aside.reference).path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/x",
        "/absolute",
        "..",
        ".",
        ".hidden",
        "a\0b",
        "con",
        "Новини",
        "",
        "x" * 5000,
        "a b/c",
    ],
)
def test_no_name_leads_out_of_the_lake(lake: Lake, name: str) -> None:
    """Input 97."""
    with lake.write("plans", name) as aside:
        Path(aside.file("rows")).touch()
    path = lake.open(aside.reference).path.resolve()
    assert path.parent.parent == (lake.root / "plans").resolve()
    assert [snapshot.path.resolve() for snapshot in lake.all()] == [path]


def test_names_stay_readable() -> None:
    assert folder_name("high-tier") == "high-tier"
    assert folder_name("High tier").startswith("high-tier-")


def test_a_name_that_looks_like_another_ones_folder_gets_its_own() -> None:
    for name in ("High tier", "Новини", "x" * 50):
        assert folder_name(folder_name(name)) != folder_name(name)


NAMES = st.one_of(st.text(max_size=50), st.text(string.hexdigits + "- ", max_size=12))


@given(one=NAMES, other=NAMES)
def test_two_names_never_share_a_folder(one: str, other: str) -> None:
    assert (folder_name(one).lower() == folder_name(other).lower()) == (one == other)


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "rename")], ids=["fsync", "rename"])
def test_a_disk_that_refuses_leaves_neither_a_snapshot_nor_anything_aside(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def write() -> None:
        with lake.write("plans", "news") as aside:
            Path(aside.file("rows")).write_bytes(b"personal")
            monkeypatch.setattr(owner, step, refuse)

    with pytest.raises(OSError, match="No space left"):
        write()
    assert list(lake.all()) == []
    assert list(lake.leftovers()) == []
    assert list(files(lake.root)) == []


def test_everything_is_on_the_disk_before_anybody_can_see_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power failure following the rename the files are whole; before it there is no snapshot."""
    done: list[str] = []
    rename, fsync = Path.rename, os.fsync

    def noted_rename(path: Path, target: Path) -> Path:
        done.append("rename")
        return rename(path, target)

    def noted_fsync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    monkeypatch.setattr(Path, "rename", noted_rename)
    monkeypatch.setattr("os.fsync", noted_fsync)
    with lake.write("plans", "news") as aside:
        Path(aside.file("rows")).write_bytes(b"1")
        Path(aside.file("more")).write_bytes(b"2")
    assert done == ["file", "file", "file", "folder", "rename", "folder", "folder", "folder"]
