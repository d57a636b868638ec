"""Customers: found by the beginnings of words, by filters, and looked at with what is known of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.customers import commands as customer_commands
from leleka.services.customers import queries as customer_queries
from leleka.services.customers.contracts import CustomerView
from leleka.state.models import AuditEntry, Source, TableIndex
from tests.integration.customers import COLUMNS, PEOPLE, VERA, lay, open_shop, refresh
from tests.integration.office import ALICE, Office


@pytest.fixture
def shop(office: Office) -> Office:
    open_shop(office)
    return office


def found(text: str, filters: Sequence[Mapping[str, object]] = ()) -> list[str]:
    return [one.title for one in customer_queries.find(ALICE, text, filters).items]


def opened(text: str) -> CustomerView:
    (one,) = customer_queries.find(ALICE, text).items
    return customer_queries.show(ALICE, one.id)


WORDS: Final = {
    "olen": ["Олена Коваль"], "ОЛЕНА": ["Олена Коваль"], "ков оле": ["Олена Коваль"], "оваль": [],
    "obr": ["John O’Brien"], "o'brien john": ["John O’Brien"], "zoe mul": ["Zoë Müller"], "їжа": ["Їжак Ґава"],
    "іжак гав": ["Їжак Ґава"], "olena.koval@x": ["Олена Коваль"], "+380501112233": ["Олена Коваль"],
    "050 111 22": ["Олена Коваль"], "0671": ["John O’Brien"], "c4": ["Їжак Ґава"],
    "c": ["Олена Коваль", "John O’Brien", "Zoë Müller", "Їжак Ґава"],
    "nobody": [], "...": [], "john koval": [], "john j": ["John O’Brien"], "c2 c3": [],
}  # fmt: skip


@pytest.mark.usefixtures("shop")
def test_words_are_found_by_their_beginnings() -> None:
    assert {text: [title.replace("\u0301", "") for title in found(text)] for text in WORDS} == WORDS


@pytest.mark.usefixtures("shop")
def test_pages_follow_each_other() -> None:
    first = customer_queries.find(ALICE, "c", limit=3)
    assert [one.title for one in first.items][1:] == ["John O’Brien", "Zoë Müller"]
    second = customer_queries.find(ALICE, "c", after=first.next, limit=3)
    assert [one.title for one in second.items] == ["Їжак Ґава"]
    assert second.next is None


@pytest.mark.usefixtures("shop")
def test_filters_use_the_grammar_of_segments() -> None:
    lviv = {"column": "city", "is": "Lviv"}
    assert found("", filters=[lviv]) == ["John O’Brien", "Zoë Müller"]
    assert found("zoe", filters=[lviv]) == ["Zoë Müller"]
    assert found("olen", filters=[lviv]) == []
    assert found("", filters=[{"column": "born", "is empty": True}]) == ["Zoë Müller"]
    assert (
        found("", filters=[{"column": "spent", ">": 20}, {"column": "tier", "any of": ["gold"]}])[0][:2]
        == "Ол"
    )
    with pytest.raises(InvalidInput, match="CUSTOMERS_FILTER"):
        found("", filters=[{"related": "placed", "exists": True}])


@pytest.mark.usefixtures("shop")
def test_a_customer_is_shown_with_sources_measures_segments_and_rows() -> None:
    view = opened("olena.koval@x.test")
    assert {one.name: one.value for one in view.values}["phone"] == "+380 50 111-22-33"
    assert {(one.origin.table, one.origin.place) for one in view.values} == {("customers", "customers.csv")}
    assert all(one.origin.read_at for one in view.values)
    assert [(one.name, one.value) for one in view.measures] == [("spent", "40.0")]
    assert [one.name for one in view.segments] == ["Gold"]
    line = customer_queries.related(ALICE, view.id)
    assert [(one.table, one.rows) for one in line.tables] == [("orders", 2), ("lines", 3)]
    assert [(one.table, one.at) for one in line.rows][:2] == [
        ("orders", "2026-03-01"),
        ("orders", "2026-01-05"),
    ]
    assert {dict(one.values)["item"] for one in line.rows if one.table == "lines"} == {"hat", "coat", "shoe"}
    only = customer_queries.related(ALICE, view.id, "lines")
    assert {one.table for one in only.rows} == {"lines"}


@pytest.mark.usefixtures("shop")
def test_a_customer_is_shown_without_indexes_too() -> None:
    view = opened("john")
    TableIndex.objects.all().delete()
    assert customer_queries.show(ALICE, view.id) == view
    assert [one.table for one in customer_queries.related(ALICE, view.id).rows] == ["orders", "lines"]
    with pytest.raises(Conflict, match="CUSTOMERS_NOT_INDEXED"):
        found("john")
    assert customer_queries.find(ALICE).indexed is False
    refresh(f"source:{Source.objects.get(is_profiles=True).pk}")
    assert found("john") == ["John O’Brien"]


def test_what_the_exports_did_with_a_customer_is_told(shop: Office) -> None:
    shop.run()
    (gold,) = opened("zoe").exports
    assert (gold.name, gold.selected, gold.state, gold.ended) == ("News", True, "member", "delivered")
    assert gold.address == "zoe@z.test"
    assert opened("john").exports == ()


def test_the_index_is_made_anew_where_the_profiles_changed(shop: Office) -> None:
    before = {row.what: row.snapshot for row in TableIndex.objects.all()}
    refresh("data")
    assert {row.what: row.snapshot for row in TableIndex.objects.all()} == before
    lay(shop, "customers", COLUMNS, (*PEOPLE, ("c9", "new@x.test", "Нова", "Особа", "", "", "", "")))
    refresh("data")
    after = {row.what: row.snapshot for row in TableIndex.objects.all()}
    assert {what for what in before if before[what] != after[what]} == {"words", "reference"}
    assert found("нов") == ["Нова Особа"]


@pytest.mark.usefixtures("shop")
def test_columns_of_the_search_are_chosen() -> None:
    choice = customer_queries.search_choice(ALICE)
    assert (choice.chosen, choice.columns["city"], choice.columns["last_name"]) == (False, False, True)
    assert "born" not in choice.columns
    customer_commands.choose_columns(ALICE, ["city"], choice.version)
    assert found("john") == ["John O’Brien"]  # until the new index is there
    refresh("data")
    assert (found("john"), found("lviv")) == ([], ["John O’Brien", "Zoë Müller"])
    with pytest.raises(InvalidInput, match="CUSTOMERS_COLUMN"):
        customer_commands.choose_columns(ALICE, ["born"], choice.version + 1)
    with pytest.raises(Conflict, match="STALE"):
        customer_commands.choose_columns(ALICE, ["tier"], choice.version)


@pytest.mark.usefixtures("shop")
def test_a_viewer_finds_nobody_by_what_is_masked() -> None:
    customer_commands.choose_columns(ALICE, ["city", "first_name", "email"], 1)
    refresh("data")
    assert customer_queries.find(VERA, "john").items == ()
    page = customer_queries.find(VERA, "lviv")
    assert [one.title for one in page.items] == ["J*** O***", "Z*** M***"]
    assert page.searched == ("city",)
    with pytest.raises(Forbidden, match="CUSTOMERS_MASKED"):
        customer_queries.find(VERA, "", [{"column": "email", "is": "john@y.test"}])
    with pytest.raises(Forbidden, match="CUSTOMERS_MASKED"):
        customer_queries.reference_to(VERA, "c1")
    view = customer_queries.show(VERA, page.items[0].id)
    told = repr([[one.value for one in view.values], customer_queries.related(VERA, view.id).rows, view.key])
    assert not any(value in told for value in ("john@y.test", "John", "0671112233", "1985", "c2"))
    assert "Lviv" in told
    assert not AuditEntry.objects.filter(action__startswith="customer").exists()


@pytest.mark.usefixtures("shop")
def test_looking_at_personal_data_is_audited() -> None:
    for text in ("j", "jo", "joh"):
        found(text)
    view = opened("john")
    entries = AuditEntry.objects.filter(actor=ALICE.name, action__startswith="customer").order_by("pk")
    assert [(one.action, one.subject) for one in entries] == [
        ("customers seen", ""),
        ("customer seen", view.id),
    ]
    assert "john" not in repr([one.details for one in entries])


@pytest.mark.usefixtures("shop")
def test_who_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="CUSTOMER_UNKNOWN"):
        customer_queries.show(ALICE, customer_queries.reference_to(ALICE, "c77"))
    known = customer_queries.reference_to(ALICE, "c1")
    assert customer_queries.show(ALICE, known).key == "c1"
