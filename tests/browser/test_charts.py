"""Charts of few figures, as they are painted: bars with their own moments, and no axis where there is nothing."""

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.customers import OSLO, addresses
from tests.browser.furnishing import Furniture
from tests.browser.house import House
from tests.browser.visiting import NARROW, Visitor

pytestmark = pytest.mark.slow

# What is written on a canvas stands nowhere else.
_WRITTEN: Final = """
window.written = [];
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
  window.written.push(text);
  return fillText.call(this, text, ...more);
};
"""
_SENT: Final = re.compile("[1-9][0-9]* of [0-9]+ sent")
_WITHOUT_INTERVALS: Final = "window.setInterval = () => 0;"
# The share of the plot that is painted in a tone of the theme, in per cent.
_PAINTED: Final = """(tone) => {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = `var(--tblr-${tone})`;
  const sample = new OffscreenCanvas(1, 1).getContext("2d");
  sample.fillStyle = getComputedStyle(probe).color;
  sample.fillRect(0, 0, 1, 1);
  const wanted = [...sample.getImageData(0, 0, 1, 1).data].slice(0, 3);
  probe.remove();
  const canvas = document.querySelector("figure.chart canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let place = 0; place < data.length; place += 4) {
    if (data[place + 3] === 255 && wanted.every((value, at) => Math.abs(data[place + at] - value) < 3)) painted += 1;
  }
  return 100 * painted / (canvas.width * canvas.height);
}"""


def drawn(page: Page, address: str) -> Any:
    """Open a page; return the words written on its chart once it is drawn."""
    page.add_init_script(_WRITTEN)
    page.goto(address)
    expect(page.locator("figure.chart canvas")).to_be_visible()
    return page.evaluate("window.written")


@pytest.mark.parametrize("width", [1280, NARROW])
def test_the_only_run_of_an_export_is_a_bar_at_its_own_moment(
    visitor: Visitor, furniture: Furniture, width: int
) -> None:
    page = visitor.signed_in()
    page.set_viewport_size({"width": width, "height": 900})
    written = drawn(page, f"/data/exports/{furniture.export}")
    assert len({one for one in written if ":" in one}) == 1
    assert page.evaluate(_PAINTED, "green") > 3


def test_what_a_short_run_sent_is_a_bar_of_as_many_contacts(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.signed_in()
    drawn(page, f"/data/runs/{furniture.run}")
    assert page.evaluate(_PAINTED, "blue") > 3
    figure = page.locator("figure.chart")
    figure.get_by_text("Show as a table").click()
    cells = figure.locator("tbody td:nth-child(2)").all_inner_texts()
    # Delivered, and two whom ActiveCampaign refuses: each was sent once.
    assert sum(int(one.replace(",", "")) for one in cells) == len(addresses(OSLO)) + 2


def test_without_figures_and_with_noughts_alone_there_are_words_and_no_axis(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.signed_in()
    page.goto(f"/segments/{furniture.unused}")
    expect(page.get_by_text("The segment has not been evaluated yet.")).to_be_visible()
    expect(page.locator("figure.chart canvas")).to_have_count(0)
    page.goto(f"/segments/{furniture.empty}")
    expect(page.get_by_text("Every figure is zero.")).to_be_visible()
    expect(page.locator("figure.chart canvas")).to_have_count(0)
    expect(page.get_by_text("Show as a table")).to_be_visible()


def test_a_chart_does_not_say_nothing_was_sent_below_what_was(
    visitor: Visitor, house: House, furniture: Furniture
) -> None:
    page = visitor.signed_in()
    page.add_init_script(_WITHOUT_INTERVALS)
    house.behave({"queue_held": True})
    try:
        page.goto(f"/data/exports/{furniture.export_that_never_ran}")
        page.get_by_role("button", name="Run", exact=True).first.click()
        expect(page.get_by_text(_SENT)).to_be_visible()
        expect(page.locator("figure.chart canvas")).to_be_visible()
        expect(page.locator("[data-nothing]")).to_be_hidden()
    finally:
        house.behave({"queue_held": False})
    expect(page.get_by_role("progressbar")).to_be_hidden()
