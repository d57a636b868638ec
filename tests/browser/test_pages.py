"""Every page of the product with content, as an administrator sees it: accessible and without errors.

Pages are checked with axe-core in light and dark, at desktop and phone width; panes as separate pages and as
panes. Errors on the console, from the policy or from the server are reported by the visitor.
"""

from collections.abc import Callable, Sequence
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from leleka.web.routes import ROUTES
from tests.browser.furnishing import Furniture
from tests.browser.looking import ALL, SHORT, Look, problems
from tests.browser.visiting import Visitor

Address = Callable[[Furniture], str]
LOOKS: Final = [pytest.param(SHORT, id="short"), pytest.param(ALL, id="all", marks=pytest.mark.long)]
PAGES: Final[dict[str, tuple[Address, ...]]] = {
    "home": (lambda _: "/",),
    "account": (lambda _: "/account",),
    "connections": (lambda _: "/admin/connections",),
    "connection_add": (lambda _: "/admin/connections/add",),
    "connection": (
        lambda has: f"/admin/connections/{has.connection}",
        lambda has: f"/admin/connections/{has.connection_by_file}",
    ),
    "connection_remove": (lambda has: f"/admin/connections/{has.connection}/remove",),
    "source_connections": (lambda _: "/admin/connections/sources",),
    "source_connection_add": (
        lambda _: "/admin/connections/sources/add",
        lambda _: "/admin/connections/sources/add?type=sftp",
    ),
    "source_connection": (lambda has: f"/admin/connections/sources/{has.source_connection}",),
    "source_connection_remove": (lambda has: f"/admin/connections/sources/{has.source_connection}/remove",),
    "audit": (lambda _: "/admin/audit",),
    "notices": (lambda _: "/notices",),
    "system_notices": (lambda _: "/admin/system/notices",),
    "people": (lambda _: "/admin/permissions",),
    "tokens": (lambda _: "/admin/permissions/tokens",),
    "person_add": (lambda _: "/admin/permissions/add",),
    "person": (lambda has: f"/admin/permissions/{has.person}",),
    "exports": (lambda _: "/data/exports",),
    "export_add": (lambda _: "/data/exports/add",),
    "exports_detach": (lambda has: f"/data/exports/detach?chosen={has.export}",),
    "exports_remove": (lambda has: f"/data/exports/remove?chosen={has.export}",),
    "export": (
        lambda has: f"/data/exports/{has.export}?saved",
        lambda has: f"/data/exports/{has.export_by_file}",
    ),
    "export_view": (lambda has: f"/data/exports/{has.export_by_file}/view",),
    "export_edit": (lambda has: f"/data/exports/{has.export}/edit",),
    "reconciliation": (lambda has: f"/data/exports/{has.export}/reconcile/people",),
    "reconcile_repair": (lambda has: f"/data/exports/{has.export}/reconcile/repair",),
    "runs": (lambda _: "/data/runs",),
    "run": (lambda has: f"/data/runs/{has.run}", lambda has: f"/data/runs/{has.waiting}"),
    "run_live": (lambda has: f"/data/runs/{has.run}/live",),
    "run_rows": (lambda has: f"/data/runs/{has.run}/rows?ended=excluded",),
    "system": (lambda _: "/admin/system",),
    "system_refresh": (lambda _: "/admin/system/refresh",),
    "system_schedule": (lambda _: "/admin/system/schedule",),
    "system_about": (lambda _: "/admin/system/about",),
    "task_runs": (lambda has: f"/admin/system/runs?of=export:{has.export}",),
    "refresh": (lambda has: f"/admin/system/refreshes/{has.refresh}",),
    "refresh_task": (lambda has: f"/admin/system/refreshes/{has.refresh}/task?step=1",),
    "sources": (lambda _: "/data/sources",),
    "measures": (lambda _: "/data/measures",),
    "measure_add": (lambda _: "/data/measures/add",),
    "measure": (lambda has: f"/data/measures/{has.measure}",),
    "measure_edit": (lambda has: f"/data/measures/{has.measure}/edit",),
    "measure_remove": (lambda has: f"/data/measures/{has.measure}/remove",),
    "source": (lambda _: "/data/sources/1", lambda has: f"/data/sources/{has.orders}"),
    "source_add": (
        lambda _: "/data/sources/add",
        lambda _: "/data/sources/add?way=folder",
        lambda _: "/data/sources/add?way=bucket",
        lambda _: "/data/sources/add?way=database&connection=Shop",
    ),
    "source_drafts": (lambda has: f"/data/sources/drafts?task={has.examined}",),
    "source_new": (lambda has: f"/data/sources/new/{has.examined}",),
    "source_classes": (lambda _: "/data/sources/1/classes",),
    "source_values": (lambda has: f"/data/sources/{has.orders}/values?column=status",),
    "source_expectations": (
        lambda has: f"/data/sources/{has.orders}/expectations",
        lambda has: f"/data/sources/{has.orders}/expectations?expect=range",
        lambda _: "/data/sources/1/expectations",
    ),
    "source_remove": (
        lambda _: "/data/sources/1/remove",
        lambda has: f"/data/sources/{has.orders}/remove",
    ),
    "relationships": (lambda _: "/data/relationships",),
    "relationships_suggested": (lambda has: f"/data/relationships/suggested/{has.suggested}",),
    "relationship_add": (lambda _: "/data/relationships/add",),
    "relationship": (lambda has: f"/data/relationships/{has.relationship}",),
    "relationship_remove": (lambda has: f"/data/relationships/{has.relationship}/remove",),
    "exports_schedule": (lambda has: f"/data/exports/schedule?chosen={has.export}",),
    "customers": (
        lambda _: "/customers",
        lambda _: "/customers?q=a&f=%7B%22column%22%3A%22tier%22%2C%22is%22%3A%22basic%22%7D",
    ),
    "customers_filter": (lambda _: "/customers/filter?column=tier",),
    "customers_columns": (lambda _: "/customers/columns",),
    "customer": (lambda has: f"/customers/{has.customer}",),
    "customer_why": (
        lambda has: f"/customers/{has.customer}/why?export={has.export}",
        lambda has: f"/customers/{has.customer}/why?segment={has.segment}",
    ),
    "segments": (lambda _: "/segments",),
    "segment_add": (lambda _: "/segments/add",),
    "segment": (lambda has: f"/segments/{has.segment}", lambda has: f"/segments/{has.unused}"),
    "segment_find": (lambda has: f"/segments/{has.segment}/find?q=a",),
    "segment_next_exports": (lambda has: f"/segments/{has.segment}/next-exports",),
    "lists": (lambda _: "/segments/lists",),
    "list": (lambda has: f"/segments/lists/{has.list_of_ids}",),
    "list_add": (lambda _: "/segments/lists/add",),
    "list_change": (lambda has: f"/segments/lists/{has.list_of_ids}/change?how=replace",),
    "list_remove": (lambda has: f"/segments/lists/{has.list_of_ids}/remove",),
    "customers_pick": (lambda has: f"/customers/pick?customer={has.customer}",),
    "segment_over_time": (lambda has: f"/segments/{has.segment}/over-time",),
    "segment_overlap": (lambda has: f"/segments/{has.segment}/overlap?with={has.empty}",),
    "segment_breakdown": (lambda has: f"/segments/{has.segment}/breakdown",),
    "segment_edit": (lambda has: f"/segments/{has.segment}/edit",),
    "segment_remove": (lambda has: f"/segments/{has.segment}/remove",),
    "segment_settings": (lambda has: f"/segments/{has.unused}/settings",),
    "segment_tags": (lambda _: "/segments/tags",),
    "segments_change": (
        lambda has: f"/segments/change?action=deactivate&chosen={has.segment}&chosen={has.unused}",
        lambda has: f"/segments/change?action=remove&chosen={has.segment}&chosen={has.unused}",
        lambda has: f"/segments/change?action=tag&chosen={has.segment}",
    ),
    "segment_exports": (lambda has: f"/segments/{has.segment}/exports",),
    "task": (lambda has: f"/tasks/{has.task}",),
}
ENTRANCES: Final[dict[str, Address]] = {
    "sign_in": lambda _: "/sign-in",
    "welcome": lambda has: f"/welcome/{has.welcome}",
}
FILES: Final = {
    "run_download",
    "audit_download",
    "segment_download",
}  # come down as files: tests of their own read them
# Not for people: probes, figures for charts, and the bell and other parts, which are in pages.
PARTS: Final = {
    "healthz", "readyz", "metrics", "export_chart", "run_chart", "segment_chart", "bell", "reconcile_live",
    "source_table", "builder_values", "customer_rows", "source_quality", "source_suggestions",
    "why_asked",
}  # fmt: skip


