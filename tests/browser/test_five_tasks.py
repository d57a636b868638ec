"""Five segments that people often build, by keyboard alone, each in as many steps as the documentation says."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from leleka.core.clock import utc_now
from tests.acceptance.serving import until
from tests.browser import market
from tests.browser.at_builder import Builder
from tests.browser.house import House
from tests.browser.market import Person
from tests.browser.visiting import Language, Visitor

_PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "five-tasks.md"
_HIGH: Final = 1_000
_TENTH: Final = 2**32 // 10


def lapsed(one: Builder) -> str:
    return template(one, one.says("Lapsed: nothing in {table} for 180 days").format(table="orders"))


def birthdays(one: Builder) -> str:
    return template(one, one.says("Birthdays in the next 7 days"))


def best_of_a_city(one: Builder) -> str:
    name = template(one, one.says("High value: {column} of {table}").format(column="amount", table="orders"))
    one.ask("city")
    one.type("Value", "Київ")
    return name


def not_in_another(one: Builder) -> str:
    one.ask(f"{one.says('not')} odesa")
    return named(one, "Elsewhere")


def held_out(one: Builder) -> str:
    one.ask(f"{one.says('not')} {one.says('A random tenth')}")
    return named(one, "Nine tenths")


def named(one: Builder, name: str) -> str:
    one.name(f"{name}, {one.says('Name')}")  # another one in each language
    return f"{name}, {one.says('Name')}"


def template(one: Builder, name: str) -> str:
    one.press(name)
    return name


def is_lapsed(person: Person) -> bool:
    return bool(person.bought) and all(ago > 180 for _amount, ago in person.bought)


def is_held_out(person: Person) -> bool:
    """Follow what the documentation says of a random share."""
    digest = hashlib.md5(f"1:p{person.number}".encode(), usedforsecurity=False)
    return int(digest.hexdigest()[:8], 16) < _TENTH


TASKS: Final[dict[str, tuple[Callable[[Builder], str], Callable[[Person], bool]]]] = {
    "lapsed buyers": (lapsed, is_lapsed),
    "birthdays in the next week": (birthdays, lambda person: person.number % 10 == 0),
    "best customers of a city": (
        best_of_a_city,
        lambda person: person.city == "Київ" and sum(amount for amount, _ago in person.bought) >= _HIGH,
    ),
    "not in another segment": (not_in_another, lambda person: person.city != "Одеса"),
    "a random tenth held out": (held_out, lambda person: not is_held_out(person)),
}


@pytest.mark.slow
@pytest.mark.short(*(f"{task}-en" for task in TASKS))
@pytest.mark.parametrize("language", ["en", "uk"])
@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_as_many_steps_as_the_page_says(shopper: Visitor, language: Language, task: str) -> None:
    page, (build, fits) = shopper.signed_in(language), TASKS[task]
    expected = {f"p{one.number}" for one in market.people(utc_now().date()) if fits(one)}
    page.goto("/")
    one = Builder(page, language)
    one.enter(page.get_by_role("navigation").get_by_role("link", name=one.says("Segments"), exact=True))
    one.enter(page.get_by_role("link", name=one.says("New"), exact=True))
    name = build(one)
    expect(page.locator("[data-part=total]")).to_have_text(str(len(expected)))
    one.press("Save")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert one.done == steps()[task]
    assert expected
    number = int(page.url.rpartition("/")[2])
    assert members(shopper.house, number) == expected


def test_no_task_takes_more_steps_than_elsewhere() -> None:
    assert list(steps()) == list(TASKS)
    assert all(ours <= theirs for ours, theirs in _table().values())


def members(house: House, number: int) -> set[str]:
    refresh = house.asked("refreshes", {"scope": "data"})["refresh"]
    until(lambda: house.asked(f"refreshes/{refresh}")["finished_at"], "the refresh")
    return {one["profile"] for one in house.asked(f"segments/{number}/memberships?limit=200")["items"]}


def steps() -> dict[str, int]:
    return {task: ours for task, (ours, _theirs) in _table().items()}


@cache
def _table() -> dict[str, tuple[int, int]]:
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \|$", _PAGE.read_text("utf-8"), re.MULTILINE)
    return {task: (int(ours), int(theirs)) for task, ours, theirs in rows}
