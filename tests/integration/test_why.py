"""Why somebody is in the list of an export, or is not."""

from collections.abc import Mapping
from typing import Final

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.customers import queries as customer_queries
from leleka.services.exports import commands as export_commands
from leleka.services.privacy import suppression
from leleka.services.why import commands as why_commands
from leleka.services.why import queries as why_queries
from leleka.services.why.contracts import WhyStep, WhyView
from leleka.state.models import AuditEntry, BatchRow, Export, Run, Segment, Task
from leleka.worker import jobs
from tests.integration.customers import COLUMNS, PEOPLE, VERA, lay, open_shop, refresh
from tests.integration.office import ALICE, Office

ZOE, JOHN, OLENA, YIZHAK = "zoe@z.test", "john@y.test", "olena.koval@x.test", "yizhak@x.test"


@pytest.fixture
def shop(office: Office) -> Office:
    open_shop(office)
    return office


def news() -> int:
    return Export.objects.get(name="News").pk


def why(address: str) -> WhyView:
    return why_queries.why(ALICE, news(), address=address)


def step(view: WhyView, name: str) -> WhyStep:
    (found,) = [one for one in view.steps if one.name == name]
    return found


def held(view: WhyView) -> Mapping[str, bool | None]:
    return {str(one.name): one.held for one in view.steps}


def test_who_was_delivered_is_in_since_the_run(shop: Office) -> None:
    shop.run()
    view = why(ZOE)
    assert view.inside is True
    assert view.verdict["en"].startswith("In the list since ")
    assert held(view) == {
        "source": True, "address": True, "segment": True, "suppression": True, "run": True, "plan": True,
        "batch": True, "list": True, "account": None,
    }  # fmt: skip
    assert step(view, "segment").notes[0]["en"] == "The last run had them in this segment."


def test_who_is_in_no_segment_reads_the_rule_and_their_own_value(shop: Office) -> None:
    shop.run()
    view = why(JOHN)
    assert view.inside is False
    assert view.verdict["en"] == (
        "Not in the list: in segment “Gold” this does not hold: “tier” is “gold”. What is there: silver."
    )
    (rule,) = step(view, "segment").rules
    assert (rule.holds, rule.value["en"]) == (False, "silver")
    assert view.verdict["uk"] != view.verdict["en"]
