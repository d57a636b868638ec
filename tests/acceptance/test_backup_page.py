"""docs/how-to/backup.md, executed as written: on the machine of the backup, and on another one."""

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.test_kill import DEFINITIONS, write_people

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/backup.md").read_text(encoding="utf-8")
ANOTHER = "Restore on another machine"
WRAPPER = (ROOT / "deploy/leleka").read_text(encoding="utf-8")


def chapters() -> Iterator[tuple[str, list[str]]]:
    """Return the commands below each heading, in their order."""
    for chapter in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"```console\n(.*?)```", chapter, re.DOTALL)
        commands = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
        if commands:
            yield chapter.partition("\n")[0], commands


@dataclass(frozen=True)
class Machine:
    """A folder that stands for a machine's root; ``safe`` is carried from one to the other."""

    root: Path
    safe: Path
    environment: Mapping[str, str]

    def prepare(self, settings: Mapping[str, str]) -> None:
        """Put the wrapper, the settings file and programs in that the page runs."""
        (self.root / "bin").mkdir(parents=True)
        (self.root / "etc").mkdir()
        (self.root / "var/lib/leleka").mkdir(parents=True)
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self.root / "etc/leleka.env").write_text(text, encoding="utf-8")
        programs = {
            "sudo": 'exec "$@"',
            "systemctl": f'echo "$@" >> {self.root}/systemctl',
            "program": f'exec {sys.executable} -m leleka "$@"',
        }
        for name, line in programs.items():
            self._program(name, f"#!/bin/sh\n{line}\n")
        mine = re.sub("^user=.*", f"user={os.geteuid()}", WRAPPER, flags=re.MULTILINE).replace(
            "id -un", "id -u"
        )
        mine = mine.replace("/opt/leleka/venv/bin/leleka", f"{self.root}/bin/program")
        self._program("leleka", mine.replace("/etc/leleka.env", f"{self.root}/etc/leleka.env"))

    def run(self, *commands: str) -> str:
        lines = ["set -e -o pipefail", *map(self.here, commands)]
        path = f"{self.root}/bin:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash"], input="\n".join(lines), env={**self.environment, "PATH": path}, cwd=self.root,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def here(self, command: str) -> str:
        """Return a command of the page with this machine's paths and user."""
        command = command.replace("-o leleka -g leleka", f"-o {os.geteuid()} -g {os.getegid()}")
        command = command.replace("/media/safe", shlex.quote(str(self.safe)))
        return re.sub(r"(?<=[\s=])/(backups|var|etc)\b", rf"{self.root}/\1", command)

    def _program(self, name: str, text: str) -> None:
        path = self.root / "bin" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


def settings_of(installation: Installation, root: Path, **others: str) -> dict[str, str]:
    known = {name: value for name, value in installation.environment.items() if name.startswith("LELEKA_")}
    return known | {
        "LELEKA_DATA_DIR": str(root / "var/lib/leleka/data"),
        "LELEKA_MASTER_KEY_FILE": str(root / "var/lib/leleka/keys/master.key"),
    } | others  # fmt: skip


@contextmanager
def machines(installation: Installation, tmp_path: Path, **others: str) -> Iterator[tuple[Machine, Machine]]:
    """The machine of the backup, on which everybody was exported and one was suppressed; and an empty one."""
    safe = tmp_path / "safe"
    safe.mkdir()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    at_work = {"AC_KEY": installation.environment["AC_KEY"]}
    first = Machine(tmp_path / "first", safe, plain | at_work)
    first.prepare(settings_of(installation, first.root))
    # Whoever restores has another home and a shell whose settings lead somewhere else.
    wrong = {"HOME": str(tmp_path / "home"), "LELEKA_DATA_DIR": str(tmp_path / "wrong")}
    second = Machine(tmp_path / "second", safe, plain | wrong)
    second.prepare(settings_of(installation, second.root, **others))
    write_people(installation, 20)
    definitions = installation.define(DEFINITIONS.replace("Everybody", "Gold customers"))
    first.run(
        f"leleka apply {definitions}",
        "leleka export run 'Gold customers'",
        "leleka suppress Sandbox person1@example.com",
    )
    yield first, second
    assert not (tmp_path / "wrong").exists()


