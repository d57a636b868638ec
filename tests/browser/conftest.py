"""One installation per process for all of these tests, one browser at a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from leleka.core.clock import utc_now
from tests.acceptance.conftest import installed
from tests.acceptance.serving import serving
from tests.browser import market
from tests.browser.chromium import ARGUMENTS, MISSING, found
from tests.browser.furnishing import Furniture, connect, furnish
from tests.browser.hand import Hand
from tests.browser.house import ADA, House, add_person, lend, opened
from tests.browser.visiting import PATIENCE, Language, Visitor
from tests.fakes.buckets import Buckets, buckets

_SALES = """
CREATE TABLE sales (sale INTEGER PRIMARY KEY, buyer INTEGER, amount REAL, changed INTEGER);
INSERT INTO sales VALUES (1, 1, 10.5, 100), (2, 2, 20.0, 200), (3, 1, 5.0, 300);
"""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("house")) as one:
        yield one


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    with without_data(tmp_path) as one:
        yield one


@contextmanager
def without_data(folder: Path) -> Iterator[House]:
    """Open an installation with a connection and an administrator, and without any data."""
    with installed(folder, "50", lists="Shop news", fields="Tier") as installation:
        installation.leleka("init")
        add_person(installation, ADA, "Ada", "administrator")
        with serving(installation) as served:
            house = House(installation, f"http://127.0.0.1:{served.port}")
            connect(house, "Shop")
            yield house


@pytest.fixture(scope="session")
def data_buckets() -> Iterator[Buckets]:
    """An S3 that ``data_house`` may reach."""
    with buckets() as storage:
        storage.put("contoso", "readme.txt", b"exports")  # saving a connection asks for its bucket
        yield storage


@pytest.fixture(scope="session")
def data_house(tmp_path_factory: pytest.TempPathFactory, data_buckets: Buckets) -> Iterator[House]:
    """An installation with an administrator, a database and a bucket, to which tests add data sources of their own
    names.
    """
    with installed(tmp_path_factory.mktemp("data"), "50", lists="A", fields="B") as installation:
        installation.environment["LELEKA_SOURCE_HOSTS"] = data_buckets.host
        installation.leleka("init")
        add_person(installation, ADA, "Ada", "administrator")
        file = installation.folder / "shop.db"
        with closing(sqlite3.connect(file)) as database:
            database.executescript(_SALES)
        with serving(installation) as served:
            house = House(installation, f"http://127.0.0.1:{served.port}")
            shop = {"name": "Shop", "type": "sqlite", "settings": {"path": str(file)}}
            house.asked("source-connections", shop)
            lake = {"endpoint": data_buckets.endpoint, "access_key_id": "AKIDEXAMPLE", "bucket": "contoso"}
            lake |= {"region": "us-east-1", "secret_access_key": "not-a-real-key"}
            house.asked("source-connections", {"name": "Lake", "type": "s3", "settings": lake})
            yield house


@pytest.fixture(scope="session")
def market_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with an administrator and a shop's people, orders, complaints and employees."""
    folder = tmp_path_factory.mktemp("market")
    with installed(folder, "50", lists=",".join(market.LISTS), fields="Tier") as installation:
        market.write(folder, utc_now().date())
        definitions = market.DEFINITIONS.replace("HOST", installation.sandbox)
        (folder / "leleka.yaml").write_text(definitions, encoding="utf-8")
        installation.leleka("apply", str(folder / "leleka.yaml"))
        installation.leleka("refresh")
        add_person(installation, ADA, "Ada", "administrator")
        lend(installation, ADA, "Market")
        with serving(installation) as served:
            yield House(installation, f"http://127.0.0.1:{served.port}")


@pytest.fixture
def shopper(chromium: Browser, market_house: House) -> Iterator[Visitor]:
    """A user of the market with a browser; at the end nothing may have been reported as wrong."""
    one = Visitor(chromium, market_house)
    yield one
    for context in chromium.contexts:
        context.close()
    assert one.complaints == []


@pytest.fixture
def hand(chromium: Browser, data_house: House, request: pytest.FixtureRequest) -> Iterator[Hand]:
    """A person who adds data sources, in the language of the test."""
    visitor = Visitor(chromium, data_house)
    case = getattr(request.node, "callspec", None)
    told: Language = case.params.get("language", "en") if case else "en"
    yield Hand(visitor.signed_in(told), told)
    for context in chromium.contexts:
        context.close()
    refusals = ("403", "409", "422")  # an answer that refuses something is one, and the browser reports it
    assert [one for one in visitor.complaints if not any(code in one for code in refusals)] == []


@pytest.fixture(scope="session")
def furniture(house: House) -> Furniture:
    return furnish(house)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. It is closed after this package's tests: while it runs, Django refuses its database to
    this thread.
    """
    path = found()
    if path is None:
        pytest.fail(MISSING)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser, house: House) -> Iterator[Visitor]:
    """A user with a browser; at the end nothing may have been reported as wrong."""
    one = Visitor(chromium, house)
    yield one
    for context in chromium.contexts:
        context.close()
    assert one.complaints == []
