"""What the doctor found is followed by deliveries, and shown on the page, over REST and in the backup."""

from typing import Final

import pytest

from leleka.services.access.actor import Role
from leleka.state.models import Account, Connection
from tests.integration.api import program
from tests.integration.doctoring import examined, settle_in
from tests.integration.office import Office
from tests.integration.people import lend_a_name, somebody

POISONED: Final = r"^p2@x\.test$"


def sent(office: Office) -> int:
    """Return how many import requests came, refused ones included."""
    state = office.ask("state", method="GET")["requests"]["by_endpoint"]
    return sum(state.get("POST /api/{id}/import/bulk_import", {}).values())


@pytest.mark.parametrize("base", [0, 1])
def test_the_row_to_blame_is_known_at_the_first_refusal(office: Office, base: int) -> None:
    """Of five rows the second is poison: called 1 or 2, it cannot be told which without knowing the base."""
    office.forgiven |= {"invalid_row"}
    office.hire(5)
    settle_in(office)
    lend_a_name()
    office.behave(reason_index_base=base)
    examined()
    before = sent(office)
    office.behave(poison_pattern=POISONED)
    view = office.run()
    assert view.counts is not None
    assert (view.counts.delivered, sent(office) - before) == (4, 2)
    assert set(office.listed(1)) >= {f"p{number}@x.test" for number in (1, 3, 4, 5)}


def test_who_did_not_ask_the_doctor_pays_with_requests(office: Office) -> None:
    """The same without an examination: the request is halved until the row is found."""
    office.forgiven |= {"invalid_row"}
    office.hire(5)
    settle_in(office)
    lend_a_name()
    office.behave(reason_index_base=1, poison_pattern=POISONED)
    view = office.run()
    assert view.counts is not None
    assert view.counts.delivered == 4
    assert sent(office) > 2


def test_the_page_tells_it_in_the_reader_s_language(office: Office) -> None:
    settle_in(office)
    alice = somebody("alice", Role.ADMINISTRATOR)
    address = f"/admin/connections/{Connection.objects.get().pk}"
    assert "What the doctor found" not in alice.browser.get(address).content.decode()
    office.behave(archived_import="skipped")
    examined()
    page = alice.browser.get(address).content.decode()
    assert "What the doctor found" in page
    assert "<code>archived_import = skipped</code>" in page
    assert "An import skips a contact that was archived" in page
    alice.browser.cookies["django_language"] = "uk"
    page = alice.browser.get(address, headers={"accept-language": "uk"}).content.decode()
    assert "Імпорт мовчки пропускає архівований контакт" in page


def test_the_api_tells_it_with_the_connection_and_takes_no_change_of_it(office: Office) -> None:
    settle_in(office)
    examined()
    ada = program("ada", Role.ADMINISTRATOR)
    number = Connection.objects.get().pk
    learned = {one["name"]: one for one in ada.get(f"/connections/{number}")["learned"]}
    assert (learned["reason_index_base"]["value"], learned["empty_clears"]["value"]) == (0, True)
    assert learned["empty_clears"]["meaning"] == "An empty text clears a name."
    assert learned["empty_clears"]["at"].startswith("20")
    assert ada.get("/connections")["items"][0]["learned"] == list(learned.values())
    body = {"version": Connection.objects.get().version, "learned": []}
    assert ada.ask("PATCH", f"/connections/{number}", body).status_code == 422
    assert Account.objects.get().learned
    program("cleo", Role.CONTRIBUTOR).get(f"/connections/{number}", status=403)
