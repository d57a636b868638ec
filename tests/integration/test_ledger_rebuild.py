"""The way out of a damaged ledger, from each door: the page, the API and the terminal."""

import pytest

from leleka.services.access.actor import Role
from leleka.services.installation import lake_sessions
from leleka.state.models import Export, Ledger
from leleka.warehouse import checksums
from tests.integration.api import program
from tests.integration.office import Office
from tests.integration.people import lend_a_name, somebody
from tests.integration.test_cli import Terminal


@pytest.fixture
def damaged(office: Office) -> Export:
    """An export that delivered five contacts, and whose ledger was deleted since."""
    office.hire(5)
    office.apply()
    office.run()
    lend_a_name()
    folder = lake_sessions.lake().root / Ledger.objects.get().snapshot
    (folder / "ledger.parquet").unlink()
    checksums.forget(folder)
    return Export.objects.get()


def is_sound() -> bool:
    return lake_sessions.lake().is_sound(Ledger.objects.get().snapshot)


def test_the_page_says_it_and_offers_to_rebuild(damaged: Export) -> None:
    page = f"/data/exports/{damaged.pk}"
    bob, alice = somebody("bob", Role.CONTRIBUTOR).browser, somebody("alice", Role.ADMINISTRATOR).browser
    shown = bob.get(page).content.decode()
    assert "was lost or damaged" in shown
    assert "Rebuild the record" not in shown  # the connection is for administrators
    assert bob.post(f"{page}/rebuild-ledger").status_code == 403
    assert not is_sound()
    assert "Rebuild the record" in alice.get(page).content.decode()
    reply = alice.post(f"{page}/rebuild-ledger")
    after = alice.get(reply.headers["Location"]).content.decode()
    assert "The record was rebuilt: 5 people are sent once more" in after
    assert "was lost or damaged" not in after
    assert is_sound()


def test_a_program_rebuilds_it(damaged: Export) -> None:
    alice = program("alice", Role.ADMINISTRATOR)
    assert alice.get(f"/exports/{damaged.pk}")["ledger_damaged"] is True
    told = alice.told("POST", f"/exports/{damaged.pk}/rebuild-ledger")
    assert told == {"export": "News", "target": "1", "people": 5, "runs": 1, "damaged": 0}
    assert alice.get(f"/exports/{damaged.pk}")["ledger_damaged"] is False
    assert alice.told("POST", f"/exports/{damaged.pk}/rebuild-ledger", None, 409)["code"] == "LEDGER_IN_ORDER"


def test_the_terminal_rebuilds_it(
    office: Office, damaged: Export, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del damaged
    terminal = Terminal(office, monkeypatch, capsys)
    failed = terminal.leleka("export", "run", "News")
    assert "SNAPSHOT_DAMAGED" in failed.out + failed.err
    done = terminal.leleka("export", "rebuild-ledger", "News")
    assert (done.code, is_sound()) == (0, True)
    assert "People found in what earlier runs left behind: 5. Runs read: 1." in " ".join(done.out.split())
    assert terminal.leleka("export", "run", "News").code == 0
