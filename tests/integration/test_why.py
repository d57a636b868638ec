"""Why somebody is in the list of an export, or is not: from the row of the source to what was confirmed."""

import pytest

from leleka.core.clock import utc_now
from leleka.core.statuses import RunStatus
from leleka.errors import InvalidInput, NotFound
from leleka.services.exports import commands as export_commands
from leleka.services.privacy import suppression
from leleka.services.why import queries as why_queries
from leleka.state.models import AddressBook, AuditEntry, BatchRow, Export, Ledger, Run, Segment
from tests.integration.customers import COLUMNS, PEOPLE, lay, refresh
from tests.integration.explaining import JOHN, ZOE, held, news, shop, step, stops, verdict, why
from tests.integration.office import ALICE, Office

__all__ = ["shop"]


def test_who_was_delivered_is_in_since_the_run(shop: Office) -> None:
    shop.run()
    shop.run()  # which had nothing to do
    view = why(ZOE)
    assert view.inside is True
    assert view.verdict["en"].startswith("In the list since ")
    assert str(utc_now().year) in view.verdict["uk"]
    assert held(view) == {
        "source": True, "address": True, "segment": True, "suppression": True, "run": True, "plan": True,
        "list": True, "account": None,
    }  # fmt: skip
    assert step(view, "segment").notes[0]["en"] == "The last run had them in this segment."
    assert step(view, "plan").said["en"].startswith("Unchanged in run ")


def test_the_batch_of_the_last_run_is_named(shop: Office) -> None:
    run = shop.run()
    (told,) = [one for one in why(ZOE).steps if one.name == "batch"]
    assert (told.held, told.run, told.said["en"]) == (
        True,
        run.id,
        f"Batch 1 of run {run.id} was imported, contacts in it: 2",
    )


def test_who_is_in_no_segment_reads_the_rule_and_their_own_value(shop: Office) -> None:
    shop.run()
    view = why(JOHN)
    assert view.inside is False
    assert view.verdict["en"] == (
        "Not in the list: in segment “Gold” this does not hold: “tier” is “gold”. What is there: silver."
    )
    (rule,) = step(view, "segment").rules
    assert (rule.path, rule.holds, rule.value["en"]) == ("rules", False, "silver")
    assert view.verdict["uk"].startswith("Не у списку: у сегменті «Gold» не виконується умова: ")


@pytest.mark.usefixtures("shop")
def test_an_address_that_nobody_has_is_said() -> None:
    view = why("nobody@x.test")
    assert (view.customer, view.inside, stops(view)[0]) == ("", False, "source")
    assert view.verdict["en"] == "Not in the list: no profile in table customers has this address."
    assert view.remedy["en"].startswith("Look at the address")
    with pytest.raises(InvalidInput):
        why("nobody")


def test_of_several_profiles_of_an_address_one_is_sent(shop: Office) -> None:
    twin = ("c5", "ZOE@z.test ", "Zoë", "Again", "", "Lviv", "gold", "")
    lay(shop, "customers", COLUMNS, (*PEOPLE, twin))
    refresh("data")
    shop.run()
    view = why(ZOE)
    assert [(one.title, one.chosen) for one in view.others] == [("Zoë Müller", True), ("Zoë Again", False)]
    assert view.inside is True
    other = why_queries.why(ALICE, news(), customer=view.others[1].customer)
    assert "another profile with the same address is sent instead: c3." in other.verdict["en"]
    assert other.others == view.others
    AddressBook.objects.all().delete()  # of another reading
    assert why(ZOE).title == "Zoë Müller"


def test_a_profile_that_is_gone_from_the_source_is_known_by_the_ledger(shop: Office) -> None:
    shop.run()
    lay(shop, "customers", COLUMNS, tuple(one for one in PEOPLE if one[0] != "c3"))
    refresh("data")
    view = why(ZOE)
    assert (view.customer, view.inside) == ("", True)
    assert view.verdict["en"] == (
        "Still in the list, but no longer in a segment of the export: the profile with key c3 is no longer in table "
        "customers."
    )
    assert step(view, "list").held is True


@pytest.mark.usefixtures("shop")
def test_a_segment_that_was_never_evaluated_is_said() -> None:
    Segment.objects.update(snapshot="", evaluated_at=None)
    view = why(ZOE)
    assert stops(view)[0] == "segment"
    assert view.remedy["en"] == "Refresh the segment, or run the export."


def test_an_export_that_never_ran_or_has_no_connection_is_said(shop: Office) -> None:
    assert verdict(ZOE) == "Not in the list: the export has never run."
    export_commands.detach(ALICE, [news()])
    view = why(ZOE)
    assert view.verdict["en"] == "Not in the list: the export has no connection and does not run."
    assert not view.may_ask
    assert shop.imports() == 0


