"""Every route and every operation with the worst input that its limits allow: answered in words, within a second of
the processor (here two: the machine may be busy).
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.test import Client

from leleka.services.access.actor import Role
from leleka.state.models import Segment, Task
from tests.integration.api import PREFIX, furnish, program
from tests.integration.office import Office
from tests.integration.operations_of_sources import furnish_sources
from tests.integration.people import somebody
from tests.integration.test_api_permissions import OPERATIONS, WRITTEN, body_of, places_for
from tests.worst import JSON, Worst, of_operation, of_pages

pytestmark = pytest.mark.slow
_SECONDS = 2.0


def wrong(requests: Iterable[Worst], ask: Callable[[Worst], object]) -> Iterator[str]:
    for one in requests:
        Task.objects.all().delete()  # else most of them were refused for asking too often
        began = time.process_time()
        reply = ask(one)
        took = time.process_time() - began
        status = reply.status_code  # type: ignore[attr-defined]
        if status >= 500 and not (status == 503 and reply.has_header("Retry-After")):  # type: ignore[attr-defined]
            yield f"{one}: {status}"
        if took > _SECONDS:
            yield f"{one}: {took:.1f} s"


def many_segments() -> None:
    """A name that is not known is compared with all that are."""
    rules = {"column": "tier", "is": "gold"}
    Segment.objects.bulk_create(Segment(name=f"Gold {number}", rules=rules) for number in range(500))


@pytest.mark.long
def test_every_route_answers_the_worst(office: Office) -> None:
    furnish(office)
    many_segments()
    browser = somebody("visitor", Role.ADMINISTRATOR).browser
    browser.raise_request_exception = False
    found = wrong(of_pages(), lambda one: browser.generic(one.method, one.path, one.body, one.kind))
    assert [one for one in found if "/readyz" not in one] == []  # no worker is running here


def test_every_operation_answers_the_worst(office: Office) -> None:
    furnish(office)
    many_segments()
    furnish_sources(office)
    asking = program("asking", Role.ADMINISTRATOR)
    headers = {"Authorization": f"Bearer {asking.token}"}
    browser = Client(raise_request_exception=False)
    Segment.objects.create(name="Spare", rules={"column": "tier", "is": "gold"})
    places = places_for(asking)
    requests: list[Worst] = []
    for one in OPERATIONS:
        kind = one.path.split("/")[1]
        path = (one.real or one.path).format(**{"number": places.get(kind, 1), **places})
        requests += of_operation(one.method, path, body_of(one.body, office, places))
    found = wrong(
        requests,
        lambda one: browser.generic(one.method, PREFIX + one.path, one.body, JSON, headers=headers),
    )
    assert list(found) == []


def test_an_export_of_a_thousand_unknown_segments_suggests_names_for_the_first(office: Office) -> None:
    """Each suggestion compares a name with every known one: two hundred thousand of them took a minute."""
    furnish(office, run=False)
    asking = program("asking", Role.ADMINISTRATOR)
    body: dict[str, Any] = {**WRITTEN, "segments": ["Godl"] * 1_000}
    found = asking.told("POST", "/exports", body, 422)["problems"]
    assert [one["code"] for one in found] == ["SEGMENT_UNKNOWN"] * 100
    assert ["Gold" in one["message"] + one["remedy"] for one in found] == [True] * 20 + [False] * 80
    body["segments"] *= 2
    assert [one["where"] for one in asking.told("POST", "/exports", body, 422)["problems"]] == ["segments"]


def test_an_object_of_forty_thousand_unknown_properties_is_not_looked_into(office: Office) -> None:
    """Each of them became a problem: a second of the processor and 75 MiB, for a viewer who may not even write."""
    furnish(office, run=False)
    asking = program("asking", Role.VIEWER)
    body: dict[str, Any] = {**WRITTEN, "data_matching": {f"k{number}": number for number in range(5_001)}}
    assert asking.told("POST", "/exports", body, 400)["code"] == "REQUEST_INVALID"
    body["data_matching"].popitem()
    assert len(asking.told("POST", "/exports", body, 422)["problems"]) == 100


def test_a_list_of_the_wrong_type_is_refused_with_a_hundred_problems(office: Office) -> None:
    furnish(office, run=False)
    asking = program("asking", Role.VIEWER)
    body = {"repeat": "daily", "times": [{"a": 1}] * 19_999, "time_zone": "UTC"}
    assert len(asking.told("POST", "/system/schedule/preview", body, 422)["problems"]) == 100
