"""The second half of the walk-through: preview, run, watch, see who was left out, resend, confirm."""

import csv
import io
from typing import Final

from playwright.sync_api import Locator, expect

from tests.browser.customers import GOLD, LEAVING, SILVER, addresses
from tests.browser.document import Chapter
from tests.browser.walk import Walk

_EXCLUDED: Final = {"EMAIL_MISSING", "EMAIL_INVALID", "EMAIL_DUPLICATE"}
_REFUSED, _LEFT_OUT = 2, 3


def run_it(walk: Walk, steps: Chapter) -> None:
    page, city, house = walk.page, walk.city, walk.house
    number = house.list_number(city.list)
    house.behave({"failing_domains": [city.refused_domain], "queue_held": True})
    assert house.listed(number) == {}  # saving has sent nothing
    _preview(walk, steps)
    (warned, successful), (others,), (download,), (resend,) = (steps[n].labels for n in (3, 4, 5, 6))
    _run_from_the_export(walk, steps[2].labels[1])
    expect(page.get_by_role("progressbar")).to_be_visible()
    house.behave({"queue_held": False})
    expect(_status(walk)).to_have_text(warned)
    for step in steps.steps[3:]:
        step.is_seen_on(page)
    _they_are_named(walk, others)
    _is_a_file(walk, download)
    assert set(house.listed(number)) == addresses(city)
    house.behave({"failing_domains": []})
    page.get_by_role("button", name=resend, exact=True).click()
    expect(_status(walk)).to_have_text(successful)
    assert len(house.listed(number)) == GOLD + SILVER - _LEFT_OUT


def _preview(walk: Walk, steps: Chapter) -> None:
    preview, added, _, _ = steps[1].labels
    walk.page.get_by_role("button", name=preview, exact=True).first.click()
    expect(_figure(walk.pane, added)).to_have_text(str(GOLD + SILVER - _LEFT_OUT))
    steps[1].is_seen_on(walk.page)
    steps[2].is_seen_on(walk.page)
    walk.pane.get_by_role("link", name=steps[2].labels[0], exact=True).click()
    expect(walk.pane).to_be_hidden()


def _run_from_the_export(walk: Walk, run: str) -> None:
    walk.page.get_by_role("button", name=run, exact=True).first.click()
    walk.page.wait_for_url("**/data/runs/*")


def _status(walk: Walk) -> Locator:
    return walk.page.locator("#live .status")


def _figure(where: Locator, label: str) -> Locator:
    return where.locator("dl > div").filter(has_text=label).locator("dd")


def _they_are_named(walk: Walk, others: str) -> None:
    """Who was excluded and rejected is counted with the reasons, and can be listed."""
    table = walk.page.get_by_role("table").filter(has_text=others)
    expect(table.locator("th.number").nth(1)).to_have_text(str(_LEFT_OUT))
    expect(table.locator("th.number").nth(2)).to_have_text(str(_REFUSED))
    expect(table.locator("td.number")).to_have_count(len(_EXCLUDED) + 1)
    rows = walk.page.locator("#rows")
    expect(rows).to_contain_text(walk.city.formula)
    expect(rows).to_contain_text(f"plain@{walk.city.refused_domain}")


def _is_a_file(walk: Walk, label: str) -> None:
    """The download is a CSV that a spreadsheet reads as text and does not execute."""
    with walk.page.expect_download() as waiting:
        walk.page.get_by_role("link", name=label, exact=True).click()
    held = waiting.value.path().read_bytes()
    assert held.startswith(b"\xef\xbb\xbfprofile,email,outcome,code,reason\r\n")
    lines = list(csv.reader(io.StringIO(held.decode("utf-8-sig"), newline="")))[1:]
    city = walk.city
    assert sorted(line[:3] for line in lines) == [
        [f"'{city.formula}", f"'+formula@{city.refused_domain}", "rejected"],
        [f"{city.letter}-refused", f"plain@{city.refused_domain}", "rejected"],
    ]


def confirm_it(walk: Walk, steps: Chapter, run: str) -> None:
    """Many leave; the run waits, is canceled once and confirmed once."""
    page, city, house = walk.page, walk.city, walk.house
    number, field = house.list_number(city.list), house.field_number(city.mark)
    needs, nothing = steps[1].labels
    cancel, confirm = steps[2].labels
    house.left(city)
    for answer in (cancel, confirm):
        page.get_by_role("link", name=city.name, exact=True).first.click()
        _run_from_the_export(walk, run)
        expect(_status(walk)).to_have_text(needs)
        expect(page.get_by_role("heading", name=nothing, exact=True)).to_be_visible()
        for step in steps.steps:
            step.is_seen_on(page)
        marks = [one["fields"][field] for one in house.listed(number).values()]
        assert marks == ["yes"] * len(marks)
        page.get_by_role("button", name=answer, exact=True).click()
        expect(_status(walk)).not_to_have_text(needs)
        expect(page.get_by_role("progressbar")).to_be_hidden()
    held = house.listed(number)
    left = {f"{city.letter}{one}@example.com" for one in range(1, LEAVING + 1)}
    assert {address for address, one in held.items() if one["fields"][field] == "no"} == left
    assert house.violations() == []
