"""The demo, told through the same commands that anybody types."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.markup import escape

from leleka.cli.demo import customers as maker
from leleka.cli.demo.comparison import expected_members, listed_members, violations
from leleka.cli.output import out
from leleka.errors import Conflict, TryLater

EXPORT: Final = "High tier and Ukrainian newsletter"
SEED: Final = 20_261_123
_MARK: Final = ".leleka-demo"
KEY_VARIABLE: Final = "LELEKA_SECRET_DEMO"
_KEY: Final = "demo-key-for-the-sandbox-only"

DEFINITIONS: Final = """\
# Everything the demo needs, in one file that can live in git.
sources:
  - name: customers
    files: customers.csv
    profiles: true
    primary_key: id
    updated_at: updated_at
    types: {updated_at: datetime}
  - name: orders
    files: orders.csv

relationships:
  - name: orders
    from: orders.customer_id
    to: customers.id

segments:
  - name: High tier buyers
    rules:
      all:
        - {column: tier, any of: [gold, platinum]}
        - {related: orders, count: rows, ">=": 2}
  - name: Ukrainian newsletter
    rules:
      all:
        - {column: country, is: Ukraine}
        - {column: newsletter, is: true}

connections:
  - name: Sandbox
    type: activecampaign
    host: HOST_OF_THE_SANDBOX
    key: ${LELEKA_SECRET_DEMO}
    consent: {agreed_by: the demo, version: "1"}

exports:
  - name: High tier and Ukrainian newsletter
    connection: Sandbox
    list: 1
    segments: [High tier buyers, Ukrainian newsletter]
    data_matching:
      email: email
      first_name: first_name
      last_name: last_name
      phone: phone
      fields:
        - {column: tier, field: 1}
        - {column: city, field: 2, when_empty: clear}
    leavers: {policy: mark, field: 3, member: "yes", leaver: "no"}
"""


def tell(folder: Path, *, customers: int, speed: str) -> None:
    """Run the whole demo; raises ``Conflict`` where the list does not equal the segments at the end."""
    empty(folder)
    out.print(
        f"[bold]Leleka, from customers to a list.[/bold] Everything happens in {escape(str(folder))}.\n"
    )
    _step(
        1, f"{customers:,} customers and their orders, some with missing, malformed and duplicate addresses"
    )
    maker.make(folder, customers=customers, seed=SEED)
    out.print("   customers.csv and orders.csv")
    _step(
        2,
        f"A sandbox that behaves as ActiveCampaign is documented to, its time passing {speed} times as fast",
    )
    with running_sandbox(folder, speed) as address:
        environment = environment_of(folder, address, speed)
        _step(3, "What there is: two sources, two segments, a connection, an export, all in leleka.yaml")
        (folder / "leleka.yaml").write_text(definitions(address), encoding="utf-8")
        leleka(environment, "apply", folder / "leleka.yaml")
        leleka(environment, "check")
        leleka(environment, "refresh")
        _step(4, "What a run would do")
        leleka(environment, "export", "preview", EXPORT)
        _step(5, "The first export")
        leleka(environment, "export", "run", EXPORT, may_have_rejected=True)
        _compare(folder, address, environment, 1)
        _step(6, "1 % of the customers change, and the export runs again")
        maker.change(folder, share=0.01, seed=SEED + 1)
        leleka(environment, "export", "run", EXPORT, may_have_rejected=True)
        _compare(folder, address, environment, 2)
        _step(7, "The reports of both runs")
        leleka(environment, "run", "show", "1")
        leleka(environment, "run", "show", "2")
    out.print("\n[green]Done.[/green] The sandbox has ended; the files stay for a look.")


def empty(folder: Path) -> None:
    """Make room. Only a folder of the demo's own is ever emptied."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise Conflict("DEMO_FOLDER_IN_USE", where=str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()


