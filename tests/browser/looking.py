"""Checks a rendered page: with axe-core, in light and dark, wide and narrow."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final, Literal

from playwright.sync_api import Page, expect

from tests.browser.visiting import NARROW, WIDE

Scheme = Literal["light", "dark"]
Look = tuple[int, Scheme]
SHORT: Final[tuple[Look, ...]] = ((NARROW, "dark"), (WIDE, "light"))
ALL: Final[tuple[Look, ...]] = ((NARROW, "light"), *SHORT, (WIDE, "dark"))
_WEIGHTY: Final = {"serious", "critical"}
_AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Evaluated from outside the page: its policy stays in force, and would refuse a script tag.
_RUN: Final = "() => axe.run(document, {resultTypes: ['violations'], elementRef: false})"
_AT_REST: Final = """() => Promise.all(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)
)"""
_TOO_WIDE: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def problems(page: Page, looks: Sequence[Look] = SHORT) -> list[str]:
    """Return what is wrong with the current page, by width and scheme."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    found = []
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate(_TOO_WIDE)
        if width == NARROW and wider > 0:
            found.append(f"{page.url} is {wider} pixels wider than {width}")
        _draw(page, scheme)
        found += [f"{page.url} {width} {scheme}: {one}" for one in _violations(page)]
    return found


def _draw(page: Page, scheme: Scheme) -> None:
    """Wait until the page has adapted, and its colours have stopped changing."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    page.evaluate(_AT_REST)


def _violations(page: Page) -> list[str]:
    result: dict[str, Any] = page.evaluate(_RUN)
    return [
        f"{violation['id']} ({violation['impact']}) {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in result["violations"]
        if violation["impact"] in _WEIGHTY
        for node in violation["nodes"]
    ]
