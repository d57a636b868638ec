"""Measures in a browser and over REST: made by a form, shown by class, and kept while something uses them."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Role
from leleka.services.measures import choices as measure_choices
from leleka.services.measures import queries as measure_queries
from leleka.services.segments import queries as segment_queries
from leleka.state.models import AuditEntry, Export, Measure, Segment, Source
from leleka.web import measure_form
from tests.integration.api import program
from tests.integration.measuring import Shop, measured
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

FORM = {"name": "web orders", "what": "count", "path": "0", "joined": "all"}
WEB = {"column-0": "channel", "operator-0": "is", "value-0": "web"}
RECENT = {"column-1": "ordered", "operator-1": "in the last", "value-1": "90"}


@pytest.fixture
def shop(office: Office) -> Shop:
    office.hire(3)
    shop = Shop(office)
    shop.order(("1", "10", "2026-01-05", "web"), ("2", "7", "2026-03-01", "shop"))
    office.apply(measured())
    Measure.objects.update(managed_by_file="")
    Segment.objects.update(managed_by_file="")
    Export.objects.update(managed_by_file="")
    return shop


@pytest.fixture
def bob(shop: Shop) -> Client:  # noqa: ARG001 - Bob works in this shop
    return somebody("bob", Role.ADMINISTRATOR).browser


def number_of(name: str) -> int:
    return Measure.objects.get(name=name).pk


def test_a_measure_is_made_without_yaml(bob: Client) -> None:
    reply = bob.post("/data/measures/add", {**FORM, **WEB, **RECENT})
    assert reply["Location"] == "/data/measures"
    assert Measure.objects.get(name="web orders").definition == {
        "related": ["placed"],
        "measure": "count",
        "where": {
            "all": [
                {"column": "channel", "operator": "is", "value": "web"},
                {"column": "ordered", "operator": "in the last", "value": 90},
            ]
        },
    }
    assert AuditEntry.objects.filter(action="measure created", subject="web orders").exists()
    page = bob.get("/data/measures").content.decode()
    assert (
        "Number of <em>orders</em>, where <em>channel</em> is “web” and <em>ordered</em> in the last 90 days"
        in page
    )


def test_what_is_chosen_draws_what_it_needs(bob: Client) -> None:
    drawn = bob.post("/data/measures/add", {**FORM, "what": "last", "action": "draw"}).content.decode()
    assert 'name="by"' in drawn
    drawn = bob.post("/data/measures/add", {**FORM, "what": "map", "action": "draw"}).content.decode()
    assert 'name="pairs"' in drawn
    assert 'name="path"' not in drawn


def test_what_is_wrong_stands_in_the_form(bob: Client) -> None:
    reply = bob.post("/data/measures/add", {**FORM, "name": "city", **WEB, "value-0": ""})
    assert reply.status_code == 422
    shown = reply.content.decode()
    assert "RULE_VALUE" in shown
    reply = bob.post("/data/measures/add", {**FORM, "name": "city"})
    assert "MEASURE_NAME_IS_COLUMN" in reply.content.decode()
    assert not Measure.objects.filter(name="city").exists()


@pytest.mark.parametrize(
    "rules",
    [
        {"related": ["placed"], "measure": "sum", "of": "amount"},
        {"related": ["placed"], "measure": "last", "of": "channel", "by": "ordered"},
        {
            "related": ["placed"],
            "measure": "avg",
            "of": "amount",
            "where": {"column": "amount", "operator": "between", "value": [1.5, 20]},
        },
        {
            "related": ["placed"],
            "measure": "count",
            "where": {
                "any": [
                    {"column": "channel", "operator": "is empty"},
                    {"column": "ordered", "operator": "month of", "value": [5, 6]},
                ]
            },
        },
        {"concat": [{"column": "tier"}, ", ", {"column": "city"}]},
        {"coalesce": [{"column": "tier"}, {"column": "city"}]},
        {"lower": {"column": "city"}},
        {"map": {"column": "tier"}, "values": {"gold": "Best"}, "else": "Usual"},
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_definition_comes_back_from_the_form_as_it_was(rules: Mapping[str, Any]) -> None:
    choices = measure_choices.choices(ALICE)
    form = measure_form.form_of("it", rules, choices, 1)
    assert form is not None
    assert measure_form.definition(form, choices) == rules


def test_more_than_the_form_has_fields_is_left_alone(bob: Client) -> None:
    nested = {"concat": [{"lower": {"column": "city"}}, {"column": "tier"}]}
    Measure.objects.filter(name="label").update(definition=nested)
    assert "through the API" in bob.get(f"/data/measures/{number_of('label')}/edit").content.decode()


def test_what_is_in_use_keeps_its_name_and_type_and_stays(bob: Client) -> None:
    number = number_of("orders ever")
    refused = bob.post(f"/data/measures/{number}/remove")
    assert refused.status_code == 409
    assert "Gold" in refused.content.decode()
    edit = f"/data/measures/{number}/edit"
    assert "MEASURE_IN_USE" in bob.post(edit, {**FORM, "name": "other", "version": "1"}).content.decode()
    another = {
        **FORM,
        "name": "orders ever",
        "what": "last",
        "of": "ordered",
        "by": "ordered",
        "version": "1",
    }
    assert "MEASURE_IN_USE" in bob.post(edit, another).content.decode()
    assert bob.post(edit, {**FORM, **WEB, "name": "orders ever", "version": "1"}).status_code == 303
    assert "STALE" in bob.post(edit, {**FORM, "name": "orders ever", "version": "1"}).content.decode()
    assert bob.post(f"/data/measures/{number_of('label')}/remove").status_code == 303
    assert bob.post(f"/data/measures/{number_of('revenue')}/remove").status_code == 409  # an export sends it


def test_viewers_see_the_values_of_harmless_measures_alone(shop: Shop) -> None:
    Source.objects.filter(name="customers").update(classes={"tier": "identifier", "city": "harmless"})
    shop.refresh()
    seen = {one.name: one for one in measure_queries.list_measures(program("vera", Role.VIEWER).actor)}
    assert seen["usual channel"].shape.top == (("shop", 1), ("web", 1))
    assert seen["orders ever"].shape.bars
    assert (seen["label"].column_class, bool(seen["label"].shape)) == ("identifier", False)
    found = segment_queries.first_members("Gold", SystemClock(), masked=True)
    assert found["members"] == []
    Segment.objects.update(rules={"column": "orders ever", "operator": ">=", "value": 1})
    found = segment_queries.first_members("Gold", SystemClock(), masked=True)
    first = dict(zip(found["columns"], found["members"][0], strict=True))
    assert (first["orders ever"], first["revenue"], first["label"]) == ("1", "10.0", "g***")


def test_conditions_on_what_is_not_harmless_are_masked(shop: Shop) -> None:
    Source.objects.filter(name="orders").update(classes={"amount": "harmless"})
    Source.objects.filter(name="customers").update(classes={})
    shop.refresh()
    vera = program("vera", Role.VIEWER).actor
    assert measure_queries.measure(vera, number_of("revenue")).rules["where"] == {
        "column": "channel", "operator": "is", "value": "***",
    }  # fmt: skip
    assert measure_queries.measure(ALICE, number_of("revenue")).rules["where"]["value"] == "web"


@pytest.mark.usefixtures("shop")
def test_measures_over_rest() -> None:
    carol = program("carol", Role.ADMINISTRATOR)
    made = carol.told(
        "POST", "/measures", {"name": "biggest", "rules": {"related": "placed", "max": "amount"}}, 201
    )
    assert (made["rules"], made["table"], made["type"], made["filled"]) == (
        {"related": ["placed"], "measure": "max", "of": "amount"}, "orders", "number", None,
    )  # fmt: skip
    changed = {"name": "biggest", "rules": {"related": "placed", "min": "amount"}, "version": made["version"]}
    assert carol.told("PUT", f"/measures/{made['id']}", changed)["version"] == made["version"] + 1
    assert carol.told("PUT", f"/measures/{made['id']}", changed, 409)["problems"][0]["code"] == "STALE"
    refused = carol.told("POST", "/measures", {"name": "x", "rules": {"related": "nowhere", "sum": 1}}, 422)
    assert [one["code"] for one in refused["problems"]] == ["RULE_UNKNOWN_RELATIONSHIP"]
    used = carol.told("DELETE", f"/measures/{number_of('orders ever')}", None, 409)
    assert used["problems"][0]["code"] == "MEASURE_IN_USE"
    carol.told("DELETE", f"/measures/{made['id']}", None, 204)
    names = [one["name"] for one in carol.get("/measures")["items"]]
    assert names == ["orders ever", "revenue", "last order", "usual channel", "label"]
    viewer = program("vera", Role.VIEWER)
    viewer.told("POST", "/measures", {"name": "x", "rules": {}}, 403)
