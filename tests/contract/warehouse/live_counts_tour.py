"""All that is asked of an engine while somebody edits rules."""

from pathlib import Path

from leleka.core.rules.model import Related
from leleka.core.rules.parser import parse
from leleka.warehouse import live_counts
from leleka.warehouse.live_counts import Ground
from tests.fakes import rule_examples as examples
from tests.fakes.recording_engine import RecordingEngine
from tests.fakes.segment_tables import CATALOGUE, write_tables_with


def visit_live_counts(engine: RecordingEngine, root: Path) -> None:
    root.mkdir()
    files = write_tables_with(engine, examples.rows(), root)
    ground = Ground(CATALOGUE, files, examples.TODAY)
    rule = parse({"related": "purchases", "count": "rows", ">=": 1}, CATALOGUE)
    assert isinstance(rule, Related)
    profiles = live_counts.profiles(engine, ground)
    assert live_counts.fitting(engine, ground).bit_count() == profiles
    assert live_counts.fitting(engine, ground, rule)
    assert live_counts.rows_at(engine, ground, [0], ["Id"])
    sample, related = str(root / "sample.parquet"), str(root / "related.parquet")
    live_counts.write_sample(engine, ground, sample, 1, 2)
    live_counts.write_related(engine, ground, rule.path[0].hop, sample, related)
