"""Why somebody is in the list of an export: asked and looked at in tests."""

from collections.abc import Mapping

import pytest

from leleka.services.segments import commands as segment_commands
from leleka.services.why import queries as why_queries
from leleka.services.why.contracts import WhyStep, WhyView
from leleka.state.models import Export, Segment, Task
from leleka.worker import jobs
from tests.fakes.clock import HurriedClock
from tests.integration.customers import open_shop, refresh
from tests.integration.office import ALICE, Office

ZOE, JOHN, OLENA, YIZHAK = "zoe@z.test", "john@y.test", "olena.koval@x.test", "yizhak@x.test"


@pytest.fixture
def shop(office: Office) -> Office:
    open_shop(office)
    for model in (Segment, Export):
        model.objects.update(managed_by_file="")  # somebody's own from now on
    return office


def news() -> int:
    return Export.objects.get(name="News").pk


def why(address: str) -> WhyView:
    return why_queries.why(ALICE, news(), address=address)


def verdict(address: str) -> str:
    return why(address).verdict["en"]


def step(view: WhyView, name: str) -> WhyStep:
    (found,) = [one for one in view.steps if one.name == name]
    return found


def held(view: WhyView) -> Mapping[str, bool | None]:
    return {str(one.name): one.held for one in view.steps}


def stops(view: WhyView) -> list[str]:
    """Return the steps that do not hold."""
    return [str(one.name) for one in view.steps if one.held is False]


def work() -> None:
    """Carry out what the worker was asked for."""
    for task in Task.objects.filter(worker=""):
        jobs.carry_out(f"task:{task.pk}", HurriedClock())


def rules(text: str) -> None:
    """Give segment Gold other rules, and evaluate it."""
    row = Segment.objects.get(name="Gold")
    segment_commands.update(ALICE, row.pk, "Gold", text, row.version)
    refresh(f"segment:{row.pk}")
