"""Rules on an engine: who is found is who plain Python finds, whatever the operator, the type and the value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.core.rules.model import Not, Rule
from leleka.core.rules.operators import Operator
from leleka.core.rules.parser import parse
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.segments import compile_rule, count, evaluate, sample
from leleka.warehouse.sql.scope import ProfileSets
from leleka.warehouse.sql.tables import parquet
from tests.contract.warehouse.engine_suite import EngineSuite
from tests.fakes import rule_examples as examples
from tests.fakes.rules_reference import Rows, matches
from tests.fakes.segment_tables import CATALOGUE, write_sets, write_tables_with


@dataclass(frozen=True)
class Profiles:
    """The rows of every table, and the files that the engine under test wrote of them."""

    engine: Engine
    rows: Rows
    files: Mapping[str, str]
    sets: ProfileSets

    def found(self, rule: Rule) -> set[str]:
        """Return whom the engine finds."""
        query = compile_rule(rule, CATALOGUE, self.files, examples.TODAY, sets=self.sets)
        return {identity for (identity,) in self.engine.rows(query)}

    def expected(self, rule: Rule) -> set[str]:
        """Return whom plain Python finds."""
        customers = self.rows["customers"]
        return {str(row["Id"]) for row in customers if matches(rule, row, self.rows, examples.TODAY)}

    def differences(self, rules: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rules, or opposites of rules, for which the engine finds others than plain Python."""
        asked = [(data, parse(data, CATALOGUE)) for data in rules]
        asked += [({"not": data}, Not(rule)) for data, rule in asked]
        return [data for data, rule in asked if self.found(rule) != self.expected(rule)]


class RulesContract(EngineSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def profiles(cls, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Profiles:
        rows = examples.rows()
        folder = tmp_path_factory.mktemp("tables")
        return Profiles(engine, rows, write_tables_with(engine, rows, folder), write_sets(engine, folder))

    @pytest.mark.parametrize(("kind", "operator"), list(examples.every_operator()))
    def test_an_operator_finds_whom_plain_python_finds(
        self, profiles: Profiles, kind: ColumnType, operator: Operator
    ) -> None:
        """With NULL, NaN, infinities, letters of many kinds, and both ends of a day among the values."""
        rules = list(examples.conditions(kind, operator))
        assert rules
        assert profiles.differences(rules) == []

    def test_measures_along_relationships_are_those_of_plain_python(self, profiles: Profiles) -> None:
        assert profiles.differences(examples.measures()) == []

    def test_rules_combined_find_whom_plain_python_finds(self, profiles: Profiles) -> None:
        assert profiles.differences(examples.combined()) == []

    def test_two_columns_of_a_row_are_compared_as_plain_python_does(self, profiles: Profiles) -> None:
        assert profiles.differences(examples.beside()) == []

    def test_sets_of_profiles_are_those_of_plain_python(self, profiles: Profiles) -> None:
        """A random share is drawn alike by every engine: whom it holds is known beforehand."""
        assert profiles.differences(examples.sets()) == []

    def test_the_rows_tell_the_operators_apart(self, profiles: Profiles) -> None:
        """Rows for which everything held, or nothing, would prove nothing."""
        for kind, operator in examples.every_operator():
            rules = [parse(data, CATALOGUE) for data in examples.conditions(kind, operator)]
            told = [profiles.expected(rule) for rule in rules]
            assert any(told), (kind, operator)
            assert any(len(found) < len(profiles.rows["customers"]) for found in told), (kind, operator)

    def test_members_are_counted_written_in_order_and_shown(self, profiles: Profiles, tmp_path: Any) -> None:
        engine, lake = profiles.engine, Lake(tmp_path / "lake")
        query = compile_rule(
            parse({"column": "Name", "is not": "Київ"}, CATALOGUE), CATALOGUE, profiles.files, examples.TODAY
        )
        snapshot, members = evaluate(engine, lake, "Сегмент", query)
        written = [row[0] for row in engine.rows(exp.select("profile_id").from_(parquet(snapshot.files)))]
        expected = [row["Id"] for row in profiles.rows["customers"] if row["Name"] != "Київ"]
        assert members == count(engine, query) == len(expected)
        assert written == sorted(expected)
        shown = sample(engine, snapshot, CATALOGUE, profiles.files, 3)
        assert [row["Id"] for row in shown] == written[:3]
        by_id = {row["Id"]: row for row in profiles.rows["customers"]}
        assert [str(row) for row in shown] == [
            str({name: by_id[row["Id"]][name] for name in examples.catalogue_columns()["customers"]})
            for row in shown
        ]
