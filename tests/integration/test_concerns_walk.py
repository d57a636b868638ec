"""Every way in which a nightly chain can fail, or not happen, is found by everybody who tells of it: Home, the API, the
metrics, ``leleka status``, the bell with mail and webhook, and the outside monitor; once, and gone after recovery.
"""

from dataclasses import replace
from typing import Any

import pytest
import typer

from leleka.cli.commands import status as status_command
from leleka.errors import NotFound
from leleka.services.access.actor import Role
from leleka.services.concerns import of_installation
from leleka.services.concerns.contracts import ConcernKind, Severity
from leleka.services.refresh import commands as refresh_commands
from leleka.services.translation import concern_title
from leleka.state.models import Export, NoticeDelivery
from tests.integration.api import program
from tests.integration.nightly import Nightly
from tests.integration.office import ALICE, MARK, SHRINKING, Office
from tests.integration.people import lend_a_name, somebody
from tests.integration.ways_to_fail import EXPORT, SOURCE, WAYS, Way, given_up, lay, silent, worker


@pytest.fixture
def nightly(office: Office, settings: Any, httpserver: Any) -> Nightly:
    office.hire(3)
    office.apply()
    alice = somebody("alice", Role.ADMINISTRATOR)
    lend_a_name()
    made = Nightly(office, program("robot", Role.ADMINISTRATOR), alice.browser, settings, httpserver)
    made.prepare()
    assert made.wrong() == []
    return made


def stands(nightly: Nightly, way: Way) -> None:
    """Everybody tells of it, and of nothing else."""
    found = {kind for kind, _ in nightly.wrong()}
    assert (way.kind, way.subject) in nightly.wrong()
    assert found <= {way.kind, *way.besides}
    concern = next(one for one in nightly.concerns() if one.kind == way.kind)
    assert concern_title(concern) in nightly.home()
    assert (way.kind, way.subject) in nightly.api()
    assert way.kind in nightly.metrics()
    critical = any(one.severity is Severity.CRITICAL for one in nightly.concerns())
    warns = any(one.severity is Severity.WARNING for one in nightly.concerns())
    code = 1 if critical else 3 if warns else 0
    assert (nightly.exit_code(), nightly.monitor_hears()) == (code, "fail" if critical else "ok")


@pytest.mark.short("file gone", "key revoked", "not ready in time", "worker stuck", "worker not started")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_chain_that_breaks_is_found_by_everybody_once_and_gone_after_recovery(
    nightly: Nightly, way: Way
) -> None:
    assert (nightly.monitor_hears(), nightly.exit_code(), nightly.notices()) == ("ok", 0, [])
    way.breaks(nightly)
    if way.at_night:
        nightly.night()
    stands(nightly, way)
    told = nightly.notices()
    assert told.count((way.notice, way.subject)) == bool(way.notice)
    if way.notice:
        assert nightly.deliveries(way.notice, way.subject) == {"email", "webhook"}
    way.mends(nightly)
    if way.at_night:
        nightly.night()
    assert nightly.wrong() == []
    assert "Nothing needs attention." in nightly.home()
    assert (nightly.exit_code(), nightly.monitor_hears(), nightly.metrics()) == (0, "ok", {})
    recovered = nightly.notices()[len(told) :]
    assert recovered.count(("recovered", way.subject)) == bool(way.notice)
    assert {kind for kind, _ in recovered} <= {"recovered"}


def test_every_kind_of_concern_is_among_them() -> None:
    apart = {ConcernKind.CHANNEL, ConcernKind.CONFIRMATION, ConcernKind.DISK}  # each has a test below
    found = {ConcernKind(kind) for way in WAYS.values() for kind in (way.kind, *way.besides)}
    assert found == set(ConcernKind) - apart


