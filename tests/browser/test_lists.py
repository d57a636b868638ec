"""Lists and static segments in the browser, by keyboard and on a phone; what a change of rules means for exports."""

import pytest
from playwright.sync_api import Response, expect

from tests.browser.at_builder import Builder
from tests.browser.customers import OSLO
from tests.browser.furnishing import Furniture
from tests.browser.hand import words
from tests.browser.looking import problems
from tests.browser.test_keyboard import Keyboard
from tests.browser.visiting import NARROW, Language, Visitor

pytestmark = pytest.mark.slow
BOTH = pytest.mark.parametrize("language", ["en", "uk"])


@BOTH
@pytest.mark.usefixtures("furniture")
def test_a_list_is_given_and_changed_by_the_keyboard_alone(visitor: Visitor, language: Language) -> None:
    page, told = visitor.signed_in(language), words(language)
    keyboard, name = Keyboard(page), f"By keyboard {language}"
    page.goto("/segments/lists")
    keyboard.reach(page.get_by_role("link", name=told.get("New list", "New list")))
    keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    keyboard.reach(dialog.locator("#id-name"))
    keyboard.type(name)
    keyboard.reach(dialog.locator("#list-entries"))
    keyboard.type("o1\no2\nnobody")
    keyboard.reach(dialog.locator("[type=checkbox]"))
    keyboard.press("Space")
    keyboard.reach(dialog.locator(".btn-primary"))
    keyboard.press("Enter")
    expect(dialog.get_by_text("n***")).to_be_visible()
    assert problems(page) == []
    keyboard.reach(dialog.locator("a.btn-primary"))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("#found tbody tr")).to_have_count(2)
    keyboard.reach(page.locator("a[href$='how=take_out']"))
    keyboard.press("Enter")
    keyboard.reach(dialog.locator("#list-entries"))
    keyboard.type("o1")
    keyboard.reach(dialog.locator(".btn-primary"))
    keyboard.press("Enter")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("dl.figures dd").first).to_have_text("2")
    page.goto(f"/segments?q={name}")
    expect(page.locator("td.name-cell a")).to_have_text(name)


@BOTH
@pytest.mark.usefixtures("furniture")
def test_customers_are_picked_on_a_phone(visitor: Visitor, language: Language) -> None:
    page, told = visitor.signed_in(language), words(language)
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.goto("/customers")
    page.locator("[data-choice]").nth(0).check()
    page.locator("[data-choice]").nth(1).check()
    page.locator("#chosen button[hx-get]").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#id-name").fill(f"Picked {language}")
    dialog.locator("[type=checkbox]").check()
    assert problems(page) == []
    dialog.get_by_role("button", name=told.get("Put into the list", "Put into the list")).click()
    expect(page.get_by_role("heading", level=1, name=f"Picked {language}")).to_be_visible()
    expect(page.locator("#found tbody tr")).to_have_count(2)
    assert problems(page) == []


@pytest.mark.usefixtures("furniture")
def test_members_are_searched_on_the_page_of_their_segment(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.signed_in()
    page.goto(f"/segments/{furniture.segment}")
    page.locator("#q").fill("o2@")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("2")
    page.locator("#q").fill("nobody at all")
    expect(page.locator("#found")).to_contain_text("No customer matches.")
    assert problems(page) == []


def _keeps_the_saved_rules(reply: Response) -> bool:
    return reply.url.endswith("/draft") and "silver" not in (reply.request.post_data or "")


@BOTH
@pytest.mark.usefixtures("furniture")
def test_the_builder_says_what_a_change_means_for_exports(visitor: Visitor, language: Language) -> None:
    page = visitor.signed_in(language)
    page.goto(f"/segments?q={OSLO.gold}")
    page.locator("td.name-cell a", has_text=OSLO.gold).click()
    page.locator("[popovertarget]").first.click()
    page.locator("[popover] a[href$='/edit']").click()
    one = Builder(page, language)
    expect(page.locator("[data-part=change]")).to_have_text(
        one.says("The same people as by the saved rules.")
    )
    news = page.locator("[data-part=effects] li").filter(
        has=page.get_by_role("link", name=OSLO.name, exact=True)
    )
    expect(news.locator(".effect-warning")).to_contain_text("120")
    one.control("Value").fill("silver")
    expect(page.locator("[data-part=change]")).to_contain_text("+")
    expect(news).to_be_visible()
    assert problems(page) == []
    with page.expect_response(_keeps_the_saved_rules):  # else the next who looks is given this draft
        page.locator("[data-part=undo]").click()
    expect(page.locator("[data-part=change]")).to_have_text(
        one.says("The same people as by the saved rules.")
    )
