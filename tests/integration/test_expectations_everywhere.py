"""Expectations in the browser, over REST, in a file and at the terminal."""

from datetime import timedelta

import pytest
from ruamel.yaml import YAML

from leleka.core.clock import SystemClock, utc_now
from leleka.core.statuses import StepStatus
from leleka.errors import InvalidInput
from leleka.messages.stored import problem_of
from leleka.services.access.actor import Role
from leleka.services.definitions.queries import written
from leleka.services.quality import queries
from leleka.services.refresh import commands as refresh_commands
from leleka.state.models import Refresh, RefreshStep, Source, SourceQuality
from tests.integration.api import program
from tests.integration.expecting import Shop, rows_of, shop, work
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import somebody

UNIQUE = {"expect": "unique", "column": "email"}
TIERS = "    expectations:\n      - {expect: values, column: tier, values: [gold, silver]}\n"
EXPECTING = DEFINITIONS.replace("    types: {id: text}\n", "    types: {id: text}\n" + TIERS)


@pytest.fixture
def orders(office: Office) -> Shop:
    return shop(office)


def test_programs_write_try_read_and_accept(orders: Shop) -> None:
    bob, path = program("bob", Role.CONTRIBUTOR), f"/sources/{orders.number}"
    tried = bob.told("POST", f"{path}/expectations/try", {"expectations": [{**UNIQUE, "column": "tier"}]})
    assert (tried[0]["found"], tried[0]["rows"], tried[0]["problem"]["code"]) == (
        "broken", 40, "EXPECTATION_BROKEN",
    )  # fmt: skip
    told = bob.told("PUT", f"{path}/expectations", {"expectations": [UNIQUE], "version": orders.row.version})
    assert [one["expectation"] for one in told["results"] if not one["guard"]] == [UNIQUE]
    stale = bob.told("PUT", f"{path}/expectations", {"expectations": [], "version": 1}, 409)
    assert stale["code"] == "STALE"
    wrong = bob.told("POST", f"{path}/expectations/try", {"expectations": [UNIQUE, {"expect": "x"}]}, 422)
    assert [(one["code"], one["where"]) for one in wrong["problems"]] == [
        ("EXPECTATION_INVALID", "expectations.1.expect")
    ]
    orders.deliver(
        [*rows_of(40), *rows_of(1, 41), *rows_of(1, 1)[:0], "42,p1@example.org,gold,1,2026-01-01\n"]
    )
    waiting = bob.get(f"{path}/expectations")
    assert (waiting["waiting"], waiting["replaces"], waiting["rows"]) == (True, True, 42)
    used = bob.told("POST", f"{path}/accept", {"reading": waiting["reading"]})
    assert (used["waiting"], used["accepted_by"]) == (False, "Bob <bob@example.com>")
    assert orders.row.rows == 42


def test_a_viewer_sees_what_holds_and_nothing_of_the_rows(orders: Shop) -> None:
    orders.expect({"expect": "values", "column": "email", "values": ["p1@example.org"], "severity": "warn"})
    orders.refresh()
    told = program("charlie", Role.VIEWER).get(f"/sources/{orders.number}/expectations")
    assert told["results"][0]["expectation"]["values"] == ["***"]
    assert "p2@example.org" not in str(told)
    page = somebody("charlie2", Role.VIEWER).browser.get(f"/data/sources/{orders.number}/quality")
    assert "example.org" not in page.content.decode()


def test_an_expectation_is_tried_and_saved_in_the_browser(orders: Shop) -> None:
    bob, path = somebody("bob", Role.CONTRIBUTOR).browser, f"/data/sources/{orders.number}/expectations"
    form = {"expect": "range", "column": "amount", "from": "1", "to": "39", "severity": "warn"}
    tried = bob.post(path, {**form, "action": "try", "version": "1"}).content.decode()
    assert "The current rows would break it." in tried
    assert "for example 39, 40." in tried
    refused = bob.post(path, {**form, "to": "0", "action": "save", "version": orders.row.version})
    assert (refused.status_code, "EXPECTATION_INVALID" in refused.content.decode()) == (422, True)
    saved = bob.post(path, {**form, "action": "save", "version": orders.row.version})
    assert saved.status_code == 303, saved.content.decode()
    assert list(orders.view.expectations) == [
        {"expect": "range", "column": "amount", "from": 1, "to": 39, "severity": "warn"},
    ]
    changed = {**form, "to": "100", "place": "0", "severity": "fail"}
    bob.post(path, {**changed, "action": "save", "version": orders.row.version})
    assert list(orders.view.expectations) == [{"expect": "range", "column": "amount", "from": 1, "to": 100}]
    bob.post(path, {"action": "remove", "place": "0", "version": orders.row.version})
    assert not orders.view.expectations


