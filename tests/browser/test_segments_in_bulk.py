"""Several segments at once by keyboard alone, and the settings of one, on a wide page and on a telephone."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.looking import SHORT, problems
from tests.browser.test_keyboard import Keyboard
from tests.browser.visiting import NARROW, WIDE, Visitor

WIDTHS = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")]


def made(house: House, *names: str) -> Sequence[int]:
    rules = {"column": "tier", "is": "basic"}
    return [int(house.asked("segments", {"name": name, "rules": rules})["id"]) for name in names]


def opened(visitor: Visitor, width: int) -> Page:
    page = visitor.signed_in()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/segments?q=bulk")
    return page


def answer(page: Page, keyboard: Keyboard, action: str, sure: str) -> None:
    """Choose an action above the list and confirm it in the pane."""
    keyboard.reach(page.locator("#chosen").get_by_role("button", name=action, exact=True))
    keyboard.press("Enter")
    pane = page.get_by_role("dialog")
    keyboard.reach(pane.get_by_role("button", name=sure, exact=True))
    keyboard.press("Enter")


@pytest.mark.slow
@pytest.mark.usefixtures("furniture")
@pytest.mark.parametrize("width", WIDTHS)
def test_several_segments_are_changed_by_the_keyboard(visitor: Visitor, house: House, width: int) -> None:
    first, second = f"Bulk A {width}", f"Bulk B {width}"
    made(house, first, second)
    page = opened(visitor, width)
    keyboard = Keyboard(page)
    for name in (first, second):
        keyboard.reach(page.get_by_role("checkbox", name=f"Select {name}"))
        keyboard.press("Space")
    answer(page, keyboard, "Deactivate", "Deactivate segments")
    page.wait_for_url("**/segments")
    page.goto(f"/segments?state=inactive&q={width}")
    for name in (first, second):
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name))
        expect(row.get_by_text("Inactive", exact=True)).to_be_visible()
        keyboard.reach(page.get_by_role("checkbox", name=f"Select {name}"))
        keyboard.press("Space")
    answer(page, keyboard, "Remove", "Remove")
    page.wait_for_url("**/segments")
    expect(page.get_by_role("link", name=first)).to_have_count(0)


@pytest.mark.slow
@pytest.mark.usefixtures("furniture")
@pytest.mark.parametrize("width", WIDTHS)
def test_the_settings_of_a_segment_are_changed_by_the_keyboard(
    visitor: Visitor, house: House, width: int
) -> None:
    name = f"Timed {width}"
    (number,) = made(house, name)
    page = visitor.signed_in()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/segments/{number}")
    keyboard = Keyboard(page)
    keyboard.reach(page.get_by_role("link", name="Change", exact=True))
    keyboard.press("Enter")
    pane = page.get_by_role("dialog")
    keyboard.reach(pane.get_by_role("radio", name="System refresh"))
    for _ in range(3):
        keyboard.press("ArrowDown")  # daily, weekly, monthly
    expect(pane.get_by_role("radio", name="Monthly")).to_be_checked()
    keyboard.reach(pane.get_by_role("checkbox", name="15", exact=True))
    keyboard.press("Space")
    keyboard.reach(pane.get_by_label("Tags"))
    keyboard.type("By hand")
    assert problems(page, SHORT) == []
    page.set_viewport_size({"width": width, "height": 900})
    keyboard.reach(pane.get_by_role("button", name="Save", exact=True))
    keyboard.press("Enter")
    expect(page.get_by_text("Schedule: Monthly: 15")).to_be_visible()
    page.get_by_role("link", name="By hand").click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    house.asked("segments/bulk", {"action": "remove", "segments": [number]})
