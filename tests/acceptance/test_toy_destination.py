"""A kind of destination that somebody installs: pages, API, definitions and terminal know it from its settings.

``tests/fakes/postcards.py`` is laid beside Leleka as a package manager would, with an entry point and nothing else;
every process here is a real one. Its secret stands in no answer, page, log or file.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.clients import EMAIL, PASSWORD, Api, Pages
from tests.acceptance.conftest import Installation
from tests.acceptance.serving import serving, until

PATIENCE = 120.0  # seconds for a command, on a slow machine
STAMP = "CANARY-stamp-of-queen-anne"
CUSTOMERS = "id,email,first_name,tier\n1,ann@example.com,Ann,gold\n2,bob@example.com,Bob,gold\n3,cyr@example.com,Cyr,\n"
DEFINITIONS = """\
sources:
  - {name: customers, files: customers.csv, profiles: true, primary_key: id, types: {id: text}}
segments:
  - {name: Gold, rules: {column: tier, is: gold}}
connections:
  - name: Written
    type: postcards
    office: Lviv
    stamp: ${LELEKA_SECRET_STAMP}
    colour: blue
    consent: {agreed_by: Alice, version: "1"}
exports:
  - name: From file
    connection: Written
    list: 1
    segments: Gold
    data_matching: {email: email, first_name: first_name}
