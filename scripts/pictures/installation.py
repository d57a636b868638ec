"""The installations for the screenshots: the demo's with some history, and an empty one, each made from one
seed.
"""

import json
import secrets
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from scripts.pictures import data

from leleka.cli.demo import customers as maker
from leleka.cli.demo.serving import add_person, lend, prepare
from leleka.cli.demo.story import EXPORT, KEY_VARIABLE, SEED, environment_of, leleka, program, running_sandbox

_PLAN: Final = 10_000  # contacts that the sample account pays for
_HURRIED: Final = "20"
_UNHURRIED: Final = "1"
_PATIENCE: Final = 240  # times half a second
_PAUSE: Final = 0.5
_LISTS: Final = "Newsletter,Spring offers,Win back"
_NEVER: Final = ["nobody@example.org", "no address"]
_FIELDS: Final = "Tier,City,In the segments,Spring campaign"
_EXCLUSIONS_HIDDEN: Final = {"kind": "not_found_html", "where": "GET /api/3/lists/exclusions"}
_SPRING: Final = {"any of": ["gold", "platinum"]}


@dataclass(slots=True)
class Installation:
    """A served installation. ``places`` are the values for addresses of pages: numbers of runs and others."""

    address: str
    password: str
    token: str = ""
    places: dict[str, int | str] = field(default_factory=dict)

    def ask(self, path: str, body: Mapping[str, Any] | None = None, method: str = "") -> Any:
        """Call the REST API as the administrator."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        method = method or ("GET" if body is None else "POST")
        asked = Request(f"{self.address}/api/v1/{path}", content, headers, method=method)  # noqa: S310 - loopback
        try:
            with urlopen(asked) as reply:  # noqa: S310
                return json.loads(reply.read() or b"null")
        except HTTPError as error:
            raise ValueError(f"{method} {path}: {error.read().decode()}") from error

    def run(self, export: int, *, until: str = "finished_at") -> int:
        """Run an export, wait until it has the requested status, and return the run's number."""
        number = int(self.ask(f"exports/{export}/run", {})["run"])
        wait(lambda: self.ask(f"runs/{number}")[until])
        return number

    def add_export(self, name: str, target: str, segment: str = "Spring campaign", **others: Any) -> int:
        """Add an export through the second connection and return its number."""
        names = {to: {"column": to} for to in ("first_name", "last_name")}
        data = {"name": name, "connection": "Marketing", "list": target, "segments": [segment]}
        written = {**data, "data_matching": {"email": "email", **names}, **others}
        return int(self.ask("exports", written)["id"])

    def add_live(self) -> None:
        """Add an export that runs long enough to be photographed; its number is the place ``live``."""
        number = len(self.ask("exports")["items"])
        self.places["live"] = self.add_export(f"Everybody who buys, {number}", "3", "High tier buyers")


def wait(found: Callable[[], object]) -> None:
    pause = Event()
    for _ in range(_PATIENCE):
        if found():
            return
        pause.wait(_PAUSE)
    raise TimeoutError("an installation that is to be photographed does not get ready")


