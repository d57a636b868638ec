"""What cannot be a table is refused: by file, line and column, leaving nothing behind."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from leleka.core.columns import ColumnType
from leleka.core.sources import SourceSpec, TypeOverride
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from leleka.messages.problems import english
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.readers import digest, resolve, streaming
from leleka.warehouse.readers.archives import SourceFile
from leleka.warehouse.readers.files import check_type, signature
from leleka.warehouse.readers.staging import Layout
from leleka.warehouse.readers.type_conversion import Conversion
from tests.integration.source_files import Desk, open_desk
from tests.wording import words


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"", "FILE_EMPTY", "people.csv"),
        (b"\xef\xbb\xbf", "FILE_EMPTY", "people.csv"),
        (b"a,b\n1,2\n3,\xfc\n", "FILE_ENCODING", "people.csv, line 3"),
        (b"a,\xfc\n1,2\n", "FILE_ENCODING", "people.csv, line 1"),
        ("a,b\nО,2\n".encode("utf-16") + b"\xd8", "FILE_ENCODING", "people.csv, line 3"),
        (b"a,b\n1,2\n3,\x004\n", "FILE_NUL", "people.csv, line 3"),
        (b'a,b,c\n1,"x\ny",3\n\n1,2\n', "FILE_RAGGED", "people.csv, line 5"),
        (b"a,b\n1,2,3\n", "FILE_RAGGED", "people.csv, line 2"),
        (b'a,b\n1,2\n1,"2\n3,4\n', "FILE_QUOTE", "people.csv, line 3"),
        (b'a,b\n1,"2"3\n', "FILE_QUOTE", "people.csv, line 2"),
        (b'a,"b\n1,2\n', "FILE_QUOTE", "people.csv, line 1"),
        (b"a,b,a\n1,2,3\n", "FILE_HEADER_DUPLICATE", "people.csv, line 1"),
        (b"a,b,A\n1,2,3\n", "FILE_HEADER_DUPLICATE", "people.csv, line 1"),
        (b"a,,c\n1,2,3\n", "FILE_HEADER_EMPTY", "people.csv, line 1"),
        (b"\na,b\n1,2\n", "FILE_HEADER_EMPTY", "people.csv, line 1"),
        (b"anna@example.com,1\n", "FILE_HEADER_MISSING", "people.csv, line 1"),
        (b"Anna,+380 67 123-45-67\n", "FILE_HEADER_MISSING", "people.csv, line 1"),
        (",".join(f"c{n}" for n in range(1_001)).encode(), "FILE_TOO_MANY_COLUMNS", "people.csv, line 1"),
        (b"a,b\n1," + b"x" * 8_000_001 + b"\n", "FILE_LINE_TOO_LONG", "people.csv, line 2"),
        (b"PK\x03\x04rest", "FILE_TYPE", "people.csv"),
        (b"\x89PNG\r\n", "FILE_TYPE", "people.csv"),
        (b"\x1f\x8b\x08", "FILE_TYPE", "people.csv"),
        (b"PAR1....PAR1", "FILE_TYPE", "people.csv"),
        (b"\n <!DOCTYPE html><p>", "FILE_TYPE", "people.csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_line(
    desk: Desk, content: bytes, code: str, where: str
) -> None:
    error = desk.refused(content)
    assert isinstance(error, InvalidInput)
    assert (error.code, error.problems[0].where) == (code, where)
    assert english(error.problems[0]).remedy


def test_every_ragged_row_says_how_many_columns_it_has(desk: Desk) -> None:
    error = desk.refused("a,b,c\n1,2\n1,2,3\n1,2,3,4\n")
    assert [(p.where, english(p).message) for p in error.problems] == [
        ("people.csv, line 2", "2 of 3 columns."),
        ("people.csv, line 4", "4 of 3 columns."),
    ]


def test_unknown_declared_columns_are_refused_with_a_suggestion(desk: Desk) -> None:
    error = desk.refused(
        "name,id\nx,1\n",
        primary_key="idd",
        updated_at="nothing",
        types={"nam": TypeOverride(ColumnType.TEXT)},
    )
    assert {problem.code for problem in error.problems} == {"SOURCE_UNKNOWN_COLUMN"}
    assert "Did you mean 'name'?" in words(error)
    assert "Did you mean 'id'?" in words(error)


@pytest.mark.parametrize(
    "override", [TypeOverride(ColumnType.DATE, "%Q"), TypeOverride(ColumnType.INTEGER, "%d")]
)
def test_a_format_that_is_none_is_refused(desk: Desk, override: TypeOverride) -> None:
    assert desk.refused("a\n1\n", types={"a": override}).code == "SOURCE_FORMAT_INVALID"


def test_a_row_without_its_key_is_named_by_line(desk: Desk) -> None:
    error = desk.refused('id,b\n1,"x\ny"\n,3\n" ",4\n', primary_key="id")
    assert [(p.code, p.where) for p in error.problems] == [
        ("PROFILE_KEY_MISSING", "people.csv, line 4"),
        ("PROFILE_KEY_MISSING", "people.csv, line 5"),
    ]


def test_a_key_of_two_rows_is_named_with_both_lines(desk: Desk) -> None:
    error = desk.refused('id,b\nkey,"x\ny"\n\nother,3\nkey,4\n', primary_key="id")
    (problem,) = error.problems
    assert (problem.code, problem.where) == ("PROFILE_KEY_DUPLICATE", "people.csv, line 2")
    assert "people.csv, line 6" in english(problem).message


def test_files_of_a_pattern_are_one_table_whatever_the_order_of_their_columns(desk: Desk) -> None:
    desk.lay("id,name\n1,Anna\n", "b.csv")
    desk.lay("name,id\nBob,2\n", "c.csv")
    desk.lay("id;name\n", "a.csv")
    loaded = desk.load(str(desk.folder / "*.csv"))
    assert [column.name for column in loaded.table.columns] == ["id", "name"]
    assert desk.rows(loaded) == [(1, "Anna"), (2, "Bob")]


def test_files_of_a_pattern_with_other_columns_are_refused(desk: Desk) -> None:
    desk.lay("id,name\n1,Anna\n", "a.csv")
    desk.lay("id,nam\n1,Anna\n", "b.csv")
    with pytest.raises(InvalidInput, match=r"\[FILE_COLUMNS_DIFFER\] b.csv: .*lacks.*'name'.*has.*'nam'"):
        desk.load(str(desk.folder / "*.csv"))


def test_lines_are_counted_within_their_own_file(desk: Desk) -> None:
    desk.lay("id\n1\n2\n", "a.csv")
    desk.lay("id\n3\n1\n", "b.csv")
    with pytest.raises(InvalidInput) as caught:
        desk.load(str(desk.folder / "*.csv"), primary_key="id")
    assert caught.value.problems[0].where == "a.csv, line 2"
    assert "b.csv, line 3" in english(caught.value.problems[0]).message


def test_a_file_outside_the_open_folders_is_refused_whatever_way_it_is_named(
    desk: Desk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    (desk.folder / "link.csv").symlink_to(outside)
    names = ["../outside.csv", "link.csv", "l*.csv", "../*.csv", "../nothing.csv", "../../**/*.csv"]
    for path in [str(outside), "/etc/pass*", *(f"{desk.folder}/{name}" for name in names)]:
        with pytest.raises(InvalidInput, match="SOURCE_OUTSIDE_ALLOWED") as caught:
            desk.load(path)
        assert "LELEKA_SOURCE_DIRS" in words(caught.value)


@pytest.mark.parametrize("name", ["missing.csv", "no-*.csv", "folder", "a\0.csv", "x" * 5_000])
def test_what_is_not_there_is_not_found(desk: Desk, name: str) -> None:
    (desk.folder / "folder").mkdir()
    with pytest.raises(InvalidInput, match="SOURCE_NOT_FOUND"):
        desk.load(f"{desk.folder}/{name}")


def test_without_open_folders_nothing_is_read(desk: Desk) -> None:
    path = desk.lay("a\n1\n")
    with pytest.raises(NeedsAttention, match="SOURCE_DIRS_UNSET"):
        resolve(SourceSpec("people", (str(path),)), [])


def test_a_file_name_is_never_read_as_a_pattern_or_as_sql(desk: Desk) -> None:
    desk.lay("a\n9\n", "x1.csv")
    for name in ("x[1].csv", "x'; drop table y.csv", "x*.csv"):
        assert desk.rows(desk.read("a\n1\n", name)) == [(1,)]


def test_a_file_that_changes_while_it_is_read_is_read_another_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = streaming.write

    def slow(
        session: Engine, layout: Layout, spec: SourceSpec, conversions: Sequence[Conversion], path: str
    ) -> streaming.Streamed:
        written = honest(session, layout, spec, conversions, path)
        with (desk.folder / "people.csv").open("a") as file:
            file.write("2\n")
        return written

    monkeypatch.setattr(streaming, "write", slow)
    error = desk.refused("a\n1\n")
    assert isinstance(error, TryLater)
    assert error.code == "SOURCE_CHANGED"


def test_a_lake_that_cannot_be_written_is_the_administrators_matter(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file where the folder should be")
    with pytest.raises(NeedsAttention, match="LAKE_UNWRITABLE"):
        desk.read("a\n1\n")


def test_the_digest_follows_the_content_alone(desk: Desk) -> None:
    one = desk.lay("a\n1\n", "one.csv")
    two = desk.lay("a\n1\n", "two.csv")
    os.utime(two, (0, 0))
    assert digest([one]) == digest([two]) == desk.load(str(one)).digest
    two.write_text("a\n2\n")
    assert digest([one]) != digest([two])
    assert digest([one, two]) != digest([two, one])


def test_a_refused_file_leaves_the_session_ready_for_the_next(desk: Desk) -> None:
    desk.refused("a,b\n1\n")
    assert desk.rows(desk.read("a,b\n1,2\n")) == [(1, 2)]


@pytest.fixture
def as_somebody() -> Iterator[None]:
    """Permissions that apply: root gives up its own for the test."""
    was = os.geteuid()
    yield
    os.seteuid(was)


@pytest.mark.usefixtures("as_somebody")
@pytest.mark.parametrize("name", ["people.csv", "people.parquet"])
def test_another_user_s_file_is_named_and_not_read(name: str) -> None:
    # Not below pytest's folder: only its owner has access to that.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(b"id\n1\n")
        path.chmod(0)
        Path(folder).chmod(0o755)
        if os.geteuid() == 0:
            os.seteuid(65534)
        for read in (lambda: digest([path]), lambda: check_type(SourceFile(path, path, name), "csv")):
            with pytest.raises(NeedsAttention) as caught:
                read()
            assert (caught.value.code, caught.value.problems[0].where) == ("SOURCE_UNREADABLE", name)
        os.seteuid(os.getuid())


def test_a_file_that_went_away_or_whose_disk_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="SOURCE_NOT_FOUND"):
        signature([tmp_path / "gone.csv"])
    with pytest.raises(NeedsAttention) as caught:
        digest([Path("/proc/self/mem")])  # reading at its beginning is an error of the device
    assert (caught.value.code, caught.value.problems[0].where) == ("SOURCE_UNREADABLE", "mem")
    assert "Input/output error" in english(caught.value.problems[0]).message
