"""Connect: what a test of host and key reports, what it proves to Save, and how many are allowed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from leleka.core.clock import SystemClock
from leleka.core.ports import Standing
from leleka.errors import TryLater
from leleka.services import connection_checks, connection_views
from leleka.services import editing_connections as editing
from leleka.services.connection_checks import Draft
from leleka.state.models import Connection
from tests.integration.conftest import KEY
from tests.integration.connecting import OTHER_KEY, connected, form, host, tried
from tests.integration.office import ALICE, Office


def test_a_proof_holds_for_a_quarter_of_an_hour(office: Office) -> None:
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC), tick=False) as moment:
        judged = connection_checks.judge(Draft(host(office), KEY), None)
        proof = connection_checks._prove(ALICE, judged, [])
        assert connection_checks.has_passed(ALICE, judged, proof) == []
        moment.shift(timedelta(minutes=15, seconds=1))
        assert connection_checks.has_passed(ALICE, judged, proof) is None


def test_a_key_that_is_refused_proves_nothing(office: Office) -> None:
    steps, proof = tried(ALICE, Draft(host(office), OTHER_KEY))
    told = [(step.name, step.standing.value, step.code) for step in steps]
    assert told == [("address", "passed", ""), ("key", "failed", "KEY_REFUSED"), ("lists", "skipped", "")]
    assert proof == ""


def test_a_key_may_be_kept_elsewhere(office: Office, tmp_path: Path) -> None:
    place = tmp_path / "key"
    place.write_text(f"{KEY}\n")
    reference = f"file:{place}"
    steps, proof = tried(ALICE, Draft(host(office), reference))
    assert [step.standing for step in steps] == [Standing.PASSED] * 3
    made = editing.create(ALICE, form(office, key=reference, proof=proof))
    assert (made.key_reference, made.key_hint, made.has_key) == (reference, "", True)
    steps, proof = tried(ALICE, Draft(host(office), "env:NOTHING_LIKE_IT"))
    assert [step.code for step in steps] == ["KEY_MISSING", "", ""]
    assert proof == ""


def test_a_check_of_what_is_saved_is_remembered(office: Office) -> None:
    made = connected(office, ALICE)
    Connection.objects.get().secrets.all().delete()
    steps, proof = tried(ALICE, Draft("", connection=made.id))
    assert (steps[0].code, proof) == ("KEY_MISSING", "")
    seen = connection_views.connection(ALICE, made.id)
    assert "KEY_MISSING" in [reason.code for reason in seen.attention]


def test_connect_is_limited_to_five_a_minute(office: Office) -> None:
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC), tick=False) as moment:
        for _ in range(5):
            connection_checks.begin(ALICE, Draft(host(office), KEY), SystemClock())
        with pytest.raises(TryLater, match="CHECK_TOO_OFTEN") as raised:
            connection_checks.begin(ALICE, Draft(host(office), KEY), SystemClock())
        assert raised.value.retry_after == 60
        moment.shift(timedelta(seconds=61))
        connection_checks.begin(ALICE, Draft(host(office), KEY), SystemClock())
