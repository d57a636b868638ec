"""What the account says of somebody now: asked by a task, with its age; over REST and in the terminal, too."""

import io
import sys

import orjson
import pytest

from leleka.core.statuses import TaskStatus
from leleka.errors import Conflict, Forbidden, NotFound, TryLater
from leleka.services.access.actor import Actor, Role
from leleka.services.customers import queries as customer_queries
from leleka.services.tasks.commands import A_MINUTE
from leleka.services.why import commands as why_commands
from leleka.services.why import queries as why_queries
from leleka.state.models import AuditEntry, Connection, Export, Segment, Task
from tests.integration.api import program
from tests.integration.customers import COLUMNS, PEOPLE, lay, refresh
from tests.integration.explaining import JOHN, ZOE, news, shop, step, verdict, why, work
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody
from tests.integration.test_cli import Terminal, terminal

__all__ = ["shop", "terminal"]
BOB = Actor("Bob <bob@example.com>", Role.CONTRIBUTOR, 3)


def ask(address: str) -> int:
    task = why_commands.ask(ALICE, news(), address=address)
    work()
    return task


def test_what_the_account_says_is_told_with_its_age(shop: Office) -> None:
    shop.run()
    assert step(why(ZOE), "account").said["en"] == "Not asked yet."
    waiting = why_commands.ask(ALICE, news(), address=ZOE)
    asked = why(ZOE)
    assert (asked.asking, step(asked, "account").said["en"]) == (waiting, "Asking the account …")
    assert not why_queries.asked(ALICE, waiting).done
    work()
    told = step(why(ZOE), "account")
    assert (told.held, told.said["en"]) == (True, "subscribed to list 1.")
    assert told.at == Task.objects.get(pk=waiting).finished_at
    assert why_queries.asked(ALICE, waiting).step == told
    assert step(why(JOHN), "account").said["en"] == "Not asked yet."


@pytest.mark.parametrize(
    ("verb", "told"),
    [("unsubscribe", "unsubscribed from list 1."), ("bounce", "bounced: mail to this address")],
)
def test_whoever_left_at_the_account_since_is_not_in(shop: Office, verb: str, told: str) -> None:
    shop.run()
    shop.ask(verb, {"email": ZOE, "list": 1})
    assert verdict(ZOE).startswith("In the list since ")
    ask(ZOE)
    view = why(ZOE)
    assert view.inside is False
    assert view.verdict["en"].startswith(
        f"The export put this person into the list, but the account says now: {told}"
    )
    shop.run()  # of which the answer is older
    assert "account says now" not in verdict(ZOE)


def test_whoever_is_in_the_list_by_another_way_is_in(shop: Office) -> None:
    shop.run()
    shop.ask("sign_up", {"email": JOHN, "list": 1})
    ask(JOHN)
    assert step(why(JOHN), "account").said["en"] == "signed up for list 1 and never confirmed it."
    assert verdict(JOHN).startswith("Not in the list: ")


def test_an_account_that_does_not_answer_is_said_as_the_problem_that_it_is(shop: Office) -> None:
    shop.run()
    shop.ask("key", {"revoked": True})
    task = ask(ZOE)
    assert Task.objects.get(pk=task).status == TaskStatus.FAILED
    told = step(why(ZOE), "account")
    assert told.held is None
    assert told.said["en"].startswith("The account could not be asked: ")
    assert verdict(ZOE).startswith("In the list since ")


@pytest.mark.usefixtures("shop")
def test_who_may_ask_and_how_often() -> None:
    with pytest.raises(Forbidden):
        why_commands.ask(BOB, news(), address=ZOE)  # a connection of administrators
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    assert why_commands.ask(BOB, news(), address=ZOE)
    with pytest.raises(NotFound, match="TASK_UNKNOWN"):
        why_queries.asked(ALICE, Task.objects.get().pk)
    for _ in range(A_MINUTE[Task.Kind.MEMBERSHIP]):
        Task.objects.update(status=TaskStatus.SUCCESSFUL, result={"membership": "active"})
        try:
            why_commands.ask(BOB, news(), address=ZOE)
        except TryLater:
            break
    else:
        raise AssertionError("nobody is told to wait")
    assert ZOE not in str(list(AuditEntry.objects.values_list("details", "subject")))


