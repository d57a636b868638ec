"""Adding data sources in the browser: several files, workbooks, other encodings, tables and queries of a database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.hand import Hand
from tests.browser.house import House
from tests.browser.visiting import NARROW, Language

Sources = Callable[[], dict[str, dict[str, Any]]]


@pytest.fixture
def sources(data_house: House) -> Sources:
    return lambda: {one["name"]: one for one in data_house.asked("sources")["items"]}


def begin(hand: Hand) -> Page:
    hand.page.goto("/data/sources")
    hand.follow("Add data source")
    expect(hand.page.get_by_role("dialog")).to_be_visible()
    return hand.page


def a_csv(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_text(text, encoding=encoding)
    return file


def numbers(first: int, last: int) -> str:
    return "id,amount\n" + "".join(f"{number},{number}.5\n" for number in range(first, last))


@pytest.mark.slow
@pytest.mark.short("en")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_several_files_become_a_source_each_and_what_fails_is_said_at_its_file(
    hand: Hand, tmp_path: Path, sources: Sources, language: Language
) -> None:
    page = begin(hand)
    people = a_csv(tmp_path, f"people_{language}.csv", "id,email\n1,a@example.com\n2,b@example.com\n")
    broken = a_csv(tmp_path, "broken.csv", "id;id\n1;2\n")
    hand.upload(
        people,
        a_csv(tmp_path, "empty.csv", ""),
        a_csv(tmp_path, f"orders_{language}.csv", numbers(1, 9)),
        broken,
    )
    lines = page.locator("[data-upload-list] > li")
    expect(lines).to_have_count(4)
    expect(lines.nth(1).get_by_role("alert")).to_be_visible()
    expect(page.locator("[data-upload-done]:visible")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    hand.follow("Add data source")
    expect(lines).to_have_count(4)
    hand.press("Look inside")
    rows = page.locator("#drafts tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("FILE_HEADER_DUPLICATE")
    page.locator("#drafts .btn-primary").click()
    expect(page.locator("#drafts .status-green")).to_have_count(2)
    page.goto("/data/sources")
    expect(page.get_by_role("link", name=f"people_{language}", exact=True)).to_be_visible()
    assert {f"people_{language}", f"orders_{language}"} <= sources().keys()
    assert not {"broken", "empty"} & sources().keys()


@pytest.mark.slow
def test_files_that_are_parts_become_one_table(hand: Hand, tmp_path: Path, sources: Sources) -> None:
    page = begin(hand)
    hand.upload(a_csv(tmp_path, "may.csv", numbers(1, 5)), a_csv(tmp_path, "june.csv", numbers(5, 12)))
    page.get_by_label("All are parts of one data source").check()
    expect(page.locator("[data-upload-go]")).to_be_enabled()
    hand.press("Look inside")
    expect(page.get_by_role("heading", name="11 rows")).to_be_visible()
    hand.fill("Name", "months")
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    assert sources()["months"]["rows"] == 11
    assert sources()["months"]["file"] == "may.csv, june.csv"


@pytest.mark.slow
def test_another_sheet_and_header_row_are_read_at_once_and_what_was_typed_stays(
    hand: Hand, tmp_path: Path, sources: Sources
) -> None:
    file = tmp_path / "Report.xlsx"
    with xlsxwriter.Workbook(file) as book:
        cover = book.add_worksheet("Cover")
        cover.write_row(0, 0, ["About"])
        cover.write_row(1, 0, ["The sales of May"])
        sales = book.add_worksheet("Sales")
        sales.write_row(0, 0, ["Sales of May"])
        for row, line in enumerate([["No", "Sum"], [1, 10.5], [2, 11.5]], 2):
            sales.write_row(row, 0, line)
    page = begin(hand)
    hand.upload(file)
    sheet = page.get_by_label("Sheet", exact=True)
    expect(sheet.locator("option")).to_have_text(["Cover", "Sales"])
    hand.fill("Name", "may_sales")
    sheet.select_option("Sales")
    expect(page.get_by_text("FILE_HEADER_EMPTY")).to_be_visible()
    expect(page.get_by_label("Row with the column names")).to_have_value("3")
    hand.press("Read again")
    expect(page.get_by_label("Name", exact=True)).to_have_value("may_sales")
    expect(page.locator(".column-name")).to_have_text(["No", "Sum"])
    expect(page.get_by_label("Sheet", exact=True)).to_have_value("Sales")
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    found = sources()["may_sales"]
    assert (found["sheet"], found["header_row"], found["rows"]) == ("Sales", 3, 2)


@pytest.mark.slow
@pytest.mark.short("en")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_file_of_a_ukrainian_excel_is_read_by_what_the_page_proposes(
    hand: Hand, tmp_path: Path, sources: Sources, language: Language
) -> None:
    page = begin(hand)
    lines = "".join(f"{number};Київ і околиці;{number}234,50\n" for number in range(1, 30))
    hand.upload(a_csv(tmp_path, f"zvit_{language}.csv", f"номер;місто;сума\n{lines}", "cp1251"))
    expect(page.get_by_label(hand.says("Encoding"), exact=True)).to_have_value("windows-1251")
    hand.press("Read again")
    expect(page.locator(".column-name")).to_have_text(["номер", "місто", "сума"])
    page.get_by_label(hand.says("Decimal sign"), exact=True).select_option(",")
    expect(page.locator("[name=type-2]")).to_have_value("number|decimal ,")
    expect(page.locator("[name=decimals]")).to_be_focused()
    expect(page.locator("tbody tr").first.locator("td").nth(2)).to_have_text("1234.5")
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    found = sources()[f"zvit_{language}"]
    assert found["types"] == {"сума": {"type": "number", "format": None, "decimal": ","}}
    assert found["encoding"] == "windows-1251"


@pytest.mark.slow
@pytest.mark.short("en")
@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_table_is_checked_read_and_kept_up_to_date_by_what_changed(
    hand: Hand, sources: Sources, language: Language
) -> None:
    page = begin(hand)
    page.locator(".way").nth(3).click()
    hand.fill("Table", "sails")
    hand.press("Check")
    expect(page.locator("#checked")).to_contain_text("SOURCE_QUERY")
    hand.fill("Table", "sales")
    hand.press("Check")
    expect(page.locator("#checked tbody tr")).to_have_count(4)
    assert f"sales_{language}" not in sources()
    hand.press("Look inside")
    hand.fill("Name", f"sales_{language}")
    page.get_by_text(hand.says("More"), exact=True).click()
    page.get_by_label(hand.says("Read only what changed, by"), exact=True).select_option("changed")
    page.get_by_label(hand.says("Read everything once in"), exact=True).fill("7")
    page.get_by_label(hand.says("Of what"), exact=True).select_option("days")
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    found = sources()[f"sales_{language}"]
    assert found["changed_since"] == {"column": "changed", "whole_every": "7 days"}
    assert (found["connection"], found["table"], found["rows"]) == ("Shop", "sales", 3)


@pytest.mark.slow
def test_a_query_becomes_a_source_and_stays_typed_until_it_is_right(hand: Hand, sources: Sources) -> None:
    page = begin(hand)
    page.locator(".way").nth(3).click()
    page.get_by_label("A query", exact=True).check()
    query = page.get_by_label("Query", exact=True)
    query.fill("SELECT buyer, sum(amnt) AS spent FROM sales GROUP BY buyer")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    begin(hand)
    page.locator(".way").nth(3).click()
    expect(query).to_have_value("SELECT buyer, sum(amnt) AS spent FROM sales GROUP BY buyer")
    hand.press("Look inside")
    expect(page.locator("main .alert-danger")).to_contain_text("SOURCE_QUERY")
    hand.follow("Choose something else")
    expect(query).to_have_value("SELECT buyer, sum(amnt) AS spent FROM sales GROUP BY buyer")
    query.fill("SELECT buyer, sum(amount) AS spent FROM sales GROUP BY buyer")
    hand.press("Look inside")
    hand.fill("Name", "spending")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("spending")
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    assert sources()["spending"]["query"] == "SELECT buyer, sum(amount) AS spent FROM sales GROUP BY buyer"
    begin(hand)
    page.locator(".way").nth(3).click()
    expect(page.get_by_label("A query", exact=True)).not_to_be_checked()


@pytest.mark.slow
def test_suggested_relationships_are_accepted_by_one_key_each(hand: Hand, tmp_path: Path) -> None:
    page = begin(hand)
    buyers = a_csv(tmp_path, "buyers.csv", "buyer_id,city\n1,Київ\n2,Львів\n")
    visits = a_csv(tmp_path, "visits.csv", "visit_id,buyer_id\n1,1\n2,2\n3,2\n")
    pays = a_csv(tmp_path, "payments.csv", "payment_id,buyer_id\n1,1\n2,2\n3,2\n")
    hand.upload(buyers, visits, pays)
    hand.press("Look inside")
    page.locator("#drafts .btn-primary").click()
    page.wait_for_url("**/data/sources")
    expect(page.locator("#sources tr", has_text="buyers").locator(".status-green")).to_be_visible()
    expect(page.locator("#sources tr", has_text="visits").locator(".status-green")).to_be_visible()
    expect(page.locator("#sources tr", has_text="payments").locator(".status-green")).to_be_visible()
    page.goto("/data/relationships")
    suggested = page.locator("[data-suggested]", has_text="buyers.buyer_id")
    expect(suggested).to_have_count(2)
    first = suggested.first.get_by_role("checkbox")
    first.focus()
    page.keyboard.press("y")
    expect(page.locator("#related tbody tr", has_text="buyers.buyer_id")).to_have_count(1)
    expect(suggested).to_have_count(1)
    expect(page.locator("[data-suggested] input:focus")).to_have_count(1)
    suggested.first.get_by_role("checkbox").focus()
    page.keyboard.press("n")
    expect(suggested).to_have_count(0)
    page.reload()
    expect(page.locator("#related tbody tr", has_text="buyers.buyer_id")).to_have_count(1)


@pytest.mark.slow
def test_sources_are_cards_on_a_phone_with_their_age(hand: Hand, tmp_path: Path) -> None:
    page = begin(hand)
    hand.upload(a_csv(tmp_path, "phone.csv", numbers(1, 9)))
    hand.press("Add and refresh")
    expect(page.locator("#table tbody tr").first).to_be_visible()
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.goto("/data/sources")
    card = page.locator("#sources tbody tr", has_text="phone")
    expect(card).to_contain_text("just now")
    assert card.evaluate("one => getComputedStyle(one).display") == "flex"
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
