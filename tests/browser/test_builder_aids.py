"""What helps somebody who builds: how values are spread, lines that are dragged, the first hundred members with why."""

import re

import pytest
from playwright.sync_api import Page, expect

from leleka.core.clock import utc_now
from tests.browser import market
from tests.browser.at_builder import Builder
from tests.browser.looking import problems
from tests.browser.visiting import Language, Visitor

pytestmark = pytest.mark.slow
# By keys, in a list that is not left; then a line is added.
_CHOOSE_AND_DRAW_ANEW = """() => {
  const list = document.querySelector("[data-part=rules] [data-focus=operator]");
  list.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
  list.selectedIndex = list.options.length - 1;
  list.dispatchEvent(new Event("change"));
  document.querySelector("[data-part=rules] .adders button").click();
}"""
_ORDERS = '{"all": [{"column": "amount", ">": 7}, {"column": "order", ">": 1}]}'
_RULES = f"""{{"all": [{{"column": "city", "is": "Київ"}}, {{"column": "spent", ">": 5}},
 {{"any": [{{"column": "city", "is": "Львів"}}, {{"column": "email", "is not empty": true}}]}},
 {{"related": "orders", "exists": true, "where": {_ORDERS}}}]}}"""


def test_a_line_is_dragged_before_another_and_into_a_group(shopper: Visitor) -> None:
    page = shopper.signed_in()
    page.goto(f"/segments/add?rules={_RULES}")
    drag(page, "rules.all[1]", "rules.all[0]", behind=False)
    expect(page.locator("[data-part=say]")).to_have_text("Moved to place 1 of 4")
    assert columns(page) == ["spent", "city", "city", "email", "amount", "order"]
    drag(page, "rules.all[1]", "rules.all[2].any[0]", behind=True)
    expect(page.locator("[data-part=say]")).to_have_text("Moved to place 2 of 3")
    assert columns(page) == ["spent", "city", "city", "email", "amount", "order"]
    assert page.locator("[data-line='rules.all[1].any[1]'] [data-focus=value]").input_value() == "Київ"
    expect(page.locator("[data-part=sentence]")).to_contain_text("Київ")


def test_a_condition_on_other_rows_stays_with_them(shopper: Visitor) -> None:
    page = shopper.signed_in()
    page.goto(f"/segments/add?rules={_RULES}")
    before = columns(page)
    drag(page, "rules.all[3].where.all[0]", "rules.all[0]", behind=False)
    assert columns(page) == before
    drag(page, "rules.all[3].where.all[1]", "rules.all[3].where.all[0]", behind=False)
    assert columns(page)[-2:] == ["order", "amount"]


def test_the_keyboard_moves_a_line_and_says_where_it_is(shopper: Visitor) -> None:
    page = shopper.signed_in("uk")
    page.goto(f"/segments/add?rules={_RULES}")
    one = Builder(page, "uk")
    one.keyboard.reach(page.locator("[data-line='rules.all[1]'] [data-focus=value]"))
    one.key("Alt+ArrowUp")
    said = one.says("Moved to place {n} of {all}").format(n=1, all=4)
    expect(page.locator("[data-part=say]")).to_have_text(said)
    expect(page.locator("[data-line='rules.all[0]'] :focus")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "uk"])
def test_how_numbers_are_spread_stands_beside_the_value(shopper: Visitor, language: Language) -> None:
    page = shopper.signed_in(language)
    page.goto(f"/segments/add?rules={_RULES}")
    one = Builder(page, language)
    value = page.locator("[data-line='rules.all[1]'] [data-focus=value]")
    value.focus()
    label = one.says("Spread of values, from {low} to {high}")
    spent = [person.spent for person in market.people(utc_now().date())]
    picture = page.get_by_role("img", name=label.format(low=min(spent), high=max(spent)), exact=True)
    expect(picture).to_be_visible()
    expect(picture.locator("rect")).to_have_count(20)
    assert problems(page) == []
    page.locator("[data-part=ask] .ask-line", has_text="city").locator("summary").click()
    expect(page.locator("[data-part=ask] .spread-values li")).to_have_count(len(market.CITIES))
    expect(page.locator("[data-part=ask] .spread-values li").first).to_contain_text("30")


def test_the_first_hundred_members_are_shown_with_why(shopper: Visitor) -> None:
    page = shopper.signed_in()
    page.goto('/segments/add?rules={"column":"email","is not empty":true}')
    expect(page.locator("[data-part=total]")).to_have_text(str(market.PEOPLE))
    page.get_by_role("button", name="Show the first 100 members").click()
    members = page.locator(".builder-members > li")
    expect(members).to_have_count(100)
    expect(members.first).to_contain_text("email is not empty")


def test_a_note_stays_with_its_line_from_the_builder_to_yaml_and_back(shopper: Visitor) -> None:
    page = shopper.signed_in()
    page.goto(f"/segments/add?rules={_RULES}")
    line = page.locator("[data-line='rules.all[1]']")
    line.locator("summary").click()
    line.get_by_role("button", name="Write a note").click()
    note = line.get_by_label("Note", exact=True)
    expect(note).to_be_focused()
    page.keyboard.type("Agreed with Olha")
    page.get_by_text("The rules as YAML").click()
    text = page.get_by_label("The rules as YAML")
    expect(text).to_have_value(re.compile("note: Agreed with Olha"))
    text.fill(text.input_value().replace("with Olha", "with Ivan"))
    page.get_by_role("button", name="Apply the text").click()
    expect(note).to_have_value("Agreed with Ivan")
    opposite = page.evaluate("leleka.rules.negate({ list: 'Staff', note: 'theirs' }, [])")
    assert opposite == {"not": {"list": "Staff"}, "note": "theirs"}
    assert page.evaluate("(rule) => leleka.rules.negate(rule, [])", opposite) == {
        "list": "Staff",
        "note": "theirs",
    }
    assert problems(page) == []
    page.get_by_label("Name", exact=True).fill("With a note")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("pre.rules")).to_contain_text("note: Agreed with Ivan")


def drag(page: Page, line: str, to: str, *, behind: bool) -> None:
    handle, target = (page.locator(f"[data-line='{one}']") for one in (line, to))
    box = target.bounding_box()
    assert box is not None
    handle.locator(".drag").drag_to(
        target, target_position={"x": 60, "y": box["height"] - 3 if behind else 3}
    )


def columns(page: Page) -> list[str]:
    chosen = page.locator("[data-part=rules] [data-focus=column]").all()
    return [one.input_value() for one in chosen]


def test_a_list_that_was_drawn_anew_changes_nothing_any_more(shopper: Visitor) -> None:
    """Its choice was to count half a second later; by then another list stands in its place."""
    page = shopper.signed_in()
    page.clock.install()
    page.goto('/segments/add?rules={"all": [{"column": "city", "is": "Київ"}]}')
    page.evaluate(_CHOOSE_AND_DRAW_ANEW)
    expect(page.locator("[data-part=rules] [data-focus=column]")).to_have_count(2)
    before = page.locator("#builder [name=rules]").input_value()
    page.clock.run_for(1_000)
    assert page.locator("#builder [name=rules]").input_value() == before
    assert "Київ" in before
