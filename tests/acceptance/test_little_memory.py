"""Commands in a process that gets little memory: whatever fails is said in words, and as JSON where that was asked.

Which of them fail differs from machine to machine; that each kind of shortage is recognised is asked in
``tests/unit/core/test_memory.py`` and ``tests/integration/test_little_memory.py``.
"""

import json
import subprocess
from typing import Final

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.test_kill import write_people

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", [50], indirect=True)]

LITTLE: Final = 400_000_000  # bytes of address space: enough to begin, too little for the query engine
LOADER: Final = 127  # how glibc ends a process for whose thread-local data there is no memory
COMMANDS: Final = (
    ("apply", "FILE"),
    ("segment", "show", "SEGMENT"),
    ("backup", "FILE.leleka"),
    ("refresh",),
    ("export", "run", "Everybody"),
)


@pytest.mark.long
def test_a_command_that_gets_no_memory_says_so_and_prints_json(installation: Installation) -> None:
    write_people(installation, 500)
    file = str(installation.folder / "leleka.yaml")
    installation.leleka("apply", file)
    installation.leleka("export", "run", "Everybody")
    segment = installation.json("segment", "list")[0]["name"]
    told = {}
    for words in COMMANDS:
        given = [word.replace("FILE", file).replace("SEGMENT", segment) for word in words]
        told[" ".join(words)] = _with_little(installation, given)
    assert [name for name, codes in told.items() if set(codes) - {"MEMORY_LIMIT"}] == []
    assert installation.json("export", "run", "Everybody")["status"] == "Successful"


def _with_little(installation: Installation, words: list[str]) -> list[str]:
    """Run a command with little memory; return the codes of the problems that it prints, none where it succeeds."""
    done = subprocess.run(
        ["prlimit", f"--as={LITTLE}", *installation.command, *words, "--json"],
        env=installation.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    # A line of the log may hold one; nobody is shown one.
    assert not [line for line in done.stderr.splitlines() if line.startswith("Traceback")], (
        words,
        done.stderr,
    )
    if done.returncode < 0 or done.returncode == LOADER:
        return []  # a library in C++, or the loader, ended the process: nobody is there to say anything
    assert done.stdout, (words, done.returncode, done.stderr)
    reply = json.loads(done.stdout)
    problems = reply.get("problems", []) if isinstance(reply, dict) else []
    assert bool(problems) == (done.returncode not in {0, 3}), (words, reply)
    return [one["code"] for one in problems]
