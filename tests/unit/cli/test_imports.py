"""What the command line loads: hundreds of processes start with it, so help costs no framework."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest

# Each is a tenth of a second or more, of every start.
HEAVY: Final = (
    "asyncio",
    "django",
    "duckdb",
    "email_validator",
    "httpx2",
    "leleka.core.plan",
    "leleka.services",
    "leleka.state",
    "leleka.warehouse",
    "ninja",
    "rich.markdown",
    "sqlglot",
    "structlog",
)
WORDS: Final = (
    ["--help"],
    ["--version"],
    ["export", "--help"],
    ["export", "run", "--help"],
    ["sandbox", "--help"],
)
SHOW: Final = """
import sys
from leleka.conf.entry import main
sys.argv[0] = "leleka"
try:
    main()
finally:
    print("loaded:", *sys.modules)
"""


def shown(words: Sequence[str], settings: dict[str, str]) -> tuple[str, set[str]]:
    """Return what a command prints, and the modules that are loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *words],
        env={"PYTHONPATH": ":".join(sys.path), **settings},
        capture_output=True,
        check=True,
        text=True,
    )
    told, _, loaded = done.stdout.rpartition("loaded: ")
    return told, set(loaded.split())


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_help_loads_no_framework_and_needs_no_settings(words: list[str]) -> None:
    told, loaded = shown(words, {"LELEKA_THREADS": "wrong"})
    assert "leleka" in told
    assert "leleka.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)
    # Typer itself takes it to read the words behind a command's name.
    assert len(words) > 1 or "pydantic" not in loaded


def test_every_command_is_listed_with_its_whole_sentence() -> None:
    told, _ = shown(["--help"], {})
    assert "Write the whole installation into one file, sealed with the master key: keep that elsewhere." in (
        " ".join(told.split())
    )


def test_the_sandbox_needs_no_settings() -> None:
    """It stands for somebody else's server, and knows of no installation."""
    done = subprocess.run(
        [sys.executable, "-m", "leleka", "sandbox", "--speed", "slow"],
        env={"PYTHONPATH": ":".join(sys.path), "LELEKA_THREADS": "wrong"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error [SPEED_INVALID]")