@contextmanager
def running_sandbox(
    folder: Path, speed: str, *, lists: str = "Newsletter", fields: str = "Tier,City,In the segments"
) -> Iterator[str]:
    """Start the sandbox as a process of its own and return its host:port."""
    command = [*program(), "sandbox", "--port", "0", "--key", _KEY, "--speed", speed]
    command += ["--lists", lists, "--fields", fields]
    log = folder / "sandbox.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process,
    ):
        try:
            first = process.stdout.readline() if process.stdout else ""
            if "http://" not in first:
                raise TryLater("SANDBOX_SILENT", where=str(log))
            address = first.partition("http://")[2].partition(";")[0].strip()
            out.print(f"   it listens on {address}; what it holds: http://{address}/_sandbox", markup=False)
            yield address
        finally:
            process.terminate()


def definitions(address: str) -> str:
    """Return the definitions with the host of the sandbox: a file takes nothing but secrets from the environment."""
    return DEFINITIONS.replace("HOST_OF_THE_SANDBOX", address)


def environment_of(folder: Path, address: str, speed: str) -> dict[str, str]:
    own = {
        "LELEKA_DATA_DIR": str(folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
        "LELEKA_SOURCE_DIRS": str(folder),
        "LELEKA_TEST_HOSTS": address,
        "LELEKA_TEST_SPEED": speed,
        KEY_VARIABLE: _KEY,
    }
    shown = " ".join(f"{name}={shlex.quote(value)}" for name, value in own.items() if name != KEY_VARIABLE)
    out.print(f"   [dim]{escape(shown)}[/dim]", soft_wrap=True)
    return {**os.environ, **own}


def leleka(environment: dict[str, str], *words: object, may_have_rejected: bool = False) -> None:
    """Run one command as anybody would, and show it."""
    arguments = [str(word) for word in words]
    out.print(f"\n[bold]$ leleka {escape(shlex.join(arguments))}[/bold]", soft_wrap=True)
    code = subprocess.run([*program(), *arguments], env=environment, check=False).returncode
    done_with_rejected = 3
    if code != 0 and not (may_have_rejected and code == done_with_rejected):
        raise Conflict("DEMO_STEP_FAILED", command=arguments[0], code=code)


def _compare(folder: Path, address: str, environment: dict[str, str], run: int) -> None:
    """Read the list back from the sandbox and hold it against the files, in plain Python."""
    refused = _refused(environment, run)
    expected = expected_members(folder, refused)
    listed = listed_members(address, list_id=1)
    missing, extra = sorted(expected.keys() - listed.keys()), sorted(listed.keys() - expected.keys())
    different = sorted(one for one in expected.keys() & listed.keys() if expected[one] != listed[one])
    if missing or extra or different:
        raise Conflict("DEMO_LIST_DIFFERS", missing=len(missing), extra=len(extra), different=len(different))
    if broken := violations(address):
        raise Conflict("DEMO_RULES_BROKEN", broken=broken)
    less = f", less the {len(refused)} it refused" if refused else ""
    out.print(
        f"\n[green]The list equals the segments{less}:[/green] {len(listed):,} contacts were read back from the "
        "sandbox and compared one by one with the files, names and fields included. It saw no limit exceeded and "
        "no rule broken.",
        soft_wrap=True,
    )


def _refused(environment: dict[str, str], run: int) -> set[str]:
    """Return the ids of the customers whom the run's report says were rejected."""
    words = ("run", "show", str(run), "--rows", "rejected", "--limit", "100000", "--json")
    shown = subprocess.run([*program(), *words], env=environment, check=True, capture_output=True, text=True)
    return {row["profile_id"] for row in json.loads(shown.stdout)["rows"]}


def program() -> Sequence[str]:
    return (sys.executable, "-m", "leleka")


def _step(number: int, sentence: str) -> None:
    out.print(f"\n[bold cyan]{number}. {escape(sentence)}[/bold cyan]", soft_wrap=True)
