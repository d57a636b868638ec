"""Everything the product asks of an engine can be said to Spark, too: transpiled, with what cannot be as an error.

A tour comes to every place that asks. What Spark answers, the contract suite will say once there is such an engine.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlglot import exp
from sqlglot.errors import UnsupportedError

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.measures.parser import parse as parse_measure
from leleka.core.quality.parser import parse as parse_expectation
from leleka.core.rules.operators import Operator
from leleka.core.rules.parser import parse
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput
from leleka.warehouse import catalogue, expectations, segments, source_changes
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import ordinal
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.measures import evaluate as evaluate_measure
from leleka.warehouse.measures import spread_of_column
from leleka.warehouse.readers import examine, load
from leleka.warehouse.readers.adoption import adopt
from leleka.warehouse.segments import compile_rule, count, evaluate, first_values, sample
from leleka.warehouse.sql.scope import ListFiles, ProfileSets, Scope
from tests.contract.warehouse.customers_tour import customers
from tests.contract.warehouse.engine_ledgers import LedgersContract
from tests.contract.warehouse.engine_memberships import MembershipsContract
from tests.contract.warehouse.engine_runs import LEAVERS, RunsContract
from tests.contract.warehouse.live_counts_tour import visit_live_counts
from tests.contract.warehouse.standing_tour import where_one_stands
from tests.fakes import rule_examples as examples
from tests.fakes.diff_tables import Tables
from tests.fakes.recording_engine import RecordingEngine, recording
from tests.fakes.segment_tables import CATALOGUE, write_tables_with
from tests.fakes.spark_dialect import FUNCTIONS, spark_sql
from tests.property.test_plain_contacts import Planning

PRODUCT = Path(__file__).parents[3] / "src" / "leleka"
ASKING = {"rows", "row", "chunks", "create_table", "insert", "write"}
FILES = dict.fromkeys(CATALOGUE.tables, "/lake/*.parquet")
# Words of Spark's SQL that stand before a bracket and call nothing.
_WORDS = frozenset(
    {
        *("ALL", "AND", "ANY", "AS", "BETWEEN", "BY", "DECIMAL", "DISTINCT", "ELSE", "EXCEPT", "FROM"),
        *("IN", "JOIN", "NOT", "ON", "OR", "OVER", "SELECT", "THEN", "UNION", "USING", "VALUES", "WHEN"),
        *("WHERE",),
    }
)


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> RecordingEngine:
    """Return an engine that was asked all that runs, segments and readers ask."""
    root = tmp_path_factory.mktemp("tour")
    with recording(open_session(root / "spill", threads=1)) as engine:
        _runs(engine, root)
        _segments(engine, root)
        visit_live_counts(engine, root / "live counts")
        _refused_files(engine, root)
        _catalogue(engine, root / "catalogue")
        _brought(engine, root / "brought")
        customers(engine, root / "customers")
        where_one_stands(engine, root / "standing")
    return engine


def _runs(engine: RecordingEngine, root: Path) -> None:
    contract = RunsContract()
    for leavers in LEAVERS:
        contract.test_every_run_of_a_story_ends_as_plain_python_says(engine, root / leavers.policy, leavers)
    contract.test_a_late_verdict_changes_its_own_rows_of_the_ledger(engine, root / "late")
    contract.test_who_is_missing_from_the_list_is_due_again(engine, root / "missing")
    ledgers = LedgersContract()
    ledgers.test_a_ledger_is_doubted_or_made_again_from_outcomes(engine, root / "repaired")
    ledgers.test_what_an_outcome_proves_of_the_list_is_in_a_ledger_made_again(engine, root / "proved")
    ledgers.test_who_holds_something_else_than_was_sent_is_due_again(engine, root / "differing")
    contract.test_whom_we_suppress_is_found_by_digest(engine, root / "digests")
    contract.test_a_span_of_a_plan_is_read_in_its_order(engine, root / "spans")
    contract.test_the_most_frequent_texts_of_the_selected_are_counted(engine, root / "values")
    contract.test_additions_are_held_against_a_list(engine, root / "additions")
    plain = Planning(Tables(engine, root / "plain"), [{}, {}])
    plain.plan(plain.selection, in_sql=True)
    contract.test_pages_of_the_suppressed_come_back(engine, root / "pages")
    contract.test_addresses_are_what_the_core_makes_of_them(engine, root / "addresses")
    people = MembershipsContract()
    people.test_who_was_in_a_segment_is_what_plain_python_says(engine, root / "members")
    people.test_people_are_in_exactly_so_many_segments(engine, root / "overlap")
    (root / "spread").mkdir()
    people.test_members_are_spread_over_the_values_of_a_column(engine, root / "spread")
    (root / "files").mkdir()
    contract.test_files_are_read_into_typed_tables(engine, root / "files")


def _segments(engine: RecordingEngine, root: Path) -> None:
    (root / "tables").mkdir()
    files = write_tables_with(engine, examples.rows(), root / "tables")
    rule = parse({"column": "Name", "is not": "x"}, CATALOGUE)
    query = compile_rule(rule, CATALOGUE, files, examples.TODAY)
    snapshot, members = evaluate(engine, Lake(root / "lake"), "all", query)
    assert members == count(engine, query)
    assert sample(engine, snapshot, CATALOGUE, files, 2)
    for data in examples.measured():
        place = CATALOGUE, Scope(files, examples.TODAY)
        lake = Lake(root / "lake")
        values, _, _ = evaluate_measure(
            engine, lake, "m", parse_measure(data, CATALOGUE, "m"), place, look=True
        )
        sample(engine, snapshot, CATALOGUE, files, 2, measures={"m": values.files})
    members_table = Table("members", (Column("profile_id", ColumnType.TEXT),), None)
    listed = segments.write_list(engine, Lake(root / "lake"), "Never", ["C1", "nobody", "C1"])
    assert segments.unknown_entries(engine, listed, (files["customers"], "Id"), 5) == (1, ("nobody",))
    assert len(first_values(engine, snapshot, members_table, 2)["profile_id"]) == 2


def _refused_files(engine: RecordingEngine, root: Path) -> None:
    path = root / "files" / "refused.csv"
    for rows in (",x", "1,x\n1,y"):
        path.write_text(f"id,name\n{rows}\n", encoding="utf-8")
        with pytest.raises(InvalidInput):
            load(engine, Lake(root / "lake"), SourceSpec("p", (str(path),), primary_key="id"), [root])
    path.write_text("id,name\nb,x\na,y\n", encoding="utf-8")
    load(engine, Lake(root / "lake"), SourceSpec("p", (str(path),), primary_key="id"), [root])
    path.write_text("id,name\nb,x\nb,y\n", encoding="utf-8")
    copy = load(engine, Lake(root / "lake"), SourceSpec("p", (str(path),)), [root]).snapshot.files
    with pytest.raises(InvalidInput):
        load(engine, Lake(root / "lake"), SourceSpec("p", (copy,), primary_key="id"), [root])
    path.write_bytes(b"id,name\r\n1,x\n2,y\r3,z\n")
    load(engine, Lake(root / "lake"), SourceSpec("p", (str(path),)), [root])


def _expected(engine: RecordingEngine, rows: Snapshot) -> None:
    kinds = {"id": ColumnType.INTEGER, "tier": ColumnType.TEXT, "born": ColumnType.TEXT}
    table = Table("after", tuple(Column(name, kind) for name, kind in kinds.items()), "id")
    told = [
        {"expect": "unique", "column": "tier"},
        {"expect": "unique", "columns": ["tier", "born"], "ignore_case": True},
        {"expect": "filled", "column": "tier"},
        {"expect": "values", "column": "tier", "values": ["gold"]},
        {"expect": "range", "column": "id", "from": 0.5, "to": 2},
    ]
    moment = expectations.Moment(datetime(2026, 1, 1), date(2026, 1, 1))  # noqa: DTZ001 - UTC by contract
    asked = [parse_expectation(one, table) for one in told]
    rows_there, found = expectations.judge(engine, rows, table, asked, moment)
    assert (rows_there, [one.rows for one in found]) == (3, [2, 0, 0, 1, 1])
    shown = [expectations.examples(engine, rows, table, one, moment=moment, most=1) for one in asked]
    assert [[one.number for one in each] for each in shown] == [[1], [], [], [3], [3]]


def _catalogue(engine: RecordingEngine, root: Path) -> None:
    root.mkdir()
    before, after, orders = (root / name for name in ("before.csv", "after.csv", "orders.csv"))
    before.write_text("id,tier,born\n1,gold,01.02.1990\n2,silver,3.4.1991\n3,,\n", encoding="utf-8")
    after.write_text("id,tier,born\n1,gold,01.02.1990\n2,gold,3.4.1991\n4,basic,x\n", encoding="utf-8")
    orders.write_text("id,of\n7,1\n8,2\n9,5\n10,\n", encoding="utf-8")
    lake = Lake(root / "lake")
    old, new, many = (
        load(engine, lake, SourceSpec(path.stem, (str(path),), primary_key="id"), [root]).snapshot
        for path in (before, after, orders)
    )
    assert catalogue.changes(engine, old, new, "id", ["tier"]) == catalogue.Changes(1, 1, 1)
    assert catalogue.filled(engine, old, ["id", "tier"]) == (3, 2)
    assert catalogue.top_values(engine, new, "tier", 1) == [("gold", 2)]
    spread = spread_of_column(engine, many, "id", ColumnType.INTEGER)
    assert [place for place, rows in enumerate(spread.bars) if rows] == [0, 6, 13, 19]  # of 7, 8, 9 and 10
    assert catalogue.matching(engine, many, "of", old, "id") == (3, 2, 0)
    _expected(engine, new)
    found = examine(engine, SourceSpec("after", (str(after),)), [root], 2)
    assert [(one.name, one.filled, one.distinct) for one in found.columns] == [
        ("id", 3, 3), ("tier", 3, 2), ("born", 3, 3),
    ]  # fmt: skip
    fits = {(one.type, one.format): one for one in found.columns[2].fits}
    born = fits[ColumnType.DATE, "%d.%m.%Y"]
    assert (born.misfits, born.examples) == (1, ("“a”",))
    assert (ColumnType.DATE, "%d/%m/%Y") not in fits
    assert len(found.first) == 2


def _brought(engine: RecordingEngine, root: Path) -> None:
    """What connectors bring: a file that is taken as it is, then what changed since."""
    root.mkdir()
    lake, spec = Lake(root / "lake"), SourceSpec("orders", ("orders",), primary_key="id")
    found = []
    for day, path in ((1, root / "first"), (2, root / "second")):
        rows = exp.select(
            exp.alias_(exp.cast(exp.Literal.number(day), "BIGINT"), "id"),
            exp.alias_(exp.cast(exp.Literal.string(f"2026-01-0{day}"), "DATE"), "on"),
        )
        assert engine.write(rows, str(path)) == 1
        taken = adopt(engine, lake, spec, path, 1)
        assert taken is not None
        found.append(taken)
    first, second = (one.snapshot for one in found)
    table = found[0].table
    assert source_changes.new_rows(engine, table, first, second) == 1
    both, rows_there = source_changes.merge(engine, lake, table, first, second)
    assert rows_there == 2
    began = datetime(2026, 2, 1, tzinfo=UTC)
    assert source_changes.mark(engine, both, table.columns[1], began) == "2026-01-01"


def spoken(expression: exp.Expr) -> set[str]:
    """Return what is wrong with an expression as Spark would read it."""
    try:
        told = spark_sql(expression)
    except UnsupportedError as error:
        return {str(error)}
    bare = re.sub(r"'(?:\\.|[^'\\])*'|`[^`]*`", "''", told)
    called = {name.upper() for name in re.findall(r"\b([A-Za-z_][A-Za-z_0-9]*)\(", bare)}
    called |= {name.upper() for name in re.findall(r"\b([A-Za-z_][A-Za-z_0-9]*) \(", bare)}
    return {f"{name} is no function of Spark" for name in called - FUNCTIONS - _WORDS}


@pytest.mark.long
def test_every_expression_of_the_tour_can_be_said_to_spark(tour: RecordingEngine) -> None:
    assert len(tour.asked) > 100
    assert set().union(*map(spoken, tour.asked)) == set()


@pytest.mark.long
def test_the_tour_comes_to_every_place_that_asks_an_engine(tour: RecordingEngine) -> None:
    assert len(list(_places("warehouse"))) > 40
    assert list(unvisited("warehouse", tour)) == []


def unvisited(room: str, tour: RecordingEngine) -> Iterator[str]:
    """Yield file and line of what asks an engine and was not come to."""
    for name, first, last in _places(room):
        if not any(path == name and first <= line <= last for path, line in tour.places):
            yield f"{name}:{first}"


def _places(room: str) -> Iterator[tuple[str, int, int]]:
    """Yield file, first and last line of each statement that asks a session something."""
    for path in sorted((PRODUCT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.stmt) and any(_asks(part) for part in _own_parts(node)):
                yield str(path.relative_to(PRODUCT)), node.lineno, node.end_lineno or node.lineno


def _own_parts(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            yield child
            yield from _own_parts(child)


def _asks(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ASKING
        and isinstance(node.value, ast.Name)
        and node.value.id == "session"
    )


@pytest.mark.parametrize(("kind", "operator"), list(examples.every_operator()))
def test_every_operator_can_be_said_to_spark(kind: ColumnType, operator: Operator) -> None:
    found: set[str] = set()
    for data in examples.conditions(kind, operator):
        found |= spoken(compile_rule(parse(data, CATALOGUE), CATALOGUE, FILES, examples.TODAY))
    assert found == set()


def test_every_measure_and_combination_can_be_said_to_spark() -> None:
    lists = {"Never": ListFiles("n.parquet"), "Addresses": ListFiles("a.parquet", "book.parquet")}
    sets = ProfileSets({"Regulars": "r.parquet"}, lists)
    told = (*examples.measures(), *examples.combined(), *examples.beside(), *examples.sets())
    for rule in (parse(data, CATALOGUE) for data in told):
        assert spoken(compile_rule(rule, CATALOGUE, FILES, examples.TODAY, sets=sets)) == set()


@pytest.mark.parametrize(
    "foreign",
    [
        exp.Anonymous(this="isfinite", expressions=[exp.column("a")]),
        exp.RegexpFullMatch(this=exp.column("a"), expression=exp.Literal.string("x")),
        exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string("x")])),
    ],
)
def test_what_spark_does_not_know_is_found(foreign: exp.Expr) -> None:
    """SQLGlot hands on what it does not know: without the list of names nothing here could fail."""
    assert spoken(exp.select(foreign)) != set()


def test_the_order_of_arrival_is_a_column_that_spark_is_given() -> None:
    assert spark_sql(exp.select(ordinal()).from_("t")) == "SELECT leleka_row FROM t"
