"""An installation in its own folder: real database, real lake, real sandbox on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from leleka.core.configuration import Configuration
from leleka.sandbox.server import SandboxServer, running
from leleka.services.audit import refusals
from leleka.services.connections.far_side import FAR_SIDE
from tests.fakes.kept_engine import kept
from tests.integration.office import Office
from tests.integration.people import lend_a_name
from tests.integration.sharing import SANDBOX, configured, number_from_one
from tests.source_databases import READER, SourceDatabase, source_database

KEY: Final = SANDBOX.key


@pytest.fixture(autouse=True)
def _nothing_refused_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused in another test is gone from its database, and so from this process."""
    monkeypatch.setattr(refusals, "REPEATS", refusals.Repeats())


@pytest.fixture(scope="package", autouse=True)
def _one_engine() -> Iterator[None]:
    with kept():
        yield


@pytest.fixture(scope="package")
def source_server() -> Iterator[SourceDatabase]:
    """Somebody else's PostgreSQL: each test makes the tables it needs, in the schema ``public``."""
    with source_database() as server:
        yield server


@pytest.fixture
def source_db(source_server: SourceDatabase) -> SourceDatabase:
    source_server.run(
        "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", f"GRANT USAGE ON SCHEMA public TO {READER}"
    )
    return source_server


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running(SANDBOX) as server:
        yield server


@pytest.fixture
def installation(
    tmp_path: Path,
    settings: Any,
    db: None,  # noqa: ARG001 - it opens the database
    sandbox: SandboxServer,
) -> Configuration:
    """Settings of an installation below ``tmp_path`` that may talk to the sandbox; its primary keys begin at 1."""
    number_from_one()
    configuration = configured(tmp_path, sandbox)
    settings.LELEKA = configuration
    FAR_SIDE.forget()  # what another test's accounts offered
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
