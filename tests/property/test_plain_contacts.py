"""A plan whose contacts SQL wrote is the one that Python makes, byte for byte, over hostile values."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.core.plan import DueRow, Planned, PlannedRow, Selection, Span, Verdict
from leleka.core.ports.outbox import Batch
from leleka.core.statuses import Ended
from leleka.destinations.activecampaign.limits import LIMITS
from leleka.engine.batch_packing import LONGEST_TEXT, Packer
from leleka.warehouse import ledger, plan_snapshots
from leleka.warehouse.engines.duckdb import open_session
from tests.fakes.diff_tables import PROFILES, Tables
from tests.unit.destinations.activecampaign.support import RecordingClock, account_at

_HOSTILE = (
    *("Ада", "O'Neil", '"', "\\", "\\u0041", "\t", "\n", "\r", "\0", "\x1f", "\x7f", "\x80", "\x9f"),
    *("\u00a0", "\u2028", "\u200b", "\ufeff", "\ufffe", "e\u0301", "\u00e9", "👩\u200d🚀", "\U0010ffff"),
    *("İ", "</script>", "]}", "+380441234567", "044 123 45 67", "%s", "$1", "NULL", ",", ";", " "),
    *("long " * 50, "a" * (LONGEST_TEXT - 1), "x" * 300),
)
_PIECES = st.sampled_from(_HOSTILE)
_TEXTS = st.none() | st.just("") | st.lists(_PIECES, max_size=4).map("".join) | st.text(max_size=300)
_NUMBERS = st.none() | st.sampled_from(
    [
        *(
            "NaN",
            "Infinity",
            "-Infinity",
            "1e40",
            "-1e300",
            "-0.0",
            "0.1",
            "0.30000000000000004",
            "1e-7",
            "12.5",
        ),
        *(
            "9007199254740992",
            "9007199254740993",
            "999999999999999",
            "1000000000000000",
            "-999999999999999.9",
        ),
    ]
)
_ROWS = st.fixed_dictionaries(
    {
        "name": _TEXTS,
        "city": _TEXTS,
        "income": _NUMBERS,
        "age": st.none() | st.integers(-(2**63), 2**63 - 1),
        "joined": st.none() | st.dates().map(str),
        "vip": st.none() | st.booleans(),
    }
)
_EMPTY = st.sampled_from(WhenEmpty)
_COLUMNS = {"name": "first_name", "city": "field:7", "income": "field:2", "age": "phone", "joined": "field:1"}


def _matching(draw: st.DrawFn) -> DataMatching:
    columns = draw(st.permutations([*_COLUMNS, "vip"]))[: draw(st.integers(0, 6))]
    lines = tuple(Line(name, _COLUMNS.get(name, "field:30"), draw(_EMPTY)) for name in columns)
    tags = draw(st.sampled_from([(), ("VIP", 'so "called"'), ("акція", "b\\c")]))
    return DataMatching("email", lines, tags, draw(st.sampled_from(["", "UA"])))


_MATCHINGS = st.composite(_matching)()
_LEAVERS = st.sampled_from(
    [
        Leavers(),
        Leavers(LeaverPolicy.UNSUBSCRIBE),
        Leavers(LeaverPolicy.MARK, "field:9", "in", "out"),
        Leavers(LeaverPolicy.MARK, "field:9", 'in "quotes"', "out"),
        Leavers(LeaverPolicy.MARK, "field:7", "in", "out"),
    ]
)


class Planning:
    """Plans the same people in both ways, after a first run that delivered to some."""

    def __init__(self, tables: Tables, rows: Sequence[dict[str, Any]]) -> None:
        people = {f"{n}": {**row, "email": f"p{n}@example.com"} for n, row in enumerate(rows)}
        profiles = tables.profiles(people)
        self._tables = tables
        self._account = account_at(1, RecordingClock())
        self.rendered: list[DueRow] = []
        self.selection = Selection(
            name="e",
            profiles=profiles,
            table=PROFILES,
            addresses=tables.addresses(profiles),
            members=(tables.members(people),),
            matching=DataMatching("email"),
            leavers=Leavers(),
        )

    def plan(
        self, selection: Selection, *, in_sql: bool, bytes_: int = LIMITS.bytes
    ) -> tuple[Planned, tuple[Batch, ...]]:
        packer = Packer(
            self._account,
            replace(LIMITS, rows=7, bytes=bytes_),
            target="7",
            table=PROFILES,
            matching=selection.matching,
            leavers=selection.leavers,
            automations=False,
        )
        plain = packer.plain() if in_sql else None

        def render(rows: Sequence[DueRow]) -> Sequence[PlannedRow]:
            assert plain
            self.rendered += rows
            return plain.render(rows)

        planned = plan_snapshots.write_plan(
            self._tables.session,
            self._tables.lake,
            selection,
            suppressed=(),
            waiting=(),
            pack=packer.pack,
            plain=replace(plain, render=render) if plain else None,
        )
        return planned, packer.batches()

    def left(self, leavers: Leavers) -> str:
        """Return the ledger after a first run to everybody and to somebody who is not selected any more."""
        first, batches = self.plan(self.selection, in_sql=False)
        verdicts = [Verdict(Span(0, batches[-1].spans[-1].last), Ended.DELIVERED)] if batches else []
        settled = ledger.settle(
            self._tables.session,
            self._tables.lake,
            self._tables.lake.open(first.reference),
            name="e",
            ledger=None,
            leavers=leavers,
            verdicts=verdicts,
        )
        return settled.ledger or ""


@pytest.mark.parametrize("examples", [6, pytest.param(300, marks=pytest.mark.long)])
def test_both_ways_lead_to_the_same_plan(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        rows=st.lists(_ROWS, max_size=12),
        matching=_MATCHINGS,
        leavers=_LEAVERS,
        less=st.booleans(),
        tight=st.booleans(),
    )
    def agree(
        rows: list[dict[str, Any]], matching: DataMatching, leavers: Leavers, *, less: bool, tight: bool
    ) -> None:
        with TemporaryDirectory() as folder, open_session(Path(folder) / "spill", threads=2) as session:
            tables = Tables(session, Path(folder) / "lake")
            planning = Planning(tables, rows)
            before = planning.left(leavers) if less else None
            members = (
                (tables.members(str(n) for n in range(0, len(rows), 2)),)
                if less
                else planning.selection.members
            )
            selection = replace(
                planning.selection, matching=matching, leavers=leavers, ledger=before or None, members=members
            )
            size = 12_000 if tight else LIMITS.bytes
            first, batches = planning.plan(selection, in_sql=False, bytes_=size)
            second, same = planning.plan(selection, in_sql=True, bytes_=size)
            assert tables.plan_rows(second.reference) == tables.plan_rows(first.reference)
            assert (second.counts, same) == (first.counts, batches)

    agree()


def test_each_hostile_text_is_written_alike(tmp_path: Path) -> None:
    texts = [text for one in _HOSTILE for text in (one, f"a{one}b")]
    with open_session(tmp_path / "spill", threads=1) as session:
        tables = Tables(session, tmp_path / "lake")
        planning = Planning(tables, [{"name": text, "city": text} for text in texts])
        lines = (
            Line("city", "field:7", WhenEmpty.CLEAR),
            Line("name", "last_name"),
            Line("income", "field:1"),
        )
        selection = replace(planning.selection, matching=DataMatching("email", lines))
        (first, batches), (second, same) = (planning.plan(selection, in_sql=one) for one in (False, True))
        assert tables.plan_rows(second.reference) == tables.plan_rows(first.reference)
        assert batches == same
        assert 0 < len(planning.rendered) < len(texts)


def test_ordinary_people_need_no_python(tmp_path: Path) -> None:
    people = [
        {"name": f"Ім'я {n}", "city": None if n % 2 else "Київ", "income": "12.5", "age": n}
        for n in range(10)
    ]
    with open_session(tmp_path / "spill", threads=1) as session:
        planning = Planning(Tables(session, tmp_path / "lake"), people)
        lines = tuple(Line(column, key) for column, key in _COLUMNS.items())
        selection = replace(planning.selection, matching=DataMatching("email", lines, ("VIP",)))
        _, batches = planning.plan(selection, in_sql=True)
        assert planning.rendered == []
        assert [batch.rows for batch in batches] == [7, 3]
