"""A snapshot that is not as it was written is known for it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from leleka.errors import NeedsAttention
from leleka.warehouse import checksums
from leleka.warehouse.lake import Lake, SnapshotUnreadable

PARQUET = b"PAR1" + bytes(100) + (40).to_bytes(4, "little") + b"PAR1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Lake(tmp_path).write("ledgers", "news") as aside:
        (aside.path / "a.parquet").write_bytes(PARQUET)
        (aside.path / "b.parquet").write_bytes(PARQUET)
    return tmp_path / aside.reference


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


HARMS: dict[str, Callable[[Path], object]] = {
    "a file is gone": lambda folder: (folder / "a.parquet").unlink(),
    "a file is empty": lambda folder: (folder / "a.parquet").write_bytes(b""),
    "a file is cut short": lambda folder: (folder / "a.parquet").write_bytes(PARQUET[:-1]),
    "a file has more at its end": lambda folder: (folder / "a.parquet").write_bytes(PARQUET + b"x"),
    "a bit is flipped": lambda folder: flip(folder / "b.parquet", 50),
    "the manifest is empty": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "the manifest is of something else": lambda folder: (folder / "manifest.json").write_bytes(b"[1]"),
    "the manifest names nothing": lambda folder: (folder / "manifest.json").write_bytes(b"{}"),
    "a bit of the manifest is flipped": lambda folder: flip(folder / "manifest.json", 30),
}


def test_what_was_written_is_sound(folder: Path) -> None:
    assert checksums.is_sound(folder)
    assert checksums.is_sound(folder)


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_what_was_harmed_is_not(folder: Path, harm: Callable[[Path], object]) -> None:
    harm(folder)
    assert not checksums.is_sound(folder)


@pytest.mark.parametrize("harm", ["a file is gone", "a file is cut short", "a file has more at its end"])
def test_a_process_that_read_it_whole_sees_what_happens_later(folder: Path, harm: str) -> None:
    assert checksums.is_sound(folder)
    HARMS[harm](folder)
    assert not checksums.is_sound(folder)


@pytest.mark.parametrize("harm", ["a file is empty", "a file is cut short"])
def test_without_a_manifest_the_ends_of_the_files_tell(folder: Path, harm: str) -> None:
    (folder / "manifest.json").unlink()
    assert checksums.is_sound(folder)
    checksums.forget(folder)
    HARMS[harm](folder)
    assert not checksums.is_sound(folder)


@pytest.mark.parametrize("name", ["a.parquet", "manifest.json"])
def test_what_cannot_be_read_is_not_taken_for_lost(tmp_path: Path, folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).symlink_to(name)  # nobody can say what is there
    reference = str(folder.relative_to(tmp_path))
    with pytest.raises(SnapshotUnreadable) as refusal:
        Lake(tmp_path).is_sound(reference)
    told = refusal.value.problems[0]
    assert (told.where, told.params) == (str(folder / name), {"reason": os.strerror(errno.ELOOP)})


def test_a_folder_without_files_is_no_snapshot(tmp_path: Path) -> None:
    assert not checksums.is_sound(tmp_path)
    assert not checksums.is_sound(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("ledgers", "SNAPSHOT_DAMAGED.ledgers"),
        ("plans", "SNAPSHOT_DAMAGED.plans"),
        ("members", "SNAPSHOT_DAMAGED.members"),
        ("measures", "SNAPSHOT_DAMAGED"),
    ],
)
def test_what_is_opened_is_sound_or_named(tmp_path: Path, kind: str, key: str) -> None:
    with pytest.raises(NeedsAttention) as refusal:
        Lake(tmp_path).open(f"{kind}/news/1")
    problem = refusal.value.problems[0]
    assert (problem.key, problem.where) == (key, f"{kind}/news/1")
