"""Who came into a segment and left it, and what segments share: as plain Python says, for any days."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - every one has a seed

from leleka.core.columns import ColumnType
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.members import memberships, segment_figures
from leleka.warehouse.members.memberships import Evaluated, Followed
from leleka.warehouse.members.segment_figures import Profiles, Share
from tests.contract.warehouse.engine_suite import EngineSuite
from tests.fakes import rule_examples as examples
from tests.fakes.engine_tables import write_rows
from tests.fakes.segment_tables import CATALOGUE, write_tables_with

_FIRST = datetime(2026, 1, 1, 3, tzinfo=UTC)
_DAY = timedelta(days=1)
_PEOPLE = [f"C{number}" for number in range(9)]


class MembershipsContract(EngineSuite):
    """What an engine must make of the members of days."""

    def test_who_was_in_a_segment_is_what_plain_python_says(self, engine: Engine, tmp_path: Path) -> None:
        lake = Lake(tmp_path / "lake")
        for seed in range(4):
            random = Random(seed)
            days = [sorted(random.sample(_PEOPLE, random.randint(0, 9))) for _ in range(6)]
            snapshots = [_members(engine, lake, day) for day in days]
            followed = Followed(snapshots[0])
            for place in range(1, len(days)):
                done = Evaluated(followed, snapshots[place], _FIRST + place * _DAY, _FIRST)
                noted = memberships.note(engine, lake, "s", done)
                before, after = set(days[place - 1]), set(days[place])
                assert (noted.came, noted.left) == (len(after - before), len(before - after))
                followed = Followed(snapshots[place], noted.snapshot)
            assert memberships.periods_after(engine, followed, "", 100) == _periods(days)
            path = str(tmp_path / f"periods{seed}.parquet")
            assert memberships.write_periods(engine, followed, path) == len(_periods(days))
            for place in range(len(days)):
                found = memberships.moved(engine, followed, _FIRST + place * _DAY, 3)
                came = sorted(set(days[-1]) - set(days[place]))
                left = sorted(set(days[place]) - set(days[-1]))
                assert found == {True: (len(came), came[:3]), False: (len(left), left[:3])}

    def test_what_happened_long_ago_is_forgotten(self, engine: Engine, tmp_path: Path) -> None:
        lake = Lake(tmp_path / "lake")
        days = [_members(engine, lake, day) for day in (["C1"], ["C2"], ["C3"])]
        first = memberships.note(engine, lake, "s", Evaluated(Followed(days[0]), days[1], _FIRST, _FIRST))
        since = _FIRST + _DAY
        before = Followed(days[1], first.snapshot)
        second = memberships.note(engine, lake, "s", Evaluated(before, days[2], since, since))
        found = memberships.periods_after(engine, Followed(days[2], second.snapshot), "", 9)
        assert found == [("C2", None, since.replace(tzinfo=None)), ("C3", since.replace(tzinfo=None), None)]

    def test_people_are_in_exactly_so_many_segments(self, engine: Engine, tmp_path: Path) -> None:
        lake, random = Lake(tmp_path / "lake"), Random(7)
        sets = [random.sample(_PEOPLE, size) for size in (6, 4, 0, 5)]
        found = segment_figures.overlap(engine, [_members(engine, lake, one) for one in sets])
        masks = (sum(1 << place for place, one in enumerate(sets) if who in one) for who in _PEOPLE)
        assert found == Counter(mask for mask in masks if mask)

    def test_members_are_spread_over_the_values_of_a_column(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "tables").mkdir()
        files = write_tables_with(engine, examples.rows(), tmp_path / "tables")
        profiles = Profiles(CATALOGUE, files, {})
        people = {row["Id"]: row["Active"] for row in examples.rows()["customers"]}
        inside = [who for number, who in enumerate(people) if number % 3]
        members = _members(engine, Lake(tmp_path / "lake"), inside)
        some, every = Counter(people[who] for who in inside), Counter(people.values())
        shares, rest = segment_figures.breakdown(engine, members, profiles, "Active", 9)
        assert {one.value: (one.members, one.people) for one in shares} == {
            value: (some[value], every[value]) for value in every
        }
        assert rest == Share(None, 0, 0)
        first, others = segment_figures.breakdown(engine, members, profiles, "Active", 1)
        assert (len(first), first[0].members + others.members) == (1, len(inside))
        whole = [row for chunk in segment_figures.whole(engine, members, profiles) for row in chunk]
        assert sorted(row[0] for row in whole) == sorted(inside)


def _members(engine: Engine, lake: Lake, people: Sequence[str]) -> Snapshot:
    rows = [{"profile_id": who} for who in sorted(people)]
    with lake.write("members", "s") as aside:
        write_rows(engine, {"profile_id": ColumnType.TEXT}, rows, aside.file("members"))
    return lake.open(aside.reference)


def _periods(days: Sequence[Sequence[str]]) -> list[tuple[str, datetime | None, datetime | None]]:
    found: list[tuple[str, datetime | None, datetime | None]] = []
    for who in _PEOPLE:
        entered: datetime | None = None
        for place, day in enumerate(days):
            at = (_FIRST + place * _DAY).replace(tzinfo=None)
            was = place > 0 and who in days[place - 1]
            if who in day and not was:
                entered = at if place else None
            if was and who not in day:
                found.append((who, entered, at))
        if who in days[-1]:
            found.append((who, entered, None))
    return found
