"""Rules, clusters and what goes to review: on every query engine as here."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.unify.matching.clusters import Limits, Matched, match, write_clusters
from leleka.unify.matching.components import clusters_of, connect
from leleka.unify.matching.exact import Rule, SharedValue, find_edges, number_records
from leleka.unify.matching.review import Review, write_pairs
from leleka.unify.matching.tables import EDGES
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column, parquet
from tests.contract.warehouse.engine_suite import EngineSuite
from tests.fakes.engine_tables import write_rows
from tests.fakes.unification import Record, Values, write_records

EMAIL = Rule("e-mail", ("email",))
PHONE = Rule("phone", ("phone",))
PHONE_AND_NAME = Rule("phone and name", ("phone", "name"))
Told = Mapping[str, tuple[str | None, str | None, str | None]]


def records(told: Told) -> Iterator[tuple[Record, Values]]:
    """Yield records of one source from e-mail, phone and name."""
    for key, values in told.items():
        yield ("shop", key), dict(zip(("email", "phone", "name"), values, strict=True))


def rows(engine: Engine, path: Path) -> list[tuple[Any, ...]]:
    return engine.rows(exp.select("*").from_(parquet(str(path))))


class MatchingContract(EngineSuite):
    """What an engine must make of records."""

    def test_of_each_value_the_first_record_has_an_edge_to_every_other(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        told: Told = {
            "d": ("x", "1", "Ann"), "a": ("x", None, "Ann"), "c": ("x", "1", None), "b": ("y", "1", "Ann"),
        }  # fmt: skip
        rules = [EMAIL, PHONE_AND_NAME, PHONE]
        number_records(engine, write_records(engine, records(told), tmp_path / "r"), rules)
        found = find_edges(engine, rules)
        edges = engine.rows(exp.select("record", "other", "rule").from_(EDGES))
        assert sorted(edges) == [(0, 2, 0), (0, 3, 0), (1, 2, 2), (1, 3, 1), (1, 3, 2)]
        assert [one.edges for one in found] == [2, 1, 2]
        assert [one.rule for one in found] == rules

    def test_a_value_of_too_many_records_is_no_evidence_and_is_told(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        told: Told = {f"{n:02d}": (f"{n % 13}", "shop's" if n < 30 else "own", "Ann") for n in range(34)}
        rules = [EMAIL, PHONE, PHONE_AND_NAME]
        number_records(engine, write_records(engine, records(told), tmp_path / "r"), rules)
        email, phone, both = find_edges(engine, rules, most_sharing=4)
        assert (email.edges, email.dropped_values, email.most_shared) == (21, 0, ())
        assert (phone.edges, phone.dropped_values, phone.dropped_records) == (3, 1, 30)
        assert phone.most_shared == (SharedValue(30, ("shop's",)),)
        assert both.most_shared == (SharedValue(30, ("shop's", "Ann")),)
        assert "shop" not in repr(phone.most_shared)
        rules_of_edges = Counter(rule for (rule,) in engine.rows(exp.select("rule").from_(EDGES)))
        assert rules_of_edges == {0: email.edges, 1: phone.edges, 2: both.edges}

    @pytest.mark.parametrize("nodes", [1, 2, 1_000])
    def test_a_chain_is_one_cluster_and_strangers_are_their_own(
        self, engine: Engine, tmp_path: Path, nodes: int
    ) -> None:
        """Every third record of the numbers is on the chain, which is given from its end and twice."""
        kinds = dict.fromkeys(("record", "other"), ColumnType.INTEGER)
        chain = [{"record": 3 * n, "other": 3 * n - 3} for n in range(nodes - 1, 0, -1)]
        write_rows(engine, kinds, [*chain, *chain], str(tmp_path / "edges"))
        write_rows(engine, kinds, [{"record": n} for n in range(3 * nodes)], str(tmp_path / "all"))
        rounds = connect(engine, exp.select("*").from_(parquet(str(tmp_path / "edges"))), "chained")
        every = exp.select(column("record")).from_(parquet(str(tmp_path / "all")))
        found = dict(engine.rows(clusters_of(every, "chained")))
        assert found == {n: n if n % 3 else 0 for n in range(3 * nodes)}
        assert rounds <= 12

    def test_what_a_weak_value_alone_holds_goes_to_review(self, engine: Engine, tmp_path: Path) -> None:
        """Two couples by e-mail share a phone; so do a customer and one more record, which stay together."""
        told: Told = {
            "a1": ("a", "1", None), "a2": ("a", None, None), "b1": ("b", "1", None), "b2": ("b", None, None),
            "c1": ("c", "2", None), "c2": ("c", None, None), "d1": (None, "2", None), "e1": (None, None, None),
        }  # fmt: skip
        found, clusters = self._matched(engine, told, tmp_path)
        assert clusters == ["a1 a2", "b1 b2", "c1 c2 d1", "e1"]
        assert found.review == Review(too_large=0, weakly_held=1, pairs=1, still_too_large=0)
        assert (found.records, found.clusters) == (8, 4)
        assert write_pairs(engine, str(tmp_path / "pairs")) == 1
        assert rows(engine, tmp_path / "pairs") == [("shop", "a1", "shop", "b1", 1, "weakly held", 0)]

    def test_a_cluster_that_is_too_large_keeps_only_what_identifies(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        told: Told = {f"{n}": (f"{n // 2}", "1", None) for n in range(8)}
        told = {**told, "9": (None, "2", None), "91": (None, "2", None)}
        found, clusters = self._matched(engine, told, tmp_path, Limits(records=5))
        assert clusters == ["0 1", "2 3", "4 5", "6 7", "9 91"]
        assert found.review == Review(too_large=1, weakly_held=0, pairs=6, still_too_large=0)
        told = {f"{n}": ("one", "1", None) for n in range(8)}
        found, clusters = self._matched(engine, told, tmp_path, Limits(records=5))
        assert clusters == ["0 1 2 3 4 5 6 7"]
        assert found.review == Review(too_large=0, weakly_held=0, pairs=0, still_too_large=1)

    def test_without_rules_or_records_there_is_nothing_to_join(self, engine: Engine, tmp_path: Path) -> None:
        files = write_records(engine, records({"a": ("x", "1", None), "b": ("x", "1", None)}), tmp_path / "r")
        assert match(engine, files, [], identifying=()).clusters == 2
        write_rows(
            engine, dict.fromkeys(("source", "key", "email"), ColumnType.TEXT), [], str(tmp_path / "n")
        )
        found = match(engine, str(tmp_path / "n"), [EMAIL], identifying=("email",))
        assert (found.records, found.clusters, found.rules[0].edges) == (0, 0, 0)

    @staticmethod
    def _matched(
        engine: Engine, told: Told, folder: Path, limits: Limits | None = None
    ) -> tuple[Matched, list[str]]:
        files = write_records(engine, records(told), folder / "records")
        found = match(engine, files, [EMAIL, PHONE], identifying={"email"}, limits=limits)
        assert write_clusters(engine, str(folder / "clusters")) == len(told)
        clusters = defaultdict(list)
        for _, key, label in rows(engine, folder / "clusters"):
            clusters[label].append(key)
        return found, [" ".join(keys) for keys in clusters.values()]
