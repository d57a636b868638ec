"""Reading from an S3: which objects, in which order, and what is not kept."""

import gzip
import shutil
import threading
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from leleka.connectors.objects import connector as connecting
from leleka.connectors.objects import copying
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from tests.contract.connectors.objects.support import ALL, ONE, Ended, Seen, copied, files, s3
from tests.fakes.buckets import Buckets, error

MEGABYTES = 1_000_000
WRITTEN = datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_a_pattern_gives_its_objects_in_the_order_of_their_names(filled: Buckets, tmp_path: Path) -> None:
    assert [name for name, _ in copied(s3(filled), tmp_path, ALL)] == [
        "customers-1.csv",
        "customers-10.csv",
        "customers-2.csv",
    ]


def test_two_stars_go_through_folders_and_nothing_is_read_twice(filled: Buckets, tmp_path: Path) -> None:
    found = copied(s3(filled), tmp_path, ONE, "s3://contoso/**/customers-[0-2].csv")
    assert [content for _, content in found] == [
        b"id\ncustomers-1.csv\n",
        b"id\ncustomers-2.csv\n",
        b"id\nold/customers-0.csv\n",
    ]


def test_an_empty_object_that_stands_for_a_folder_is_no_file(filled: Buckets, tmp_path: Path) -> None:
    """Consoles of storages put one where somebody makes a folder; Hadoop's has another name."""
    for key in ("exports/", "exports/old/", "exports/new/", "exports/new_$folder$"):
        filled.put("contoso", key, b"")
    found = [name for name, _ in copied(s3(filled), tmp_path / "1", "s3://contoso/exports/*")]
    assert found == ["customers-1.csv", "customers-10.csv", "customers-2.csv", "orders.csv"]
    found = [name for name, _ in copied(s3(filled), tmp_path / "2", "s3://contoso/**")]
    assert len(found) == 5
    assert len(s3(filled, bucket="contoso").names(100)) == 6
    filled.put("contoso", "exports/empty.csv", b"")
    assert ("empty.csv", b"") in copied(s3(filled), tmp_path / "3", "s3://contoso/exports/*.csv")


@pytest.mark.parametrize(
    "key",
    [
        "a b.csv",
        "ключі.csv",
        "a+b=c&d.csv",
        "100%.csv",
        "a%2Fb.csv",
        "q?.csv",
        "h#1.csv",
        "[1].csv",
        "'x'.csv",
    ],
)
def test_a_key_is_read_as_it_is_written(storage: Buckets, tmp_path: Path, key: str) -> None:
    from urllib.parse import quote  # noqa: PLC0415

    storage.put("contoso", quote(f"exports/{key}"), b"id\n1\n")
    pattern = key.replace("[", "[[]").replace("?", "[?]")
    assert copied(s3(storage), tmp_path, f"s3://contoso/exports/{pattern}") == [(key, b"id\n1\n")]


def test_objects_of_one_name_lie_apart(filled: Buckets, tmp_path: Path) -> None:
    filled.put("contoso", "b/orders.csv", b"second")
    found = copied(s3(filled), tmp_path, "s3://contoso/exports/orders.csv", "s3://contoso/b/orders.csv")
    assert found == [("orders.csv", b"id\norders.csv\n"), ("orders.csv", b"second")]


def test_a_packed_object_says_so_in_its_name(storage: Buckets, tmp_path: Path) -> None:
    storage.put("contoso", "a.csv", gzip.compress(b"id\n1\n"), Content_Encoding="gzip")
    storage.put("contoso", "b.csv.gz", gzip.compress(b"id\n1\n"), Content_Encoding="gzip")
    names = [name for name, _ in copied(s3(storage), tmp_path, "s3://contoso/*")]
    assert names == ["a.csv.gz", "b.csv.gz"]


def test_what_is_unchanged_is_known_without_reading_it(filled: Buckets) -> None:
    before = s3(filled).version(files(ALL)).tag
    assert before == s3(filled).version(files(ALL)).tag != ""
    assert not [path for path in filled.read() if "list-type" not in path]
    filled.put("contoso", "exports/customers-2.csv", b"id\ncustomers-3.csv\n")
    assert s3(filled).version(files(ALL)).tag != before


def test_the_time_of_the_newest_object_is_when_it_was_written_there(filled: Buckets, tmp_path: Path) -> None:
    for number, key in enumerate(("customers-1.csv", "customers-2.csv", "customers-10.csv")):
        filled.write_back("contoso", f"exports/{key}", WRITTEN - timedelta(days=number))
    assert s3(filled).version(files(ALL)).modified == WRITTEN
    assert s3(filled).copy(files(ALL), tmp_path, Seen()).modified == WRITTEN


def test_another_object_of_the_pattern_is_a_change_too(filled: Buckets) -> None:
    before = s3(filled).version(files(ALL)).tag
    filled.put("contoso", "exports/customers-3.csv", b"id\n3\n")
    assert s3(filled).version(files(ALL)).tag != before


def test_a_tag_that_calls_itself_weak_is_certain_of_nothing(filled: Buckets) -> None:
    def weak(request: Request) -> Response | None:
        headers = {"ETag": 'W/"1"', "Content-Length": "5", "Last-Modified": "Sun, 29 Nov 2026 10:00:00 GMT"}
        return Response(b"id\n1\n", 200, headers) if request.path.endswith(".csv") else None

    filled.before = weak
    assert s3(filled).version(files(ONE)).tag == ""


