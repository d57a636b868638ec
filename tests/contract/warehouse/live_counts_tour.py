"""All that is asked of an engine while somebody edits rules."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import orjson
from sqlglot import exp

from leleka.core.rules.model import Related
from leleka.core.rules.parser import parse
from leleka.warehouse import live_counts, segments
from leleka.warehouse.diff import LEDGER_COLUMNS
from leleka.warehouse.lake import Lake
from leleka.warehouse.live_counts import Ground
from leleka.warehouse.members import lists, standing
from leleka.warehouse.sql.tables import parquet
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
    _visit_standing(engine, root, ground)
    _visit_lists(engine, root)


def _visit_standing(engine: RecordingEngine, root: Path, ground: Ground) -> None:
    """Two of the profiles speak for their addresses; the list holds one of them, and somebody who has no profile."""
    first, second = (key for (key,) in engine.rows(_keys(ground).limit(2)))
    book, ledger = str(root / "book.parquet"), str(root / "ledger.parquet")
    names = ("profile_id", "email_key", "duplicate_of")
    engine.write(_rows(names, [(first, "a@x.test", None), (second, "b@x.test", None)]), book)
    held = (("a@x.test", "held", "member"), ("gone@x.test", "held", "unconfirmed"))
    rows = [(address, None, mark, None, None, state) for address, mark, state in held]
    engine.write(_rows(tuple(LEDGER_COLUMNS), rows), ledger)
    found = standing.standing(engine, ground, book, ledger)
    assert (found.reached.bit_count(), found.members.bit_count()) == (2, 1)
    assert (found.held, found.known, found.unconfirmed) == (2, 1, 0)
    nobody = standing.standing(engine, ground, book, None)
    assert (nobody.reached, nobody.members, nobody.held) == (found.reached, 0, 0)
    digests = root / "digests"
    digests.write_bytes(orjson.dumps({"digest": hashlib.sha256(b"salt:a@x.test").hexdigest()}) + b"\n")
    assert standing.suppressed(engine, ground, book, str(digests), "salt") == found.members


def _visit_lists(engine: RecordingEngine, root: Path) -> None:
    lake = Lake(root / "lake")
    before = segments.write_list(engine, lake, "Never", ["a", "b"])
    more, new = lists.with_entries(engine, lake, "Never", before, ["b", "c"])
    less, gone = lists.without_entries(engine, lake, "Never", more, ["a", "d"])
    assert (list(new), list(gone)) == (["c"], ["a"])
    assert [entry for chunk in lists.entries(engine, less) for (entry,) in chunk] == ["b", "c"]


def _keys(ground: Ground) -> exp.Select:
    files = ground.tables[ground.catalogue.profiles]
    return exp.select(segments.identity(ground.catalogue, "t")).from_(parquet(files, "t"))


def _rows(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> exp.Query:
    """Return rows of texts."""
    first, *others = (
        exp.select(
            *(
                exp.alias_(exp.cast(exp.convert(value), "varchar"), name, quoted=True)
                for name, value in zip(names, row, strict=True)
            )
        )
        for row in rows
    )
    united: exp.Query = first
    for other in others:
        united = exp.union(united, other, distinct=False)
    return united