def test_what_is_suggested_holds_and_is_taken_by_a_click(orders: Shop) -> None:
    bob, path = somebody("bob", Role.CONTRIBUTOR).browser, f"/data/sources/{orders.number}/expectations"
    suggested = [one.expectation for one in queries.suggested(ALICE, orders.number)]
    assert {"expect": "unique", "column": "id"} in suggested
    assert {"expect": "filled", "column": "email"} in suggested
    assert all(one.problem is None for one in queries.tried(ALICE, orders.number, suggested))
    page = bob.get(f"{path}/suggestions").content.decode()
    assert "No value of id repeats" in page
    chosen = '{"expect":"unique","column":"id"}'
    bob.post(path, {"action": "adopt", "chosen": [chosen], "version": orders.row.version})
    assert orders.view.expectations == ({"expect": "unique", "column": "id"},)
    orders.refresh()
    assert "1 of 1 expectations" in bob.get("/data/sources").content.decode()


def test_a_reading_is_accepted_in_the_browser(orders: Shop) -> None:
    bob = somebody("bob", Role.CONTRIBUTOR).browser
    orders.deliver([])
    panel = bob.get(f"/data/sources/{orders.number}/quality").content.decode()
    assert "The newest reading with 0 rows is not used" in panel
    assert "0 of 1 expectations" in bob.get("/data/sources").content.decode()
    old = bob.post(f"/data/sources/{orders.number}/accept", {"reading": "another"})
    assert (old.status_code, orders.row.rows) == (409, 40)
    bob.post(f"/data/sources/{orders.number}/accept", {"reading": orders.view.reading})
    assert orders.row.rows == 0


def test_a_file_says_what_is_expected_and_holds_what_it_reads(office: Office) -> None:
    office.hire(4)
    office.apply(EXPECTING)
    source = Source.objects.get(name="customers")
    assert source.rows == 4
    office.edit(2, tier="brass")
    office.apply(EXPECTING)
    assert Source.objects.get(pk=source.pk).snapshot == source.snapshot
    quality = queries.quality(ALICE, source.pk)
    assert (quality.waiting, quality.editable) == (True, False)
    made = YAML(typ="safe").load(written(ALICE))
    (told,) = [one for one in made["sources"] if one["name"] == "customers"]
    assert told["expectations"] == [{"expect": "values", "column": "tier", "values": ["gold", "silver"]}]
    office.apply(DEFINITIONS)
    assert SourceQuality.objects.get(pk=source.pk).expectations == []


def test_a_file_that_expects_what_cannot_be_is_refused_with_its_line(office: Office) -> None:
    office.hire(3)
    wrong = EXPECTING.replace("column: tier, values: [gold, silver]", "column: teir, values: [gold]")
    with pytest.raises(InvalidInput) as refused:
        office.apply(wrong)
    (problem,) = refused.value.problems
    assert problem.key == "EXPECTATION_COLUMN"
    assert problem.params["near"] == "tier"
    assert problem.where == "leleka.yaml, line 8, sources[0].expectations[0].column"
    assert not Source.objects.exists()


def test_what_depends_on_a_source_that_is_not_as_expected_is_skipped(office: Office) -> None:
    office.hire(4)
    office.apply(EXPECTING)
    office.edit(2, tier="brass")
    Refresh.objects.all().delete()
    refresh_commands.ask(ALICE, "data")
    work()
    steps = {one.kind: one for one in RefreshStep.objects.all()}
    assert steps["source"].status == StepStatus.FAILED
    assert steps["segment"].status == StepStatus.SKIPPED
    assert problem_of(steps["segment"].problems[0]).key == "UPSTREAM_FAILED.source"
    with pytest.raises(InvalidInput, match="EXPECTATION_BROKEN"):
        office.run()


def test_data_that_grows_old_fails_though_nothing_changed(orders: Shop) -> None:
    day = (utc_now(SystemClock()) - timedelta(days=3)).date().isoformat()
    old = [f"{n},b{n}@example.org,gold,1,2020-01-01\n" for n in range(2, 41)]
    orders.deliver([f"1,a@example.org,gold,1,{day}\n", *old])
    orders.expect({"expect": "fresh", "column": "seen", "hours": 80})
    orders.refresh()
    assert orders.step.status != StepStatus.FAILED
    orders.expect({"expect": "fresh", "column": "seen", "hours": 30})
    orders.refresh()
    assert orders.step.status == StepStatus.FAILED
    (problem,) = map(problem_of, orders.step.problems)
    assert (problem.key, problem.params["hours"]) == ("EXPECTATION_BROKEN.fresh", 30)
    assert (orders.view.waiting, orders.view.replaces) == (True, False)
