"""The demo's data in the browser: a sandbox, one export done, three people, the pages."""

import secrets
import subprocess
from pathlib import Path
from typing import Final

from leleka.cli.demo import customers as maker
from leleka.cli.demo.story import (
    EXPORT,
    SEED,
    definitions,
    empty,
    environment_of,
    leleka,
    program,
    running_sandbox,
)
from leleka.cli.output import out

_CONNECTION: Final = "Sandbox"
_PEOPLE: Final = (("Ada", "administrator"), ("Bohdan", "contributor"), ("Chrystyna", "viewer"))
_RANDOM_BYTES: Final = 12


def serve(folder: Path, *, customers: int, speed: str, port: int) -> None:
    """Make the demo's installation anew and serve its pages until Ctrl-C."""
    empty(folder)
    with running_sandbox(folder, speed) as address:
        environment = {**environment_of(folder, address, speed), "LELEKA_WEB_PORT": str(port)}
        prepare(folder, customers, environment)
        out.print("\n[bold]Who may come in[/bold]")
        for name, role in _PEOPLE:
            password = secrets.token_urlsafe(_RANDOM_BYTES)
            email = f"{name.lower()}@example.com"
            add_person(environment, name, role, password)
            if role == "administrator":
                lend(environment, name, password)
            out.print(f"   {role:14} {email:24} {password}", markup=False)
        subprocess.run([*program(), "serve"], env=environment, check=False)


def prepare(folder: Path, customers: int, environment: dict[str, str]) -> None:
    """Make the customers, apply the definitions and export once."""
    maker.make(folder, customers=customers, seed=SEED)
    consent = "    consent: {agreed_by: the demo"
    shared = f"    shared_with: administrators and contributors\n{consent}"
    written = definitions(environment["LELEKA_TEST_HOSTS"]).replace(consent, shared)
    (folder / "leleka.yaml").write_text(written, encoding="utf-8")
    leleka(environment, "apply", folder / "leleka.yaml")
    leleka(environment, "export", "run", EXPORT, may_have_rejected=True)


def add_person(environment: dict[str, str], name: str, role: str, password: str) -> None:
    """Let somebody in, as name@example.com."""
    email = f"{name.lower()}@example.com"
    _tell(environment, password, "add", email, "--name", name, "--role", role, "--password-stdin")


def lend(environment: dict[str, str], name: str, password: str) -> None:
    """Let an administrator lend their name to the connection: runs act in it."""
    _tell(environment, password, "lend", f"{name.lower()}@example.com", _CONNECTION)


def _tell(environment: dict[str, str], password: str, *words: str) -> None:
    subprocess.run(
        [*program(), "user", *words],
        env=environment,
        input=password,
        text=True,
        capture_output=True,
        check=True,
    )
