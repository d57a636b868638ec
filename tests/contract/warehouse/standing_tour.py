"""All that is asked of an engine about where one profile stands: a part of the tour of ``test_spark_dialect``."""

from pathlib import Path
from typing import Final

from sqlglot import exp

from leleka.core.rules.model import Related
from leleka.core.rules.parser import parse
from leleka.warehouse.customers import standing
from leleka.warehouse.customers.standing import Addressed, Ledgered, PlannedPlace
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.live_counts import Ground
from tests.fakes import rule_examples as examples
from tests.fakes.segment_tables import CATALOGUE, write_tables_with

_LAST: Final = {"related": "purchases", "last": "Price", "by": "Number"}


def where_one_stands(engine: Engine, root: Path) -> None:
    root.mkdir()
    ground = Ground(CATALOGUE, write_tables_with(engine, examples.rows(), root), examples.TODAY)
    asked = {"related": "purchases", "count": "rows", ">=": 1}, {**_LAST, ">=": 1}
    for rule in (parse(one, CATALOGUE) for one in asked):
        assert isinstance(rule, Related)
        assert standing.holding(engine, ground, "C0", rule, [rule]) in ([True], [False])
        standing.measured(engine, ground, "C0", rule)
    named = parse({"column": "Name", "is": "a"}, CATALOGUE)
    assert set(standing.values(engine, ground, "C0", named, ["Name"])) == {"Name"}
    _in_what_is_kept(engine, Lake(root / "lake"))


def _in_what_is_kept(engine: Engine, lake: Lake) -> None:
    none = exp.cast(exp.null(), "VARCHAR")
    told = {
        "profile_id": "1",
        "email_key": "a",
        "address": "a",
        "state": "member",
        "held": "h",
        "kind": "added",
    }
    cells = [exp.alias_(exp.Literal.string(value), name) for name, value in told.items()]
    cells += [exp.alias_(none.copy(), name) for name in ("code", "duplicate_of", "refused_code")]
    cells.append(exp.alias_(exp.cast(exp.Literal.number(7), "BIGINT"), "seq"))
    with lake.write("plans", "kept") as kept:
        engine.write(exp.select(*cells), kept.file("rows"))
    snapshot = lake.open(kept.reference)
    assert standing.addressed(engine, snapshot, profile="1") == [Addressed("1", "a", "", "")]
    assert standing.addressed(engine, snapshot, address="a") == [Addressed("1", "a", "", "")]
    assert standing.with_text(engine, snapshot, "profile_id", "address", "a") == ["1"]
    assert standing.planned(engine, snapshot, "1") == PlannedPlace(7, "added")
    assert standing.ledgered(engine, snapshot, "a") == Ledgered("1", "member", held=True, refused_code="")
