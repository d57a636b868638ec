"""Secrets at rest (S-1, S-2), and the value that does not leak by accident (S-5)."""

import json
import pickle
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from leleka.core.secret import Secret
from leleka.errors import NeedsAttention
from leleka.state.key_file import load_master_keys
from leleka.state.secrets import MasterKeys, Place, Sealed

KEY = "CANARY-0123456789-a1b2"
PLACE = Place(connection=1, name="key", host="one.api-us1.com", version=1)


@pytest.fixture
def keys(tmp_path: Path) -> MasterKeys:
    return load_master_keys(tmp_path / "keys" / "master.key", create=True)


def code_of_opening(keys: MasterKeys, sealed: Sealed, place: Place = PLACE) -> str:
    with pytest.raises(NeedsAttention) as error:
        keys.open(sealed, place)
    assert KEY not in str(error.value)
    return error.value.code


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def test_what_was_sealed_opens_in_its_place(keys: MasterKeys) -> None:
    assert keys.open(keys.seal(Secret(KEY), PLACE), PLACE).reveal() == KEY


def test_the_value_stands_nowhere_in_its_envelope(keys: MasterKeys) -> None:
    sealed = keys.seal(Secret(KEY), PLACE)
    assert KEY.encode() not in sealed.wrapped + sealed.sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, connection=2),
        replace(PLACE, name="other"),
        replace(PLACE, host="two.api-us1.com"),
        replace(PLACE, version=2),
    ],
    ids=["another row", "another secret", "another host", "another version"],
)
def test_an_envelope_opens_nowhere_else(keys: MasterKeys, elsewhere: Place) -> None:
    """S-1: rows swapped, or a host changed behind the service's back."""
    assert code_of_opening(keys, keys.seal(Secret(KEY), PLACE), elsewhere) == "SECRET_UNREADABLE"


def test_half_of_another_envelope_does_not_open(keys: MasterKeys) -> None:
    """S-1."""
    one, other = keys.seal(Secret(KEY), PLACE), keys.seal(Secret("other"), PLACE)
    assert code_of_opening(keys, replace(one, sealed=other.sealed)) == "SECRET_UNREADABLE"


def test_no_byte_can_be_changed(keys: MasterKeys) -> None:
    """S-1."""
    sealed = keys.seal(Secret(KEY), PLACE)
    for position in range(len(sealed.wrapped)):
        damaged = replace(sealed, wrapped=flipped(sealed.wrapped, position))
        assert code_of_opening(keys, damaged) == "SECRET_UNREADABLE"
    for position in range(len(sealed.sealed)):
        damaged = replace(sealed, sealed=flipped(sealed.sealed, position))
        assert code_of_opening(keys, damaged) == "SECRET_UNREADABLE"


def test_the_same_value_is_never_sealed_alike(keys: MasterKeys) -> None:
    """S-1: nonces and data keys are new each time."""
    sealed = [keys.seal(Secret(KEY), PLACE) for _ in range(200)]
    assert len({one.wrapped[:12] for one in sealed} | {one.sealed[:12] for one in sealed}) == 400


def test_a_missing_key_file_is_not_made_anew_where_secrets_exist(tmp_path: Path) -> None:
    """S-2."""
    path = tmp_path / "keys" / "master.key"
    with pytest.raises(NeedsAttention) as error:
        load_master_keys(path, create=False)
    assert error.value.code == "MASTER_KEY_MISSING"
    assert not path.exists()


def test_a_key_file_that_is_there_is_never_overwritten(keys: MasterKeys) -> None:
    """S-2."""
    before = keys.path.read_bytes()
    assert load_master_keys(keys.path, create=True).keys == keys.keys
    assert keys.path.read_bytes() == before


def test_another_key_file_opens_nothing_and_says_which_key_is_missing(
    keys: MasterKeys, tmp_path: Path
) -> None:
    """S-2."""
    other = load_master_keys(tmp_path / "other.key", create=True)
    assert code_of_opening(other, keys.seal(Secret(KEY), PLACE)) == "MASTER_KEY_WRONG"


def test_the_first_key_seals_and_all_of_them_open(keys: MasterKeys, tmp_path: Path) -> None:
    """S-3."""
    other = load_master_keys(tmp_path / "other.key", create=True)
    both = tmp_path / "both.key"
    both.write_text(other.path.read_text() + "\n" + keys.path.read_text())
    both.chmod(0o600)
    rotated = load_master_keys(both, create=False)
    assert rotated.open(keys.seal(Secret(KEY), PLACE), PLACE).reveal() == KEY
    assert other.open(rotated.seal(Secret(KEY), PLACE), PLACE).reveal() == KEY


def test_a_key_file_others_may_read_is_refused(keys: MasterKeys) -> None:
    keys.path.chmod(0o640)
    with pytest.raises(NeedsAttention) as error:
        load_master_keys(keys.path, create=False)
    assert error.value.code == "MASTER_KEY_EXPOSED"


@pytest.mark.parametrize("line", ["nonsense", "id:", "id:c2hvcnQ=", ":" + "A" * 43 + "=", "id:not base64"])
def test_a_damaged_key_file_is_said_to_be_so(tmp_path: Path, line: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(line + "\n")
    path.chmod(0o600)
    with pytest.raises(NeedsAttention) as error:
        load_master_keys(path, create=True)
    assert error.value.code == "MASTER_KEY_DAMAGED"


def test_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """S-2: neither is left with a key that is not in the file."""
    path = tmp_path / "keys" / "master.key"
    gate = threading.Barrier(8)
    found: list[dict[str, bytes]] = []

    def start() -> None:
        gate.wait()
        found.append(load_master_keys(path, create=True).keys)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [load_master_keys(path, create=False).keys] * 8
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]


def test_a_secret_shows_itself_nowhere() -> None:
    """S-5."""
    secret = Secret(KEY)
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{[secret]}",
        repr({"k": secret}),
    ):
        assert shown.find(KEY[:6]) == -1
    assert not hasattr(secret, "__dict__")


def test_a_secret_is_neither_pickled_nor_written_as_json() -> None:
    """S-5."""
    with pytest.raises(TypeError):
        pickle.dumps(Secret(KEY))
    with pytest.raises(TypeError):
        json.dumps(Secret(KEY))


def test_a_hint_is_the_last_four_characters_of_a_long_secret() -> None:
    """S-5."""
    assert Secret(KEY).hint == "a1b2"
    assert Secret("short").hint == ""


def test_master_keys_do_not_show_themselves(keys: MasterKeys) -> None:
    (value,) = keys.keys.values()
    assert repr(value) not in repr(keys)
