"""Pages of contacts and lists: whom they are of, and that they end, is not taken for granted."""

import json

import pytest

from leleka.core.ports.destination import SuppressedPage, SuppressionReason
from leleka.errors import NeedsAttention, TryLater
from tests.fakes.peer import canned, peer
from tests.unit.destinations.activecampaign.support import RecordingClock, account_at
from tests.unit.destinations.activecampaign.test_response_parsing import Query, account


def page(meta: object, reason: SuppressionReason = SuppressionReason.NEVER_CONFIRMED) -> SuppressedPage:
    body = {"contacts": [{"id": "3", "email": "Ada@example.test"}], "meta": meta}
    with peer(canned(200, json.dumps(body).encode())) as server:
        account = account_at(server.port, RecordingClock())
        try:
            return account.suppressed_page("7", reason, 0)
        finally:
            account.close()


@pytest.mark.parametrize("status", [-1, "-1"])
def test_a_page_of_every_status_is_refused(status: object) -> None:
    """An account that takes status=0 for none would else have all its contacts taken for unconfirmed ones."""
    with pytest.raises(NeedsAttention) as refusal:
        page({"total": "1", "page_input": {"status": status}})
    assert refusal.value.code == "STATUS_FILTER_IGNORED"


@pytest.mark.parametrize("meta", [None, {}, {"page_input": {"status": 0}}, {"page_input": {"status": "0"}}])
def test_a_page_that_says_nothing_else_is_what_was_asked_for(meta: object) -> None:
    found = page(meta)
    assert [(one.address, one.reason) for one in found.people] == [
        ("ada@example.test", SuppressionReason.NEVER_CONFIRMED)
    ]


def test_rows_without_an_id_do_not_hold_the_reader_for_ever() -> None:
    """As many as one account may have, and no more: neither ids nor a total tell that they repeat."""

    def page(query: Query) -> object:
        return {"lists": [{"name": "A"}] * 100} if int(query["offset"]) <= 10_000 else {}

    with account(lists=page) as (destination, _, _), pytest.raises(TryLater) as refusal:
        destination.targets()
    assert refusal.value.problems[0].params == {"reason": "it has more than 10000 lists"}
