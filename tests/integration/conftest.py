"""An installation in its own folder: real database, real lake, real sandbox on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from leleka.core.configuration import Configuration, Network
from leleka.sandbox.server import Options, SandboxServer, running
from tests.integration.office import Office
from tests.integration.people import lend_a_name

KEY = "sandbox-key-for-tests-0001"


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A sandbox without limits and delays; lists 1 and 2, custom fields 1 to 3."""
    options = Options(key=KEY, speed=None, lists=("News", "Other"), fields=("Tier", "City", "Mark"))
    with running(options) as server:
        yield server


@pytest.fixture
def installation(
    tmp_path: Path,
    settings: Any,
    db: None,  # noqa: ARG001 - it opens the database
    sandbox: SandboxServer,
) -> Configuration:
    """Settings of an installation below ``tmp_path`` that may talk to the sandbox.

    Its primary keys begin at 1: SQLite goes on from where a test that committed had come.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence")
    host = f"{sandbox.host}:{sandbox.port}"
    configuration: Configuration = replace(
        settings.LELEKA,
        data_dir=tmp_path / "data",
        master_key_file=tmp_path / "keys" / "master.key",
        source_dirs=(tmp_path,),
        network=Network(test_hosts=frozenset({host}), test_speed=None),
        environment={"HOST": host, "KEY": KEY},
    )
    settings.LELEKA = configuration
    return configuration


@pytest.fixture
def office(installation: Configuration, sandbox: SandboxServer, tmp_path: Path) -> Iterator[Office]:
    """An installation without people. Whatever was done in it, the sandbox's judge recorded no violation."""
    opened = Office(tmp_path, sandbox, installation)
    opened.lay()
    yield opened
    assert [one for one in opened.violations() if one["rule"] not in opened.forgiven] == []


@pytest.fixture
def shop(office: Office) -> Office:
    """Three people in the one segment of the one export, whose connection has an export user."""
    office.hire(3)
    office.apply()
    lend_a_name()
    return office
