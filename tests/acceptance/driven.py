"""An installation in which everything a route or an operation may be about exists, for each role, and whose accounts
are slow, dead or endless: only ``Ours`` goes to one that answers.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from leleka.services.access.actor import Role
from tests.acceptance.clients import PASSWORD
from tests.acceptance.conftest import KEY, Installation, installed
from tests.acceptance.far_sides import FAR_SIDES, Told, timed
from tests.acceptance.serving import Served, serving, until
from tests.acceptance.web_process import WebProcess
from tests.fakes.peer import peer
from tests.worst import FORM

PREFIX: Final = "/api/v1"
OURS: Final = "Ours"
_NUMBER: Final = re.compile(r"/1(?=[/?]|$)")
_SEGMENT: Final = '  - {{name: "{name}", rules: {{column: tier, is: gold}}}}\n'
_CONNECTION: Final = """\
  - {{name: {name}, host: "{host}", key: {key}, consent: {{agreed_by: Alice, version: "1"}},
     shared_with: administrators and contributors}}
"""
_EXPORT: Final = """\
  - {{name: "{name}", connection: "{name}", list: 1, segments: "{segments}", data_matching: {{email: email}}}}
"""
_SOURCES: Final = """\
sources:
  - {name: customers, files: customers.csv, profiles: true, primary_key: id, types: {id: text}}
"""
_CUSTOMERS: Final = 2_000


@dataclass(frozen=True)
class Somebody:
    """The headers of somebody's programs and of their browser, and the number of each kind of object they work with,
    by the beginning of its path.
    """

    token: Mapping[str, str]
    session: Mapping[str, str]
    numbers: Mapping[str, int]

    def path(self, path: str) -> str:
        """Return a path with the number of an object that exists, where it names the first of all."""
        for start, number in self.numbers.items():
            if path.startswith(f"{start}/1"):
                return _NUMBER.sub(f"/{number}", path, count=1)
        return path


NOBODY: Final = Somebody({}, {}, {})


@dataclass(frozen=True)
class Driven:
    """Served, with a colleague who is an administrator, and the hosts of the accounts by what is wrong with them."""

    installation: Installation
    served: Served
    hosts: Mapping[str, str]
    people: Mapping[str, Somebody]

    @property
    def colleague(self) -> Somebody:
        return self.people["colleague"]

    @property
    def web(self) -> WebProcess:
        return WebProcess.of(self.served.child("leleka.conf.server"))

    def export(self, name: str) -> int:
        """Return the number of an export; it has the name of its account."""
        exports = orjson.loads(self.ask("GET", "/exports").text)["items"]
        return int(next(one["id"] for one in exports if one["name"] == name))

    def waited(self, job: str) -> float:
        """Return for how many seconds the worker, and the process of a job, were ready and got no processor."""
        worker, *children = WebProcess.of(self.served.child("leleka\0worker")).pids
        seconds = WebProcess((worker,)).waited()
        for pid in children:
            with suppress(OSError):  # it has ended
                if job in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0"):
                    seconds += WebProcess((pid,)).waited()
        return seconds

    def ask(self, method: str, path: str, body: object = None) -> Told:
        """Ask the API as the colleague."""
        return timed(self.served.port, method, PREFIX + path, dict(self.colleague.token), body)


@contextmanager
def driven(folder: Path) -> Iterator[Driven]:
    with ExitStack() as stack:
        one = stack.enter_context(installed(folder, "unlimited", lists="News", fields="Tier"))
        peers = {name: stack.enter_context(peer(answer())) for name, answer in FAR_SIDES.items()}
        hosts = {name: f"127.0.0.1:{far.port}" for name, far in peers.items()}
        one.environment["LELEKA_TEST_HOSTS"] = ",".join([one.sandbox, *hosts.values()])
        _define(one, hosts)
        hired = {name: one.ask("hire", name, role.value, PASSWORD) for name, role in _PEOPLE.items()}
        _hand_over(one, hired["colleague"]["number"])
        served = stack.enter_context(serving(one))
        numbers = _numbers(served, hired)
        people = {
            name: Somebody(_bearer(told["token"]), _entered(served, name), numbers.get(name, {}))
            for name, told in hired.items()
        }
        yield Driven(one, served, hosts, people)


_PEOPLE: Final = {
    **{role.value: role for role in Role},
    "colleague": Role.ADMINISTRATOR,
    "bystander": Role.VIEWER,
}


def _define(one: Installation, hosts: Mapping[str, str]) -> None:
    rows = [f"{number},person{number}@example.com,gold\n" for number in range(_CUSTOMERS)]
    (one.folder / "customers.csv").write_text("id,email,tier\n" + "".join(rows), encoding="utf-8")
    text = _SOURCES + "segments:\n"
    text += "".join(_SEGMENT.format(name=name) for name in ("Gold", *map(_of, Role)))
    accounts = {**hosts, OURS: one.sandbox, **{_of(role): hosts["Dead"] for role in Role}}
    text += "connections:\n"
    text += "".join(
        _CONNECTION.format(name=f'"{name}"', host=host, key=KEY) for name, host in accounts.items()
    )
    text += "exports:\n"
    text += "".join(
        _EXPORT.format(name=name, segments=name if name.startswith("Of ") else "Gold") for name in accounts
    )
    (one.folder / "leleka.yaml").write_text(text, encoding="utf-8")
    one.leleka("apply", str(one.folder / "leleka.yaml"))


def _hand_over(one: Installation, lender: int) -> None:
    """Let people change what came from the file, and runs act in an administrator's name."""
    with closing(sqlite3.connect(one.folder / "data" / "state.sqlite3")) as state:
        state.execute("UPDATE state_connection SET managed_by_file = ''")
        state.execute("UPDATE state_export SET managed_by_file = ''")
        state.execute("UPDATE state_segment SET managed_by_file = ''")
        state.execute("UPDATE state_connection SET export_user_id = ?", [lender])
        state.commit()