@pytest.mark.short("file gone")
@pytest.mark.parametrize("name", ["file gone", "list gone"])
def test_what_fails_again_the_next_night_is_told_once(nightly: Nightly, name: str) -> None:
    """A refresh that has not come to it yet, one that was canceled, and one that fails again are no recovery."""
    WAYS[name].breaks(nightly)
    nightly.night()
    told, wrong = nightly.notices(), nightly.wrong()
    asked = refresh_commands.ask(ALICE, "everything")
    assert (nightly.wrong(), nightly.notices()) == (wrong, told)
    refresh_commands.cancel(ALICE, asked)
    nightly.night()
    assert (nightly.wrong(), nightly.notices()) == (wrong, told)


@pytest.mark.long
def test_a_source_that_shrank_and_fails_again_is_told_again(nightly: Nightly) -> None:
    broken, shrunk = WAYS["file gone"], WAYS["file half, as somebody allowed"]
    broken.breaks(nightly)
    nightly.night()
    nightly.notices()
    lay(nightly)
    shrunk.breaks(nightly)
    nightly.night()
    assert ("shrunk", SOURCE) in nightly.wrong()
    before = nightly.notices()
    broken.breaks(nightly)
    nightly.night()
    assert ("needs attention", SOURCE) in nightly.notices()[len(before) :]


def test_what_kept_an_export_without_an_owner_is_mailed_to_administrators(nightly: Nightly) -> None:
    WAYS["file gone"].breaks(nightly)
    nightly.night()
    nightly.notices()
    assert nightly.deliveries("needs attention", EXPORT) == {"email", "webhook"}
    Export.objects.update(owner=somebody("owner", Role.CONTRIBUTOR).user)
    lay(nightly)
    nightly.night()
    nightly.notices()
    mailed = NoticeDelivery.objects.filter(notice__kind="recovered", notice__subject=EXPORT, channel="email")
    assert set(mailed.values_list("address", flat=True)) == {"owner@example.com"}


def test_who_waits_for_a_dead_worker_is_told_of_the_worker(nightly: Nightly) -> None:
    WAYS["due time passed"].breaks(nightly)
    silent(100)(nightly)
    assert nightly.wrong() == [("worker", "worker")]


def test_the_terminal_says_it_in_words(nightly: Nightly, capsys: pytest.CaptureFixture[str]) -> None:
    WAYS["file gone"].breaks(nightly)
    nightly.night()
    with pytest.raises(typer.Exit):
        status_command.status()
    said = capsys.readouterr().out
    assert said.index("critical: Source “customers” could not be read") < said.index(
        "Export “News” did not run"
    )
    assert said.count("SOURCE_NOT_FOUND") == 1


def test_a_full_disk_is_found(nightly: Nightly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_installation, "LEAST_ROOM", 2**60)
    stands(nightly, Way(lay, lay, "disk", "disk"))
    monkeypatch.undo()
    assert nightly.wrong() == []


def test_a_data_folder_that_is_not_mounted_is_found(nightly: Nightly) -> None:
    there = nightly.settings.LELEKA
    nightly.settings.LELEKA = replace(there, data_dir=nightly.office.folder / "unmounted")
    assert ("disk", "disk") in nightly.wrong()
    with pytest.raises(NotFound, match="INSTALLATION_UNKNOWN"):
        nightly.exit_code()
    nightly.settings.LELEKA = there
    assert nightly.wrong() == []


def test_a_channel_through_which_nobody_hears_is_found(nightly: Nightly) -> None:
    silent(100)(nightly)
    nightly.notices()
    given_up(nightly)
    worker(nightly)
    assert nightly.wrong() == [("channel", "channel:email"), ("channel", "channel:webhook")]
    NoticeDelivery.objects.update(status=NoticeDelivery.Status.SENT)
    assert nightly.wrong() == []


def test_a_run_that_waits_for_confirmation_is_found(nightly: Nightly) -> None:
    nightly.office.hire(300)
    nightly.office.apply(SHRINKING + MARK)
    nightly.night()
    for identity in range(1, 290):
        nightly.office.people.pop(str(identity))
    nightly.office.lay()
    nightly.night()
    assert ("confirmation", EXPORT) in nightly.wrong()
    assert ("skipped", EXPORT) not in nightly.wrong()
    assert (nightly.exit_code(), nightly.monitor_hears()) == (3, "ok")
