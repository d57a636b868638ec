"""A sealed stream opens whole and unchanged, with the master key it names, or not at all (S-1)."""

import io
import itertools
from pathlib import Path

import pytest

from leleka.state.sealed_stream import MAGIC, KeyUnknown, SealedReader, SealedWriter, Unsealable
from leleka.state.secrets import MasterKeys

KEYS = MasterKeys(Path("none"), {"new": b"n" * 32, "old": b"o" * 32})
CHUNK = 262_144
SEALED_CHUNK = CHUNK + 16


def sealed(content: bytes, keys: MasterKeys = KEYS) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, keys)
    for at in range(0, len(content), 100_000):
        assert writer.write(content[at : at + 100_000]) == len(content[at : at + 100_000])
    writer.close()
    return file.getvalue()


def opened(content: bytes, keys: MasterKeys = KEYS) -> bytes:
    return SealedReader(io.BytesIO(content), keys).readall()


def header(content: bytes) -> int:
    """Return where the first chunk begins."""
    return content.index(b"\n", len(MAGIC)) + 1


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_it_opens_as_it_was_written(size: int) -> None:
    content = bytes(itertools.islice(itertools.cycle(range(251)), size))
    written = sealed(content)
    assert opened(written) == content
    assert opened(written, MasterKeys(Path("none"), {"newest": b"x" * 32, **KEYS.keys})) == content


def test_what_is_in_it_cannot_be_read_and_no_two_are_alike() -> None:
    first, second = sealed(b"jane@example.com" * 9), sealed(b"jane@example.com" * 9)
    assert b"jane" not in first
    # Without the tag, which differs in any case: the same key and nonce for two of them would give both away.
    assert first[header(first) : -16] != second[header(second) : -16]


def test_a_change_of_any_byte_is_noticed() -> None:
    written = sealed(b"a little state")
    for place in range(len(written)):
        changed = bytearray(written)
        changed[place] ^= 1
        with pytest.raises((Unsealable, KeyUnknown)):
            opened(bytes(changed))


def test_an_end_that_comes_too_early_or_too_late_is_noticed() -> None:
    written = sealed(b"a little state")
    for length in range(len(written)):
        with pytest.raises(Unsealable):
            opened(written[:length])
    with pytest.raises(Unsealable):
        opened(written + b"\0")


@pytest.mark.parametrize(
    "order", [(0,), (0, 1), (1, 0, 2), (0, 2, 1), (0, 1, 1, 2), (0, 2), (1, 2), (0, 1, 2, 2)]
)
def test_chunks_that_are_missing_moved_or_repeated_are_noticed(order: tuple[int, ...]) -> None:
    written = sealed(bytes(2 * CHUNK + 5))
    start = header(written)
    chunks = [written[at : at + SEALED_CHUNK] for at in range(start, len(written), SEALED_CHUNK)]
    assert len(chunks) == 3
    with pytest.raises(Unsealable):
        opened(written[:start] + b"".join(chunks[number] for number in order))


def test_a_chunk_of_another_stream_is_noticed() -> None:
    first, second = sealed(b"one state"), sealed(b"two state")
    with pytest.raises(Unsealable):
        opened(first[: header(first)] + second[header(second) :])


def test_another_key_of_the_same_name_does_not_open_it_and_a_missing_one_is_named() -> None:
    written = sealed(b"a little state")
    with pytest.raises(Unsealable):
        opened(written, MasterKeys(Path("none"), {"new": b"x" * 32}))
    with pytest.raises(KeyUnknown, match="new"):
        opened(written, MasterKeys(Path("none"), {"old": b"o" * 32}))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", MAGIC, MAGIC + b"[]\n", MAGIC + b'{"salt": 1}\n', MAGIC * 90]
)
def test_what_is_no_sealed_stream_is_refused(content: bytes) -> None:
    with pytest.raises(Unsealable):
        opened(content)
