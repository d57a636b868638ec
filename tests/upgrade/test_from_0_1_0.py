"""An installation of 0.1.0, stopped in the middle of everything, is upgraded and goes on.

What was made then is never made anew: it proves that whoever has 0.1.0 can go on with this version. The version under
test is driven as people drive it, by processes, pages and the API; what stands in the state is read with plain SQL.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from scripts.old_installation.customers import PASSWORD, TEAMS
from scripts.old_installation.recording_proxy import Import, Traffic

from tests.acceptance.conftest import Installation
from tests.acceptance.serving import serving, until
from tests.upgrade.unpacked import Old, account, unpacked, working
from tests.upgrade.visitor import Visitor

pytestmark = pytest.mark.slow
_FINISHED: Final = (
    "Completed with warnings", "Completed with warnings", "Successful", "Failed", "Failed", "Failed",
    "Completed with warnings", "Canceled",
)  # fmt: skip
_ENOUGH: Final = 240.0  # seconds for seven processes after each other, on a slow machine
_SLOW, _CROWD, _STOPPED, _REFRESHED = 7, 9, 10, 11
_RUNS: Final = "SELECT * FROM state_run ORDER BY id"
_BATCHES: Final = "SELECT run_id, number, status, sha256 FROM state_batch ORDER BY run_id, number"
_AUDIT: Final = "SELECT id, actor, action, subject, details FROM state_auditentry ORDER BY id"
_UNDER_WAY: Final = (
    "SELECT id FROM state_run WHERE finished_at IS NULL UNION ALL "
    "SELECT id FROM state_refresh WHERE finished_at IS NULL UNION ALL "
    "SELECT id FROM state_batch WHERE run_id = 7 AND status = 'accepted'"
)


@dataclass(frozen=True)
class State:
    """What an installation remembers, at one moment."""

    runs: Sequence[Mapping[str, Any]]
    batches: Sequence[Mapping[str, Any]]
    audit: Sequence[Mapping[str, Any]]
    ledgers: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @classmethod
    def of(cls, old: Old, *ledgers: str) -> "State":
        read = old.database.rows
        return cls(read(_RUNS), read(_BATCHES), read(_AUDIT), {name: old.ledger(name) for name in ledgers})

    def hashes(self, run: int, *statuses: str) -> set[str]:
        return {one["sha256"] for one in self.batches if one["run_id"] == run and one["status"] in statuses}


@dataclass(frozen=True)
class Upgraded:
    """Before and after: the state, what the account was sent, what it complained of."""

    before: State
    after: State
    earlier: Sequence[Import]
    sent: Sequence[Import]
    complaints: Sequence[object]

    @property
    def addresses(self) -> set[str]:
        return {address for one in self.sent for address in one.addresses}


def _team(name: str) -> set[str]:
    return {f"{name}{number}@example.com" for number in range(1, TEAMS[name] + 1)}


def test_an_installation_of_0_1_0_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """On SQLite, with somebody at the pages."""
    with _stopped("sqlite", tmp_path) as stopped:
        old, here, before = stopped.old, stopped.here, stopped.before
        token = here.leleka("user", "token", "ada@example.com", "--name", "upgrade").strip()
        with serving(here) as served:
            visitor = Visitor(f"http://127.0.0.1:{served.port}", token)
            until(lambda: not old.database.rows(_UNDER_WAY), "all that was under way", _ENOUGH)
            _finished_runs_are_shown_as_they_were(before, visitor)
            _stored_problems_are_on_the_pages_as_they_were_written(before, visitor)
            _outcomes_are_counted_as_they_were_reported(before, visitor)
            _schedules_and_people_are_there(visitor)
        _stored_problems_are_told_as_they_were_written(before, here)
        upgraded = stopped.now()
    _check(upgraded)


@pytest.mark.long
def test_an_installation_of_0_1_0_on_postgresql_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """With a worker alone: the pages do not know which database it is."""
    with _stopped("postgresql", tmp_path) as stopped:
        with working(stopped.here):
            until(lambda: not stopped.old.database.rows(_UNDER_WAY), "all that was under way", _ENOUGH)
        _stored_problems_are_told_as_they_were_written(stopped.before, stopped.here)
        upgraded = stopped.now()
    _check(upgraded)


@dataclass(frozen=True)
class Stopped:
    """The old installation, the account it exports to, and what it remembered."""

    old: Old
    here: Installation
    traffic: Traffic
    before: State
    complaints: Sequence[object]

    def now(self) -> Upgraded:
        after = State.of(self.old, "Regulars", "Quiet", "Slow", "Crowd")
        earlier = [Import(body, 200, batch) for batch, body in self.old.accepted]
        told = [one for one in self.here.state()["violations"] if one not in self.complaints]
        return Upgraded(self.before, after, earlier, self.traffic.imports, told)


@contextmanager
def _stopped(kind: str, folder: Path) -> Iterator[Stopped]:
    with unpacked(kind, folder, as_if_just_made=True) as old, account(old) as (traffic, here):
        before = State.of(old, "Regulars", "Quiet", "Slow")
        assert tuple(run["status"] for run in before.runs) == (*_FINISHED, "Processing", "Queued")
        yield Stopped(old, here, traffic, before, here.state()["violations"])


def _check(upgraded: Upgraded) -> None:
    _what_is_confirmed_is_not_sent(upgraded)
    _unknown_batches_go_again_with_the_same_bytes(upgraded)
    _the_live_run_ends_with_everybody(upgraded)
    _late_confirmations_reach_the_ledger(upgraded)
    _the_queued_refresh_is_walked(upgraded)
    _quarantined_people_wait(upgraded)
    _ledgers_keep_what_they_knew(upgraded)
    _the_audit_goes_on(upgraded)


@pytest.mark.long
def test_weeks_later_what_the_account_has_forgotten_goes_again_with_the_same_bytes(tmp_path: Path) -> None:
    """Neither quarantine nor claim is left, and no accepted batch is known any more: none of that changes a body."""
    with (
        unpacked("sqlite", tmp_path, as_if_just_made=False) as old,
        account(old, forgetful=True) as (traffic, here),
    ):
        before = State.of(old)
        run = here.json("export", "run", "Crowd")
        assert (run["id"], run["status"], run["counts"]["delivered"]) == (
            _CROWD,
            "Successful",
            TEAMS["crowd"],
        )
        again = before.hashes(_CROWD, "accepted", "unknown", "sending")
        sent = [one.sha256 for one in traffic.imports]
        assert len(again) > 5
        assert {sha256: sent.count(sha256) for sha256 in again} == dict.fromkeys(again, 1)
        confirmed = before.hashes(_CROWD, "confirmed")
        assert len(confirmed) == 1
        assert confirmed.isdisjoint(sent)


def _finished_runs_are_shown_as_they_were(before: State, visitor: Visitor) -> None:
    for run in before.runs[: len(_FINISHED)]:
        shown = visitor.api(f"/runs/{run['id']}")
        assert (shown["status"], shown["problems"]) == (run["status"], run["problems"])
        assert (shown["counts"] or {}) == run["counts"]
        kept = ("asked_by", "acts_as", "requests", "trigger", "confirmation_reason")
        assert {name: shown[name] for name in kept} == {name: run[name] for name in kept}


def _stored_problems_are_on_the_pages_as_they_were_written(before: State, visitor: Visitor) -> None:
    """The code, what is wrong, where, and what to do."""
    visitor.sign_in("ada@example.com", PASSWORD)
    failed = [run for run in before.runs if run["problems"]]
    codes = [problem["code"] for run in failed for problem in run["problems"]]
    assert codes == ["MAP_FIELD_NOT_FOUND", "SEGMENT_TOO_LARGE", "KEY_REFUSED"]
    for run in failed:
        (problem,) = run["problems"]
        page = html.unescape(visitor.page(f"/data/runs/{run['id']}"))
        assert [said for said in problem.values() if said not in page] == []


def _stored_problems_are_told_as_they_were_written(before: State, here: Installation) -> None:
    """On the terminal, of a problem that has all four parts."""
    run = next(run for run in before.runs if run["problems"])
    (problem,) = run["problems"]
    assert all(problem.values())
    terminal = here.leleka("run", "show", str(run["id"]))
    assert [said for said in problem.values() if said not in terminal] == []


def _outcomes_are_counted_as_they_were_reported(before: State, visitor: Visitor) -> None:
    counted = [run["id"] for run in before.runs if run["outcomes"]]
    assert counted == [1, 2, 3, 7, 8]
    for number in counted:
        assert visitor.api(f"/runs/{number}/verify", "POST")["same"]


def _schedules_and_people_are_there(visitor: Visitor) -> None:
    people = {one["email"]: one["role"] for one in visitor.api("/people")["items"]}
    assert people == {
        "ada@example.com": "administrator",
        "bohdan@example.com": "contributor",
        "chrystyna@example.com": "viewer",
    }
    system = visitor.api("/system/schedule")
    assert (system["on"], system["schedule"]["times"]) == (True, ["06:00", "18:00"])


def _what_is_confirmed_is_not_sent(upgraded: Upgraded) -> None:
    """Only who changed, who left, and who of the live run was not known to be accepted."""
    kept = upgraded.before.hashes(_CROWD, "confirmed", "accepted")
    held = {address for one in upgraded.earlier if one.sha256 in kept for address in one.addresses}
    assert len(held) == 500
    changed = {f"regular{number}@example.com" for number in (4, 5, 6)}
    assert upgraded.addresses == (_team("crowd") - held) | changed


def _unknown_batches_go_again_with_the_same_bytes(upgraded: Upgraded) -> None:
    unknown = upgraded.before.hashes(_CROWD, "unknown", "sending")
    assert len(unknown) > 4
    sent = [one.sha256 for one in upgraded.sent]
    assert {sha256: sent.count(sha256) for sha256 in unknown} == dict.fromkeys(unknown, 1)
    assert upgraded.complaints == []


def _the_live_run_ends_with_everybody(upgraded: Upgraded) -> None:
    run = upgraded.after.runs[_CROWD - 1]
    assert (run["status"], run["counts"]["delivered"]) == ("Successful", TEAMS["crowd"])
    assert _states(upgraded.after.ledgers["Crowd"]) == dict.fromkeys(_team("crowd"), "member")


def _late_confirmations_reach_the_ledger(upgraded: Upgraded) -> None:
    assert set(_states(upgraded.before.ledgers["Slow"]).values()) == {"unconfirmed"}
    assert _states(upgraded.after.ledgers["Slow"]) == dict.fromkeys(_team("slow"), "member")
    assert upgraded.after.runs[_SLOW - 1]["counts"] == upgraded.before.runs[_SLOW - 1]["counts"]


def _the_queued_refresh_is_walked(upgraded: Upgraded) -> None:
    """It reads the customers, who were edited after the last run, and runs the one export that follows the system."""
    run = upgraded.after.runs[_REFRESHED - 1]
    known, counts = upgraded.before.runs[1]["counts"], run["counts"]
    assert (counts["changed"], counts["added"], counts["left"]) == (2, 0, {"marked": 1})
    assert counts["unchanged"] == known["unchanged"] + known["changed"] - 3
    assert counts["rejected"] == known["rejected"]


def _quarantined_people_wait(upgraded: Upgraded) -> None:
    """What was sent before without an answer may still surface: nobody of them is sent anything else."""
    counts = upgraded.after.runs[_STOPPED - 1]["counts"]
    assert counts["not_attempted"] == {"WAITING_FOR_EARLIER_SEND": TEAMS["stopped"]}


def _ledgers_keep_what_they_knew(upgraded: Upgraded) -> None:
    before, after = upgraded.before.ledgers, upgraded.after.ledgers
    assert len(before["Quiet"]) == TEAMS["quiet"]
    assert after["Quiet"] == before["Quiet"]
    changed = {f"regular{number}@example.com" for number in (4, 5, 6)}
    assert {
        key for key in before["Regulars"] if before["Regulars"][key] != after["Regulars"].get(key)
    } == changed
    assert before["Regulars"].keys() == after["Regulars"].keys()


def _the_audit_goes_on(upgraded: Upgraded) -> None:
    before, after = upgraded.before.audit, upgraded.after.audit
    assert after[: len(before)] == before
    assert {"run ended"} <= {entry["action"] for entry in after[len(before) :]}


def _states(ledger: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {address: known["state"] for address, known in ledger.items()}
