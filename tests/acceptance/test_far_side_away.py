"""An account that is slow, dead or endless stops neither the web server nor a colleague (six people ask it at once)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson
import pytest

from tests.acceptance.clients import EMAIL
from tests.acceptance.conftest import KEY, installed
from tests.acceptance.far_sides import FAR_SIDES, Told, at_once, timed
from tests.acceptance.serving import Served, serving, until
from tests.fakes.peer import peer

pytestmark = pytest.mark.slow
_SECONDS: Final = 2.0  # for anybody
_DONE: Final = ("Successful", "Failed")
_SOURCES: Final = """\
sources:
  - {name: customers, files: customers.csv, profiles: true, primary_key: id, types: {id: text}}
segments:
  - {name: Gold, rules: {column: tier, is: gold}}
connections:
"""
_CONNECTION: Final = """\
  - {{name: {name}, host: "{host}", key: {key}, consent: {{agreed_by: Alice, version: "1"}}}}
"""
_EXPORT: Final = """\
  - {{name: {name}, connection: {name}, list: 1, segments: Gold, data_matching: {{email: email}}}}
"""


@dataclass(frozen=True)
class Away:
    """A served installation with a connection to an account of each kind of trouble: its host, by the kind."""

    served: Served
    hosts: dict[str, str]
    headers: dict[str, str]

    def asked(self, name: str) -> list[Callable[[], Told]]:
        draft = {"host": self.hosts[name], "key": "another-key-for-tests-0009"}
        path = f"/api/v1/exports/offers?connection={name}"
        return [
            lambda: timed(self.served.port, "GET", path, self.headers),
            lambda: timed(self.served.port, "POST", "/api/v1/connections/check", self.headers, draft),
        ]

    def told(self, method: str, path: str, body: object = None) -> Any:
        reply = timed(self.served.port, method, f"/api/v1{path}", self.headers, body)
        assert reply.status < 400, reply.text
        return orjson.loads(reply.text)

    def preview(self, name: str) -> int:
        """Ask for a preview of the export to an account; return the task."""
        exports = {one["name"]: one["id"] for one in self.told("GET", "/exports")["items"]}
        return int(self.told("POST", f"/exports/{exports[name]}/preview")["task"])

    def colleague(self, name: str) -> Told:
        body = {"name": f"Like {name}", "rules": {"column": "tier", "is": "gold"}}
        return timed(self.served.port, "POST", "/api/v1/segments", self.headers, body)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    folder = tmp_path_factory.mktemp("away")
    with ExitStack() as stack:
        one = stack.enter_context(installed(folder, "unlimited", lists="News", fields="Tier"))
        peers = {name: stack.enter_context(peer(answer())) for name, answer in FAR_SIDES.items()}
        hosts = {name: f"127.0.0.1:{far.port}" for name, far in peers.items()}
        one.environment["LELEKA_TEST_HOSTS"] = ",".join([one.sandbox, *hosts.values()])
        (folder / "customers.csv").write_text("id,email,tier\n1,ann@example.com,gold\n", encoding="utf-8")
        lines = [_CONNECTION.format(name=name, host=host, key=KEY) for name, host in hosts.items()]
        exports = ["exports:\n", *(_EXPORT.format(name=name) for name in hosts)]
        (folder / "leleka.yaml").write_text(_SOURCES + "".join([*lines, *exports]), encoding="utf-8")
        one.leleka("apply", str(folder / "leleka.yaml"))
        one.leleka("user", "add", EMAIL, "--name", "Alice", "--role", "administrator")
        told = one.leleka("user", "token", EMAIL, "--name", "test").strip()
        away = Away(stack.enter_context(serving(one)), hosts, {"Authorization": f"Bearer {told}"})
        away.colleague("nobody")  # the first request of all takes longer
        yield away


# In make test the two that would hold up most: one that never answers, and one that always has more to say.
@pytest.mark.long
@pytest.mark.parametrize("name", FAR_SIDES)
def test_nobody_waits_for_an_account(away: Away, name: str) -> None:
    health = partial(timed, away.served.port, "GET", "/healthz", {})
    asks = away.asked(name)
    *asked, well, written = told = at_once([*(asks * 3), health, partial(away.colleague, name)])
    assert (well.status, written.status) == (200, 201)
    told += at_once(asks * 3)
    assert max(one.seconds for one in told) < _SECONDS
    assert {one.status for one in asked} <= {200, 429, 503}
    refused = [one for one in asked if one.status != 200]
    assert [one.headers["retry-after"].isdecimal() for one in refused] == [True] * len(refused)


@pytest.mark.long
def test_an_account_that_fails_again_and_again_is_left_alone(away: Away) -> None:
    offers, _ = away.asked("Broken")
    found: list[str] = []

    def silent() -> bool:
        found.append(orjson.loads(offers().text)["code"])
        return found[-1] == "ACCOUNT_SILENT"

    until(silent, "the account to be left alone")
    assert set(found) == {"SERVER_ERROR", "ACCOUNT_SILENT"}


@pytest.mark.long
def test_previews_of_accounts_that_do_not_answer_keep_no_count_waiting(away: Away) -> None:
    """They take as long as eight tries of thirty seconds; both places of the worker are theirs for ten."""

    def standing(task: int) -> str:
        return str(away.told("GET", f"/tasks/{task}")["status"])

    previews = [away.preview(name) for name in ("Dead", "Trickling")]
    until(lambda: {standing(task) for task in previews} == {"Processing"}, "both places to be taken")
    count = away.told("POST", "/segments/count", {"rules": {"column": "tier", "is": "gold"}})["task"]
    until(lambda: standing(count) in _DONE, "a count", 60.0)
    assert (standing(count), [standing(task) for task in previews]) == ("Successful", ["Processing"] * 2)
