"""Runs on an engine: fingerprints, the diff, the ledger, addresses, and what a run reads before it plans."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlglot import exp

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.core.email import Address, normalise
from leleka.core.plan import PlannedRow, Selection, Span, Verdict
from leleka.core.ports.destination import Exclusion, Listed, Match, Suppressed, SuppressionReason
from leleka.core.sources import SourceSpec, TypeOverride
from leleka.core.statuses import Ended
from leleka.errors import InvalidInput
from leleka.warehouse import (
    additions,
    email_addresses,
    outcomes,
    plan_snapshots,
    reconciliation,
    suppression_snapshots,
)
from leleka.warehouse import ledger as warehouse_ledger
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.warehouse.readers import load
from leleka.warehouse.sql.tables import column, parquet
from leleka.warehouse.sql.values import fingerprint, value_text
from tests.contract.warehouse.engine_suite import EngineSuite, one, text
from tests.fakes.diff_runs import Runs
from tests.fakes.diff_tables import PROFILES, Tables
from tests.fakes.engine_tables import TYPES, write_rows
from tests.fakes.run_stories import MARK, PEOPLE, tell

LEAVERS = (Leavers(), MARK, Leavers(LeaverPolicy.UNSUBSCRIBE))
LINES = (Line("name", "first_name"), Line("city", "field:1", WhenEmpty.CLEAR))
# Frozen: an engine or a version that computes others would send every contact of everybody again.
GOLDEN = [
    (("Ада", "Київ"), "c293afe909bd68a36e7b3ec290ae6cf8"),
    ((None, "Київ"), "f71d663cf11e63b606e6f1371e9de29e"),
    (("Ада", None), "214b9c69aa132af1c943f995b281dc7c"),
    (("👩\u200d🚀 e\u0301", "it's; 5:a"), "091da3191ca8fe7489a8b1226c94781e"),
]
# The same of a value of each type: of what is stored, by way of its text.
GOLDEN_VALUES = [
    (ColumnType.TEXT, "  Київ\u00a0", "c46aeb28e1623f12dfea7870eedd8452"),
    (ColumnType.TEXT, " \t\r\n\u00a0", "ba49e10652b9fab7236cc0ac2ab49698"),
    (ColumnType.INTEGER, "-9223372036854775808", "7b19c2fcbbf0c85f7e7bb2cdc2c69296"),
    (ColumnType.NUMBER, "0.30000000000000004", "659685f2cfcb3fd53f9a91d2915404d7"),
    (ColumnType.NUMBER, "-0.0", "e84346fb87c1edc174c959df307005a4"),
    (ColumnType.NUMBER, "999999999999999", "227771b6bbf6039a62dcd5abb3c8cfce"),
    (ColumnType.NUMBER, "1e40", "e17428792d9cfb67d04c72373b3de1a2"),
    (ColumnType.NUMBER, "NaN", "2a8c1cf0fcba07cd09edf9d42daaacb9"),
    (ColumnType.DATE, "0001-01-01", "b4c027dd7066065e0093ce17eb89d4c6"),
    (ColumnType.DATETIME, "2026-03-29 01:30:05.999999", "3f12e1c90d44bf68610b70283e530286"),
    (ColumnType.BOOLEAN, "true", "cf3709b191b6367abed9154d9d340352"),
    (ColumnType.BOOLEAN, "false", "2c4b33830a0890d2fcbe8bc9d918d5c7"),
    (ColumnType.NUMBER, None, "ba49e10652b9fab7236cc0ac2ab49698"),
]
EMAILS = [
    *("ada@example.com", " ADA@Example.com ", "a.b+c@sub.example.org", "боб@приклад.укр", "x@localhost"),
    *("ada@example.com,eve@example.com", "a..b@example.com", "no at sign", "", "\u00a0", "a@b.test\n"),
    *("müller@müller.de", "ada@EXAMPLE.invalid", "x" * 300 + "@example.com", "'; DROP--@example.com"),
]


class RunsContract(EngineSuite):
    @pytest.mark.parametrize(("texts", "expected"), GOLDEN)
    def test_a_fingerprint_is_what_it_always_was(
        self, engine: Engine, texts: tuple[str | None, ...], expected: str
    ) -> None:
        matching = DataMatching("email", LINES, ("vip", "акція"))
        assert one(engine, fingerprint(matching, MARK, [text(value) for value in texts])) == expected

    @pytest.mark.parametrize(("kind", "stored", "expected"), GOLDEN_VALUES)
    def test_the_fingerprint_of_a_stored_value_is_what_it_always_was(
        self, engine: Engine, kind: ColumnType, stored: str | None, expected: str
    ) -> None:
        source = exp.select(exp.alias_(exp.cast(text(stored), TYPES[kind]), "v", quoted=True)).subquery("s")
        told = value_text(Table("t", (Column("v", kind),)), "v", "s")
        marked = fingerprint(DataMatching("email", (Line("v", "field:1"),)), Leavers(), [told])
        assert engine.row(exp.select(marked).from_(source)) == (expected,)

    @pytest.mark.parametrize("leavers", LEAVERS)
    def test_every_run_of_a_story_ends_as_plain_python_says(
        self, engine: Engine, tmp_path: Path, leavers: Leavers
    ) -> None:
        tell(Runs(engine, tmp_path / "lake"), leavers)

    def test_a_late_verdict_changes_its_own_rows_of_the_ledger(self, engine: Engine, tmp_path: Path) -> None:
        tables = Tables(engine, tmp_path / "lake")
        plan = planned(tables)
        unsure = [Verdict(Span(0, 9), Ended.UNCONFIRMED, "NO_ANSWER")]
        settled = warehouse_ledger.settle(
            engine, tables.lake, plan, name="e", ledger=None, leavers=Leavers(), verdicts=unsure
        )
        late = [Verdict(Span(1, 1), Ended.DELIVERED), Verdict(Span(2, 2), Ended.REJECTED, "X", doubted=True)]
        ledger = warehouse_ledger.confirm(
            engine, tables.lake, plan, name="e", ledger=settled.ledger, leavers=Leavers(), verdicts=late
        )
        assert settled.counts.unconfirmed == 5
        assert ledger
        states = [(row["state"], row["held"] == "uncertain") for row in tables.read(ledger)]
        assert sorted(states) == sorted([("unconfirmed", True)] * 4 + [("member", False)])
        counted = outcomes.count(engine, tables.lake.open(settled.outcomes))
        assert counted == settled.counts
        shown = outcomes.rows(engine, tables.lake.open(settled.outcomes), "excluded", 2, 1)
        assert [(row[2], row[3]) for row in shown] == [
            ("excluded", "EMAIL_INVALID"),
            ("excluded", "EMAIL_MISSING"),
        ]
        chunks = outcomes.chunks(engine, tables.lake.open(settled.outcomes), "excluded")
        assert [row for chunk in chunks for row in chunk][1:] == shown

    def test_who_is_missing_from_the_list_is_due_again(self, engine: Engine, tmp_path: Path) -> None:
        tables = Tables(engine, tmp_path / "lake")
        plan = planned(tables)
        settled = warehouse_ledger.settle(
            engine,
            tables.lake,
            plan,
            name="e",
            ledger=None,
            leavers=Leavers(),
            verdicts=[Verdict(Span(0, 9), Ended.DELIVERED)],
        )
        assert settled.ledger
        there = ["ada@example.test", "eve+x@example.test", "eve+x@example.test", "чужий@example.test"]
        found = reconciliation.compare(
            engine,
            tables.lake,
            name="e",
            ledger=settled.ledger,
            listed=[Listed(number, address) for number, address in enumerate(there)],
            sent=lambda: None,
        )
        assert (found.held, found.listed, found.missing, found.foreign) == (5, 3, 3, 1)
        assert found.missing_sample == tuple(sorted(found.missing_sample))
        assert found.ledger
        uncertain = {row["address"] for row in tables.read(found.ledger) if row["held"] == "uncertain"}
        assert uncertain == set(found.missing_sample)

    def test_whom_we_suppress_is_found_by_digest(self, engine: Engine, tmp_path: Path) -> None:
        tables = Tables(engine, tmp_path / "lake")
        digests = [
            hashlib.sha256(f"сіль:{one}".encode()).hexdigest() for one in ("ada@example.test", "x@y.test")
        ]
        plan = planned(tables, suppressed_here=tuple(digests), salt="сіль")
        excluded = [row for row in tables.read_files(plan.file("others")) if row["code"] == "SUPPRESSED"]
        assert [row["address"] for row in excluded] == ["ada@example.test"]

    def test_a_span_of_a_plan_is_read_in_its_order(self, engine: Engine, tmp_path: Path) -> None:
        tables = Tables(engine, tmp_path / "lake")
        plan = planned(tables)
        spans = [Span(0, 1), Span(3, 4)]
        assert plan_snapshots.contacts(engine, plan, Span(1, 3)) == [(1, b"{}"), (2, b"{}"), (3, b"{}")]
        found = plan_snapshots.addresses(engine, plan, spans)
        assert [seq for seq, _ in found] == [0, 1, 3, 4]
        wanted = [address for _, address in found] + ["nobody@example.test"]
        assert plan_snapshots.sequence(engine, plan, wanted, spans) == {
            address: seq for seq, address in found
        }

    def test_the_most_frequent_texts_of_the_selected_are_counted(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        tables = Tables(engine, tmp_path / "lake")
        people = {
            **PEOPLE,
            "7": {**PEOPLE["1"], "email": "x@example.test"},
            "8": {**PEOPLE["1"], "city": "Рим"},
        }
        profiles = tables.profiles(people)
        chosen = selection_of(tables, profiles, ("1", "2", "3", "4", "7", "gone"))
        lake = LakeWarehouse(engine, tables.lake)
        assert lake.values(chosen, "city", 5) == [("Київ", 2), ("0:;", 1)]
        assert lake.values(chosen, "city", 1) == [("Київ", 2)]
        assert lake.values(chosen, "vip", 5) == [("true", 2), ("false", 1)]

    def test_additions_are_held_against_a_list(self, engine: Engine, tmp_path: Path) -> None:
        plan = planned(Tables(engine, tmp_path / "lake"))
        whole = [Span(0, 4)]
        found = [address for _, address in plan_snapshots.addresses(engine, plan, whole)]
        added = additions.unlisted(engine, plan, whole, ())
        assert additions.count(engine, plan, {1: whole}).get(1, 0) == len(added)
        assert additions.unlisted(engine, plan, whole, found) == []
        one = Exclusion(Match.EXACT, found[0])
        assert plan_snapshots.excluded(engine, plan, [one], whole) == {found[0]}

    def test_pages_of_the_suppressed_come_back(self, engine: Engine, tmp_path: Path) -> None:
        lake = Lake(tmp_path / "lake")
        people = [
            Suppressed(f"особа{n}@example.test", SuppressionReason.BOUNCED, 2**40 + n) for n in range(3)
        ]
        parts = [
            suppression_snapshots.write(engine, lake, name="list", people=page)
            for page in (people[:2], people[2:])
        ]
        assert list(suppression_snapshots.read(engine, lake, parts)) == people

    def test_addresses_are_what_the_core_makes_of_them(self, engine: Engine, tmp_path: Path) -> None:
        lake = Lake(tmp_path / "lake")
        columns = {"id": ColumnType.INTEGER, "email": ColumnType.TEXT, "at": ColumnType.DATETIME}
        table = Table("people", tuple(Column(name, kind) for name, kind in columns.items()), "id")
        rows = [{"id": n, "email": email, "at": "2026-01-01 00:00:00"} for n, email in enumerate(EMAILS)]
        rows.append({"id": 100, "email": EMAILS[0], "at": "2026-01-01 00:00:01"})
        rows.append({"id": 99, "email": EMAILS[0], "at": "2026-01-01 00:00:01"})
        rows.append({"id": 98, "email": EMAILS[0], "at": None})
        with lake.write("sources", "people") as people:
            write_rows(engine, columns, rows, people.file("rows"))
        built = email_addresses.build(
            engine,
            lake,
            name="people",
            profiles=lake.open(people.reference),
            table=table,
            email_column="email",
            updated_at="at",
        )
        names = ("profile_id", "email_key", "code", "duplicate_of")
        found = {
            row[0]: row[1:]
            for row in engine.rows(exp.select(*map(column, names)).from_(parquet(built.files)))
        }
        for row in rows:
            made = normalise(str(row["email"]))
            expected = (made.key, None) if isinstance(made, Address) else (None, made.code)
            assert found[str(row["id"])][:2] == expected
        shared = [identity for identity, row in found.items() if row[0] == "ada@example.com"]
        assert {identity: found[identity][2] for identity in shared} == {
            "0": "99", "1": "99", "98": "99", "99": None, "100": "99"
        }  # fmt: skip

    def test_files_are_read_into_typed_tables(self, engine: Engine, tmp_path: Path) -> None:
        lake, path = Lake(tmp_path / "lake"), tmp_path / "people.csv"
        header = "id,plz,born,at,income,vip,day\n"
        path.write_text(
            header + "1,007,2024-02-29,2026-03-29T03:30:00+02:00,1.50,TRUE,31.12.2027\n2,1,,,,,\n",
            encoding="utf-8",
        )
        types = {"day": TypeOverride(ColumnType.DATE, "%d.%m.%Y"), "vip": TypeOverride(ColumnType.BOOLEAN)}
        spec = SourceSpec("people", (str(path),), types=types, primary_key="id")
        loaded = load(engine, lake, spec, [tmp_path])
        kinds = [one.type for one in loaded.table.columns]
        assert kinds == [
            *(ColumnType.INTEGER, ColumnType.TEXT, ColumnType.DATE, ColumnType.DATETIME),
            *(ColumnType.NUMBER, ColumnType.BOOLEAN, ColumnType.DATE),
        ]
        rows = exp.select(*(exp.cast(column(name), "VARCHAR") for name in header.strip().split(",")))
        assert engine.rows(rows.from_(parquet(loaded.snapshot.files))) == [
            ("1", "007", "2024-02-29", "2026-03-29 01:30:00", "1.5", "true", "2027-12-31"),
            ("2", "1", None, None, None, None, None),
        ]
        again = load(engine, lake, SourceSpec("copy", (loaded.snapshot.files,)), [tmp_path])
        assert [one.type for one in again.table.columns] == kinds
        path.write_text(header + "1,007,,,,maybe,\n1,007,,,,,\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="aaaaa"):
            load(engine, lake, spec, [tmp_path])


def planned(
    tables: Tables, *, ledger: str | None = None, suppressed_here: tuple[str, ...] = (), salt: str = ""
) -> Snapshot:
    """Return a plan of everybody in the stories, the first one where there is no ledger."""
    chosen = selection_of(tables, tables.profiles(PEOPLE), PEOPLE)
    selection = replace(chosen, ledger=ledger, suppressed_here=suppressed_here, salt=salt)
    numbers = iter(range(1_000))
    found = plan_snapshots.write_plan(
        tables.session,
        tables.lake,
        selection,
        suppressed=[],
        waiting=[],
        pack=lambda due: [PlannedRow(row, next(numbers), b"{}") for row in due],
    )
    return tables.lake.open(found.reference)


def selection_of(tables: Tables, profiles: str, members: Iterable[str]) -> Selection:
    return Selection(
        name="e",
        profiles=profiles,
        table=PROFILES,
        addresses=tables.addresses(profiles),
        members=(tables.members(members),),
        matching=DataMatching("email", LINES),
        leavers=Leavers(),
    )
