"""Expectations in the browser: suggested, tried, saved, broken by a delivery, and a reading that is accepted."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.acceptance.serving import until
from tests.browser.hand import Hand
from tests.browser.house import House
from tests.browser.visiting import Language


class Orders:
    """A source whose file a test writes."""

    def __init__(self, house: House, name: str) -> None:
        self._house, self._file = house, f"{name}.csv"
        self.deliver(40)
        made = self.ask("sources", {"name": name, "files": [self._file], "primary_key": "id"})
        self.number = int(made["id"])
        until(lambda: self.ask(f"sources/{self.number}")["rows"], "the deliveries")

    def ask(self, path: str, posted: object = None) -> Any:
        return self._house.asked(path, posted)

    def deliver(self, rows: int) -> None:
        lines = "".join(f"{number},p{number}@example.org,{number}.5\n" for number in range(rows))
        (self._house.folder / self._file).write_text(f"id,email,amount\n{lines}", encoding="utf-8")

    def refresh(self) -> None:
        number = self.ask(f"sources/{self.number}/refresh", {})["refresh"]
        until(lambda: self.ask(f"refreshes/{number}")["finished_at"], "the refresh")


@pytest.mark.short("uk")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_what_is_expected_is_suggested_tried_broken_and_accepted(
    hand: Hand, data_house: House, language: Language
) -> None:
    orders = Orders(data_house, f"deliveries-{language}")
    page = hand.page
    page.goto(f"/data/sources/{orders.number}")
    page.locator("#quality .card-actions a").click()
    hand.press("Add the chosen")
    expect(page.locator(".expectations li")).to_have_count(4)
    hand.follow("In a range")
    page.locator("#id-column").select_option("amount")
    hand.fill("Greatest value", "38")
    hand.press("Try with the current rows")
    expect(page.locator(".alert-warning[role=status]")).to_contain_text("40")
    hand.fill("Greatest value", "100")
    hand.press("Save")
    expect(page.locator(".expectations li")).to_have_count(5)
    orders.deliver(0)
    orders.refresh()
    page.goto(f"/data/sources/{orders.number}")
    expect(page.locator("#quality [role=alert]")).to_be_visible()
    hand.press("Accept this reading")
    expect(page.locator("#quality")).to_contain_text("Ada")
    assert orders.ask(f"sources/{orders.number}")["rows"] == 0