def _of(role: Role) -> str:
    return f"Of {role.value}"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _told(served: Served, token: str, method: str, path: str, body: object = None) -> Any:
    reply = timed(served.port, method, PREFIX + path, _bearer(token), body)
    assert reply.status < 300, reply.text
    return orjson.loads(reply.text)


def _run(served: Served, token: str, export: int) -> int:
    """Run an export whose account answers, to the end; return the number of the run."""
    run: int = _told(served, token, "POST", f"/exports/{export}/run", {})["run"]
    until(lambda: _told(served, token, "GET", f"/runs/{run}")["finished_at"], "the first run")
    return run


def _numbers(served: Served, hired: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return the numbers of the objects of each role, by the beginning of their paths."""
    token = hired["colleague"]["token"]

    def named(path: str) -> dict[str, int]:
        return {one["name"]: one["id"] for one in _told(served, token, "GET", f"{path}?limit=200")["items"]}

    exports, segments, connections = named("/exports"), named("/segments"), named("/connections")
    bystander = hired["bystander"]
    run = _run(served, token, exports[OURS])
    refresh = _told(served, token, "POST", "/refreshes", {"scope": "sources"})["refresh"]
    task = _told(served, token, "POST", f"/segments/{segments['Gold']}/members")["task"]
    return {
        role.value: {
            **_both("exports", exports[_of(role)], "/data/exports"),
            **_both("segments", segments[_of(role)], "/segments"),
            **_both("connections", connections[_of(role)], "/admin/connections"),
            **_both("runs", run, "/data/runs"),
            **_both("refreshes", refresh, "/admin/system/refreshes"),
            **_both("tasks", task, "/tasks"),
            **_both("people", bystander["number"], "/admin/permissions"),
            **_both("people/tokens", bystander["spare"], "/admin/permissions/tokens"),
            **_both("me/tokens", hired[role.value]["spare"], "/account/tokens"),
        }
        for role in Role
    }


def _both(operations: str, number: int, pages: str) -> dict[str, int]:
    return {f"{PREFIX}/{operations}": number, pages: number}


def _entered(served: Served, name: str) -> dict[str, str]:
    """Return the headers of a browser in which somebody signed in."""
    page = timed(served.port, "GET", "/sign-in", {})
    headers = {"Cookie": _cookie(page), "X-CSRFToken": _secret(page.text), "Content-Type": FORM}
    form = f"email={name}%40example.com&password={PASSWORD.replace(' ', '+')}".encode()
    entered = timed(served.port, "POST", "/sign-in", headers, form)
    assert entered.status == 303, entered.text
    cookie = {"Cookie": _cookie(entered)}
    return {**cookie, "X-CSRFToken": _secret(timed(served.port, "GET", "/account", cookie).text)}


def _cookie(told: Told) -> str:
    return told.headers["set-cookie"].partition(";")[0]


def _secret(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return found[1]
