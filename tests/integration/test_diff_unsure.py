"""How a plan handles people for whom it is unknown what the list holds (I-5, I-6, decision 0010)."""

import pytest

from leleka.core.data_matching import LeaverPolicy, Leavers
from leleka.core.statuses import Ended
from tests.integration.test_diff import MARK, Export, export, tables

__all__ = ["export", "tables"]  # the fixtures of that file

UNSURE = pytest.mark.parametrize(
    ("ended", "code"), [(Ended.UNCONFIRMED, "NO_ANSWER"), (Ended.NOT_ATTEMPTED, "BATCH_FAILED")]
)


@UNSURE
def test_what_nobody_is_sure_of_is_planned_again_whatever_it_becomes(
    export: Export, ended: Ended, code: str
) -> None:
    """I-6 and I-7: even back at the old value, the row is due, for the list may hold the new one."""
    export.run()
    export.people["2"] = ("b@x.test", "Bohdan", None)
    assert export.run(ended, code) == ["b@x.test"]
    export.people["2"] = ("b@x.test", "Bob", None)
    assert export.run() == ["b@x.test"]
    assert export.run() == []


@pytest.mark.parametrize(("doubted", "due_again"), [(True, ["b@x.test"]), (False, [])])
def test_a_refusal_after_an_unknown_copy_leaves_nobody_sure_of_what_is_held(
    export: Export, *, doubted: bool, due_again: list[str]
) -> None:
    """I-6: the earlier copy may have been applied; back at the old value, the row must be due."""
    export.run()
    export.people["2"] = ("b@x.test", "Bohdan", None)
    export.run(Ended.REJECTED, "NOT_IMPORTED", doubted=doubted)
    export.people["2"] = ("b@x.test", "Bob", None)
    assert export.run() == due_again
    assert export.run() == []


@UNSURE
@pytest.mark.parametrize("leavers", [MARK, Leavers(LeaverPolicy.UNSUBSCRIBE)])
def test_somebody_new_who_was_never_confirmed_is_a_leaver_when_they_leave(
    export: Export, leavers: Leavers, ended: Ended, code: str
) -> None:
    """I-6: they may be in the list, and would stay there unmarked if nobody remembered them."""
    export.leavers = leavers
    export.run(ended, code)
    assert set(export.states().values()) == {"unconfirmed"}
    export.selected = {"1", "2"}
    assert export.run() == ["a@x.test", "b@x.test", "-c@x.test"]
    assert export.run() == []


def test_somebody_new_refused_after_an_unknown_copy_is_a_leaver_when_they_leave(export: Export) -> None:
    """I-6: the copy without a reply may have put them into the list."""
    export.leavers = MARK
    export.run(Ended.REJECTED, "NOT_IMPORTED", doubted=True)
    export.selected = {"1", "2"}
    assert export.run() == ["-c@x.test"]


def test_somebody_new_who_was_refused_for_certain_is_none(export: Export) -> None:
    export.leavers = MARK
    export.run(Ended.REJECTED, "NOT_IMPORTED")
    export.selected = {"1", "2"}
    assert export.plan() == []


def test_somebody_new_who_was_never_confirmed_counts_as_added_and_not_as_known(export: Export) -> None:
    """I-11: the guard's 30 % relate to the people whom the list is known to hold."""
    export.run(Ended.UNCONFIRMED, "NO_ANSWER")
    export.plan()
    assert export.planned is not None
    assert (export.planned.known, export.planned.counts.added, export.planned.counts.changed) == (0, 3, 0)


def test_a_kept_leaver_who_was_never_confirmed_is_told_once(export: Export) -> None:
    export.run(Ended.UNCONFIRMED, "NO_ANSWER")
    export.selected = {"1", "2"}
    assert export.run() == ["a@x.test", "b@x.test", "-c@x.test"]
    assert export.states()["c@x.test"] == "left"
    assert export.run() == []


def test_who_waits_and_has_nothing_to_be_sent_is_unchanged(export: Export) -> None:
    """I-5: a copy that may still take effect equals what the ledger names; whoever changed, waits."""
    export.run()
    export.waiting = ("a@x.test", "b@x.test")
    export.people["2"] = ("b@x.test", "Bohdan", None)
    assert export.plan() == []
    assert export.planned is not None
    assert export.planned.counts.unchanged == 2
    assert export.planned.counts.not_attempted == {"WAITING_FOR_EARLIER_SEND": 1}


def test_who_waits_and_was_never_confirmed_is_not_called_unchanged(export: Export) -> None:
    export.run()
    export.people["2"] = ("b@x.test", "Bohdan", None)
    export.run(Ended.UNCONFIRMED, "NO_ANSWER")
    export.waiting = ("b@x.test",)
    for name in ("Bob", "Bohdan"):
        export.people["2"] = ("b@x.test", name, None)
        assert export.plan() == []
        assert export.planned is not None
        assert export.planned.counts.not_attempted == {"WAITING_FOR_EARLIER_SEND": 1}