@contextmanager
def served(environment: dict[str, str], password: str, log: Path) -> Iterator[Installation]:
    """Serve the pages on a free port of this machine."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    own = {**environment, "LELEKA_WEB_PORT": str(port)}
    installation = Installation(f"http://127.0.0.1:{port}", password)
    with (
        log.open("w") as file,
        subprocess.Popen([*program(), "serve"], env=own, stdout=file, stderr=file) as it,
    ):
        try:
            wait(lambda: _answers(installation.address))
            yield installation
        finally:
            it.terminate()


@contextmanager
def empty(folder: Path) -> Iterator[Installation]:
    """Serve an installation that has an administrator and nothing else."""
    folder.mkdir()
    password = secrets.token_urlsafe(12)
    environment = environment_of(folder, "127.0.0.1:9", _HURRIED)
    leleka(environment, "init")
    add_person(environment, "Ada", "administrator", password)
    with served(environment, password, folder / "serve.log") as installation:
        yield installation


@contextmanager
def lived_in(folder: Path, customers: int) -> Iterator[Installation]:
    """Serve an installation with exports, runs of every kind, and four people."""
    folder.mkdir()
    with running_sandbox(folder, _HURRIED, lists=_LISTS, fields=_FIELDS) as address:
        password = secrets.token_urlsafe(12)
        environment = environment_of(folder, address, _HURRIED)
        prepare(folder, customers, environment)
        maker.change(folder, share=0.01, seed=SEED + 1)
        leleka(environment, "export", "run", EXPORT, may_have_rejected=True)
        leleka(environment, "doctor", "Sandbox", "--list", "3", "--domain", "example.com", "--yes")
        for name, role in (("Ada", "administrator"), ("Bohdan", "contributor"), ("Chrystyna", "viewer")):
            add_person(environment, name, role, password)
        lend(environment, "Ada", password)
        environment["LELEKA_TEST_SPEED"] = _UNHURRIED  # a run is to be seen while it is in progress
        with served(environment, password, folder / "serve.log") as installation:
            installation.token = _token(environment)
            _fill(installation, address, environment[KEY_VARIABLE])
            installation.places |= data.furnish(installation, folder, wait)
            yield installation


def _scheduled(one: Installation) -> tuple[int, int]:
    """Return an export with a schedule of its own, and a refresh that has ended."""
    own = one.add_export("Monday news", "1")
    weekly = {"repeat": "weekly", "days": ["mon", "wed"], "times": ["08:00"], "time_zone": "Europe/Kyiv"}
    one.ask(f"exports/{own}/schedule", {"schedule": weekly}, "PUT")
    twice = {**weekly, "times": ["03:30", "18:00"], "days": ["mon", "sun"], "on": True, "version": 0}
    one.ask("system/schedule", twice, "PUT")
    refresh = one.ask("refreshes", {"scope": "everything"})["refresh"]
    wait(lambda: one.ask(f"refreshes/{refresh}")["steps"][-1]["status"] not in {"Queued", "Processing"})
    return own, refresh


def _measured(one: Installation) -> int:
    """Make measures of orders and of the customers themselves; return one of orders."""
    web = {"all": [{"column": "channel", "is": "web"}, {"column": "ordered_on", "in the last": 400}]}
    related = {"related": ["orders"]}
    made = {
        "Revenue on the web": {**related, "sum": "total", "where": web},
        "Orders": {**related, "count": "rows"},
        "Last order": {**related, "last": "ordered_on", "by": "ordered_on"},
        "Usual channel": {**related, "most frequent": "channel"},
        "Greeting": {"concat": [{"column": "first_name"}, " ", {"column": "last_name"}]},
        "Tier in words": {
            "map": {"column": "tier"},
            "values": {"gold": "Gold", "platinum": "Best"},
            "else": "Usual",
        },
    }
    numbers = [one.ask("measures", {"name": name, "rules": rules})["id"] for name, rules in made.items()]
    loyal = one.ask("segments", {"name": "Loyal", "rules": {"column": "Orders", ">=": 5}})
    _set_segment(one, loyal, active=False, activate_at="2099-12-24 08:00", tags=["Christmas", "VIP"])
    refresh = one.ask("refreshes", {"scope": "data"})["refresh"]
    wait(lambda: one.ask(f"refreshes/{refresh}")["finished_at"])
    return int(numbers[0])


def _fill(one: Installation, host: str, key: str) -> None:
    """Do through the API what people would have done by now."""
    invited = one.ask("people", {"email": "danylo@example.com", "name": "Danylo", "role": "contributor"})
    people = {"person": invited["person"]["id"], "link": invited["token"]}
    connection = _connected(one, host, key)
    exported = _exported(one, host)
    measure = _measured(one)
    own, refresh = _scheduled(one)
    done = next(run["id"] for run in one.ask("runs")["items"] if run["export"] == EXPORT and run["counts"])
    managed = next(export["id"] for export in one.ask("exports")["items"] if export["name"] == EXPORT)
    more = {"managed": managed, "connection": connection, "own": own, "refresh": refresh, "done": done}
    filters = [{"column": "tier", "is": "gold"}]
    customer = one.ask("customers/find", {"filters": filters, "limit": 1})["items"][0]["id"]
    never = one.ask("lists", {"name": "Never write to", "column": "email", "entries": _NEVER})["id"]
    one.places = {**people, **exported, **more, "measure": measure, "customer": customer, "list": never}


def _connected(one: Installation, host: str, key: str) -> int:
    """Connect an account twice, once with an export user; return that connection."""
    agreed = {"agreed": True, "consent_version": one.ask("connections/consent")["version"], "check": True}
    without = {"name": "Marketing", "host": host, "key": key, "plan_limit": _PLAN}
    marketing = {**without, "password": one.password, "audience": "administrators and contributors"}
    connection = one.ask("connections", {**marketing, **agreed})
    one.ask("connections", {**without, **agreed, "name": "Account of the agency, without an export user"})
    return int(connection["id"])


def _exported(one: Installation, host: str) -> dict[str, int]:
    """Make segments and exports, and run some: one waits to be confirmed, one failed, one has a note."""
    narrow = one.ask("segments", {"name": "Spring campaign", "rules": {"column": "tier", **_SPRING}})
    birthdays = one.ask(
        "segments", {"name": "Birthday in May", "rules": {"column": "birthday", "month of": 5}}
    )
    mark = {"policy": "mark", "field": "4", "member": "yes", "leaver": "no"}
    spring = one.add_export("Spring campaign", "2", leavers=mark)
    one.run(spring)
    rules = {"all": [{"column": "tier", **_SPRING}, {"column": "country", "is": "Ukraine"}]}
    _set_segment(one, birthdays, schedule={"repeat": "monthly", "days": [1, 31]}, tags=["Birthdays", "VIP"])
    changed = {"name": narrow["name"], "version": narrow["version"], "rules": rules}
    one.ask(f"segments/{narrow['id']}", changed, "PUT")
    places = {"segment": narrow["id"], "other_segment": birthdays["id"], "spring": spring}
    places["waiting"] = one.run(spring, until="confirmation_reason")
    places["failed"] = one.run(one.add_export("Win back", "99"))
    behave(host, _EXCLUSIONS_HIDDEN)
    places["noted"] = one.run(one.add_export("Welcome back", "1", "Birthday in May"))
    behave(host)
    places["fresh"] = one.add_export("May birthdays", "3", "Birthday in May")
    places["detached"] = one.add_export("Autumn survey", "3")
    one.ask(f"exports/{places['detached']}/detach", {})
    return places


def _set_segment(one: Installation, segment: Mapping[str, Any], **settings: Any) -> None:
    one.ask(f"segments/{segment['id']}/settings", {**settings, "version": segment["version"]}, "PUT")


def behave(host: str, *faults: dict[str, str]) -> None:
    """Set the faults of the sandbox."""
    address = f"http://{host}/_sandbox/behaviour"
    urlopen(address, json.dumps({"faults": faults}).encode(), timeout=60).close()


def _token(environment: dict[str, str]) -> str:
    words = ("user", "token", "ada@example.com", "--name", "pictures")
    made = subprocess.run([*program(), *words], env=environment, text=True, capture_output=True, check=True)
    return made.stdout.strip()


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/sign-in"):  # noqa: S310 - loopback
            return True
    except URLError:
        return False