def walk(first: Machine, second: Machine) -> dict[str, str]:
    """Run every command of the page; between the backup and going back somebody is suppressed."""
    told = {}
    for title, commands in chapters():
        if title.startswith("Go back"):
            first.run("leleka suppress Sandbox person2@example.com")
        told[title] = (second if title == ANOTHER else first).run(*commands)
    return told


def check(first: Machine, second: Machine, told: dict[str, str]) -> None:
    assert list(told) == ["Back up", "Check a backup", ANOTHER, "Go back on the same machine"]
    saved = "connections 1, sources 1, segments 1, exports 1, runs 1, suppressed 1, snapshots "
    assert all(saved in told[title] for title in list(told)[:3])
    assert "20 people were confirmed, 20 contacts are active" in told[ANOTHER]
    assert "Suppressed people added: 1.\n" in told["Go back on the same machine"]
    assert told["Go back on the same machine"].endswith("Suppressed people added: 0.\n")
    # Nobody is sent to again: one was suppressed before the backup, one only where the later one was added.
    for machine, unchanged in ((first, 18), (second, 19)):
        report = re.sub(r"\s+", " ", machine.run("leleka export run 'Gold customers'"))
        assert " delivered 0 of 0 " in report
        assert f" unchanged {unchanged} excluded {20 - unchanged} " in report
    archive = first.root / "backups/leleka-2026-11-23.leleka"
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert (second.root / "systemctl").read_text(encoding="utf-8") == "enable --now leleka\n"


@pytest.mark.long
def test_its_commands_restore_on_another_machine(installation: Installation, tmp_path: Path) -> None:
    """The shorter one of the two: down to the chapter on another machine."""
    with machines(installation, tmp_path) as (first, second):
        for title, commands in chapters():
            told = (second if title == ANOTHER else first).run(*commands)
            assert "exports 1, runs 1, suppressed 1, snapshots " in told, title
            if title == ANOTHER:
                assert "20 people were confirmed, 20 contacts are active" in told
                return
    pytest.fail(f"the page has no chapter {ANOTHER}")


@pytest.mark.long
def test_its_commands_do_what_it_says(installation: Installation, tmp_path: Path) -> None:
    with machines(installation, tmp_path) as (first, second):
        check(first, second, walk(first, second))


@pytest.mark.long
def test_they_restore_into_postgresql_too(installation: Installation, tmp_path: Path) -> None:
    with postgresql() as url, machines(installation, tmp_path, LELEKA_DATABASE_URL=url) as (first, second):
        check(first, second, walk(first, second))
        assert not (second.root / "var/lib/leleka/data/state.sqlite3").exists()
        # And back again: what PostgreSQL holds goes into SQLite.
        again = second.root / "var/lib/leleka/again.leleka"
        assert "runs 2, suppressed 1, snapshots " in second.run(f"sudo leleka backup {again}")
        third = Machine(tmp_path / "third", second.safe, second.environment)
        key = {"LELEKA_MASTER_KEY_FILE": str(second.root / "var/lib/leleka/keys/master.key")}
        third.prepare(settings_of(installation, third.root) | key)
        third.run(f"leleka restore {again}")
        assert " unchanged 19 " in re.sub(r"\s+", " ", third.run("leleka export run 'Gold customers'"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who becomes another user")
def test_the_command_that_is_installed_becomes_the_user_of_the_service() -> None:
    wrapper = re.sub("^user=.*", "user=nobody", WRAPPER, flags=re.MULTILINE)
    wrapper = wrapper.replace("program=/opt/leleka/venv/bin/leleka", "program=/bin/sh")
    wrapper = wrapper.replace(
        '"$program" --env-file', '"$program" -c \'id -un; printf "%s\\n" "$@"\' -- --env-file'
    )
    done = subprocess.run(
        ["sh", "-c", wrapper, "leleka", "user", "a b"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["nobody", "--env-file", "/etc/leleka.env", "user", "a b"]
