"""The scenes of the builder of segments, when what it asked for is there, and of what a segment tells."""

from typing import Final

from playwright.sync_api import Page
from scripts.pictures.scenes import Scene

_RULES: Final = (
    "{{all: [{{column: city, any of: [Kyiv, Lviv]}},"
    " {{related: orders, count: rows, '>=': 2, where: {{all: [{{column: total, '>': 50}},"
    " {{column: ordered_on, in the last: 90}}]}}}}, {{any: [{{column: tier, is: gold}},"
    " {{column: birthday, anniversary in the next: 7}}]}}, {{not: {{random share: {{seed: '1', to: 10}}}}}}]}}"
)


def _counted(page: Page) -> None:
    """The builder, when what it asked for is there."""
    page.locator("#builder.built").wait_for()
    page.wait_for_load_state("networkidle")


def _built(page: Page) -> None:
    """Several rules; the first hundred of their members."""
    _counted(page)
    page.locator("[data-part=show-members]").click()
    page.wait_for_load_state("networkidle")


BUILDER: Final = (
    Scene("segment-add", "/segments/add", _counted),
    Scene("segment-built", f"/segments/add?rules={_RULES}", _built),
    Scene("segment-edit", "/segments/{segment}/edit", _counted),
    Scene("segment", "/segments/{segment}"),
    Scene("segment-over-time", "/segments/{segment}/over-time"),
    Scene("segment-overlap", "/segments/{segment}/overlap?with={other_segment}"),
    Scene("segment-breakdown", "/segments/{segment}/breakdown"),
    Scene("segment-find", "/segments/{segment}/find?q=a"),
    Scene("segment-next-exports", "/segments/{segment}/next-exports"),
    Scene("lists", "/segments/lists"),
    Scene("list", "/segments/lists/{list}"),
    Scene("list-change", "/segments/lists/{list}/change?how=add"),
    Scene("list-remove", "/segments/lists/{list}/remove"),
    Scene("segment-exports", "/segments/{segment}/exports"),
    Scene("segment-remove", "/segments/{segment}/remove"),
)
