"""What an engine does with queries, tables and files."""

from pathlib import Path

import orjson
import pytest
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.warehouse.engines.port import (
    Engine,
    EngineError,
    StorageError,
    byte_length,
    counted,
    csv_cells,
    ordinal,
    previous,
    refused,
)
from leleka.warehouse.sql.tables import column, empty, json_lines, parquet
from tests.contract.warehouse.engine_suite import EngineSuite, number, text, values
from tests.fakes.engine_tables import write_rows

WORDS = ("Київ", "їжак Ґ", "e\u0301", "👩\u200d🚀", "it's", 'a "b"', "a\\n", "", " ", "a\nb", None)


def csv(path: Path, *names: str, delimiter: str = ",") -> exp.Select:
    cells = csv_cells(str(path), names, delimiter=delimiter, longest=1_000_000)
    return exp.select(*(column(name) for name in names)).from_(exp.Table(this=cells))


class QueriesContract(EngineSuite):
    def test_every_text_comes_back_as_it_went_in(self, engine: Engine) -> None:
        engine.create_table("words", values("word", *map(text, WORDS)))
        assert sorted(str(word) for (word,) in engine.rows(exp.select(column("word")).from_("words"))) == (
            sorted(map(str, WORDS))
        )

    def test_a_query_without_a_row_is_said_to_be_one(self, engine: Engine) -> None:
        nothing = empty({"a": "VARCHAR", "b": "BIGINT", "c": "VARCHAR[]"})
        assert engine.rows(nothing) == []
        with pytest.raises(LookupError):
            engine.row(nothing)

    @pytest.mark.parametrize(("rows", "sizes"), [(7, [3, 3, 1]), (6, [3, 3]), (0, [])])
    def test_chunks_are_all_rows_in_their_order(self, engine: Engine, rows: int, sizes: list[int]) -> None:
        engine.create_table("counted", empty({"n": "BIGINT"}))
        for n in range(rows):
            engine.insert("counted", values("n", exp.cast(exp.Literal.number(n), "BIGINT")))
        chunks = list(engine.chunks(exp.select(column("n")).from_("counted").order_by(column("n")), 3))
        assert [len(chunk) for chunk in chunks] == sizes
        assert [n for chunk in chunks for (n,) in chunk] == list(range(rows))

    def test_nulls_are_last_when_ordered_upwards(self, engine: Engine) -> None:
        engine.create_table("ordered", values("v", text(None), text("b"), text("a")))
        upwards = exp.select(column("v")).from_("ordered").order_by(column("v"))
        assert engine.rows(upwards) == [("a",), ("b",), (None,)]

    def test_text_is_ordered_by_its_code_points(self, engine: Engine) -> None:
        words = ["Z", "a", "z", "É", "é", "Ж", "ж", "😀"]
        engine.create_table("sorted", values("v", *map(text, reversed(words))))
        found = engine.rows(exp.select(column("v")).from_("sorted").order_by(column("v")))
        assert [word for (word,) in found] == sorted(words)

    def test_a_table_takes_the_place_of_one_of_its_name_and_goes_when_told(self, engine: Engine) -> None:
        everything = exp.select("*").from_("kept")
        engine.create_table("kept", values("a", text("x")))
        engine.create_table("kept", values("b", text("y"), text("z")))
        engine.insert("kept", values("any", text("w")))
        assert sorted(engine.rows(everything)) == [("w",), ("y",), ("z",)]
        engine.drop_table("kept")
        engine.drop_table("kept")
        with pytest.raises(EngineError):
            engine.rows(everything)

    def test_a_table_keeps_its_rows_when_the_files_behind_them_are_gone(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        staging = tmp_path / "lines"
        staging.write_bytes(orjson.dumps({"a": "Ґ"}) + b"\n")
        engine.create_table("kept", exp.select("*").from_(json_lines(str(staging), {"a": "VARCHAR"})))
        staging.unlink()
        assert engine.rows(exp.select(column("a")).from_("kept")) == [("Ґ",)]

    def test_rows_of_a_table_are_numbered_in_the_order_of_arrival(self, engine: Engine) -> None:
        engine.create_table("numbered", values("v", text("first")))
        engine.insert("numbered", values("v", text("second")))
        engine.insert("numbered", values("v", text("third")))
        numbered = exp.select(ordinal(), column("v")).from_("numbered").order_by(ordinal())
        assert engine.rows(numbered) == [(0, "first"), (1, "second"), (2, "third")]

    def test_rows_that_have_a_value_are_counted_as_they_come(self, engine: Engine) -> None:
        """Also behind an order, and where there are more than an engine takes at a time."""
        engine.create_table("given", values("v", text("c"), text(None), text("a"), text("b")))
        ordered = exp.select(column("v")).from_("given").order_by(exp.Ordered(this=column("v"), desc=True))
        rows = exp.select(column("v"), counted(column("v"))).from_(ordered.subquery("o"))
        found = engine.rows(rows)
        assert [row for row in found if row[0]] == [("c", 1), ("b", 2), ("a", 3)]
        assert [seen for word, seen in found if word is None] in ([0], [3])

    def test_a_row_knows_the_value_before_it(self, engine: Engine) -> None:
        engine.create_table("given", values("v", text("c"), text(None), text("a")))
        found = engine.rows(exp.select(column("v"), previous(column("v"))).from_("given"))
        assert found == [("c", None), (None, "c"), ("a", None)]

    def test_what_is_refused_ends_the_query_where_it_is_come_to(self, engine: Engine) -> None:
        engine.create_table("given", values("v", text("a"), text(None)))
        checked = exp.case().when(exp.Is(this=column("v"), expression=exp.Null()), refused())
        query = exp.select(checked.else_(column("v"))).from_("given")
        assert engine.rows(query.where(column("v").eq("a"))) == [("a",)]
        with pytest.raises(EngineError):
            engine.rows(query)

    def test_a_count_follows_the_order_of_many_rows(self, engine: Engine, tmp_path: Path) -> None:
        size, path = 60_000, str(tmp_path / "many.parquet")
        words = ({"v": f"{n * 7919 % size:05}"} for n in range(size))
        write_rows(engine, {"v": ColumnType.TEXT}, words, path)
        ordered = exp.select(column("v")).from_(parquet(path)).order_by(column("v"))
        numbered = exp.select(column("v"), exp.alias_(counted(column("v")), "n")).from_(ordered.subquery("o"))
        engine.write(numbered, str(tmp_path / "numbered.parquet"))
        found = engine.rows(exp.select("*").from_(parquet(str(tmp_path / "numbered.parquet"))))
        assert found == [(f"{n:05}", n + 1) for n in range(size)]

    @pytest.mark.parametrize("word", ["Київ", "e\u0301", "👩\u200d🚀", "", "a"])
    def test_the_bytes_of_a_text_are_those_of_utf_8(self, engine: Engine, word: str) -> None:
        assert engine.row(exp.select(byte_length(text(word)))) == (len(word.encode()),)

    def test_an_insertion_that_fails_leaves_no_row(self, engine: Engine, tmp_path: Path) -> None:
        path = tmp_path / "ragged.csv"
        path.write_text("a,b\n1,2\n" * 3 + "1\n1,2,3\n", encoding="utf-8")
        engine.create_table("whole", empty({"a": "VARCHAR", "b": "VARCHAR"}))
        with pytest.raises(EngineError):
            engine.insert("whole", csv(path, "a", "b"))
        assert engine.rows(exp.select("*").from_("whole")) == []

    def test_what_is_written_is_read_back_in_its_order(self, engine: Engine, tmp_path: Path) -> None:
        path = str(tmp_path / "rows.parquet")
        engine.create_table("unordered", values("v", text("b"), text(None), text("Ґ"), text("a")))
        ordered = exp.select(column("v")).from_("unordered").order_by(column("v"))
        assert engine.write(ordered, path) == 4
        found = exp.select(column("v", "f")).from_(parquet(path, "f"))
        assert engine.rows(found) == [("a",), ("b",), ("Ґ",), (None,)]
        everything = exp.select(column("v")).from_(parquet(str(tmp_path / "*.parquet")))
        assert len(engine.rows(everything)) == 4

    def test_nothing_is_written_as_a_file_without_rows(self, engine: Engine, tmp_path: Path) -> None:
        path = str(tmp_path / "rows.parquet")
        assert engine.write(empty({"a": "VARCHAR", "n": "BIGINT"}), path) == 0
        assert engine.rows(exp.select(column("a"), column("n")).from_(parquet(path))) == []

    def test_the_columns_of_a_file_are_named_and_typed(self, engine: Engine, tmp_path: Path) -> None:
        path = str(tmp_path / "rows.parquet")
        columns = {f"стовпець {kind}": kind for kind in ColumnType}
        write_rows(engine, columns, [{}], path)
        assert {one.name: one.type for one in engine.parquet_columns(path)} == columns
        lists = exp.select(exp.alias_(exp.cast(exp.null(), exp.DataType.build("VARCHAR[]")), "l"))
        engine.write(lists, path.replace("rows", "lists"))
        assert [one.type for one in engine.parquet_columns(path.replace("rows", "lists"))] == [None]

    def test_json_lines_are_typed_as_told(self, engine: Engine, tmp_path: Path) -> None:
        staging = tmp_path / "lines"
        lines = [
            {"t": "1", "n": 2**62, "b": True, "l": ["a", "Ґ"]},
            {"t": None, "l": []},
            {"t": "x" * 900_000},
        ]
        staging.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        kinds = {"t": "VARCHAR", "n": "BIGINT", "b": "BOOLEAN", "l": "VARCHAR[]"}
        found = engine.rows(exp.select(*map(column, kinds)).from_(json_lines(str(staging), kinds)))
        assert found == [
            ("1", 2**62, True, ["a", "Ґ"]),
            (None, None, None, []),
            ("x" * 900_000, None, None, None),
        ]

    def test_an_empty_staging_file_has_no_row(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "lines").touch()
        source = json_lines(str(tmp_path / "lines"), {"a": "VARCHAR"})
        assert engine.rows(exp.select(column("a")).from_(source)) == []

    def test_cells_of_a_csv_file_are_text_as_it_stands_there(self, engine: Engine, tmp_path: Path) -> None:
        path = tmp_path / "cells.csv"
        path.write_text('a;b\n007;"x;""y"\n ;\n"";Ґ\n', encoding="utf-8")
        found = engine.rows(csv(path, "a", "b", delimiter=";"))
        assert found == [("007", 'x;"y'), (" ", None), (None, "Ґ")]

    def test_a_file_that_is_not_there_is_a_fault_of_storage(self, engine: Engine, tmp_path: Path) -> None:
        with pytest.raises(StorageError):
            engine.rows(exp.select("*").from_(parquet(str(tmp_path / "absent.parquet"))))
        with pytest.raises(StorageError):
            engine.write(empty({"a": "VARCHAR"}), str(tmp_path / "absent" / "rows.parquet"))

    def test_a_column_that_is_not_there_is_named(self, engine: Engine) -> None:
        with pytest.raises(EngineError, match="ніде"):
            engine.rows(exp.select(column("ніде")).from_(values("a", text("x")).subquery("t")))

    def test_not_a_number_is_no_obstacle(self, engine: Engine, tmp_path: Path) -> None:
        path = str(tmp_path / "rows.parquet")
        engine.write(values("n", number("NaN"), number("Infinity"), number(None), number("0.1")), path)
        found = [n for (n,) in engine.rows(exp.select(column("n")).from_(parquet(path)))]
        assert [str(n) for n in found] == ["nan", "inf", "None", "0.1"]
