"""All that unification asks of an engine can be said to Spark, too."""

from pathlib import Path

from leleka.warehouse.engines.duckdb import open_session
from tests.contract.unify.engine import UnificationContract
from tests.contract.warehouse.test_spark_dialect import spoken, unvisited
from tests.fakes.recording_engine import recording


def test_every_expression_of_unification_can_be_said_to_spark(tmp_path: Path) -> None:
    contract = UnificationContract()
    with recording(open_session(tmp_path / "spill", threads=1)) as engine:
        for place, visit in enumerate(
            (
                contract.test_a_value_of_too_many_records_is_no_evidence_and_is_told,
                contract.test_what_a_weak_value_alone_holds_goes_to_review,
                contract.test_a_cluster_that_is_too_large_keeps_only_what_identifies,
                contract.test_a_cluster_keeps_the_id_of_most_of_its_records,
            )
        ):
            (tmp_path / str(place)).mkdir()
            visit(engine, tmp_path / str(place))
        contract.test_a_chain_is_one_cluster_and_strangers_are_their_own(engine, tmp_path, 9)
    assert len(engine.asked) > 100
    assert [place for room in ("unify/ids", "unify/matching") for place in unvisited(room, engine)] == []
    assert set().union(*map(spoken, engine.asked)) == set()
