"""An installation that the tests of a module share: what each of them does to the state is rolled back.

For tests that look at an installation, or ask it for things that nobody carries out: its files and its sandbox stay
as they were left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from leleka.core.configuration import Configuration, KeyPlaces, Network
from leleka.sandbox.server import Options, SandboxServer, running
from tests.integration.office import Office

# Without limits and delays; lists 1 and 2, custom fields 1 to 3.
SANDBOX: Final = Options(
    key="sandbox-key-for-tests-0001", speed=None, lists=("News", "Other"), fields=("Tier", "City", "Mark")
)


def configured(folder: Path, sandbox: SandboxServer) -> Configuration:
    """Return the settings of an installation below a folder that may talk to the sandbox."""
    host = f"{sandbox.host}:{sandbox.port}"
    (folder / "data").mkdir(mode=0o700, exist_ok=True)
    found: Configuration = replace(
        settings.LELEKA,
        data_dir=folder / "data",
        master_key_file=folder / "keys" / "master.key",
        source_dirs=(folder,),
        network=Network(test_hosts=frozenset({host}), test_speed=None),
        environment={"HOST": host, "KEY": sandbox.account.key},
        key_places=KeyPlaces(frozenset({"KEY"}), (folder,)),
    )
    return found


def number_from_one() -> None:
    """Let primary keys begin at 1: SQLite goes on from where a test that committed had come."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence")


@contextmanager
def shared_office(folder: Path) -> Iterator[Office]:
    """Open an office within a transaction, in which the tests' own are nested; every test needs ``db``."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined] # as Django's own: what must be outermost still is
    with running(SANDBOX) as sandbox:
        configuration = configured(folder, sandbox)
        with override_settings(LELEKA=configuration), around:
            number_from_one()
            office = Office(folder, sandbox, configuration)
            office.lay()
            yield office
            assert office.violations() == []
            transaction.set_rollback(True)
