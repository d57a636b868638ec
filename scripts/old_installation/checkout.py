"""The old version: its own code in a folder of its own, with the libraries it was locked to."""

import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Checkout:
    """A version's code in ``folder``, with a virtual environment beside it."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / ".venv/bin/python")

    def command(self, *words: str) -> list[str]:
        return [self.python, "-m", "leleka", *words]


def check_out(commit: str, folder: Path) -> Checkout:
    """Take a commit out of the repository, and install what it was locked to."""
    archive = subprocess.run(["git", "-C", str(_ROOT), "archive", commit], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    uv = os.environ.get("UV") or shutil.which("uv") or str(_ROOT / ".tools/bin/uv")
    keep = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run([uv, "sync", "--locked", "--quiet", "--project", str(folder)], env=keep, check=True)
    return Checkout(folder)


@dataclass(frozen=True)
class Commands:
    """The commands of an installation of the old version."""

    version: Checkout
    environment: Mapping[str, str]

    def start(self, *words: str, **settings: str) -> "subprocess.Popen[bytes]":
        environment = {**self.environment, **settings}
        log = Path(environment["LELEKA_DATA_DIR"]).with_name("commands.log")
        with log.open("ab") as file:
            return subprocess.Popen(self.version.command(*words), env=environment, stdout=file, stderr=file)

    def leleka(self, *words: str, code: int = 0, told: str = "", **settings: str) -> None:
        """Run a command to its end, which must be ``code``; ``told`` stands on its standard input."""
        done = subprocess.run(
            self.version.command(*words),
            env={**self.environment, **settings},
            input=told,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            raise RuntimeError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")

    def ask(self, *words: str) -> Any:
        """Ask the worker for something, as the pages do."""
        command = [self.version.python, "-m", "tests.acceptance.asking", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.version.folder, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)["said"]


@contextmanager
def sandbox(version: Checkout, *, key: str, speed: str, lists: str, fields: str) -> Iterator[str]:
    """Start the old version's sandbox; return its host:port."""
    words = ("sandbox", "--port", "0", "--key", key, "--speed", speed, "--lists", lists, "--fields", fields)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        version.command(*words), env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            yield first.partition("http://")[2].partition(";")[0].strip()
        finally:
            process.kill()
