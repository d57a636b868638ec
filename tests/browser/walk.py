"""The steps of the walk-through: what is pressed and filled in is named as the document names it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.customers import GOLD, SILVER, City
from tests.browser.document import Chapter
from tests.browser.house import PASSWORD, House


@dataclass(frozen=True, slots=True)
class Walk:
    """A user who follows the document to fill one city's list."""

    page: Page
    house: House
    city: City

    @property
    def pane(self) -> Locator:
        return self.page.get_by_role("dialog")

    def go_to(self, label: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=label, exact=True).click()

    def box(self, label: str) -> Locator:
        return self.pane.get_by_label(label, exact=True)

    def press(self, label: str) -> None:
        self.pane.get_by_role("button", name=label, exact=True).click()


def set_up_the_connection(walk: Walk, steps: Chapter) -> None:
    page = walk.page
    steps[1].is_seen_on(page)
    walk.go_to(steps[1].labels[1])
    add, kind = steps[2].labels
    page.get_by_role("link", name=add, exact=True).click()
    walk.pane.get_by_role("radio", name=kind, exact=True).check()
    for step in steps.steps[1:6]:
        step.is_seen_on(page)
    (display_name,) = steps[3].labels
    walk.box(display_name).fill(walk.city.name)
    who, administrators, with_contributors = steps[4].labels
    audience = page.get_by_role("group", name=who)
    expect(audience.get_by_role("radio", name=administrators, exact=True)).to_be_checked()
    audience.get_by_role("radio", name=with_contributors, exact=True).check()
    key, host = steps[5].labels
    walk.box(key).fill(walk.house.key)
    walk.box(host).fill(walk.house.installation.sandbox)
    _, agree = steps[6].labels
    walk.pane.get_by_role("checkbox", name=agree, exact=True).check()
    _connect(walk, steps)
    steps[8].is_seen_on(page)
    walk.box(steps[8].labels[1]).fill(PASSWORD)
    steps[9].is_seen_on(page)
    walk.press(steps[9].labels[0])
    expect(page.get_by_role("link", name=walk.city.name, exact=True)).to_be_visible()


def _connect(walk: Walk, steps: Chapter) -> None:
    """Save waits for the check; each part of it is seen to pass."""
    connect, *parts = steps[7].labels
    save = walk.pane.get_by_role("button", name=steps[9].labels[0], exact=True)
    expect(save).to_be_disabled()
    walk.press(connect)
    for name, part in zip(("address", "key", "lists"), parts, strict=True):
        line = walk.pane.locator(f"#step-{name}").filter(has_text=part)
        expect(line).to_have_attribute("data-standing", "passed")
    steps[7].is_seen_on(walk.page)
    expect(save).to_be_enabled()


def configure_an_export(walk: Walk, steps: Chapter) -> None:
    """Fill in every field, and save; the list is chosen by its name."""
    page, city = walk.page, walk.city
    steps[1].is_seen_on(page)
    walk.go_to(steps[1].labels[1])
    steps[2].is_seen_on(page)
    page.get_by_role("link", name=steps[2].labels[0], exact=True).first.click()
    for number in range(3, 7):
        steps[number].is_seen_on(page)
    walk.box(steps[3].labels[0]).select_option(label=city.name)
    walk.box(steps[4].labels[0]).fill(city.name)
    target = walk.box(steps[5].labels[0])
    expect(target.get_by_role("option", name=city.list)).to_be_attached()
    target.select_option(value=str(walk.house.list_number(city.list)))
    walk.box(steps[6].labels[1]).select_option("email")
    _match(walk, steps)
    walk.box(steps[8].labels[0]).fill("leleka, spring")
    steps[8].is_seen_on(page)
    _select_segments(walk, steps)
    _leavers_and_automations(walk, steps)
    steps[12].is_seen_on(page)
    walk.press(steps[12].labels[0])
    page.wait_for_url("**/data/exports/*?saved")
    expect(page.get_by_role("heading", level=1, name=city.name)).to_be_visible()


def _match(walk: Walk, steps: Chapter) -> None:
    """Add first name, last name, phone and a custom field."""
    add, *built_in = steps[7].labels
    columns = ("first_name", "last_name", "phone", "tier")
    for place, (target, column) in enumerate(zip((*built_in, "Tier"), columns, strict=True)):
        walk.press(add)
        row = walk.pane.locator("[data-row]").nth(place)
        row.locator("[name^=to-]").select_option(label=target)
        row.locator("[name^=column-]").select_option(column)
    steps[7].is_seen_on(walk.page)


def _select_segments(walk: Walk, steps: Chapter) -> None:
    group, _ = steps[9].labels
    steps[9].is_seen_on(walk.page)
    box = walk.page.get_by_role("group", name=group)
    for name, size in ((walk.city.gold, GOLD), (walk.city.silver, SILVER)):
        line = box.locator("label", has_text=name)
        expect(line).to_contain_text(str(size))
        line.get_by_role("checkbox").check()
    expect(walk.pane.locator("#segment-sum")).to_contain_text(str(GOLD + SILVER))


def _leavers_and_automations(walk: Walk, steps: Chapter) -> None:
    _, keep, mark, _ = steps[10].labels
    steps[10].is_seen_on(walk.page)
    expect(walk.box(keep)).to_be_checked()
    walk.box(mark).check()
    line = walk.pane.locator("#mark")
    line.get_by_role("combobox").select_option(label=walk.city.mark)
    line.locator("[name=mark-member]").fill("yes")
    line.locator("[name=mark-leaver]").fill("no")
    more, automations = steps[11].labels
    walk.pane.get_by_text(more, exact=True).click()
    walk.pane.get_by_role("checkbox", name=automations, exact=True).check()
    steps[11].is_seen_on(walk.page)
