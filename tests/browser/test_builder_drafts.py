"""A draft that is late does not bring back what was saved, or thrown away, meanwhile."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.at_builder import Builder
from tests.browser.visiting import Visitor

pytestmark = pytest.mark.slow


@dataclass
class SlowLine:
    """Holds the first draft back; whatever else is sent overtakes it."""

    page: Page
    held: list[Route] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        self.page.route("**/draft", self._draft)
        self.page.route("**/segments/add", self._overtake)

    def deliver(self) -> None:
        while self.held:
            one = self.held.pop()
            one.fulfill(response=one.fetch())

    def _draft(self, route: Route) -> None:
        self.seen += 1
        if self.seen == 1:
            self.held.append(route)
        else:
            self._overtake(route)

    def _overtake(self, route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        self.deliver()
        route.fulfill(response=answer)


def typed(page: Page, name: str) -> SlowLine:
    """Type a segment, until its draft is on its way."""
    page.goto("/segments/add")
    line, one = SlowLine(page), Builder(page, "en")
    with page.expect_request("**/draft"):
        one.ask("city")
        one.type("Value", "Київ")
        one.name(name)
    return line


def test_what_was_saved_leaves_no_draft(shopper: Visitor) -> None:
    page = shopper.signed_in()
    line = typed(page, "Saved at once")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#builder[aria-busy=true]")).to_be_attached()
    line.deliver()
    expect(page.get_by_role("heading", level=1, name="Saved at once")).to_be_visible()
    assert_no_draft(page)


def test_what_was_thrown_away_does_not_come_back(shopper: Visitor) -> None:
    page = shopper.signed_in()
    typed(page, "Thrown away").deliver()
    page.unroute_all()
    page.reload()
    line = SlowLine(page)
    with page.expect_request("**/draft"):
        page.get_by_label("Name", exact=True).fill("Thrown away, too")
    page.get_by_role("button", name="Discard the draft").click()
    line.deliver()
    expect(page.get_by_text("Nothing is asked yet.")).to_be_visible()
    assert_no_draft(page)


def assert_no_draft(page: Page) -> None:
    page.unroute_all()
    page.evaluate("sessionStorage.clear()")
    page.goto("/segments/add")
    expect(page.get_by_text("Nothing is asked yet.")).to_be_visible()
    expect(page.locator("[data-part=notice]")).to_be_hidden()
