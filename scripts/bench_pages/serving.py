"""The real web process, started as ``leleka serve`` starts it, and its clients."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Event
from time import clock_gettime
from typing import Final
from urllib.parse import quote, urlencode

from leleka.cli.process_supervisor import web_command
from leleka.core.configuration import Web

_ADDRESS: Final = "127.0.0.1"
_PATIENCE: Final = 60.0  # seconds
_LOOK_EVERY: Final = 0.05
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FIRST_BYTES: Final = 65_536
_SCHEDULED: Final = 2  # the process clock that Linux keeps


@dataclass(frozen=True, slots=True)
class Server:
    """The web process."""

    process: "subprocess.Popen[bytes]"
    port: int

    def peak(self) -> int:
        """Return the peak memory of the process, in MiB."""
        return round(_high_water(self.process.pid) / 1024)

    def worked(self) -> float:
        """Return the seconds of processor time it has had so far: other programs do not change these."""
        return clock_gettime(~self.process.pid << 3 | _SCHEDULED)


def _high_water(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) if found else 0


@contextmanager
def serving(environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Start the web process, and end it."""
    with socket.socket() as one:
        one.bind((_ADDRESS, 0))
        port = one.getsockname()[1]
    environment = {**environment, "LELEKA_WEB_PORT": str(port)}
    with log.open("wb") as file:
        process = subprocess.Popen(
            web_command(Web(address=_ADDRESS, port=port)), env=environment, stdout=file, stderr=file
        )
    try:
        _until_it_answers(process, port, log)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _until_it_answers(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    pause = Event()
    for _ in range(round(_PATIENCE / _LOOK_EVERY)):
        if process.poll() is not None:
            break
        try:
            Browser(port).get("/sign-in")
        except OSError:
            pause.wait(_LOOK_EVERY)
        else:
            return
    raise SystemExit(f"the web process does not answer:\n{log.read_text(encoding='utf-8', errors='replace')}")


class Browser:
    """One connection that stays open; it sends its cookies, or a token."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._connection = HTTPConnection(_ADDRESS, port, timeout=_PATIENCE)
        self.headers = dict(headers or {})
        self._cookies: dict[str, str] = {}

    def get(self, path: str, *, whole: bool = True) -> tuple[int, bytes]:
        """Return status and body; of a long one, unless ``whole`` is requested, only the beginning."""
        self._connection.request("GET", quote(path, safe="/?&=%-"), headers=self.headers)
        reply = self._connection.getresponse()
        self._remember(reply)
        body = reply.read() if whole else reply.read(_FIRST_BYTES)
        if not whole:
            self._connection.close()
        return reply.status, body

    def post(self, path: str, body: object) -> tuple[int, bytes]:
        """Send JSON; return status and body."""
        headers = {**self.headers, "Content-Type": "application/json"}
        self._connection.request("POST", path, json.dumps(body), headers)
        reply = self._connection.getresponse()
        return reply.status, reply.read()

    def sign_in(self, email: str, password: str) -> None:
        _, page = self.get("/sign-in")
        found = _TOKEN.search(page.decode())
        typed = {"email": email, "password": password, "csrfmiddlewaretoken": found[1] if found else ""}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin()}
        self._connection.request("POST", "/sign-in", urlencode(typed), {**self.headers, **kind})
        reply = self._connection.getresponse()
        reply.read()
        if reply.status != 303:  # noqa: PLR2004 - a status
            raise SystemExit(f"nobody could sign in: {reply.status}")
        self._remember(reply)

    def _origin(self) -> str:
        return f"http://{_ADDRESS}:{self._connection.port}"

    def _remember(self, reply: HTTPResponse) -> None:
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if self._cookies:
            self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
