"""Segments that are inactive: nothing evaluates them, they keep their members, and what needs them waits and says
so.
"""

from datetime import UTC, datetime, timedelta

import pytest

from leleka.core.clock import using, utc_now
from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError
from leleka.messages.problems import english
from leleka.services.access.actor import Actor, Role
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.services.refresh.contracts import RefreshView
from leleka.services.runs import commands as run_commands
from leleka.services.segments import commands, queries, states
from leleka.services.segments.contracts import SegmentSettings
from leleka.state.models import AuditEntry, Connection, Refresh, Segment
from leleka.worker import schedules as worker_schedules
from leleka.worker.refresh import runner as refresh_runner
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office

BOB = Actor("bob", Role.CONTRIBUTOR)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON.timestamp())


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    office.hire(2, tier="silver")
    office.apply()
    Segment.objects.update(managed_by_file="")
    return office


def gold() -> Segment:
    return Segment.objects.get(name="Gold")


def switch(name: str, *, active: bool, actor: Actor = ALICE) -> None:
    states.switch(actor, Segment.objects.get(name=name).pk, VirtualClock(), active=active)


def refreshed(scope: str = "everything") -> RefreshView:
    number = refresh_commands.ask(ALICE, scope)
    walk_all()
    return refresh_queries.show(ALICE, number)


def walk_all() -> None:
    clock = VirtualClock(utc_now().timestamp())
    while (turn := refresh_runner.next_to_walk(clock)) is not None:
        refresh_runner.carry_out(turn, clock)
    worker_schedules.close_finished(clock)


def steps(view: RefreshView) -> dict[str, tuple[str, list[str]]]:
    return {
        f"{step.kind} {step.name}": (step.status, [problem.key for problem in step.problems])
        for step in view.steps
        if step.kind in {"segment", "export"}
    }


def test_an_inactive_segment_keeps_its_members_and_its_export_waits_with_the_reason(shop: Office) -> None:
    shop.run()
    switch("Gold", active=False)
    shop.hire(1)
    shop.edit(1, tier="silver")
    found = steps(refreshed())
    assert found == {"export News": ("Skipped", ["SEGMENT_INACTIVE.export"])}
    assert gold().size == 3
    assert set(shop.listed()) == {"p1@x.test", "p2@x.test", "p3@x.test"}  # nobody old, nobody removed
    for ask in (shop.run, lambda: run_commands.ask_run(ALICE, "News")):
        with pytest.raises(Conflict) as refused:
            ask()
        (said,) = map(english, refused.value.problems)
        assert said.message.startswith("Nothing is sent and nobody is removed")
        assert said.message.endswith("inactive segments: Gold.")


def test_an_activated_segment_is_evaluated_at_once_and_its_export_goes_on(shop: Office) -> None:
    shop.run()
    switch("Gold", active=False)
    shop.edit(1, tier="silver")
    shop.hire(1)
    switch("Gold", active=True)
    assert Refresh.objects.get().scope == f"segment:{gold().pk}"
    walk_all()
    assert gold().size == 3
    shop.run()
    assert "p6@x.test" in shop.listed()


def test_nobody_evaluates_an_inactive_segment_by_hand(shop: Office) -> None:
    shop.run()
    switch("Gold", active=False)
    for ask in (
        lambda: commands.ask_refresh(ALICE, gold().pk),
        lambda: refresh_commands.ask(ALICE, f"segment:{gold().pk}"),
        lambda: queries.refresh_segment("Gold", VirtualClock(), lambda _: None),
    ):
        with pytest.raises(Conflict) as refused:
            ask()
        assert refused.value.problems[0].key == "SEGMENT_INACTIVE"
    shop.edit(1, tier="silver")
    view, members = queries.show_segment(ALICE, "Gold", VirtualClock(), 5)
    assert (view.size, len(members)) == (3, 3)


def test_one_that_was_never_evaluated_says_so(shop: Office) -> None:
    commands.create(ALICE, "Silver", "column: tier\nis: silver")
    switch("Silver", active=False)
    with pytest.raises(Conflict) as refused:
        queries.show_segment(ALICE, "Silver", VirtualClock(), 5)
    assert refused.value.problems[0].key == "SEGMENT_INACTIVE.never"
    assert shop.run().status == "Successful"


def test_what_is_made_of_an_inactive_segment_rests_and_so_do_its_exports(shop: Office) -> None:
    commands.create(ALICE, "Best", "segment: Gold")
    commands.create(ALICE, "Top", "segment: Best")
    shop.apply(
        DEFINITIONS.replace("segments: Gold", "segments: Top").replace(
            "segments:\n", "segments:\n  - {name: Top, rules: {segment: Best}}\n", 1
        )
    )
    Segment.objects.update(managed_by_file="")
    shop.run()
    switch("Gold", active=False)
    shop.edit(1, tier="silver")
    assert steps(refreshed()) == {
        "segment Best": ("Skipped", ["SEGMENT_INACTIVE.inner"]),
        "segment Top": ("Skipped", ["SEGMENT_INACTIVE.inner"]),
        "export News": ("Skipped", ["SEGMENT_INACTIVE.inner"]),
    }
    assert Segment.objects.get(name="Top").size == 3
    top = queries.segment(ALICE, Segment.objects.get(name="Top").pk)
    assert top.rests_on == ("Gold",)
    assert [warning.key for warning in top.warnings] == ["SEGMENT_INACTIVE.inner"]
    with pytest.raises(Conflict):
        queries.count_rules({"segment": "Gold"}, VirtualClock())
    with pytest.raises(Conflict, match="Gold"):
        shop.run()


