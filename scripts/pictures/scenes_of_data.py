"""The scenes of data sources and of connections to where they are."""

from typing import Final

from playwright.sync_api import FilePayload, Page
from scripts.pictures.scenes import Scene

_FILES: Final = ("customers.csv", "orders.csv", "visits-of-the-web-shop-in-may-2026.csv")
_PATIENCE: Final = 60_000.0  # milliseconds


def _chosen_files(page: Page) -> None:
    """Several files, of which one is empty."""
    sent = [FilePayload(name=name, mimeType="text/csv", buffer=b"id,x\n1,2\n") for name in _FILES]
    sent.append(FilePayload(name="empty.csv", mimeType="text/csv", buffer=b""))
    page.locator("#file").set_input_files(sent)
    page.locator("[data-upload-go]:enabled").wait_for(timeout=_PATIENCE)


def _drafts(page: Page) -> None:
    _chosen_files(page)
    page.locator("[data-upload-go]").click()
    page.locator("#drafts .btn-primary").wait_for(timeout=_PATIENCE)


def _checked(page: Page) -> None:
    page.locator("#id-table").fill("visits")
    page.locator("[hx-post$='/check']").click()
    page.locator("#checked table").wait_for(timeout=_PATIENCE)


def _wrong_query(page: Page) -> None:
    page.locator("[value=query]").check()
    page.locator("#id-query").fill("SELECT visitor, count(*) AS visits FROM visits GROUP BY visitor")
    page.locator("[hx-post$='/check']").click()
    page.locator("#checked .alert").wait_for(timeout=_PATIENCE)


def _more(page: Page) -> None:
    page.locator("details.more summary").click()
    page.locator("#id-changed_since").select_option(index=1)


def _menu(page: Page) -> None:
    page.locator("td [popovertarget]").first.click()


def _suggested(page: Page) -> None:
    page.locator("#suggestions:not([hx-get]):not([hx-trigger*=load])").wait_for(
        state="attached", timeout=_PATIENCE
    )


def _table(page: Page) -> None:
    page.locator("#table table").first.wait_for(timeout=_PATIENCE)


def _tested(page: Page) -> None:
    page.locator("[data-connect-button]").click()
    page.locator("#connect-end span").wait_for(timeout=_PATIENCE)


def _tried(page: Page) -> None:
    page.locator("#id-column").select_option("seconds")
    page.locator("#id-from").fill("0.5")
    page.locator("#id-to").fill("120")
    page.locator("[value=try]").click()
    page.locator(".alert[role=status]").wait_for(timeout=_PATIENCE)


def _judged(page: Page) -> None:
    page.locator("#quality").wait_for(timeout=_PATIENCE)


_DATABASE: Final = "/data/sources/add?way=database&connection=Web+shop"
DATA: Final = (
    Scene("sources-viewer", "/data/sources", who="chrystyna"),
    Scene("sources-menu", "/data/sources", _menu),
    Scene("source-visits", "/data/sources/{visits}", _table),
    Scene("source-quality", "/data/sources/{visits}", _judged),
    Scene("source-expectations", "/data/sources/{visits}/expectations"),
    Scene("source-expectation-tried", "/data/sources/{visits}/expectations?expect=range", _tried),
    Scene("source-expectations-managed", "/data/sources/1/expectations"),
    Scene("source-classes", "/data/sources/{visits}/classes"),
    Scene("source-remove", "/data/sources/1/remove"),
    Scene("source-add-several", "/data/sources/add", _chosen_files),
    Scene("source-add-folder", "/data/sources/add?way=folder"),
    Scene("source-add-bucket", "/data/sources/add?way=bucket"),
    Scene("source-add-table", _DATABASE, _checked),
    Scene("source-add-query", _DATABASE, _wrong_query),
    Scene("source-drafts", "/data/sources/add", _drafts),
    Scene("source-new", "/data/sources/new/{examined}"),
    Scene("source-new-workbook", "/data/sources/new/{workbook}"),
    Scene("source-new-refused", "/data/sources/new/{refused}"),
    Scene("source-new-table", "/data/sources/new/{remote}", _more),
    Scene("relationships-suggested", "/data/relationships", _suggested),
    Scene("relationship-add", "/data/relationships/add"),
    Scene("source-connections", "/admin/connections/sources"),
    Scene("source-connection-add", "/admin/connections/sources/add"),
    Scene("source-connection-add-sftp", "/admin/connections/sources/add?type=sftp"),
    Scene("source-connection-add-s3", "/admin/connections/sources/add?type=s3"),
    Scene("source-connection-tested", "/admin/connections/sources/{web_shop}", _tested),
    Scene("source-connection-remove", "/admin/connections/sources/{web_shop}/remove"),
)
DATA_EMPTY: Final = (
    Scene("empty-source-connections", "/admin/connections/sources"),
    Scene("empty-relationships", "/data/relationships"),
    Scene("empty-source-add-database", "/data/sources/add?way=database"),
    Scene("empty-source-add-folder", "/data/sources/add?way=folder"),
)
