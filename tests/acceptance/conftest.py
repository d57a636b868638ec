"""An installation used as people use it: processes, terminal output, exit codes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from tests.acceptance.asking import Asker, asker

if TYPE_CHECKING:
    from tests.acceptance.serving import Served

KEY = "CANARY-key-0123456789abcdef"
_LELEKA = (sys.executable, "-m", "leleka")


@dataclass(frozen=True)
class Installation:
    """A folder, the sandbox it talks to, and the commands to run."""

    folder: Path
    sandbox: str  # host:port
    environment: dict[str, str]
    command: tuple[str, ...] = _LELEKA
    processes: ExitStack = field(default_factory=ExitStack)  # that end with it
    _askers: list[Asker] = field(default_factory=list)

    def define(self, definitions: str, name: str = "leleka.yaml") -> Path:
        """Write a file of definitions, with the host of its sandbox: a file takes that from no variable."""
        path = self.folder / name
        path.write_text(definitions.replace("${HOST}", self.sandbox), encoding="utf-8")
        return path

    def ask(self, *words: str) -> Any:
        """Ask its worker for something, or its state, as ``tests.acceptance.asking`` says."""
        if not self._askers:
            self._askers.append(self.processes.enter_context(asker(self.environment)))
        return self._askers[0].ask(*words)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*_LELEKA, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def leleka(self, *words: str, code: int = 0) -> str:
        """Run a command to its end; return its standard output."""
        done = subprocess.run(
            [*_LELEKA, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def lend(self, connection: str = "Sandbox") -> None:
        """Make an administrator, who wants no e-mail, the export user of a connection: scheduled runs act in
        their name.
        """
        email, password = "lender@example.com", "seven storks over the marsh"
        for words in (
            ("add", email, "--name", "Lender", "--role", "administrator", "--password-stdin"),
            ("lend", email, connection),
        ):
            told = [*_LELEKA, "user", *words]
            subprocess.run(told, env=self.environment, input=password, text=True, check=True, timeout=120)

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.leleka(*words, "--json", code=code))

    def state(self) -> Any:
        """The sandbox's contents and what it recorded."""
        with urlopen(f"http://{self.sandbox}/_sandbox/state", timeout=10) as reply:
            return json.load(reply)

    def behave(self, **changes: object) -> None:
        """Let the sandbox behave otherwise from now on."""
        data = json.dumps(changes).encode()
        urlopen(f"http://{self.sandbox}/_sandbox/behaviour", data, timeout=60).close()

    def listed(self, number: int = 1) -> dict[str, str]:
        """Address -> first name of a list's active contacts."""
        url = f"http://{self.sandbox}/_sandbox/lists/{number}/contacts?status=1"
        with urlopen(url, timeout=60) as reply:
            return {one["email"]: one["first_name"] for one in map(json.loads, reply)}


@cache
def _prepared() -> Path:
    """Return a data directory as the first command leaves it.

    Made once in each process, because its migrations take longer than many a test; the tests of backups and of the
    demo begin with nothing.
    """
    folder = Path(tempfile.mkdtemp(prefix="leleka-prepared-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    environment |= {
        "LELEKA_DATA_DIR": str(folder / "data"), "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
    }  # fmt: skip
    subprocess.run([*_LELEKA, "init"], env=environment, capture_output=True, check=True, timeout=120)
    return folder / "data"


@contextmanager
def installed(folder: Path, speed: str, *, lists: str, fields: str) -> Iterator[Installation]:
    """Return an empty installation in a folder, with its own sandbox for the same lifetime."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    environment |= {
        "LELEKA_DATA_DIR": str(folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
        "LELEKA_SOURCE_DIRS": str(folder),
        "LELEKA_TEST_SPEED": speed,
        "PYTHONUNBUFFERED": "1",
        "AC_KEY": KEY,
        "LELEKA_KEY_VARIABLES": "AC_KEY",
    }
    command = [*_LELEKA, "sandbox", "--port", "0", "--key", KEY, "--speed", speed]
    command += ["--fields", fields, "--lists", lists]
    shutil.copytree(_prepared(), folder / "data")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            sandbox = process.stdout.readline().partition("http://")[2].partition(";")[0].strip()
            environment["LELEKA_TEST_HOSTS"] = sandbox
            one = Installation(folder, sandbox, environment)
            with one.processes:
                yield one
        finally:
            process.kill()


@pytest.fixture
def installation(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """An empty installation with its own sandbox; the parameter is how fast time passes for both."""
    speed = str(getattr(request, "param", "unlimited"))
    with installed(tmp_path, speed, lists="News,Other", fields="Tier") as one:
        yield one


@pytest.fixture
def served(installation: Installation) -> Iterator["Served"]:
    """``leleka serve``, ready to answer."""
    from tests.acceptance.serving import serving  # noqa: PLC0415 - it needs what stands here

    with serving(installation) as one:
        yield one


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell starts background processes with Ctrl-C ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