def test_who_is_in_an_inactive_segment_of_another_export_has_not_left_the_list(shop: Office) -> None:
    silver = "  - {name: Silver, rules: {column: tier, is: silver}}\n"
    other = (
        "  - {name: Other, connection: Sandbox, list: 1, segments: Silver, data_matching: {email: email}}\n"
    )
    shop.apply(DEFINITIONS.replace("connections:\n", silver + "connections:\n", 1) + MARK + other)
    Segment.objects.update(managed_by_file="")
    shop.run()
    shop.run("Other")
    switch("Silver", active=False)
    shop.edit(4, tier="gold")
    shop.run()
    shop.edit(4, tier="bronze")  # out of both; Silver knows only that he was in it
    report = shop.run()
    assert report.status == "Successful"
    assert shop.listed()["p4@x.test"]["fields"].get(3) != "no"


@pytest.mark.usefixtures("shop")
def test_viewers_and_who_may_only_look_at_an_export_do_not_stop_it() -> None:
    Connection.objects.update(audience="administrators")
    for actor, code in ((Actor("vera", Role.VIEWER), "NOT_ALLOWED"), (BOB, "FEEDS_EXPORTS")):
        with pytest.raises(Forbidden) as refused:
            switch("Gold", active=False, actor=actor)
        assert refused.value.code == code
    assert gold().active


def test_one_of_a_file_is_switched_in_the_file(shop: Office) -> None:
    shop.apply()
    with pytest.raises(Conflict) as refused:
        switch("Gold", active=False)
    assert refused.value.code == "MANAGED_BY_FILE"


def test_dates_are_carried_out_by_the_scheduler_once(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        shop.run()
        version = gold().version
        campaign = SegmentSettings(deactivate_at="2026-12-01 08:00", activate_at="2026-12-24")
        states.set_settings(ALICE, gold().pk, campaign, version, clock)
        assert gold().deactivate_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
        worker_schedules.tick(clock)
        assert gold().active
        clock.sleep(20 * 3600)
        worker_schedules.tick(clock)
        worker_schedules.tick(clock)
        row = gold()
        assert (row.active, row.deactivate_at, row.state_since) == (False, None, utc_now(clock))
        assert row.version == version + 1  # an editor that is open saves all the same
        clock.sleep(30 * 86_400)
        worker_schedules.tick(clock)
    assert gold().active
    assert Refresh.objects.get().scope == f"segment:{gold().pk}"
    told = AuditEntry.objects.filter(actor="schedule", action__startswith="segment").order_by("pk")
    assert [(one.action, one.details["exports"]) for one in told] == [
        ("segment deactivated", ["News"]),
        ("segment activated", ["News"]),
    ]


def test_a_scheduler_that_was_away_leaves_the_state_that_the_last_date_brings(
    shop: Office, clock: VirtualClock
) -> None:
    with using(clock):
        campaign = SegmentSettings(active=False, activate_at="2026-12-01", deactivate_at="2026-12-02")
        states.set_settings(ALICE, gold().pk, campaign, gold().version, clock)
        clock.sleep(7 * 86_400)
        worker_schedules.tick(clock)
    row = gold()
    assert (row.active, row.activate_at, row.deactivate_at) == (False, None, None)
    assert not Refresh.objects.exists()
    assert shop.imports() == 0


def test_all_that_is_wrong_with_settings_is_said_and_nothing_is_changed(
    shop: Office, clock: VirtualClock
) -> None:
    wrong = SegmentSettings(
        activate_at="soon", schedule={"repeat": "yearly"}, tags=[str(number) for number in range(21)]
    )
    with pytest.raises(InvalidInput) as refused:
        states.set_settings(ALICE, gold().pk, wrong, gold().version, clock)
    assert {(one.where, one.code) for one in refused.value.problems} == {
        ("activate_at", "SEGMENT_STATE_INVALID"),
        ("schedule.repeat", "SCHEDULE_INVALID"),
        ("tags", "TAGS_TOO_MANY"),
    }
    for settings, code in (
        (SegmentSettings(deactivate_at="2026-11-29"), "SEGMENT_STATE_INVALID"),
        (SegmentSettings(activate_at="2026-12-29"), "SEGMENT_STATE_INVALID"),
    ):
        with pytest.raises(LelekaError) as refused_too:
            states.set_settings(ALICE, gold().pk, settings, gold().version, clock)
        assert refused_too.value.code == code
    with pytest.raises(Conflict) as stale:
        states.set_settings(ALICE, gold().pk, SegmentSettings(active=False), gold().version - 1, clock)
    assert stale.value.code == "STALE"
    assert gold().active
    assert shop.run().status == "Successful"


def test_a_date_ahead_is_told_before_to_whoever_looks(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        shop.run()
        ahead = SegmentSettings(deactivate_at=utc_now(clock) + timedelta(days=3))
        states.set_settings(ALICE, gold().pk, ahead, gold().version, clock)
        told = queries.segment(ALICE, gold().pk)
    assert told.stops == ("News",)
    assert [(one.key, dict(one.params)) for one in told.warnings] == [
        ("SEGMENT_INACTIVE.users_then", {"day": "2026-12-03", "exports": ["News"]})
    ]
