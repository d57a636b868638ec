"""Two processes, two exports, one account: one lane, one set of limits, one of the processes killed (I-12,
I-15, I-18).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import psycopg
import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.killing import kill, sent
from tests.acceptance.test_kill import write_people

PEOPLE = 15_000
LEASE = 6.0
ALSO = """
  - name: Again
    connection: Quick
    list: 2
    segments: everybody
    data_matching: {email: email, first_name: name}
"""
# The same account under another name. A minute passes while the slow one sends the first export: time for the
# second process to start and queue, on a busy machine, too.
SLOW = "share of limits: 0.06, consent: {agreed_by: Ada, version: 1}}"
QUICK = ', {name: Quick, host: "${HOST}", key: "${AC_KEY}", consent: {agreed_by: Ada, version: 1}}]'

DONE = {0, 3}  # exit codes: done, and done with rows that have to wait
FIRST_AND_LAST = """
SELECT min(attempt.written_at), max(attempt.written_at) FROM state_attempt attempt
JOIN state_batch batch ON batch.id = attempt.batch_id JOIN state_run run ON run.id = batch.run_id
WHERE run.id = {}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, installation: Installation) -> Iterator[Installation]:
    """The installation on either database, with a lease short enough to wait for."""
    installation.environment["LELEKA_LEASE_SECONDS"] = str(LEASE)
    with ExitStack() as stack:
        if request.param == "postgresql":
            installation.environment["LELEKA_DATABASE_URL"] = stack.enter_context(postgresql())
        yield installation


def first_and_last(shared: Installation, run: int) -> tuple[float, float]:
    """Return when the first and the last attempt of a run were recorded, according to the run itself."""
    url, query = shared.environment.get("LELEKA_DATABASE_URL"), FIRST_AND_LAST.format(run)
    if url is not None:
        with psycopg.connect(url) as postgres:
            row = postgres.execute(query.encode()).fetchone()
    else:
        with closing(sqlite3.connect(shared.folder / "data" / "state.sqlite3")) as sqlite:
            row = sqlite.execute(query).fetchone()
    assert row is not None
    return float(row[0]), float(row[1])


def prepare(shared: Installation) -> dict[str, str]:
    people = write_people(shared, PEOPLE)
    definitions = shared.folder / "leleka.yaml"
    text = definitions.read_text()
    one = "consent: {agreed_by: Ada, version: 1}}]"
    assert one in text
    shared.define(text.replace(one, SLOW + QUICK) + ALSO)
    shared.leleka("apply", str(definitions))
    shared.leleka("refresh")
    return people


@pytest.mark.long
@pytest.mark.parametrize("installation", [10], indirect=True)
def test_two_exports_share_an_account_and_one_of_them_is_killed(
    shared: Installation, record_property: Callable[[str, object], None]
) -> None:
    people = prepare(shared)
    killed = shared.start("export", "run", "Everybody")
    sent(shared, killed, 2)
    other = shared.start("export", "run", "Again")
    assert other.stderr is not None
    assert any("Queued behind run 1 of Everybody" in line for line in other.stderr)
    assert killed.poll() is None
    kill(killed)
    assert len(shared.listed(1)) < PEOPLE
    _, before = first_and_last(shared, 1)

    _, told = other.communicate(timeout=100)
    assert other.returncode in DONE, told
    # The killed process held the lane until its lease ran out; from its last attempt to the other's first
    # one.
    waited = first_and_last(shared, 2)[0] - before
    record_property("seconds_until_the_other_went_on", waited)
    assert 0 < waited <= LEASE + 10
    assert shared.state()["violations"] == []

    # What the killed process had in flight is in quarantine for the other export, though its copy arrived
    # (F2). With time passing faster the quarantine ends, the slow run finishes, and those who had to wait are
    # sent.
    shared.environment["LELEKA_TEST_SPEED"] = "1000"
    shared.leleka("export", "run", "Everybody")
    assert shared.listed(1) == people
    shared.leleka("export", "run", "Again")
    assert shared.listed(2) == people
