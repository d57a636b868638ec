"""The main job by keyboard only: nothing here is clicked, and every key goes where the focus is."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.customers import OSLO
from tests.browser.house import ADA, PASSWORD, House
from tests.browser.visiting import Visitor

_FARTHEST = 120  # presses of Tab; pages are no longer


class Keyboard:
    """A person who has no mouse."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the focus is there; fail if it never arrives."""
        expect(target).to_be_visible()
        for _ in range(_FARTHEST):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.press(key)
        pytest.fail(f"{key} never reached {target}")

    def choose(self, target: Locator, text: str) -> None:
        """Choose in a closed list by typing the beginning of the option's text."""
        self.reach(target)
        self.type(text)
        expect(target.locator("option:checked")).to_have_text(text)


@pytest.mark.slow
@pytest.mark.usefixtures("furniture")
def test_an_export_is_made_and_run_by_the_keyboard_alone(visitor: Visitor, house: House) -> None:
    page = visitor.anonymous()
    keyboard = Keyboard(page)
    page.goto("/sign-in")
    _sign_in(page, keyboard)
    add = page.get_by_role("link", name="Add export")
    _close_and_come_back(page, keyboard, add)
    keyboard.press("Enter")
    _fill_in(page, keyboard)
    keyboard.reach(page.get_by_role("dialog").get_by_role("button", name="Save", exact=True))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="By keyboard")).to_be_visible()
    _act_in_the_menu(page, keyboard)
    keyboard.reach(page.get_by_role("button", name="Run", exact=True).first)
    keyboard.press("Enter")
    expect(page.locator("#live .status")).to_have_text("Successful")
    assert any(one["first_name"].startswith(OSLO.first_name) for one in house.listed(3).values())


def _sign_in(page: Page, keyboard: Keyboard) -> None:
    keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keyboard.reach(page.get_by_label("Email", exact=True))
    keyboard.type(ADA)
    keyboard.reach(page.get_by_label("Password", exact=True))
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()
    keyboard.reach(page.get_by_role("navigation").get_by_role("link", name="Exports"))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Exports")).to_be_visible()


def _close_and_come_back(page: Page, keyboard: Keyboard, add: Locator) -> None:
    """The pane takes the focus, keeps it, and returns it."""
    keyboard.reach(add)
    keyboard.press("Enter")
    pane = page.get_by_role("dialog")
    expect(pane.locator(":focus")).to_have_count(1)
    keyboard.press("Shift+Tab")
    expect(page.locator("body > .page :focus")).to_have_count(0)
    keyboard.press("Escape")
    expect(pane).to_be_hidden()
    expect(add).to_be_focused()


def _fill_in(page: Page, keyboard: Keyboard) -> None:
    pane = page.get_by_role("dialog")
    keyboard.choose(pane.get_by_label("Connection for export"), OSLO.name)
    keyboard.reach(pane.get_by_label("Display name"))
    keyboard.type("By keyboard")
    expect(pane.get_by_role("option", name="Lviv news")).to_be_attached()
    keyboard.choose(pane.get_by_label("ActiveCampaign List ID"), "Lviv news (3)")
    keyboard.choose(pane.get_by_label("Email", exact=True), "email")
    keyboard.reach(pane.get_by_role("button", name="Add attribute"))
    keyboard.press("Enter")
    keyboard.choose(pane.get_by_label("Field in ActiveCampaign"), "First name")
    keyboard.choose(pane.get_by_label("Profile column"), "first_name")
    keyboard.reach(pane.get_by_label("Tags"))
    keyboard.type("keyboard")
    keyboard.reach(pane.get_by_role("checkbox", name=OSLO.silver))
    keyboard.press("Space")
    keep, mark = (pane.get_by_role("radio", name=name) for name in ("Keep them in the list", "Mark them"))
    keyboard.reach(keep)
    keyboard.press("ArrowDown")
    expect(mark).to_be_checked()
    keyboard.press("ArrowUp")
    expect(keep).to_be_checked()


def _act_in_the_menu(page: Page, keyboard: Keyboard) -> None:
    """A menu opens and closes by keys, and returns the focus."""
    button = page.get_by_role("button", name="Actions for By keyboard")
    keyboard.reach(button)
    keyboard.press("Enter")
    item = page.get_by_role("link", name="Create duplicate")
    keyboard.reach(item)
    keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(button).to_be_focused()
    keyboard.reach(page.get_by_role("link", name="Skip to the content"), "Shift+Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    keyboard.reach(page.get_by_role("button", name="Preview").first, "Shift+Tab")
