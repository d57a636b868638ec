"""Which customer has which id, build after build: on every query engine as here."""

from collections import defaultdict
from pathlib import Path

from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.unify.ids.assignment import Assigned, Build, assign
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import parquet
from tests.contract.warehouse.engine_suite import EngineSuite
from tests.fakes.engine_tables import write_rows

KINDS = {"source": ColumnType.TEXT, "key": ColumnType.TEXT, "cluster": ColumnType.INTEGER}


class IdsContract(EngineSuite):
    """What an engine must make of clusters."""

    def test_a_cluster_keeps_the_id_of_most_of_its_records(self, engine: Engine, tmp_path: Path) -> None:
        """Clusters are given by their keys; what is expected is said in the same way, with the ids."""
        ids = iter("ABCDE")
        history: list[tuple[str, Assigned, str, set[tuple[str, str, str]]]] = [
            ("abc d e", Assigned(3, 3, 0, 0, 0), "A:abc B:d C:e", set()),
            # A would be the id of c and d, because it had more records: but more of these are a and b.
            ("ab cd e", Assigned(3, 0, 0, 1, 0), "A:ab B:cd C:e", {("B", "A", "split")}),
            # A and B are as strong as each other. What is gone keeps its id...
            ("abcd", Assigned(1, 0, 1, 0, 1), "A:abcd C:e", {("A", "B", "merged")}),
            # ... and has it when it comes back.
            ("a bcd e", Assigned(3, 1, 0, 1, 0), "A:bcd C:e D:a", {("D", "A", "split")}),
            ("abce", Assigned(1, 0, 2, 0, 0), "A:abcde", {("A", "C", "merged"), ("A", "D", "merged")}),
            ("abce", Assigned(1, 0, 0, 0, 0), "A:abcde", set()),
            # d was there last in the fourth of seven builds, which is forgotten by now.
            ("abce d", Assigned(2, 1, 0, 0, 0), "A:abce E:d", set()),
        ]
        last = None
        for number, (clusters, done, customers, previous) in enumerate(history, 1):
            folder = tmp_path / str(number)
            folder.mkdir()
            its = [{"source": "s", "key": k, "cluster": ord(one[0])} for one in clusters.split() for k in one]
            write_rows(engine, KINDS, its, str(folder / "clusters"))
            build = Build(number, str(folder / "clusters"), last, kept_since=number - 2)
            last = str(folder / "ids")
            assert assign(engine, build, lambda: next(ids), last, str(folder / "previous")) == done
            found = defaultdict(list)
            for _, key, customer, _ in engine.rows(_rows(folder / "ids")):
                found[customer].append(key)
            assert " ".join(f"{one}:{''.join(found[one])}" for one in sorted(found)) == customers
            assert set(engine.rows(_rows(folder / "previous"))) == previous


def _rows(path: Path) -> exp.Select:
    return exp.select("*").from_(parquet(str(path)))
