"""Several exports of one account at the speed of the real one, their requests counted by the sandbox (I-18)."""

import signal
import time
from urllib.request import urlopen

import orjson
import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.test_kill import DEFINITIONS, write_people

PEOPLE = 300
EXPORTS = ("Everybody", "Again")
AGAIN = """  - name: Again
    connection: Sandbox
    list: 2
    segments: everybody
    data_matching: {email: email, first_name: name}
"""
DONE = {0, 3}  # exit codes: done, and done with rows that have to wait for what the killed one had in flight
_READS = 2  # requests, of the five or more that it reads before it sends
ENOUGH = 240.0  # seconds, on a slow machine


def answered(installation: Installation) -> dict[int, int]:
    """Return how many of the last requests had which status."""
    with urlopen(f"http://{installation.sandbox}/_sandbox/requests", timeout=10) as reply:
        found = [one["status"] for one in orjson.loads(reply.read())["requests"]]
    return {status: found.count(status) for status in set(found)}


@pytest.mark.long
@pytest.mark.parametrize("installation", [1], indirect=True)
def test_exports_and_people_at_once_share_five_requests_a_second(installation: Installation) -> None:
    """I-18: two runs and three previews in processes of their own, of which one run is killed and goes on."""
    people = write_people(installation, PEOPLE)
    installation.behave(jitter_seconds=0.05)
    file = installation.define(DEFINITIONS + AGAIN)
    installation.leleka("apply", str(file))
    installation.leleka("refresh")
    runs = [installation.start("export", "run", name) for name in EXPORTS]
    looks = [installation.start("export", "preview", name) for name in (*EXPORTS, EXPORTS[0])]
    until = time.monotonic() + ENOUGH
    # It reads, and has more to read: whom it had sent to would wait in both exports.
    while installation.state()["requests"]["total"] < _READS:
        assert time.monotonic() < until
    killed, other = runs
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    again = installation.start("export", "run", EXPORTS[0])
    for process in (*looks, other, again):
        _, told = process.communicate(timeout=ENOUGH)
        assert process.returncode in DONE, told
    seen = installation.state()
    # Whichever came second may have left everybody to its next run: they were on their way in the other export.
    installation.leleka("export", "run", EXPORTS[1])
    assert installation.listed(2) == people
    # What the killed one may have sent waits until nothing of it can arrive any more: minutes, at this speed.
    assert installation.listed(1).items() <= people.items()
    assert seen["violations"] == []
    assert 3 <= seen["most_seen"]["requests_in_a_second"]["most"] <= 5  # so they met
    assert set(answered(installation)) == {200}
