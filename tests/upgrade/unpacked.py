"""What an older version left behind, unpacked where this machine has it: on SQLite, or restored into a PostgreSQL."""

import base64
import fcntl
import json
import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
from scripts.old_installation.controls import control
from scripts.old_installation.customers import FIELDS, KEY, LISTS
from scripts.old_installation.database import Database, sqlite
from scripts.old_installation.recording_proxy import Traffic, recording, replay

from leleka.sandbox.server import Options, running
from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql_server
from tests.acceptance.serving import ENOUGH, until

DATA: Final = Path(__file__).parent / "data"
_SPEED: Final = 4.0  # of time, as when it was made
_LEASE: Final = 90.0  # seconds that the old installation's claims lasted
_LONG_LEASE: Final = "1800"  # a quarantine lasts longer than that, divided by the speed: it outlasts the test
_UNCHANGEABLE: Final = ("state_auditentry",)
_SEED: Final = 1  # not that of the old account: its batches have other ids here
_BUSY: Final = 1000  # requests a second while the account is brought to where it was


@dataclass(frozen=True)
class Old:
    """An installation that an older version made. Nothing of the newer one has touched it yet."""

    folder: Path
    database: Database
    made: Mapping[str, Any]
    accepted: Sequence[tuple[str, bytes]]  # the imports the account took, in order: batch, body
    is_fresh: bool = True  # as if just made: also the usual retention keeps all of it

    @property
    def host(self) -> str:
        return str(self.made["host"])

    def ledger(self, export: str) -> dict[str, dict[str, Any]]:
        """Address -> all that the ledger knows of it."""
        query = (
            "SELECT l.snapshot FROM state_ledger l JOIN state_export e ON e.id = l.export_id WHERE e.name = ?"
        )
        (row,) = self.database.rows(query, export)
        files = self.folder / "data/lake" / row["snapshot"] / "*.parquet"
        with duckdb.connect() as line:
            found = line.execute("SELECT * FROM read_parquet(?)", [str(files)])
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
        return {known["address"]: known for known in rows}


@contextmanager
def unpacked(kind: str, folder: Path, *, as_if_just_made: bool) -> Iterator[Old]:
    """Unpack what was made on ``sqlite`` or ``postgresql``, and move it to ``folder``: its path is in the state.

    What was made weeks ago has become old: nothing waits any more, and nobody asks for late confirmations. Where it is
    to be ``as_if_just_made``, all its moments are moved, to where the claims of its dead processes have just run out.
    """
    with tarfile.open(DATA / f"{kind}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    lines = map(json.loads, (folder / "imports.jsonl").read_text(encoding="utf-8").splitlines())
    accepted = [(line["batch"], base64.b64decode(line["body"])) for line in lines]
    with ExitStack() as stack:
        database = _database(stack, kind, folder)
        database.replace("state_source", "spec", made["folder"], str(folder))
        if as_if_just_made:
            later = time.time() - made["made_at"] - _LEASE  # noqa: TID251 - processes will look at the real clock
            database.shift(later, but=_UNCHANGEABLE)
        yield Old(folder, database, made, accepted, is_fresh=as_if_just_made)


def _database(stack: ExitStack, kind: str, folder: Path) -> Database:
    if kind == "sqlite":
        return sqlite(folder / "data")
    database = Database(stack.enter_context(postgresql_server()).url)
    database.run_script((folder / "state.sql").read_text(encoding="utf-8"))
    return database


@contextmanager
def account(old: Old, *, forgetful: bool = False) -> Iterator[tuple[Traffic, Installation]]:
    """Stand where the old account stood, holding what it was sent; return what arrives from now on, and the commands of
    the version under test.

    The key is bound to the host, its port included, so that the port is fixed: one test at a time has it. A
    ``forgetful`` account knows no batch from before, as ActiveCampaign does after a while.
    """
    options = Options(key=KEY, speed=_SPEED, lists=LISTS, fields=FIELDS, seed=_SEED)
    with (
        _alone(old.host),
        running(options) as server,
        recording(old.host, f"127.0.0.1:{server.port}") as traffic,
    ):
        here = Installation(old.folder, f"127.0.0.1:{server.port}", _environment(old))
        usual = server.account.behaviour.requests_per_second
        control(here.sandbox, "behaviour", requests_per_second=_BUSY)
        known_as = replay(here.sandbox, KEY, old.accepted)
        until(lambda: not here.state()["imports"]["open"], "the account to be where it was")
        control(here.sandbox, "behaviour", requests_per_second=usual)
        traffic.known_as = dict.fromkeys(known_as, "forgotten") if forgetful else known_as
        yield traffic, here


@contextmanager
def working(here: Installation) -> Iterator[None]:
    """Let a worker do what is due, and end it in order."""
    with (here.folder / "worker.log").open("wb") as log:
        process = subprocess.Popen([*here.command, "worker"], env=here.environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(ENOUGH)


@contextmanager
def _alone(host: str) -> Iterator[None]:
    path = Path(tempfile.gettempdir()) / f"leleka-upgrade-{host.rpartition(':')[2]}-{os.getuid()}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment(old: Old) -> dict[str, str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    own = {
        "LELEKA_DATA_DIR": str(old.folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(old.folder / "master.key"),
        "LELEKA_SOURCE_DIRS": str(old.folder),
        "LELEKA_TEST_HOSTS": old.host,
        "LELEKA_TEST_SPEED": str(_SPEED),
        "LELEKA_LEASE_SECONDS": _LONG_LEASE,
        "LELEKA_THREADS": "1",
    }
    if not old.is_fresh:
        own["LELEKA_KEEP_RUN_DATA"] = "3650"  # days: what was left behind gets older with every day
    if not old.database.is_sqlite:
        own["LELEKA_DATABASE_URL"] = old.database.where
    return keep | own
