"""Long lists in a browser and over the API: search, order and pages come from the database."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leleka.services.access.actor import Role
from leleka.services.connections import queries as connection_queries
from leleka.services.contracts import ExportSummary
from leleka.services.exports import queries as export_queries
from leleka.services.paging import ListQuery
from leleka.services.runs import queries as run_queries
from leleka.state.models import Account, Connection, Export, Run, Segment, User
from tests.integration.api import program
from tests.integration.listing import fill
from tests.integration.office import ALICE
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db
MANY = 120
NAME = re.compile(r'<td class="name-cell"><a href="[^"]+">([^<]+)</a>')
LISTS = ("/data/exports", "/segments", "/data/runs", "/admin/connections", "/admin/permissions")


def names(browser: Client, url: str) -> list[str]:
    return NAME.findall(browser.get(url).content.decode())


def over_pages(find: Callable[[ListQuery], Any], sort: str) -> list[Any]:
    """Return the whole list, page by page."""
    first = find(ListQuery(sort=sort))
    pages = [find(ListQuery(sort=sort, page=number)) for number in range(1, first.pages + 1)]
    return [one for page in pages for one in page.items]


def test_a_page_has_fifty_and_the_next_goes_on() -> None:
    fill(MANY)
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    everything = sorted(Export.objects.values_list("name", flat=True), key=str.lower)
    first, second, third = (names(alice, f"/data/exports?page={number}") for number in (1, 2, 3))
    assert (len(first), len(second), len(third)) == (50, 50, 20)
    assert first + second + third == everything


@pytest.mark.short("-1-1", "4-3")
@pytest.mark.parametrize(
    ("asked", "given"),
    [("0", 1), ("-1", 1), ("x", 1), ("", 1), ("²", 1), ("9" * 5000, 1), ("4", 3), ("999", 3)],
)
def test_a_page_that_is_not_there_is_the_nearest(asked: str, given: int) -> None:
    fill(MANY)
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    page = alice.get("/data/exports", {"page": asked})
    assert page.status_code == 200
    assert f"page {given} of 3" in page.content.decode()
    for path in LISTS:
        assert alice.get(path, {"page": asked, "sort": asked, "q": "\x01"}).status_code == 200


@pytest.mark.short("False-name-<lambda>", "True-name-<lambda>")
@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("name", lambda one: one.name.lower()),
        ("type", lambda one: one.type),
        ("connection", lambda one: one.connection.lower()),
        ("status", lambda one: one.status),
        ("refreshed", lambda one: one.refreshed.timestamp() if one.refreshed else 0),
        ("editable", lambda one: one.editable),
    ],
)
@pytest.mark.parametrize("down", [False, True])
def test_exports_are_in_order_over_all_pages(
    column: str, key: Callable[[ExportSummary], Any], down: bool
) -> None:
    fill(MANY)
    bob = somebody("bob", Role.CONTRIBUTOR).actor
    found = over_pages(lambda wanted: export_queries.find_exports(bob, wanted), f"{'-' * down}{column}")
    keys = [key(one) for one in found]
    assert keys == sorted(keys, reverse=down)
    assert len({key(one) for one in found}) > 1
    assert sorted(one.id for one in found) == sorted(Export.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("золоті", lambda one: one.name.startswith("Золоті")),
        ("ЇЖАК", lambda one: one.name.startswith("їжаки")),
        ("beta 003", lambda one: one.name == "Beta 003"),
        ("ПОШТА", lambda one: one.connection == "Пошта"),
        ("ActiveCamp", lambda one: one.type == "ActiveCampaign"),
        ("%", lambda _: False),
        ("_", lambda _: False),
        ("nobody", lambda _: False),
    ],
)
def test_exports_are_found_by_name_connection_and_type(
    text: str, kept: Callable[[ExportSummary], bool]
) -> None:
    fill(30)
    everything = export_queries.find_exports(ALICE, ListQuery()).items
    found = export_queries.find_exports(ALICE, ListQuery(text=text))
    assert [one.id for one in found.items] == [one.id for one in everything if kept(one)]
    assert (found.matches, found.all) == (len(found.items), 30)


def test_the_links_keep_what_was_looked_for_and_the_order() -> None:
    fill(MANY)
    Export.objects.update(leavers={"policy": "keep"})
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    page = alice.get("/data/exports", {"q": "активcampaign"}).content.decode()
    assert "0 matches" in page
    page = alice.get("/data/exports", {"q": "campaign", "sort": "-name", "page": "2"}).content.decode()
    assert "108 matches" in page
    assert 'rel="prev" href="/data/exports?q=campaign&amp;sort=-name&amp;page=1"' in page
    assert 'rel="next" href="/data/exports?q=campaign&amp;sort=-name&amp;page=3"' in page
    assert '<input type="hidden" name="sort" value="-name">' in page
    assert "?sort=name&amp;q=campaign" in page


def test_segments_without_a_size_come_first_and_last_from_the_end() -> None:
    fill(MANY)
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    unknown = set(Segment.objects.filter(size=None).values_list("name", flat=True))
    assert set(names(alice, "/segments?sort=size")[: len(unknown)]) == unknown
    assert set(names(alice, "/segments?sort=-size&page=3")[-len(unknown) :]) == unknown
    assert len(names(alice, f"/segments?q={quote('золоті')}")) == MANY // 5


def test_connections_that_need_attention_stand_together() -> None:
    fill(10)
    Connection.objects.filter(name="Archive").update(export_user=None)
    found = over_pages(lambda wanted: connection_queries.find_connections(ALICE, wanted), "state")
    assert [bool(one.attention) for one in found] == [False, True, True]
    found = over_pages(lambda wanted: connection_queries.find_connections(ALICE, wanted), "-exports")
    assert [len(one.exports) for one in found] == sorted((len(one.exports) for one in found), reverse=True)


@pytest.mark.short("status")
@pytest.mark.parametrize("column", ["number", "export", "status", "by"])
def test_runs_are_in_order_over_all_pages_and_the_newest_first(column: str) -> None:
    fill(MANY)
    keys: dict[str, Callable[[Any], Any]] = {
        "number": lambda one: one.id,
        "export": lambda one: one.export.lower(),
        "status": lambda one: one.status,
        "by": lambda one: one.asked_by.lower(),
    }
    found = [
        keys[column](one) for one in over_pages(lambda wanted: run_queries.find_runs(ALICE, wanted), column)
    ]
    assert found == sorted(found)
    assert len(found) == Run.objects.count()
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    newest = Run.objects.order_by("-pk")[0]
    page = alice.get("/data/runs").content.decode()
    assert page.index(f'"/data/runs/{newest.pk}"') < page.index(f'"/data/runs/{newest.pk - 1}"')


def test_runs_are_found_by_export_person_and_number() -> None:
    fill(30)
    one = Run.objects.select_related("export").order_by("pk")[5]
    assert [
        run.id for run in run_queries.find_runs(ALICE, ListQuery(text=one.export.name.upper())).items
    ] == [one.pk]
    assert one.pk in [run.id for run in run_queries.find_runs(ALICE, ListQuery(text=str(one.pk))).items]
    found = run_queries.find_runs(ALICE, ListQuery(text="ЇЖАКИ <P@")).items
    assert {run.asked_by for run in found} == {"їжаки <p@x.test>"}


def test_the_exports_of_a_segment_are_paged_on_both_sides() -> None:
    fill(MANY)
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    everywhere, once = Segment.objects.order_by("pk")[0], Segment.objects.order_by("pk")[5]
    page = alice.get(f"/segments/{everywhere.pk}/exports?inside=3").content.decode()
    assert "page 3 of 3" in page
    assert page.count('href="/data/exports/') == 20 + 1  # and the link to add one
    page = alice.get(f"/segments/{once.pk}/exports?page=3").content.decode()
    assert page.count('name="export"') == MANY - 1 - 2 * 50
    page = alice.get(f"/segments/{once.pk}/exports?q=beta&page=3").content.decode()
    assert page.count('name="export"') == MANY // 5


def _paths() -> list[str]:
    segment, export = Segment.objects.order_by("pk")[0].pk, Export.objects.order_by("pk")[0].pk
    chosen = "&".join(f"chosen={one.pk}" for one in Export.objects.order_by("pk")[:50])
    return [
        *LISTS,
        "/admin/audit",
        "/data/exports?sort=status&q=a",
        f"/data/exports/{export}",
        f"/data/exports/{export}/edit",
        f"/data/exports/detach?{chosen}",
        f"/segments/{segment}/exports",
        "/data/exports/add",
    ]


def _queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return len(asked)


def test_a_page_asks_the_database_as_often_however_much_there_is() -> None:
    fill(10)
    alice = somebody("alice", Role.ADMINISTRATOR).browser
    few = {path.partition("?")[0]: _queries(alice, path) for path in _paths()}
    for rows in (Run, Export, Connection, Account, Segment):
        rows._default_manager.all().delete()
    User.objects.exclude(name="Alice").delete()
    fill(200)
    many = {path.partition("?")[0]: _queries(alice, path) for path in _paths()}
    numberless = [
        {re.sub(r"\d+", "n", path): asked for path, asked in found.items()} for found in (few, many)
    ]
    assert numberless[0] == numberless[1]
    # An export: its schedule, what was decided on it, what was skipped, whether its ledger is sound, its account is
    # paused and its list was compared.
    assert max(many.values()) <= 22


@pytest.mark.parametrize("path", ["/exports", "/segments", "/connections", "/people"])
def test_the_api_gives_every_one_once_page_by_page(path: str) -> None:
    fill(25)
    alice = program("alice", Role.ADMINISTRATOR)
    rows = {"/exports": Export, "/segments": Segment, "/connections": Connection, "/people": User}[path]
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        page = alice.get(f"{path}?limit=2&after={after}")
        assert len(page["items"]) <= 2
        found += [one["id"] for one in page["items"]]
        after = page["next"]
    assert found == list(rows._default_manager.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("path", ["/exports", "/segments", "/connections", "/people", "/runs"])
def test_the_api_asks_the_database_as_often_however_long_the_list(path: str) -> None:
    fill(25)
    alice = program("alice", Role.ADMINISTRATOR)
    alice.get("/me")  # the first use of a token is written down
    asked = []
    for limit in (1, 25):
        with CaptureQueriesContext(connection) as queries:
            alice.get(f"{path}?limit={limit}")
        asked.append(len(queries))
    assert asked[0] == asked[1]