def test_an_export_without_a_schedule_says_so(shop: Office) -> None:
    Export.objects.update(schedule={"policy": "off"})
    shop.run()
    assert [one["en"] for one in step(why(ZOE), "run").notes] == [
        "It has no schedule: it runs only when somebody runs it."
    ]


def test_how_the_last_run_ended_is_said(shop: Office) -> None:
    run = Run.objects.get(pk=shop.run().id)
    Ledger.objects.all().delete()
    Run.objects.update(plan="", outcomes="")
    for status, ended, told in (
        (RunStatus.FAILED, utc_now(), f"run {run.pk} failed."),
        (RunStatus.CANCELED, utc_now(), f"run {run.pk} was canceled."),
        (RunStatus.PROCESSING, None, f"run {run.pk} is under way: Processing."),
    ):
        Run.objects.update(status=status, finished_at=ended)
        assert verdict(ZOE) == f"Not in the list: {told}"


def test_a_run_that_waits_for_confirmation_says_for_what(shop: Office) -> None:
    shop.run()
    Ledger.objects.all().delete()
    Run.objects.update(
        status=RunStatus.NEEDS_CONFIRMATION,
        finished_at=None,
        outcomes="",
        confirmation_told={
            "code": "AUDIENCE_GREW",
            "values": {"selected": 900, "before": 100, "people": 500, "share": 0.5},
        },
    )
    view = why(ZOE)
    assert "waits for confirmation: 900 people are selected, 100 in the last run" in view.verdict["en"]
    assert "чекає на підтвердження" in view.verdict["uk"]


def test_an_export_that_a_refresh_skipped_says_why(shop: Office) -> None:
    (shop.folder / "customers.csv").unlink()
    refresh("everything")
    view = why(ZOE)
    assert stops(view)[0] == "run"
    assert step(view, "run").said["en"].startswith("the export was skipped by the last refresh: ")


@pytest.mark.parametrize(
    ("status", "held_", "told"),
    [
        ("unknown", False, "is in doubt"),
        ("accepted", False, "was accepted by the account"),
        ("sending", False, "is being sent"),
        ("abandoned", False, "was given up"),
    ],
)
def test_a_batch_in_doubt_is_said(shop: Office, status: str, held_: bool, told: str) -> None:
    shop.run()
    Ledger.objects.all().delete()
    Run.objects.update(outcomes="", status=RunStatus.SUCCESSFUL)
    BatchRow.objects.update(status=status)
    view = why(ZOE)
    assert step(view, "batch").held is held_
    assert told in view.verdict["en"]
    assert view.inside is None


@pytest.mark.parametrize(
    ("verb", "told"), [("unsubscribe", "unsubscribed from the list"), ("bounce", "bounced at ActiveCampaign")]
)
def test_whom_the_account_keeps_out_is_said(shop: Office, verb: str, told: str) -> None:
    for one in ("sign_up", verb):
        shop.ask(one, {"email": ZOE, "list": 1})
    run = shop.run()
    assert verdict(ZOE).startswith(f"Not in the list: run {run.id} left them out: {told}")
    Run.objects.create(
        export_id=news(), account_id=Run.objects.get(pk=run.id).account_id, config={}, asked_by="x",
        status=RunStatus.FAILED, created_at=utc_now(), finished_at=utc_now(),
    )  # fmt: skip
    assert f"run {run.id} left them out" in verdict(ZOE)  # which says more than the run that failed


def test_whom_the_account_refuses_is_said(shop: Office) -> None:
    shop.forgiven.add("invalid_row")
    shop.behave(poison_pattern="zoe")
    shop.run()
    assert "ActiveCampaign refused this contact" in verdict(ZOE)


def test_who_is_suppressed_is_said(shop: Office) -> None:
    suppression.suppress(ALICE, "Sandbox", ZOE)
    shop.run()
    view = why(ZOE)
    assert view.verdict["en"].endswith("the address is suppressed here: nothing is sent to it.")
    assert stops(view) == ["suppression", "plan", "list"]


@pytest.mark.usefixtures("shop")
def test_seeing_it_unmasked_is_audited_without_the_address() -> None:
    reference = why(ZOE).customer
    (entry,) = AuditEntry.objects.filter(action="why asked")
    assert (entry.subject, entry.details) == ("News", {"customer": reference})
    with pytest.raises(NotFound, match="CUSTOMER_UNKNOWN"):
        why_queries.why(ALICE, news(), customer="0" * 32)