"""


def install(site: Path) -> None:
    """Lay the toy down as ``pip install`` would."""
    shutil.copy(Path(__file__).parents[1] / "fakes" / "postcards.py", site / "postcards.py")
    about = site / "postcards-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: postcards\nVersion: 1.0\n", encoding="utf-8"
    )
    (about / "entry_points.txt").write_text("[leleka.destinations]\npostcards = postcards:SPEC\n", "utf-8")


@pytest.fixture
def post(tmp_path: Path) -> Installation:
    """An installation with the toy beside it, two open offices, and an administrator."""
    for name in ("site", "offices/kyiv", "offices/lviv"):
        (tmp_path / name).mkdir(parents=True)
    install(tmp_path / "site")
    for office in ("kyiv", "lviv"):
        (tmp_path / "offices" / office / "stamp").write_text(STAMP, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "leleka.yaml").write_text(DEFINITIONS, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    environment |= {
        "LELEKA_DATA_DIR": str(tmp_path / "data"),
        "LELEKA_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "LELEKA_SOURCE_DIRS": str(tmp_path),
        "PYTHONPATH": str(tmp_path / "site"),
        "POSTCARDS_OFFICES": str(tmp_path / "offices"),
        "LELEKA_SECRET_STAMP": STAMP,
    }
    post = Installation(tmp_path, "", environment)
    post.leleka("init")
    words = ("user", "add", EMAIL, "--name", "Alice", "--role", "administrator", "--password-stdin")
    told = [*post.command, *words]
    subprocess.run(told, env=environment, input=PASSWORD, text=True, check=True, timeout=PATIENCE)
    return post


def cards(post: Installation, office: str) -> dict[str, dict[str, Any]]:
    """Return what an office was asked to deliver, by address."""
    paths = (post.folder / "offices" / office / "sent").glob("*.json")
    return {card["to"]: card for path in paths for card in json.loads(path.read_text(encoding="utf-8"))}


@pytest.mark.long
def test_definitions_and_the_terminal_know_it(post: Installation) -> None:
    path = str(post.folder / "leleka.yaml")
    wrong = post.folder / "wrong.yaml"
    lines = "colour: green\n    color: blue\n    host: example.com"
    wrong.write_text(DEFINITIONS.replace("colour: blue", lines), encoding="utf-8")
    said = refused(post, "apply", str(wrong))
    assert "Did you mean 'colour'?" in said
    assert "connections[0].host" in said
    assert "'red' or 'blue'" in said
    wrong.write_text(DEFINITIONS.replace("office: Lviv", "office: Lviv 1"), encoding="utf-8")
    assert "POSTCARDS_OFFICE" in refused(post, "apply", str(wrong))
    wrong.write_text(DEFINITIONS.replace("Gold", f"Gold {STAMP}"), encoding="utf-8")
    assert "LOOKS_LIKE_SECRET" in refused(post, "apply", str(wrong))
    wrong.unlink()
    assert "created" in post.leleka("apply", path)
    assert "The stamp is valid." in post.leleka("check", "Written", "--list", "1")
    post.leleka("export", "run", "From file")
    assert cards(post, "lviv") == {
        f"{name.lower()}@example.com": {
            "to": f"{name.lower()}@example.com", "says": {"first_name": name}, "colour": "blue",
        }
        for name in ("Ann", "Bob")
    }  # fmt: skip
    assert "created" not in post.leleka("apply", path)
    assert is_nowhere(post)
    (post.folder / "site" / "postcards.py").write_text("raise RuntimeError('made for another')\n", "utf-8")
    assert "DESTINATION_BROKEN" in refused(post, "check", "Written")


@pytest.mark.long
def test_pages_and_the_api_know_it(post: Installation) -> None:
    post.leleka("apply", str(post.folder / "leleka.yaml"))
    token = post.leleka("user", "token", EMAIL, "--name", "walk").strip()
    with serving(post) as served:
        api, pages = Api(served, token), Pages(served)
        walk_the_api(post, api)
        walk_the_pages(post, pages)
        assert STAMP not in api.answers + pages.answers
    assert is_nowhere(post)


def walk_the_api(post: Installation, api: Api) -> None:
    document = api.ask("GET", "openapi.json")
    assert described(document) == {"office": True, "stamp": True, "colour": False}
    version = api.ask("GET", "connections/consent?type=postcards")
    assert "Postcards" in version["paragraphs"][0]
    typed = {
        "name": "Asked", "type": "postcards", "office": "Kyiv", "stamp": STAMP, "agreed": True,
        "consent_version": version["version"], "password": PASSWORD, "check": True,
    }  # fmt: skip
    problems = api.ask("POST", "connections", {**typed, "host": "example.com"}, status=422)["problems"]
    assert [(one["code"], one["where"]) for one in problems] == [("UNKNOWN_FIELD", "host")]
    problems = api.ask("POST", "connections", {**typed, "stamp": "short"}, status=422)["problems"]
    assert [(one["code"], one["where"]) for one in problems] == [("POSTCARDS_STAMP", "stamp")]
    made = api.ask("POST", "connections", typed, status=201)
    wanted = {
        "type": "postcards",
        "title": "Postcards",
        "office": "kyiv",
        "colour": "red",
        "has_stamp": True,
    }
    assert {name: made[name] for name in wanted} == wanted
    assert "host" not in made
    changed = api.ask("PATCH", f"connections/{made['id']}", {"version": 1, "colour": "blue"})
    assert (changed["colour"], changed["has_stamp"], changed["stamp_hint"]) == ("blue", True, STAMP[-4:])
    problems = api.ask(
        "PATCH", f"connections/{made['id']}", {"version": 2, "office": "Lviv", "agreed": True,
        "consent_version": "1"}, status=422,
    )["problems"]  # fmt: skip
    assert [(one["code"], one["where"]) for one in problems] == [("SECRET_REQUIRED", "stamp")]
    wrong = api.ask("PATCH", f"connections/{made['id']}", {"version": 2, "host": "a.example"}, status=422)
    assert [one["code"] for one in wrong["problems"]] == ["SETTING_UNKNOWN"]
    _runs(post, api)
    assert {one["type"] for one in api.ask("GET", "connections")["items"]} == {"postcards"}


def _runs(post: Installation, api: Api) -> None:
    """Make an export of the connection Asked, run it, and read its report."""
    offers = api.ask("GET", "exports/offers?connection=Asked")
    assert offers["lists"] == [{"id": "1", "name": "Summer"}]
    export = api.ask("POST", "exports", {
        "name": "Asked", "connection": "Asked", "list": "1", "segments": ["Gold"],
        "data_matching": {"email": "email"},
    }, status=201)  # fmt: skip
    run = api.ask("POST", f"exports/{export['id']}/run", {}, status=202)["run"]
    until(lambda: api.ask("GET", f"runs/{run}")["finished_at"], "the run")
    report = api.ask("GET", f"runs/{run}")
    assert (report["status"], report["counts"]["delivered"]) == ("Successful", 2)
    assert {card["colour"] for card in cards(post, "kyiv").values()} == {"blue"}


def walk_the_pages(post: Installation, pages: Pages) -> None:
    pages.sign_in()
    form = pages.get("/admin/connections/add?type=postcards")
    assert re.findall(r'<label [^>]*for="id-(\w+)">([^<]+)', form)[1:4] == [
        ("stamp", "Stamp"), ("office", "Post office"), ("colour", "Colour of the cards"),
    ]  # fmt: skip
    assert "Set up Postcards connection" in form
    assert 'id="id-host"' not in form
    assert 'id="id-host"' in pages.get("/admin/connections/add")
    ukrainian = pages.get("/admin/connections/add?type=postcards", {"Accept-Language": "uk"})
    assert "Поштове відділення" in ukrainian
    assert "Темно-синій" in ukrainian
    typed = {
        "type": "postcards", "name": "Typed", "audience": "administrators", "share": "90", "stamp": STAMP,
        "office": "Lviv", "colour": "blue", "agreed": "yes", "consent_version": "2", "consent_language": "en",
        "password": PASSWORD,
    }  # fmt: skip
    assert "POSTCARDS_OFFICE" in pages.post("/admin/connections/connect", {**typed, "office": "1"})
    tested = pages.post("/admin/connections/connect", typed)
    assert re.findall(r'id="step-(\w+)" data-standing="(\w+)"', tested) == [
        ("office", "passed"), ("stamp", "passed"),
    ]  # fmt: skip
    assert "Try the stamp" in tested
    proof = re.search(r'name="proof" value="([^"]+)"', tested)
    assert proof
    listed = pages.post("/admin/connections/add", {**typed, "proof": proof[1]})
    assert "Typed" in listed
    assert "Postcards" in listed
    _sends(post, pages, listed)


def _sends(post: Installation, pages: Pages, listed: str) -> None:
    """Look at the connection Typed, set up an export of it, run it, and look at its report."""
    number = re.findall(r'href="/admin/connections/(\d+)"[^>]*>Typed', listed)[0]
    shown = pages.get(f"/admin/connections/{number}")
    assert f"Set, ends …{STAMP[-4:]}." in shown
    assert '<option value="blue" selected>' in shown
    assert "Postcards List ID" in pages.get("/data/exports/add")
    pages.post("/data/exports/add", {
        "name": "Typed", "connection": "Typed", "list": "1", "segments": "Gold", "email": "email",
        "leavers": "keep", "action": "run",
    })  # fmt: skip
    until(lambda: pages.get("/data/runs").count("Successful") == 2, "the run")
    run = re.findall(r'href="/data/runs/(\d+)"', pages.get("/data/runs"))[0]
    assert "Successful" in pages.get(f"/data/runs/{run}")
    assert set(cards(post, "lviv")) == {"ann@example.com", "bob@example.com"}


def refused(post: Installation, *words: str) -> str:
    """Run a command that must not succeed; return all it says."""
    done = subprocess.run(
        [*post.command, *words],
        env=post.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0, done.stdout
    assert STAMP not in done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


def is_nowhere(post: Installation) -> bool:
    """Look for the stamp in every file but the offices' own."""
    paths = [path for path in post.folder.rglob("*") if path.is_file() and "offices" not in path.parts]
    assert len(paths) > 5
    return [path for path in paths if STAMP.encode() in path.read_bytes()] == []


def described(document: Mapping[str, Any]) -> dict[str, bool]:
    """Return the settings that the API's description has for a new connection of the kind, and whether they must be."""
    schema = document["components"]["schemas"]["PostcardsConnectionIn"]
    found = {
        name: name in schema["required"]
        for name in ("office", "stamp", "colour")
        if name in schema["properties"]
    }
    assert schema["properties"]["stamp"]["writeOnly"]
    assert schema["properties"]["colour"]["enum"] == ["red", "blue"]
    return found
