"""What a run checks before it sends, and how it handles people who leave, return, or change their address."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.plan import Counts
from leleka.services.installation import lake_sessions
from leleka.services.runs import commands as run_commands
from leleka.services.runs.contracts import RunView
from leleka.state.models import Connection, Run
from leleka.worker import previews
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office


def counts(view: RunView) -> Counts:
    """Return the counts, after checking that nobody is missing from them (I-2)."""
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return view.counts


def marks(office: Office) -> dict[str, int]:
    """How many contacts of the list carry each mark."""
    found = [one["fields"].get(3, "") for one in office.listed().values()]
    return {mark: found.count(mark) for mark in set(found)}


def after_some_leave(office: Office, people: int, leave: int) -> RunView:
    office.hire(people)
    office.apply(DEFINITIONS + MARK)
    assert counts(office.run()).delivered == people
    office.edit(*range(1, leave + 1), tier="silver")
    return office.run()


def test_a_hundred_leavers_and_more_than_30_percent_need_confirmation(office: Office) -> None:
    """I-11."""
    view = after_some_leave(office, 333, 100)
    assert (view.status, view.requests, marks(office)) == ("Needs confirmation", 0, {"yes": 333})
    assert "100 of the 333 people" in view.confirmation_reason
    plan = Run.objects.get(pk=view.id).plan
    office.edit(200, tier="silver")
    run_commands.confirm_run(ALICE, view.id)
    done = office.run()
    assert (done.id, done.status, counts(done).left) == (view.id, "Successful", {"marked": 100})
    assert Run.objects.get(pk=view.id).plan == plan
    assert marks(office) == {"yes": 233, "no": 100}
    assert counts(office.run()).left == {"marked": 1}


@pytest.mark.short("300-99")
@pytest.mark.parametrize(("people", "leave"), [(334, 100), (300, 99)])
def test_fewer_leavers_are_marked_without_a_question(office: Office, people: int, leave: int) -> None:
    view = after_some_leave(office, people, leave)
    assert (view.status, counts(view).left) == ("Successful", {"marked": leave})
    assert marks(office) == {"yes": people - leave, "no": leave}


@pytest.mark.long
def test_a_canceled_run_marks_nobody_and_the_next_one_asks_again(office: Office) -> None:
    view = after_some_leave(office, 300, 120)
    canceled = run_commands.cancel_run(ALICE, view.id)
    assert (canceled.status, counts(canceled).left) == ("Canceled", {"RUN_STOPPED": 120})
    again = office.run()
    assert (again.status, again.id > view.id) == ("Needs confirmation", True)
    assert marks(office) == {"yes": 300}


@pytest.mark.long
def test_who_is_only_kept_leaves_without_a_question(office: Office) -> None:
    office.hire(150)
    office.apply()
    office.run()
    office.edit(*range(1, 151), tier="silver")
    view = office.run()
    assert (view.status, view.requests, counts(view).left) == ("Successful", 0, {"kept": 150})
    assert len(office.listed()) == 150


def test_a_preview_says_what_would_be_asked_and_leaves_no_plan_behind(office: Office) -> None:
    office.hire(120)
    office.apply(DEFINITIONS + MARK + "    limit: 119\n")
    view = previews.preview_export(ALICE, "News", SystemClock(), office.watcher)
    assert (view.too_large, view.limit, view.counts.selected) == (True, 119, 120)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(*range(1, 121), tier="silver")
    kept, imports = (
        {one.reference for one in lake_sessions.lake().all() if "plans" in one.reference},
        office.imports(),
    )
    view = previews.preview_export(ALICE, "News", SystemClock(), office.watcher)
    assert "Gold" in view.confirmation_reason
    assert (view.counts.left, view.requests) == ({"due": 120}, 1)
    assert {one.reference for one in lake_sessions.lake().all() if "plans" in one.reference} == kept
    assert len(kept) == Run.objects.count() == 1
    assert (office.imports(), marks(office)) == (imports, {"yes": 120})


@pytest.mark.long
def test_who_changes_their_address_leaves_with_the_old_one_and_arrives_with_the_new(office: Office) -> None:
    office.hire(5)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(2, email="New2@x.test")
    view = office.run()
    assert (counts(view).added, counts(view).left) == (1, {"marked": 1})
    listed = {address: one["fields"][3] for address, one in office.listed().items()}
    assert (listed["p2@x.test"], listed["new2@x.test"], len(listed)) == ("no", "yes", 6)


def test_who_left_the_table_is_a_leaver_too(office: Office) -> None:
    office.hire(5)
    office.apply(DEFINITIONS + MARK)
    office.run()
    del office.people["3"]
    office.lay()
    assert counts(office.run()).left == {"marked": 1}
    assert office.listed()["p3@x.test"]["fields"][3] == "no"


@pytest.mark.short("clear-")
@pytest.mark.parametrize(("policy", "city"), [("keep", "Київ"), ("clear", "")])
def test_an_empty_value_keeps_or_clears_the_field_as_the_line_says(
    office: Office, policy: str, city: str
) -> None:
    office.hire(2)
    office.apply(DEFINITIONS.replace("field: 2}", f"field: 2, when_empty: {policy}}}"))
    office.run()
    office.edit(1, city="", first_name="Нове")
    assert counts(office.run()).delivered == 1
    shown = office.listed()["p1@x.test"]
    assert (shown["first_name"], shown["fields"].get(2, "")) == ("Нове", city)


@pytest.mark.long
def test_a_definition_edited_while_a_run_waits_counts_for_the_next_one(office: Office) -> None:
    office.hire(4)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(1, 2, 3, 4, tier="")
    waiting = office.run()
    office.apply((DEFINITIONS + MARK).replace('leaver: "no"', 'leaver: "gone"').replace("list: 1", "list: 2"))
    run_commands.confirm_run(ALICE, waiting.id)
    done = office.run()
    assert (done.id, done.target, counts(done).left) == (waiting.id, "1", {"marked": 4})
    assert (marks(office), office.listed(2)) == ({"no": 4}, {})


@pytest.mark.long
def test_an_audience_that_grows_suddenly_needs_confirmation(office: Office) -> None:
    office.hire(1)
    office.apply()
    office.run()
    office.hire(120)
    view = office.run()
    assert (view.status, view.requests, len(office.listed())) == ("Needs confirmation", 0, 1)
    assert "121 people are selected, 1 in the last run that delivered" in view.confirmation_reason
    run_commands.cancel_run(ALICE, view.id)  # which does not disarm it
    preview = previews.preview_export(ALICE, "News", SystemClock(), office.watcher)
    assert preview.confirmation_reason == view.confirmation_reason
    run_commands.confirm_run(ALICE, office.run().id)
    assert (office.run().status, len(office.listed())) == ("Successful", 121)


def test_all_reasons_to_confirm_a_plan_are_stated(office: Office) -> None:
    office.hire(120)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(*range(1, 121), tier="silver")
    office.hire(300)
    Connection.objects.update(plan_limit=200)
    view = office.run()
    assert view.status == "Needs confirmation"
    for said in (
        "120 of the 120 people",
        "could then hold 420 contacts, and pays for 200",
        "300 people are selected, 120",
    ):
        assert said in view.confirmation_reason
    assert marks(office) == {"yes": 120}
    # Said before the account is asked: a run that waits for its answer keeps no place (``worker/runs/fair_queue.py``).
    assert office.watcher.said[-2:] == ["Asking how many contacts the account holds", "planned 300"]


def test_an_export_says_what_is_sudden_and_the_first_run_never_is(office: Office) -> None:
    office.hire(120)
    office.apply()
    assert office.run().status == "Successful"
    office.hire(200)
    office.apply(DEFINITIONS + "    growth: off\n")
    assert office.run().status == "Successful"
    office.apply(DEFINITIONS + "    growth: {percent: 10, people: 5}\n")
    office.hire(40)
    assert office.run().status == "Needs confirmation"


@pytest.mark.long
def test_what_failed_before_it_sent_is_nothing_to_compare_with(office: Office) -> None:
    office.hire(1)
    office.apply()
    office.run()
    office.hire(120)
    office.apply(DEFINITIONS + "    limit: 50\n")
    assert office.run().status == "Failed"
    office.apply()
    assert office.run().status == "Needs confirmation"
