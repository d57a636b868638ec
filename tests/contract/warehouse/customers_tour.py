"""All that is asked of an engine to find customers and to look at one: a part of the tour of ``test_spark_dialect``."""

from pathlib import Path

from sqlglot import exp

from leleka.core.columns import Catalogue, Column, ColumnType, Table
from leleka.core.rules.parser import parse
from leleka.core.sources import SourceSpec
from leleka.warehouse.customers import indexes, lookups, search
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.readers import load
from leleka.warehouse.sql.scope import Scope
from tests.fakes import rule_examples as examples


def customers(engine: Engine, root: Path) -> None:
    root.mkdir()
    path = root / "people.csv"
    path.write_text("id,name\n1,Zo\u00eb Ada\n2,Bo Ada\n3,Ada\n", encoding="utf-8")
    lake = Lake(root / "lake")
    source = load(engine, lake, SourceSpec("people", (str(path),), primary_key="id"), [root]).snapshot
    words = indexes.write_words(engine, lake, "words", source, ["id", "name"])
    whole, part = (search.Index(source, words, 2, places) for places in ((0, 1), (1,)))
    typed = search.typed_words(engine, "zoe a")
    assert search.numbers(engine, whole, search.Wanted(typed)) == [0]
    assert search.numbers(engine, part, search.Wanted(("ada",), after=0)) == [1, 2]
    known = Catalogue("people", {"people": Table("people", (Column("name", ColumnType.TEXT),), "name")})
    rule = parse({"column": "name", "is": "Ada"}, known)
    filters = search.Filters(rule, Scope({"people": source.files}, examples.TODAY))
    assert search.numbers(engine, whole, search.Wanted(("a",), filters)) == [2]
    key = indexes.Key("id", salt="salt")
    keys = indexes.write_keys(engine, lake, "keys", source, indexes.Key("id", as_number=True))
    assert lookups.numbers_of(engine, lookups.Keyed(source, key, None), ["x"], 1) == []
    assert lookups.numbers_of(engine, lookups.Keyed(source, indexes.Key("id"), keys), ["3.0"], 1) == [2]
    assert [row.values["name"] for row in lookups.rows(engine, source, [2, 0], ["name"], key)] == [
        "Ada",
        "Zo\u00eb Ada",
    ]
    _numbered_by_counting(engine, root)
    _known_of_one(engine, root)


def _numbered_by_counting(engine: Engine, root: Path) -> None:
    """A column that is called as the engine calls the numbers of rows."""
    path = root / "taken.csv"
    path.write_text("id,File_Row_Number\n1,30\n2,20\n3,10\n", encoding="utf-8")
    lake = Lake(root / "lake")
    source = load(engine, lake, SourceSpec("taken", (str(path),), primary_key="id"), [root]).snapshot
    key = indexes.Key("File_Row_Number")
    words = search.Index(source, indexes.write_words(engine, lake, "taken", source, ["id"]), 1, (0,))
    keys = indexes.write_keys(engine, lake, "keys", source, key)
    assert search.numbers(engine, words, search.Wanted(())) == [0, 1, 2]
    assert lookups.numbers_of(engine, lookups.Keyed(source, key, None), ["20"], 2) == [1]
    assert lookups.numbers_of(engine, lookups.Keyed(source, key, keys), ["20"], 2) == [1]
    (row,) = lookups.rows(engine, source, [2], ["File_Row_Number"], key)
    assert (row.number, row.key, row.values) == (2, "10", {"File_Row_Number": 10})


def _known_of_one(engine: Engine, root: Path) -> None:
    told = {
        "profile_id": "1",
        "address": "a",
        "held": "h",
        "refused_code": "",
        "state": "member",
        "value": "v",
    }
    told |= {"ended": "delivered", "code": "", "detail": "", "kind": ""}
    cells = [exp.alias_(exp.Literal.string(value), name) for name, value in told.items()]
    file = str(root / "known.parquet")
    assert engine.write(exp.select(*cells), file) == 1
    assert lookups.members_of(engine, {"a": file, "b": file}, "1") == {"a", "b"}
    assert lookups.measured(engine, {"a": file}, "1") == {"a": "v"}
    assert lookups.held_by(engine, {"a": file}, "a") == {
        "a": lookups.Held("member", held=True, refused_code="")
    }
    assert lookups.outcomes_of(engine, {"a": file}, "1") == {"a": lookups.Outcome("delivered", "", "")}
