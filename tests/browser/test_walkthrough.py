"""The how-to page, followed step by step in a browser, in both languages, against the real product."""

import pytest

from tests.browser.customers import KYIV, LONDON, City
from tests.browser.document import PAGES, chapters
from tests.browser.house import House
from tests.browser.visiting import Language, Visitor
from tests.browser.walk import Walk, configure_an_export, set_up_the_connection
from tests.browser.walk_runs import confirm_it, run_it


@pytest.mark.long
@pytest.mark.parametrize(("language", "city"), [("en", LONDON), ("uk", KYIV)])
def test_the_page_leads_from_a_key_to_a_list_that_holds_the_segments(
    visitor: Visitor, house: House, language: Language, city: City
) -> None:
    connection, export, run, confirmation = chapters(PAGES[language].read_text(encoding="utf-8"))
    walk = Walk(visitor.signed_in(language), house, city)
    walk.page.goto("/")
    set_up_the_connection(walk, connection)
    configure_an_export(walk, export)
    run_it(walk, run)
    confirm_it(walk, confirmation, run[2].labels[1])