def test_a_profile_without_an_address_cannot_be_asked_about(shop: Office) -> None:
    lay(shop, "customers", COLUMNS, (*PEOPLE, ("c9", "", "No", "Address", "", "Lviv", "gold", "")))
    refresh("data")
    reference = customer_queries.reference_to(ALICE, "c9")
    with pytest.raises(Conflict, match="WHY_NO_ADDRESS"):
        why_commands.ask(ALICE, news(), customer=reference)
    view = why_queries.why(ALICE, news(), customer=reference)
    assert view.verdict["en"] == "Not in the list: the profile's address cannot be used: no e-mail address."
    assert not view.may_ask


@pytest.mark.usefixtures("shop")
def test_a_program_asks_by_address_or_by_customer() -> None:
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    bob = program("bob", Role.CONTRIBUTOR)
    found = bob.told("POST", f"/exports/{news()}/why", {"address": JOHN})
    assert (found["inside"], found["steps"][2]["rules"][0]["value"]["uk"]) == (False, "silver")
    again = bob.told("POST", f"/exports/{news()}/why", {"customer": found["customer"]})
    assert again["verdict"] == found["verdict"]
    task = bob.told("POST", f"/exports/{news()}/why/ask", {"address": JOHN}, 202)["task"]
    work()
    assert bob.get(f"/tasks/{task}")["result"] == {"membership": "no_contact"}
    segment = Segment.objects.get(name="Gold").pk
    assert bob.told("POST", f"/segments/{segment}/why", {"address": ZOE})["inside"] is True
    vera = program("vera", Role.VIEWER)
    assert vera.ask("POST", f"/exports/{news()}/why", {"address": JOHN}).status_code == 403
    masked = vera.told("POST", f"/exports/{news()}/why", {"customer": found["customer"]})
    assert (masked["masked"], JOHN in str(masked)) == (True, False)


def test_a_page_moves_on_to_the_customer_and_keeps_the_address_out_of_its_own(shop: Office) -> None:
    shop.run()
    browser = somebody("bob", Role.CONTRIBUTOR).browser
    moved = browser.post(f"/data/exports/{news()}/why", {"address": f" {ZOE.upper()}"})
    assert moved.status_code == 303
    assert "zoe" not in moved["Location"].lower()
    assert "In the list since" in browser.get(moved["Location"]).content.decode()
    nobody = browser.post(f"/data/exports/{news()}/why", {"address": "nobody@x.test"})
    assert (nobody.status_code, "has this address." in nobody.content.decode()) == (200, True)
    assert browser.post(f"/data/exports/{news()}/why", {"address": "nobody"}).status_code == 422


def test_a_question_that_was_answered_has_a_page_and_leads_to_no_other(shop: Office) -> None:
    shop.run()
    browser = somebody("boss", Role.ADMINISTRATOR)
    task = why_commands.ask(browser.actor, news(), address=ZOE)
    work()
    page = browser.browser.get(f"/tasks/{task}")
    assert (page.status_code, "The account has answered." in page.content.decode()) == (200, True)
    for told in ("a/b", "..", "0" * 31):
        reply = browser.browser.get(
            f"/why/{task}", {"customer": told, "export": str(news())}, headers={"HX-Request": "true"}
        )
        assert (reply.status_code, "HX-Redirect" in reply) == (200, False)


def test_the_terminal_reads_the_address_unseen(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.apply()
    name = Export.objects.get().name
    monkeypatch.setattr(sys, "stdin", io.StringIO("nobody@example.com\n"))
    done = terminal.leleka("why", name)
    assert (done.code, done.out.startswith("Not in the list: no profile")) == (0, True)
    assert terminal.leleka("why", name, "nobody@example.com", "--language", "uk").out.startswith(
        "Не у списку: "
    )
    told = orjson.loads(terminal.leleka("why", name, "nobody@example.com", "--json").out)
    assert (told["inside"], told["steps"][0]["name"]) == (False, "source")
    assert terminal.leleka("why", name, "nobody").code == 2
    assert terminal.leleka("why", "Nothing", "nobody@example.com").code == 2
