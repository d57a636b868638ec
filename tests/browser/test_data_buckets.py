"""Adding files of a bucket in the browser: what is wrong is said in the dialog, and what is there becomes one table."""

import pytest
from playwright.sync_api import expect

from tests.browser.hand import Hand
from tests.browser.house import House
from tests.browser.visiting import Language
from tests.fakes.buckets import Buckets


@pytest.mark.slow
@pytest.mark.short("uk")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_the_files_of_a_pattern_in_a_bucket_become_one_table(
    hand: Hand, data_house: House, data_buckets: Buckets, language: Language
) -> None:
    for month, rows in (
        ("05", "1,ada@contoso.example\n"),
        ("06", "2,bob@contoso.example\n3,eve@contoso.example\n"),
    ):
        data_buckets.put("contoso", f"exports/{language}-{month}.csv", f"id,email\n{rows}".encode())
    page = hand.page
    page.goto("/data/sources")
    hand.follow("Add data source")
    page.locator(".way").nth(2).click()
    page.get_by_label(hand.says("Connection"), exact=True).select_option("Lake")
    address = hand.says("Address of the files")
    page.get_by_label(address, exact=True).fill("s3://contoso/nothing/*.csv")
    hand.press("Look inside")
    expect(page.get_by_text("SOURCE_NOT_FOUND")).to_be_visible()
    page.get_by_role("link", name=hand.says("Choose something else"), exact=True).click()
    expect(page.get_by_label(hand.says("Connection"), exact=True)).to_have_value("Lake")
    expect(page.get_by_label(address, exact=True)).to_have_value("s3://contoso/nothing/*.csv")
    page.get_by_label(address, exact=True).fill(f"s3://contoso/exports/{language}-*.csv")
    hand.press("Look inside")
    hand.fill("Name", f"lake_{language}")
    expect(page.get_by_label(hand.says("Primary key"), exact=True)).to_have_value("id")
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    (found,) = [one for one in data_house.asked("sources")["items"] if one["name"] == f"lake_{language}"]
    assert (found["connection"], found["files"], found["rows"]) == (
        "Lake",
        [f"s3://contoso/exports/{language}-*.csv"],
        3,
    )
