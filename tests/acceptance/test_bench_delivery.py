"""A short benchmark of the delivery: real processes, and figures that come from what really happened."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scripts.bench_delivery.account import IMPORT, Account, as_json
from scripts.bench_delivery.installation import troubles

ROOT = Path(__file__).parents[2]
PROFILES = 3_000


def bench(results: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench_delivery", "--results", str(results), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    return done, json.loads(results.read_text(encoding="utf-8"))["cases"] if results.exists() else []


@pytest.mark.long
def test_the_far_side_counts_the_members_and_what_changed(tmp_path: Path) -> None:
    """Times are printed and not judged. The contacts are counted by the process that received them."""
    done, (first, some, segment) = bench(
        tmp_path / "results.json", "--profiles", str(PROFILES), "--cases", "first,some,segment"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [(one["contacts"], one["imports"]) for one in (first, some)] == [(PROFILES, 12), (30, 1)]
    assert all(one["polls"] >= one["imports"] for one in (first, some))
    for one in (first, some, first["refresh"], first["floor"], some["floor"]):
        assert 0 < one["cpu"] < 600
        assert one["wall"] > 0
        assert 20 < one["peak"] < 2_000
    assert 0 < segment["members"] < PROFILES
    assert "first export " in done.stdout
    assert [one["wrong"] for one in (first, some, segment)] == [[], [], []]


@pytest.mark.long
def test_the_pace_is_told_by_the_far_side(tmp_path: Path) -> None:
    words = ("--imports", "8", "--speed", "20", "--cases", "pace-0.5-1")
    done, (pace,) = bench(tmp_path / "results.json", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (pace["imports"], pace["refused"], pace["wrong"]) == (8, 0, [])
    assert 0 < pace["imports_a_minute"] < 200  # of eight, one that comes late counts much
    assert pace["polls_a_batch"] >= 1
    assert pace["tail"] >= 1.0  # the last batch takes a second


def test_a_case_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    done, _ = bench(tmp_path / "results.json", "--cases", "frist")
    assert done.returncode == 2
    assert "there are first, nothing, some, every, drt, memory-3" in done.stderr


def body(*addresses: str, name: str = "") -> bytes:
    return as_json({"contacts": [{"email": one, "first_name": name} for one in addresses]})


def test_the_account_counts_contacts_and_nothing_that_only_looks_like_one() -> None:
    account = Account()
    status, told = account.answer(
        "POST", IMPORT, body("a@example.com", "b@example.com", name='"email":'), 0.0
    )
    assert (status, told["queued_contacts"], told["batchId"]) == (200, 2, "1")
    account.answer("POST", IMPORT, body("c@example.com"), 1.0)
    account.answer("POST", IMPORT, body("c@example.com"), 2.0)
    counted = account.counted()
    assert [counted[name] for name in ("contacts", "imports", "repeated")] == [4, 3, 1]
    assert (counted["first_import"], counted["last_import"]) == (0.0, 2.0)


def test_a_batch_is_completed_when_its_time_has_passed() -> None:
    account = Account(import_time=60.0)
    account.answer("POST", IMPORT, body("a@example.com"), 100.0)
    statuses = [
        account.answer("GET", f"/api/3/import/info?batchId={batch}", b"", now)[1]["status"]
        for batch, now in (("1", 159.9), ("1", 160.0), ("2", 160.0), ("x", 160.0))
    ]
    assert statuses == ["active", "completed", False, False]
    assert account.counted()["polls"] == 4


def test_a_limited_account_refuses_the_sixth_request_of_a_second_and_the_101st_import_of_a_minute() -> None:
    quick = Account(limited=True)
    assert [quick.answer("GET", "/api/3/users/me", b"", 0.1)[0] for _ in range(6)] == [200] * 5 + [429]
    assert quick.answer("GET", "/api/3/users/me", b"", 1.2)[0] == 200
    steady = Account(limited=True)
    asked = [steady.answer("POST", IMPORT, body("a@example.com"), 0.5 * number)[0] for number in range(101)]
    assert asked == [200] * 100 + [400]
    counted = steady.counted()
    assert [counted[name] for name in ("imports", "imports_refused", "requests_refused")] == [100, 1, 0]


def test_figures_are_not_believed_where_the_far_side_counted_something_else() -> None:
    well = {"status": "Successful", "counts": {"delivered": 10}}
    assert troubles(well, {"contacts": 10, "repeated": 0}, 10) == ()
    assert troubles(well, {"contacts": 9, "repeated": 0}, 10) == ("9 contacts came instead of 10",)
    assert troubles(well, {"contacts": 10, "repeated": 1}, 10) == ("1 imports came twice",)
    failed = {"status": "Failed", "counts": {"delivered": 9}, "problems": ["why"]}
    assert troubles(failed, {"contacts": 10, "repeated": 0}, 10) == (
        "the run ended as Failed: ['why']",
        "the run says 9 were delivered instead of 10",
    )
    unplanned = {"status": "Failed", "counts": None, "problems": ["why"]}
    assert troubles(unplanned, {"contacts": 0, "repeated": 0}, 0) == ("the run ended as Failed: ['why']",)
