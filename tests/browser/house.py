"""A real installation for the browser: ``leleka serve`` and the sandbox as processes, customers, people."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from tests.acceptance.conftest import KEY, Installation, installed
from tests.acceptance.serving import serving
from tests.browser import customers
from tests.browser.customers import City

PASSWORD: Final = "seven storks over the marsh"
ADA: Final = "ada@example.com"
_SPEED: Final = "50"
_FIELDS: Final = ",".join(("Tier", *(city.mark for city in customers.CITIES)))


@dataclass(frozen=True)
class House:
    """The address of the pages, and the installation behind them."""

    installation: Installation
    url: str
    key: str = KEY
    gone: list[City] = field(default_factory=list)
    signed_in: dict[str, Any] = field(
        default_factory=dict
    )  # person -> their browser's storage; the API's token

    @property
    def folder(self) -> Path:
        return self.installation.folder

    def listed(self, number: int) -> dict[str, Any]:
        """Address -> contact, of a list's active contacts in the sandbox."""
        with self._sandbox(f"lists/{number}/contacts?status=1") as reply:
            return {one["email"]: one for one in map(json.loads, reply)}

    def list_number(self, name: str) -> int:
        return next(int(one["id"]) for one in self.installation.state()["lists"] if one["name"] == name)

    def field_number(self, title: str) -> str:
        return next(str(one["id"]) for one in self.installation.state()["fields"] if one["title"] == title)

    def left(self, city: City) -> None:
        """Let most of a city's people leave both segments, for good."""
        self.gone.append(city)
        customers.write(self.folder, self.gone)

    def behave(self, changes: Mapping[str, object]) -> None:
        self._sandbox("behaviour", changes).close()

    def unsubscribe(self, number: int, address: str) -> None:
        self._sandbox("unsubscribe", {"list": number, "email": address}).close()

    def asked(self, path: str, posted: object = None) -> Any:
        """Ask the product's own API, in Ada's name."""
        if "API" not in self.signed_in:
            made = self.installation.json("user", "token", ADA, "--name", "asking")
            self.signed_in["API"] = f"Bearer {made['secret']}"
        host, data = (
            self.url.removeprefix("http://"),
            json.dumps(posted).encode() if posted is not None else None,
        )
        headers = {"Authorization": self.signed_in["API"], "Content-Type": "application/json"}
        with urlopen(Request(f"http://{host}/api/v1/{path}", data, headers), timeout=60) as reply:
            return json.load(reply)

    def violations(self) -> Any:
        return self.installation.state()["violations"]

    def _sandbox(self, path: str, posted: Mapping[str, object] | None = None) -> Any:
        data = json.dumps(posted).encode() if posted is not None else None
        return urlopen(Request(f"http://{self.installation.sandbox}/_sandbox/{path}", data), timeout=60)


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """Make an installation with segments and an administrator, and serve it."""
    lists = ",".join(city.list for city in customers.CITIES)
    with installed(folder, _SPEED, lists=lists, fields=_FIELDS) as installation:
        customers.write(folder)
        (folder / "leleka.yaml").write_text(customers.definitions(installation.sandbox), encoding="utf-8")
        installation.leleka("apply", str(folder / "leleka.yaml"))
        installation.leleka("refresh")
        add_person(installation, ADA, "Ada", "administrator")
        lend(installation, ADA, "By file")
        with serving(installation) as served:
            yield House(installation, f"http://127.0.0.1:{served.port}")


def add_person(installation: Installation, email: str, name: str, role: str) -> None:
    _tell(installation, "add", email, "--name", name, "--role", role, "--password-stdin")


def lend(installation: Installation, person: str, connection: str) -> None:
    """Let a connection send in this person's name."""
    _tell(installation, "lend", person, connection)


def _tell(installation: Installation, *words: str) -> None:
    subprocess.run(
        [*installation.command, "user", *words],
        env=installation.environment, input=PASSWORD, text=True, capture_output=True, check=True,
    )  # fmt: skip
