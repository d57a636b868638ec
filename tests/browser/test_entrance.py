"""The first minute: the printed link creates the first administrator, who then signs in."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.conftest import installed
from tests.acceptance.serving import serving
from tests.browser.house import PASSWORD, House
from tests.browser.visiting import Visitor, sign_in


@pytest.mark.slow
def test_the_printed_link_makes_the_first_administrator_once(chromium: Browser, tmp_path: Path) -> None:
    with installed(tmp_path, "50", lists="News", fields="") as installation, serving(installation) as served:
        link = re.search(r"http://\S+/welcome/\S+", served.log.read_text())
        assert link is not None
        house = House(installation, f"http://127.0.0.1:{served.port}")
        visitor = Visitor(chromium, house)
        page = visitor.anonymous()
        page.goto(link.group())
        page.get_by_label("Full name", exact=True).fill("Ada Lovelace")
        page.get_by_label("Email", exact=True).fill("ada@example.com")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Repeat the password").fill(PASSWORD)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="Permissions")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        sign_in(page, "ada@example.com")
        expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()
        assert visitor.complaints == []
        again = page.goto(link.group())
        assert again is not None
        assert again.status == 404
        page.context.close()
        people = installation.json("user", "list")
        assert [(one["email"], one["role"]) for one in people] == [("ada@example.com", "administrator")]
