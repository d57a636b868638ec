"""Connect: what a test of host and key reports, what it proves to Save, and how many are allowed."""

from pathlib import Path

import pytest

from leleka.core.clock import using
from leleka.core.ports.destination import CheckStatus
from leleka.errors import TryLater
from leleka.services.connections import commands as editing
from leleka.services.connections import connection_test
from leleka.services.connections import queries as connection_queries
from leleka.services.connections.connection_test import Draft
from leleka.services.connections.queries import SecretView
from leleka.state.models import Connection
from tests.fakes.clock import VirtualClock
from tests.integration.conftest import KEY
from tests.integration.connecting import OTHER_KEY, connected, draft, form, tried
from tests.integration.office import ALICE, Office


def test_a_proof_holds_for_a_quarter_of_an_hour(office: Office) -> None:
    clock = VirtualClock()
    with using(clock):
        judged = connection_test.judge(draft(office), None)
        proof = connection_test._prove(ALICE, judged, [], clock)
        assert connection_test.has_passed(ALICE, judged, proof) == []
        clock.sleep(15 * 60 + 1)
        assert connection_test.has_passed(ALICE, judged, proof) is None


def test_a_key_that_is_refused_proves_nothing(office: Office) -> None:
    steps, proof = tried(ALICE, draft(office, key=OTHER_KEY))
    told = [(step.name, step.standing.value, step.code) for step in steps]
    assert told == [("address", "passed", ""), ("key", "failed", "KEY_REFUSED"), ("lists", "skipped", "")]
    assert proof == ""


def test_a_key_may_be_kept_elsewhere(office: Office, tmp_path: Path) -> None:
    place = tmp_path / "key"
    place.write_text(f"{KEY}\n")
    reference = f"file:{place}"
    steps, proof = tried(ALICE, draft(office, key=reference))
    assert [step.standing for step in steps] == [CheckStatus.PASSED] * 3
    made = editing.create(ALICE, form(office, key=reference, proof=proof))
    assert made.secrets["key"] == SecretView(is_set=True, hint="", reference=reference)
    steps, proof = tried(ALICE, draft(office, key="env:LELEKA_SECRET_NOTHING_LIKE_IT"))
    assert [step.code for step in steps] == ["KEY_MISSING", "", ""]
    assert proof == ""


def test_a_check_of_what_is_saved_is_remembered(office: Office) -> None:
    made = connected(office, ALICE)
    Connection.objects.get().secrets.all().delete()
    steps, proof = tried(ALICE, Draft({}, connection=made.id))
    assert (steps[0].code, proof) == ("KEY_MISSING", "")
    seen = connection_queries.connection(ALICE, made.id)
    assert "KEY_MISSING" in [reason.code for reason in seen.attention]


def test_connect_is_limited_to_five_a_minute(office: Office) -> None:
    clock = VirtualClock()
    with using(clock):
        for _ in range(5):
            connection_test.begin(ALICE, draft(office), clock)
        with pytest.raises(TryLater, match="CHECK_TOO_OFTEN") as raised:
            connection_test.begin(ALICE, draft(office), clock)
        assert raised.value.retry_after == 60
        clock.sleep(61)
        connection_test.begin(ALICE, draft(office), clock)