def test_every_page_that_can_be_opened_is_looked_at() -> None:
    opened = {route.name for route in ROUTES if "GET" in route.methods}
    assert opened == {*PAGES, *ENTRANCES, *FILES, *PARTS}


@pytest.mark.slow
@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_usable_by_everybody(
    visitor: Visitor, furniture: Furniture, name: str, looks: tuple[Look, ...]
) -> None:
    page = visitor.signed_in()
    found = []
    for number, address in enumerate(PAGES[name], list(PAGES).index(name)):
        page.goto(address(furniture))
        settle(page)
        if not page.locator(".pane-page").count():
            found += problems(page, _shared_out(looks, number))
            continue
        if looks == ALL or number % 2:
            found += problems(page, _shared_out(looks, number // 2))
        if looks == ALL or not number % 2:
            found += _as_a_pane(page, address(furniture), _shared_out(looks, number // 2))
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("name", ENTRANCES)
def test_an_entrance_is_usable_by_everybody(
    visitor: Visitor, furniture: Furniture, name: str, looks: Sequence[Look]
) -> None:
    page = visitor.anonymous()
    page.goto(ENTRANCES[name](furniture))
    assert problems(page, looks) == []


def _shared_out(looks: Sequence[Look], number: int) -> Sequence[Look]:
    """Return all looks; of the short ones one, and the other for the next page: ``make proof`` has all at each."""
    return looks if looks == ALL else [looks[number % len(looks)]]


def _as_a_pane(page: Page, address: str, looks: Sequence[Look]) -> list[str]:
    page.goto("/data/exports")
    page.evaluate("address => htmx.ajax('GET', address, '#pane')", address)
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)
    return problems(page, looks)


def settle(page: Page) -> None:
    """Wait for what htmx fetches by itself."""
    expect(page.locator("[hx-trigger=load]:not([id=rows]), #task[hx-trigger], .htmx-request")).to_have_count(
        0
    )
    expect(page.locator("#rows:empty")).to_have_count(0)
