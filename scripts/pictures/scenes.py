"""The scenes: pages, and states of pages that take a few steps. Steps do not depend on the language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page
from scripts.pictures.installation import Installation

Steps = Callable[[Page], None]
_LONG: Final = 60_000.0  # milliseconds


def nothing(page: Page) -> None:
    """The page as it is loaded."""


@dataclass(frozen=True, slots=True)
class Scene:
    """``path`` contains places of the installation in braces; ``who`` is None for somebody who has not signed
    in.
    """

    name: str
    path: str
    steps: Steps = nothing
    who: str | None = "ada"
    before: Callable[[Installation], None] | None = None


def _pane(selector: str) -> Steps:
    """Click something that opens the side pane."""

    def steps(page: Page) -> None:
        page.locator(selector).first.click()
        page.locator("#pane[open]").wait_for()
        # For a few milliseconds htmx does not notice yet what is chosen in it: a person is slower.
        page.locator(".htmx-settling").first.wait_for(state="detached")
        page.wait_for_load_state("networkidle")

    return steps


def _then(*several: Steps) -> Steps:
    def steps(page: Page) -> None:
        for one in several:
            one(page)

    return steps


def _choose(selector: str, label: str) -> Steps:
    def steps(page: Page) -> None:
        page.locator(selector).select_option(label)

    return steps


def _press(selector: str) -> Steps:
    return lambda page: page.locator(selector).first.click()


def _see(selector: str) -> Steps:
    return lambda page: page.locator(selector).first.wait_for(timeout=_LONG)


def _scroll(selector: str) -> Steps:
    return lambda page: page.locator(selector).first.scroll_into_view_if_needed()


def _filled_export(page: Page) -> None:
    page.locator("#id-name").fill("Summer sale")
    page.locator("#id-list").select_option("2")
    for number, (field, column) in enumerate((("first_name", "first_name"), ("field:1", "tier")), 1):
        page.locator("[data-do=add-row]").click()
        page.locator(f"[name=to-r{number}]").select_option(field)
        page.locator(f"[name=column-r{number}]").select_option(column)
    page.locator("[data-segment]").first.check()
    page.wait_for_load_state("networkidle")
    page.locator("#id-list").scroll_into_view_if_needed()


def _refused_export(page: Page) -> None:
    page.locator("#id-name").fill("Spring campaign")
    page.locator("#id-list").select_option("1")
    page.locator("#id-email").select_option("phone")
    page.locator("[data-do=add-row]").click()
    page.locator("[name=to-r1]").select_option("phone")
    page.locator("[data-segment]").first.check()
    page.locator(".pane-foot .btn-primary").click()
    page.locator("#pane .invalid-feedback").first.wait_for()
    page.wait_for_load_state("networkidle")


def _filled_connection(page: Page) -> None:
    page.locator("#id-name").fill("Shop")
    page.locator("#id-host").fill("127.0.0.1:9")
    page.locator("#id-key").fill("abcdef0123456789")
    page.locator("[data-connect-button]").click()
    page.locator("[data-standing=failed], .invalid-feedback, #connect-end span").first.wait_for(timeout=_LONG)


def _checked(page: Page) -> None:
    page.locator("[data-connect-button]").click()
    page.locator("#connect-end span").wait_for(timeout=_LONG)
    page.locator("[data-connect-button]").scroll_into_view_if_needed()


def _refused_schedule(page: Page) -> None:
    page.locator("[name=repeat][value=weekly]").check()
    page.locator("[name=days]:checked").first.uncheck()
    page.locator("[name=days]:checked").first.uncheck()
    page.locator("#id-time_zone").fill("Europe/Kiyv")
    page.locator(".card-footer .btn-primary").click()
    page.locator(".invalid-feedback").first.wait_for()


def _edited_schedule(page: Page) -> None:
    page.locator(".add-time").click()
    page.locator("#times input").last.fill("22:15")
    page.locator("#next", has_text="22:15").wait_for()
    page.locator(".add-time").click()
    page.locator(".add-time").wait_for(state="hidden")


def _started(page: Page) -> None:
    page.locator("form[action$='/run'] button").first.click()
    page.locator("#live progress[value]:not([value='0'])").wait_for(timeout=_LONG)


def _all_lines(page: Page) -> None:
    for box in page.locator("[data-choice]").all():  # a narrow list has no box for all of them
        box.check()


def _refused_segments(page: Page) -> None:
    _pane("[value=remove]")(page)
    page.locator(".pane-foot .btn-danger").click()
    page.locator("#pane .alert-danger").first.wait_for()


_ADD: Final = "a[href$='/add']"
_EXPORT_FORM: Final = _then(
    _pane(_ADD),
    _choose("#id-connection", "Marketing"),
    _see("select#id-list"),
)

PAGES: Final = (
    Scene("sign-in", "/sign-in", who=None),
    Scene(
        "sign-in-refused",
        "/sign-in",
        _then(
            lambda page: page.locator("#id-email").fill("ada@example.com"),
            lambda page: page.locator("#id-password").fill("wrong"),
            _press(".btn-primary"),
        ),
        who=None,
    ),
    Scene("welcome", "/welcome/{link}", who=None),
    Scene("welcome-over", "/welcome/gone", who=None),
    Scene("home", "/"),
    Scene("home-viewer", "/", who="chrystyna"),
    Scene("notices", "/notices"),
    Scene("exports", "/data/exports"),
    Scene("exports-viewer", "/data/exports", who="chrystyna"),
    Scene("exports-chosen", "/data/exports", _press("[data-choice]")),
    Scene("exports-menu", "/data/exports", _press("td [popovertarget]")),
    Scene("exports-none-found", "/data/exports?q=nothing"),
    Scene("export", "/data/exports/{spring}"),
    Scene("export-saved", "/data/exports/{spring}?saved&left=2"),
    Scene("export-detached", "/data/exports/{detached}"),
    Scene("export-add", "/data/exports", _EXPORT_FORM),
    Scene("export-filled", "/data/exports", _then(_EXPORT_FORM, _filled_export)),
    Scene("export-add-errors", "/data/exports", _then(_EXPORT_FORM, _refused_export)),
    Scene("export-edit", "/data/exports/{spring}/edit", _see("select#id-list")),
    Scene("export-view", "/data/exports/{spring}/view", who="chrystyna"),
    Scene("export-remove", "/data/exports/remove?chosen={spring}&chosen={detached}"),
    Scene("export-detach", "/data/exports/detach?chosen={spring}"),
    Scene("preview", "/data/exports/{fresh}", _then(_pane("[hx-post$='/preview']"), _see("#task .figures"))),
    Scene("runs", "/data/runs"),
    Scene("run", "/data/runs/{done}", _see("#rows table")),
    Scene("run-viewer", "/data/runs/{done}", _see("#rows table"), who="chrystyna"),
    Scene("run-waiting", "/data/runs/{waiting}"),
    Scene("run-failed", "/data/runs/{failed}"),
    Scene("run-noted", "/data/runs/{noted}"),
    Scene("run-rows", "/data/runs/{done}/rows?ended=excluded"),
    Scene("customers", "/customers"),
    Scene("customers-found", "/customers?q=ol&f=%7B%22column%22%3A%22tier%22%2C%22is%22%3A%22gold%22%7D"),
    Scene("customers-viewer", "/customers", who="chrystyna"),
    Scene("customers-filter", "/customers/filter?column=tier"),
    Scene("customers-columns", "/customers/columns"),
    Scene("customer", "/customers/{customer}"),
    Scene("customer-why", "/customers/{customer}/why?export={managed}"),
    Scene("customer-why-viewer", "/customers/{customer}/why?export={managed}", who="chrystyna"),
    Scene("customer-viewer", "/customers/{customer}", who="chrystyna"),
    Scene("segments", "/segments"),
    Scene("segments-menu", "/segments", _press("td [popovertarget]")),
    Scene("list-add", "/segments/lists", _pane("a[href$='/lists/add']")),
    Scene("customers-pick", "/customers/pick?customer={customer}"),
    Scene("segments-chosen", "/segments", _all_lines),
    Scene("segments-remove", "/segments", _then(_all_lines, _pane("[value=remove]"))),
    Scene("segments-tag", "/segments", _then(_press("[data-choice]"), _pane("[value=tag]"))),
    Scene("segments-inactive", "/segments?state=inactive"),
    Scene("segments-refused", "/segments", _then(_all_lines, _refused_segments)),
    Scene(
        "segment-settings",
        "/segments",
        _then(_press("td [popovertarget]"), _pane("[popover]:popover-open [href$=settings]")),
    ),
    Scene("segment-tags", "/segments", _pane("a[href$='/tags']")),
    Scene(
        "segment-refresh",
        "/segments",
        _then(_press("td [popovertarget]"), _pane("[popover] [hx-post$='/refresh']"), _see("#progress")),
    ),
    Scene("sources", "/data/sources"),
    Scene("measures", "/data/measures"),
    Scene("measures-viewer", "/data/measures", who="chrystyna"),
    Scene("measure", "/data/measures/{measure}"),
    Scene("measure-add", "/data/measures", _pane(_ADD)),
    Scene("measure-edit", "/data/measures/{measure}/edit"),
    Scene("measure-remove", "/data/measures/{measure}/remove"),
    Scene("source", "/data/sources/1"),
    Scene("source-add", "/data/sources/add"),
    Scene("relationships", "/data/relationships"),
    Scene("system", "/admin/system"),
    Scene("system-viewer", "/admin/system", who="chrystyna"),
    Scene("system-progress", "/admin/system", _pane("[id^=status-export]")),
    Scene("system-progress-entire", "/admin/system/refreshes/{refresh}"),
    Scene("system-task", "/admin/system/refreshes/{refresh}/task?step=1"),
    Scene("system-task-runs", "/admin/system", _pane("[id^=task-export]")),
    Scene("system-sure", "/admin/system", _pane("[href$='/system/refresh']")),
    Scene("system-schedule", "/admin/system/schedule"),
    Scene("system-schedule-viewer", "/admin/system/schedule", who="chrystyna"),
    Scene("system-schedule-errors", "/admin/system/schedule", _refused_schedule),
    Scene("system-schedule-edited", "/admin/system/schedule", _edited_schedule),
    Scene("system-notices", "/admin/system/notices"),
    Scene("system-about", "/admin/system/about"),
    Scene(
        "export-schedule",
        "/data/exports",
        _then(_press("td [popovertarget]"), _pane("[popover] [href*=schedule]")),
    ),
    Scene(
        "exports-schedule", "/data/exports/schedule?chosen={spring}&chosen={own}", _press("[value=define]")
    ),
    Scene("export-own", "/data/exports/{own}"),
    Scene("connections", "/admin/connections"),
    Scene("connection-add", "/admin/connections", _pane(_ADD)),
    Scene(
        "connection-failed",
        "/admin/connections",
        _then(_pane(_ADD), _filled_connection, _scroll("[data-connect-button]")),
    ),
    Scene("connection-edit", "/admin/connections/{connection}"),
    Scene("connection-check", "/admin/connections/{connection}", _checked),
    Scene(
        "connection-learned",
        "/admin/connections/{connection}",
        _then(_press("[data-learned] summary"), _scroll("[data-learned] dd")),
    ),
    Scene("connection-remove", "/admin/connections/{connection}/remove"),
    Scene("permissions", "/admin/permissions"),
    Scene("tokens", "/admin/permissions/tokens"),
    Scene("person-add", "/admin/permissions", _pane(_ADD)),
    Scene("person", "/admin/permissions/{person}"),
    Scene("audit", "/admin/audit"),
    Scene("account", "/account"),
    Scene(
        "menu",
        "/data/exports",
        lambda page: (
            page.locator("[data-do=menu]").click() if page.locator("[data-do=menu]").is_visible() else None
        ),
    ),
    Scene("not-found", "/nothing"),
    Scene("forbidden", "/admin/connections", who="chrystyna"),
    Scene("run-live", "/data/exports/{live}", _started, before=Installation.add_live),
)
EMPTY: Final = (
    Scene("empty-home", "/"),
    Scene("empty-notices", "/notices"),
    Scene("empty-system", "/admin/system"),
    Scene("empty-sources", "/data/sources"),
    Scene("empty-exports", "/data/exports"),
    Scene("empty-customers", "/customers"),
    Scene("empty-segments", "/segments"),
    Scene("empty-connections", "/admin/connections"),
    Scene("empty-runs", "/data/runs"),
    Scene("empty-export-add", "/data/exports/add"),
)
