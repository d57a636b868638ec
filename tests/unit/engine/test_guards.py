"""What must hold before the first byte is sent."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line
from leleka.core.growth import Growth
from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Counts, Planned
from leleka.core.ports.destination import Check, CheckStatus, Field, FieldType
from leleka.engine.guards import (
    check_destination,
    check_fields,
    check_limit,
    confirmation_needed,
    gone_meanwhile,
    growth_unconfirmed,
    plan_limit_unconfirmed,
)
from leleka.errors import InvalidInput, NeedsAttention, Problem, TryLater
from leleka.messages.problems import english
from leleka.messages.progress import in_english
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import FakeDestination

KEEP = Leavers()
UNSUBSCRIBE = Leavers(LeaverPolicy.UNSUBSCRIBE)
MARK = Leavers(LeaverPolicy.MARK, "field:9", "in", "out")


def planned(*, selected: int = 0, left: int = 0, known: int = 0) -> Planned:
    return Planned("plan", Counts(selected=selected, left={"due": left}), known)


def never(seconds: float) -> None:
    raise AssertionError(f"nothing here passes after {seconds} s")


def test_a_key_and_a_list_that_are_there_pass() -> None:
    check_destination(FakeDestination(VirtualClock()), "7", never)


def test_a_refused_key_stops_the_run() -> None:
    """Fault 27."""
    with pytest.raises(NeedsAttention) as error:
        check_destination(FakeDestination(VirtualClock(), key_accepted=False), "7", never)
    assert error.value.code == "KEY_REFUSED"


class Recovering(FakeDestination):
    """Its first step fails so many times before it passes, and may be tried three times."""

    failures = 0

    def check(self, target: str | None) -> Iterable[Check]:
        self.failures -= 1
        if self.failures >= 0:
            yield Check("address", CheckStatus.FAILED, problem=Problem("THROTTLED"), tries=3)
        else:
            yield from super().check(target)


@pytest.mark.parametrize("failures", [2, 3])
def test_what_may_pass_another_time_is_tried_again_as_often_as_it_says(failures: int) -> None:
    """Faults 21, 26, 29: one bad moment does not fail an unattended run."""
    account, waits = Recovering(VirtualClock()), list[float]()
    account.failures = failures
    if failures < 3:
        check_destination(account, "7", waits.append)
    else:
        with pytest.raises(TryLater, match="THROTTLED"):
            check_destination(account, "7", waits.append)
    assert waits == [1.0, 2.0]


@pytest.mark.parametrize(("asked", "waited"), [(120.0, [120.0, 120.0]), (0.0, [1.0, 2.0])])
def test_what_the_destination_asks_to_wait_is_waited(asked: float, waited: list[float]) -> None:
    """Faults 21, 22: a request within the pause would be one against the rules."""

    class Pausing(Recovering):
        def check(self, target: str | None) -> Iterable[Check]:
            return [replace(one, retry_after=asked) for one in super().check(target)]

    account, waits = Pausing(VirtualClock()), list[float]()
    account.failures = 2
    check_destination(account, "7", waits.append)
    assert waits == waited


def test_a_list_that_is_gone_stops_the_run() -> None:
    """Fault 38."""
    with pytest.raises(NeedsAttention) as error:
        check_destination(FakeDestination(VirtualClock()), "8", never)
    assert error.value.code == "LIST_NOT_FOUND"


def test_what_was_confirmed_stands_where_the_look_for_the_list_fails_over_something_else() -> None:
    """Fault 38: a maintenance page, or a refusal of the question, says nothing of the list."""

    class Odd(FakeDestination):
        def check(self, target: str | None) -> Iterable[Check]:  # noqa: ARG002 - as the port has it
            yield Check("address", CheckStatus.FAILED, problem=Problem("REQUEST_REFUSED"))

    looks = list[int]()
    assert gone_meanwhile(Odd(VirtualClock()), "7", lambda: looks.append(1)) is None
    gone = gone_meanwhile(FakeDestination(VirtualClock()), "8", lambda: looks.append(1))
    assert gone is not None
    assert gone.code == "LIST_NOT_FOUND"
    assert len(looks) > 4, "the lease is kept from step to step"


def test_a_preview_waits_no_longer_than_people_do() -> None:
    class Pausing(Recovering):
        def check(self, target: str | None) -> Iterable[Check]:
            return [replace(one, retry_after=900.0) for one in super().check(target)]

    account = Pausing(VirtualClock())
    account.failures = 1
    with pytest.raises(TryLater, match="THROTTLED"):
        check_destination(account, "7", never, patience=60.0)


TABLE = Table(
    "customers",
    (
        Column("tier", ColumnType.TEXT),
        Column("visits", ColumnType.INTEGER),
        Column("income", ColumnType.NUMBER),
        Column("born", ColumnType.DATE),
        Column("seen", ColumnType.DATETIME),
        Column("active", ColumnType.BOOLEAN),
    ),
)


def test_every_field_that_is_gone_is_named_with_its_line() -> None:
    """Fault 39."""
    lines = (Line("name", "first_name"), Line("tier", "field:1"), Line("city", "field:8"))
    with pytest.raises(InvalidInput) as error:
        check_fields(FakeDestination(VirtualClock()), DataMatching("email", lines), MARK, TABLE)
    assert [problem.where for problem in error.value.problems] == ["data matching, city", "leavers, field"]


def test_fields_that_are_there_pass() -> None:
    lines = (Line("tier", "field:1"),)
    assert check_fields(FakeDestination(VirtualClock()), DataMatching("email", lines), Leavers(), TABLE) == []


@pytest.mark.parametrize(
    ("takes", "fits"),
    [
        (None, {"tier", "visits", "income", "born", "seen", "active"}),
        (FieldType.NUMBER, {"visits", "income"}),
        (FieldType.DATE, {"born"}),
        (FieldType.DATETIME, {"born", "seen"}),
    ],
)
def test_a_column_that_does_not_fit_its_field_is_told(takes: FieldType | None, fits: set[str]) -> None:
    account = FakeDestination(VirtualClock())
    account.custom_fields["field:1"] = Field("field:1", "Since", "x", takes)
    told = {}
    for column in TABLE.columns:
        matching = DataMatching("email", (Line(column.name, "field:1"),))
        told[column.name] = list(check_fields(account, matching, Leavers(), TABLE))
    assert {name for name, notes in told.items() if not notes} == fits
    for name in told.keys() - fits:
        (note,) = told[name]
        assert (note.code, note.values["field"], note.values["column"]) == ("FIELD_MISFIT", "Since", name)


def told_of_options(field: Field, values: dict[str, int], leavers: Leavers = KEEP) -> list[Message]:
    account = FakeDestination(VirtualClock())
    account.custom_fields = {key: replace(field, key=key) for key in ("field:1", "field:9")}
    matching = DataMatching("email", (Line("tier", "field:1"),))
    return list(check_fields(account, matching, leavers, TABLE, lambda _, most: list(values.items())[:most]))


def test_values_that_are_no_option_are_counted_and_shown_by_their_shape() -> None:
    tier = Field("field:1", "Tier", "x", options=("gold", "silver"))
    assert told_of_options(tier, {"gold": 5, "silver": 2}) == []
    (note,) = told_of_options(tier, {"gold": 5, "Gold": 3, "||gold||": 2, "jane@example.com": 1, "Kyiv": 1})
    assert (note.code, note.values["people"]) == ("FIELD_OPTIONS", 7)
    assert note.values["examples"] == ["“aaaa”", "“||aaaa||”", "“aaaa@aaaaaaa.aaa”"]
    assert told_of_options(Field("field:1", "Tier", "x"), {"anything": 5}) == []


def test_a_field_of_several_options_takes_several() -> None:
    likes = Field("field:1", "Likes", "x", options=("tea", "coffee"), between="||")
    assert told_of_options(likes, {"||tea||coffee||": 1, "tea": 1, "coffee||tea": 1}) == []
    (note,) = told_of_options(likes, {"||tea||cocoa||": 4, "tea, coffee": 2})
    assert note.values["people"] == 6


def test_of_very_many_values_the_most_frequent_are_looked_at() -> None:
    tier = Field("field:1", "Tier", "x", options=("gold",))
    (note,) = told_of_options(tier, {str(number): 2 for number in range(5_000)})
    assert (note.code, note.values["people"]) == ("FIELD_OPTIONS_AT_LEAST", 2_002)


def test_marks_that_are_no_option_are_told() -> None:
    left = Field("field:9", "Left", "x", options=("yes", "no"))
    notes = told_of_options(left, {"yes": 1}, Leavers(LeaverPolicy.MARK, "field:9", "yes", "gone"))
    assert [(note.code, note.values["marks"]) for note in notes] == [("FIELD_MARKS", ["gone"])]


def test_more_people_than_the_limit_and_nothing_goes() -> None:
    """Fault 72: both numbers are stated."""
    check_limit(planned(selected=10), 10)
    with pytest.raises(InvalidInput) as error:
        check_limit(planned(selected=11_000), 10_000)
    assert "11,000" in english(error.value.problems[0]).message
    assert "10,000" in english(error.value.problems[0]).message


@pytest.mark.parametrize(
    ("left", "known", "asks"),
    [
        (99, 99, False),
        (100, 100, True),
        (100, 333, True),
        (100, 334, False),
        (300, 1000, False),
        (301, 1000, True),
    ],
)
@pytest.mark.parametrize("leavers", [UNSUBSCRIBE, MARK])
def test_many_leavers_need_a_confirmation(left: int, known: int, asks: bool, leavers: Leavers) -> None:
    """I-11: more than 30 % and at least 100."""
    assert bool(confirmation_needed(planned(left=left, known=known), leavers, ())) is asks


def test_a_segment_that_is_suddenly_empty_needs_a_confirmation() -> None:
    """I-11: however few would leave."""
    reason = confirmation_needed(planned(left=1, known=1000), UNSUBSCRIBE, ("High tier",))
    assert reason == Message("LEAVERS_UNSUBSCRIBED_EMPTIED", leaving=1, names=["High tier"])
    assert confirmation_needed(planned(left=0, known=1000), UNSUBSCRIBE, ("High tier",)) == NOTHING


@pytest.mark.parametrize(
    ("before", "now", "asks"),
    [
        (0, 99, False),
        (0, 100, True),
        (1, 2_004, True),
        (200, 300, False),
        (200, 301, True),
        (1_000, 1_500, False),
        (1_000, 1_501, True),
        (1_000, 10, False),
        (None, 2_004, False),
    ],
)
def test_an_audience_that_grows_suddenly_needs_a_confirmation(
    before: int | None, now: int, asks: bool
) -> None:
    """By more than 50 % and at least 100 people; before the first run there is nothing to compare."""
    assert bool(growth_unconfirmed(planned(selected=now), Growth(), before)) is asks
    assert not growth_unconfirmed(planned(selected=now), Growth(ask=False), before)


def test_how_much_is_sudden_is_the_exports_own_and_both_figures_are_said() -> None:
    careful = Growth(percent=0, people=1)
    assert growth_unconfirmed(planned(selected=5), careful, 5) == NOTHING
    said = in_english(growth_unconfirmed(planned(selected=1_006), careful, 1_005))
    assert "1,006" in said
    assert "1,005" in said


@pytest.mark.parametrize(
    ("held", "added", "elsewhere", "asks"),
    [
        (90, 10, 0, False),
        (90, 11, 0, True),
        (80, 11, 9, False),
        (80, 11, 10, True),
        (500, 0, 500, False),
        (None, 1, 0, False),
        (None, 1, 50, True),
    ],
)
def test_more_contacts_than_the_account_pays_for_need_a_confirmation(
    held: int | None, added: int, elsewhere: int, asks: bool
) -> None:
    """Who is there already, who is added, and what other runs add; where nobody counts, all who are selected."""
    plan = Planned("plan", Counts(selected=60, added=added), 0)
    reason = plan_limit_unconfirmed(plan, 100, held, elsewhere)
    assert bool(reason) is asks
    if asks:
        said = in_english(reason)
        assert "100" in said
        assert ("does not tell" in said) is (held is None)
        assert str(elsewhere) in said


def test_leavers_that_are_kept_need_none() -> None:
    assert confirmation_needed(planned(left=1000, known=1000), Leavers(), ("High tier",)) == NOTHING