def test_an_object_that_changes_while_it_is_read_is_read_again_later(filled: Buckets, tmp_path: Path) -> None:
    """Between the listing and the reading of the second object somebody writes it anew."""

    def write(request: Request) -> Response | None:
        if request.method == "GET" and request.path.endswith("customers-10.csv"):
            filled.before = None
            filled.put("contoso", "exports/customers-2.csv", b"id\nnewer\n")
        return None

    filled.before = write
    with pytest.raises(TryLater, match="SOURCE_CHANGED") as raised:
        copied(s3(filled), tmp_path, ALL)
    assert raised.value.problems[0].where == "s3://contoso/exports/customers-2.csv"
    assert not list(tmp_path.rglob("customers-2.csv"))  # it was asked for as it was listed: nothing came


def test_a_storage_that_heeds_no_condition_is_found_out_as_well(filled: Buckets, tmp_path: Path) -> None:
    def newer(request: Request) -> Response | None:
        headers = {"ETag": '"newer"', "Last-Modified": "Sun, 29 Nov 2026 10:00:00 GMT"}
        return Response(b"id\nnewer\n", 200, headers) if request.method == "GET" else None

    filled.before = newer
    with pytest.raises(TryLater, match="SOURCE_CHANGED"):
        copied(s3(filled), tmp_path, ONE)


def test_throttling_that_passes_is_not_noticed(filled: Buckets, tmp_path: Path) -> None:
    refused: list[str] = []

    def once(request: Request) -> Response | None:
        if request.path in refused:
            return None
        refused.append(request.path)
        return error(503, "SlowDown")(request)

    filled.before = once
    assert [name for name, _ in copied(s3(filled), tmp_path, ALL)] == [
        "customers-1.csv",
        "customers-10.csv",
        "customers-2.csv",
    ]
    assert len(refused) == 4


def test_a_connection_that_breaks_off_leaves_no_half_object(filled: Buckets, tmp_path: Path) -> None:
    """Fewer bytes than were announced, again and again."""

    def short(request: Request) -> Response | None:
        if request.method != "GET":
            return None
        headers = {"ETag": '"1"', "Last-Modified": "Sun, 29 Nov 2026 10:00:00 GMT", "Content-Length": "1000"}
        return Response(b"id\n1\n", 200, headers)

    filled.before = short
    with pytest.raises(TryLater):
        s3(filled).copy(files(ONE), tmp_path, Seen())


def test_somebody_can_end_it_while_nothing_comes(filled: Buckets, tmp_path: Path) -> None:
    waiting, over = threading.Event(), threading.Event()

    def hold(request: Request) -> Response | None:
        if request.method == "GET" and request.path.endswith(".csv"):
            waiting.set()
            over.wait(20)
        return None

    class Canceled(Seen):
        def __call__(self, *, rows: int = 0, size: int = 0) -> None:
            super().__call__(rows=rows, size=size)
            if waiting.is_set():
                raise Ended

    filled.before = hold
    try:
        with pytest.raises(Ended):
            s3(filled).copy(files(ONE), tmp_path, Canceled())
    finally:
        over.set()


def test_how_far_it_is_is_told_in_bytes(storage: Buckets, tmp_path: Path) -> None:
    for number in range(3):
        storage.put("contoso", f"a-{number}.bin", bytes(5 * MEGABYTES))
    seen = Seen()
    taken = s3(storage).copy(files("s3://contoso/a-*.bin"), tmp_path, seen)
    assert sum(file.stat().st_size for file in taken.files) == 15 * MEGABYTES
    assert seen.sizes == sorted(seen.sizes)
    assert seen.sizes[-1] == 15 * MEGABYTES
    assert any(0 < size < 15 * MEGABYTES for size in seen.sizes)


def test_it_ends_in_the_middle_of_an_object(storage: Buckets, tmp_path: Path) -> None:
    storage.put("contoso", "a.bin", bytes(30 * MEGABYTES))
    with pytest.raises(Ended):
        s3(storage).copy(files("s3://contoso/a.bin"), tmp_path, Seen(ends_at=1))
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.bin")) < 30 * MEGABYTES


def test_what_does_not_fit_on_the_disk_is_not_begun(
    storage: Buckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.put("contoso", "a.bin", bytes(2 * MEGABYTES))
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil returns it
    free = copying.ROOM_LEFT + MEGABYTES
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free, 0, free))
    with pytest.raises(NeedsAttention, match="STORAGE_NO_ROOM") as raised:
        s3(storage).copy(files("s3://contoso/a.bin"), tmp_path, Seen())
    assert raised.value.problems[0].params == {"size": 2, "free": 1}
    assert list(tmp_path.iterdir()) == []


def test_more_than_may_be_read_is_not_begun(
    storage: Buckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.put("contoso", "a.bin", bytes(2 * MEGABYTES))
    monkeypatch.setattr(connecting, "MOST_BYTES", MEGABYTES)
    with pytest.raises(InvalidInput, match="STORAGE_TOO_LARGE"):
        s3(storage).copy(files("s3://contoso/a.bin"), tmp_path, Seen())
    assert list(tmp_path.iterdir()) == []
