"""Counts of rules that are being edited, where what they were found from changes, and drafts that hold anything."""

from typing import Any, Final
from unittest.mock import patch

import pytest
from django.urls import reverse

from leleka.services.access.actor import Role
from leleka.services.builder import asking, queries
from leleka.services.builder.sets import SetCache
from leleka.state.models import Segment, SegmentDraft, SegmentSize
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

RELATED: Final = """\
sources:
  - {name: customers, files: customers.csv, profiles: true, primary_key: id}
  - {name: orders, files: orders.csv}
relationships:
  - {name: bought, from: orders.payer, to: customers.id}
"""
BOUGHT: Final = {"related": "bought", "measure": "exists"}
LARGE: Final = {"$integer": "99999999999999999999"}


def test_a_sample_is_of_the_relationship_as_it_is_now(office: Office) -> None:
    office.hire(60)
    lines = "".join(f"1,{number}\n" for number in range(1, 61))
    (office.folder / "orders.csv").write_text(f"payer,receiver\n{lines}")
    office.apply(RELATED)
    with patch.multiple(asking, SAMPLE=20, LARGE=10):
        queries.counts(ALICE, BOUGHT)
        office.apply(RELATED.replace("orders.payer", "orders.receiver"))
        told = queries.counts(ALICE, BOUGHT)
    assert told.whole is not None
    assert (told.whole.count, told.whole.exact) == (60, False)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"rules": {"column": "id", "is": LARGE}}, 200),
        ({"version": 2**31}, 200),
        ({"version": -1}, 200),
        ({"version": LARGE}, 200),
        ({"segment": 2**63}, 404),
        ({"segment": LARGE, "discard": True}, 200),
    ],
)
def test_a_draft_with_numbers_of_any_size_is_no_failure(
    office: Office, told: dict[str, Any], status: int
) -> None:
    office.hire(1)
    office.apply()
    alice = somebody("alice", Role.ADMINISTRATOR)
    reply = alice.browser.post(
        reverse("web:builder_draft"), {"name": "Big", **told}, content_type="application/json"
    )
    assert (reply.status_code, SegmentDraft.objects.count()) == (status, int("segment" not in told))
    kept = queries.draft(alice.actor)
    if "rules" in told:
        assert kept is not None
        assert kept.rules == {"column": "id", "is": 99999999999999999999}


def test_counting_rules_changes_nothing_of_the_segments_in_them(office: Office) -> None:
    """Who looks at a count neither counts the segment anew nor begins to follow who comes and leaves."""
    office.hire(3)
    office.hire(2, tier="silver")
    office.apply()
    for tier, members in (("gold", 3), ("silver", 2)):
        Segment.objects.update(rules={"column": "tier", "operator": "is", "value": tier})
        told = queries.counts(ALICE, {"segment": "Gold"})
        assert told.whole is not None
        assert (told.whole.count, told.whole.exact) == (members, True)
    row = Segment.objects.get(name="Gold")
    assert (row.snapshot, row.size, row.evaluated_at, row.followed_since) == ("", None, None, None)
    assert not SegmentSize.objects.exists()


def test_a_cache_counts_what_an_entry_takes_and_not_its_bits_alone() -> None:
    cache = SetCache(10_000)
    for number in range(100):
        cache.put(str(number), 0)
    assert cache.get("0") is None
    assert cache.get("99") == 0
