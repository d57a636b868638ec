"""Rotating the master key (S-3): all secrets are re-encrypted, interrupted at any point, while runs
continue.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from leleka.core.configuration import Configuration
from leleka.core.secret import Secret
from leleka.errors import NeedsAttention
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import key_rotation, master_keys
from leleka.services.connections import keys as connection_keys
from leleka.services.connections.key_rotation import Rotated, rotate
from leleka.state.key_file import add_master_key, keep_master_keys
from leleka.state.models import Account, AuditEntry, Connection, StoredSecret
from leleka.state.secrets import MasterKeys, Sealed

ACTOR = Actor("tester", Role.ADMINISTRATOR)
NAMES = [f"connection {number}" for number in range(4)]


@pytest.fixture
def key_file(installation: Configuration) -> Path:
    """Four connections, each with a key of its own; gives the file of master keys."""
    for name in NAMES:
        account = Account.objects.create(type="activecampaign", name=name)
        made = Connection.objects.create(
            name=name, type="activecampaign", account=account, host="a.api-us1.com"
        )
        connection_keys.keep_key(made, Secret(f"CANARY of {name}"))
    return installation.master_key_file


class Cut(Exception):
    """The process ends here."""


def cut_after(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Let a rotation die after it moved so many rows."""
    move = key_rotation._move
    moved: list[object] = []

    def dying(*arguments: Any) -> int:
        if len(moved) == rows:
            raise Cut
        moved.append(arguments)
        return move(*arguments)

    monkeypatch.setattr(key_rotation, "_move", dying)


def all_open() -> bool:
    """Return whether a run that starts at this moment has its key, whichever connection it is for."""
    return all(
        connection_keys.key_of(one).reveal() == f"CANARY of {one.name}" for one in Connection.objects.all()
    )


def master_keys_in_use() -> set[str]:
    return set(StoredSecret.objects.values_list("master_key", flat=True))


def code_of(action: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(NeedsAttention) as caught:
        action(*arguments, **options)
    assert "CANARY" not in f"{caught.value}{caught.value!r}"
    return caught.value.code


def test_all_secrets_move_to_a_new_key_and_open_as_before(key_file: Path) -> None:
    old = master_keys.master_keys().newest
    sealed = list(StoredSecret.objects.order_by("pk").values_list("sealed", "version"))
    done = rotate(ACTOR, forget_old=False)
    assert done == Rotated(master_keys.master_keys().newest, len(NAMES), (old,))
    assert master_keys_in_use() == {done.master_key} != {old}
    assert list(StoredSecret.objects.order_by("pk").values_list("sealed", "version")) == sealed
    assert all_open()
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_every_move_is_in_the_audit_without_the_key(key_file: Path) -> None:  # noqa: ARG001 - the connections
    done = rotate(ACTOR, forget_old=False)
    entries = list(AuditEntry.objects.filter(action="key rotate").order_by("pk"))
    assert [entry.subject for entry in entries] == NAMES
    assert [entry.details for entry in entries] == [{"master_key": done.master_key}] * len(NAMES)


@pytest.mark.parametrize("rows", range(len(NAMES) + 1))
def test_a_rotation_cut_after_any_row_is_finished_with_the_same_key(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    with monkeypatch.context() as patched:
        cut_after(patched, rows)
        if rows < len(NAMES):
            with pytest.raises(Cut):
                rotate(ACTOR, forget_old=True)
        else:
            patched.setattr(key_rotation, "keep_master_keys", lambda keys, _: keys)
            rotate(ACTOR, forget_old=True)
    newest = master_keys.master_keys().newest
    assert StoredSecret.objects.filter(master_key=newest).count() == rows
    assert all_open()
    assert len(key_file.read_text().splitlines()) == 2
    if rows < len(NAMES):
        assert rotate(ACTOR, forget_old=True) == Rotated(newest, len(NAMES) - rows, ())
        assert master_keys_in_use() == {newest}
    assert all_open()


def test_an_old_key_goes_only_when_nothing_needs_it(key_file: Path) -> None:
    old = master_keys.master_keys()
    new = add_master_key(old)
    assert tuple(keep_master_keys(new, master_keys_in_use()).keys) == (new.newest, old.newest)
    assert all_open()
    done = rotate(ACTOR, forget_old=True)
    assert done.old_keys == ()
    assert [line.partition(":")[0] for line in key_file.read_text().splitlines()] == [new.newest]
    assert all_open()


@pytest.mark.parametrize("knows_new_key", [True, False])
def test_a_secret_changed_during_a_rotation_is_not_overwritten(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, *, knows_new_key: bool
) -> None:
    """Whoever changes it may have read the key file before it contained the new one."""
    old, move = master_keys.master_keys(), key_rotation._move

    def raced(row: StoredSecret, keys: MasterKeys, actor: Actor) -> int:
        if row.connection.name == NAMES[1]:
            with monkeypatch.context() as patched:
                patched.setattr(master_keys, "master_keys", lambda: keys if knows_new_key else old)
                connection_keys.keep_key(row.connection, Secret("CANARY entered meanwhile"))
        return move(row, keys, actor)

    with monkeypatch.context() as patched:
        patched.setattr(key_rotation, "_move", raced)
        done = rotate(ACTOR, forget_old=True)
    assert done.rewrapped == len(NAMES) - 1
    assert done.old_keys == (() if knows_new_key else (old.newest,))
    assert (
        connection_keys.key_of(Connection.objects.get(name=NAMES[1])).reveal() == "CANARY entered meanwhile"
    )
    assert len(key_file.read_text().splitlines()) == 1 + (not knows_new_key)


def test_a_secret_nobody_can_read_holds_up_no_other(key_file: Path) -> None:
    """It is named and stays as it is with its master key, and is no rotation cut short either."""
    old = master_keys.master_keys().newest
    StoredSecret.objects.filter(connection__name=NAMES[1]).update(wrapped=b"damaged")
    first = rotate(ACTOR, forget_old=True)
    assert (first.rewrapped, first.unreadable, first.old_keys) == (len(NAMES) - 1, (NAMES[1],), (old,))
    second = rotate(ACTOR, forget_old=True)
    assert (second.rewrapped, second.master_key != first.master_key) == (len(NAMES) - 1, True)
    readable = Connection.objects.exclude(name=NAMES[1])
    assert {connection_keys.key_of(one).reveal() for one in readable} == {
        f"CANARY of {one.name}" for one in readable
    }
    assert code_of(connection_keys.key_of, Connection.objects.get(name=NAMES[1])) == "SECRET_UNREADABLE"
    assert len(key_file.read_text().splitlines()) == 2


def test_two_rotations_at_once_lose_no_key(key_file: Path) -> None:
    """Both read the file before either wrote it: what the first encrypted can still be decrypted."""
    before = master_keys.master_keys()
    first, second = add_master_key(before), add_master_key(before)
    assert tuple(second.keys) == (second.newest, first.newest, before.newest)
    kept = keep_master_keys(first, ())
    assert tuple(kept.keys) == (second.newest, first.newest)
    assert len(key_file.read_text().splitlines()) == 2


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "rename")], ids=["fsync", "rename"])
def test_a_key_file_that_cannot_be_replaced_stays_as_it_was(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    before = key_file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, fail)
        assert code_of(rotate, ACTOR, forget_old=True) == "MASTER_KEY_UNUSABLE"
    assert [path.name for path in key_file.parent.iterdir()] == [key_file.name]
    assert key_file.read_bytes() == before
    assert all_open()


def test_a_key_file_behind_a_link_is_changed_where_it_lies(key_file: Path, tmp_path: Path) -> None:
    real = key_file.rename(tmp_path / "real.key")
    key_file.symlink_to(real)
    rotate(ACTOR, forget_old=False)
    assert key_file.is_symlink()
    assert len(real.read_text().splitlines()) == 2
    assert all_open()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n \n", b"\xff\xfe", b"id:AAAA", b"a:" + b"A" * 43 + b"=\na:" + b"B" * 42 + b"A="],
    ids=["empty", "blank", "not text", "short", "one id for two keys"],
)
def test_a_damaged_key_file_needs_attention_and_is_left_alone(key_file: Path, content: bytes) -> None:
    key_file.write_bytes(content)
    assert code_of(rotate, ACTOR, forget_old=True) == "MASTER_KEY_DAMAGED"
    assert code_of(connection_keys.key_of, Connection.objects.all()[0]) == "MASTER_KEY_DAMAGED"
    assert key_file.read_bytes() == content


def test_a_key_file_that_is_a_folder_needs_attention(key_file: Path) -> None:
    key_file.unlink()
    key_file.mkdir(mode=0o700)
    assert code_of(master_keys.master_keys) == "MASTER_KEY_UNUSABLE"


@pytest.mark.parametrize("column", ["wrapped", "sealed"])
def test_a_truncated_envelope_is_unreadable_and_nothing_worse(key_file: Path, column: str) -> None:
    assert key_file.exists()
    row = StoredSecret.objects.select_related("connection").order_by("pk")[0]
    whole = bytes(getattr(row, column))
    for length in (0, 1, 7, 8, 12, 27, 28, len(whole) - 1):
        setattr(row, column, whole[:length])
        row.save()
        assert code_of(connection_keys.key_of, row.connection) == "SECRET_UNREADABLE"
        keys, place = master_keys.master_keys(), connection_keys.place_of(row.connection, row.version)
        sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
        if column == "wrapped":
            assert code_of(keys.rewrap, sealed, place) == "SECRET_UNREADABLE"
