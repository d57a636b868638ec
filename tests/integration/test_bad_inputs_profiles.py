"""Inputs 1 to 30, through whole runs: good rows are always sent, each bad one is reported or loses
a field.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core.email import WHITESPACE
from leleka.core.plan import Counts
from leleka.core.reason_codes import CODES
from leleka.errors import InvalidInput, Problem
from leleka.messages.problems import english
from leleka.sandbox.contacts import Contact, Status
from leleka.sandbox.server import Options, SandboxServer, running
from leleka.services.access.actor import Actor, Role
from leleka.services.installation import lake_sessions
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RowView, RunView
from leleka.state.models import Run
from leleka.warehouse.sql.tables import parquet
from tests.bad_inputs import Entry, entries
from tests.integration.conftest import KEY
from tests.integration.defining import state
from tests.integration.office import Office
from tests.unit.engine.test_batch_packing import due, packer

GOOD = [{"id": f"0-good-{n}", "email": f"good{n}@x.test", "first_name": f"Good {n}"} for n in (1, 2, 3)]
COLUMNS = ("id", "email", "first_name", "last_name", "phone", "city", "wide", "amount")
CITY, AMOUNT, WIDE = 1, 2, range(3, 390)  # custom fields; so many that one profile can outgrow a request

DEFINITIONS = """\
sources:
  - {{name: people, files: people.parquet, profiles: true, classes: {{id: harmless}}, primary_key: id}}
segments:
  - {{name: Everybody, rules: {{column: id, is not: nobody}}}}
connections:
  - {{name: Sandbox, host: "${{HOST}}", key: "${{KEY}}", consent: {{agreed_by: Alice, version: "1"}}}}
exports:
  - name: News
    connection: Sandbox
    list: 1
    segments: Everybody
    data_matching:
      email: email
      first_name: first_name
      last_name: last_name
      phone: {{column: phone, country: "{country}"}}
      fields: {fields}
"""


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    names = ("City", "Amount", *(f"Wide {number}" for number in WIDE))
    with running(Options(key=KEY, speed=None, lists=("News",), fields=names)) as server:
        yield server


def definitions(country: str = "", *, wide: bool = False) -> str:
    fields = [{"column": "city", "field": CITY}, {"column": "amount", "field": AMOUNT}]
    fields += [{"column": "wide", "field": number} for number in WIDE] if wide else []
    return DEFINITIONS.format(country=country, fields=json.dumps(fields))


def lay(office: Office, rows: Sequence[Mapping[str, Any]]) -> None:
    kinds = ", ".join(f'"{name}" {"DOUBLE" if name == "amount" else "VARCHAR"}' for name in COLUMNS)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE people ({kinds})")
        cells = [[row.get(name) for name in COLUMNS] for row in rows]
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?)", cells)
        connection.execute(f"COPY people TO '{office.folder / 'people.parquet'}' (FORMAT PARQUET)")


def arrived(office: Office) -> dict[str, Contact]:
    with office.sandbox.lock:
        office.sandbox.account.tick()
        found = office.sandbox.account.contacts.on_list(1, Status.ACTIVE)
        return {contact.email: contact for contact in found}


def warnings_of(view: RunView) -> dict[str, list[str]]:
    query = exp.select("profile_id", "warnings").from_(
        parquet(lake_sessions.lake().open(Run.objects.get(pk=view.id).outcomes).files)
    )
    with lake_sessions.session() as session:
        return {identity: list(codes) for identity, codes in session.rows(query) if codes}


_CHARLIE = Actor("charlie", Role.VIEWER)


def reported(view: RunView) -> dict[str, RowView]:
    rows = [
        row
        for ended in ("excluded", "rejected")
        for row in run_queries.rows_of(_CHARLIE, view.id, ended, 10_000)
    ]
    assert len({row.profile_id for row in rows}) == len(rows)
    return {row.profile_id: row for row in rows}


def counts(view: RunView) -> Counts:
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return view.counts


def values(contact: Contact) -> dict[str, str]:
    return {
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone": contact.phone,
        "city": contact.fields.get(CITY, ""),
        "amount": contact.fields.get(AMOUNT, ""),
    }


def row_of(entry: Entry) -> dict[str, Any]:
    """Return the profile of an entry: what the input does not affect is valid."""
    return {"id": entry.id, "email": f"p-{entry.id}@x.test", "last_name": "Kept", **entry.input}


@pytest.mark.long
def test_one_run_takes_every_good_row_and_says_of_each_bad_one_what_it_cost(office: Office) -> None:
    """Inputs 1 to 27; I-2, I-8, A-3: no answer repeats an address."""
    table = entries("profiles", "profile")
    lay(office, [*GOOD, *map(row_of, table)])
    office.apply(definitions("GB", wide=True))
    view = office.run()

    lost = {one.id: one.code for one in table if one.drops == "row"}
    told = reported(view)
    assert {identity: row.code for identity, row in told.items()} == lost
    assert [one.id for one in table if one.drops == "row" and one.says not in told[one.id].detail] == []
    spoilt = {one.id: [one.code] for one in table if one.drops == "field"}
    assert warnings_of(view) == spoilt
    found = counts(view)
    assert found.selected == len(table) + len(GOOD)
    assert found.excluded == Counter(
        code for code in lost.values() if code not in {"NOT_IMPORTED", "ROW_TOO_LARGE"}
    )
    assert found.rejected == {"NOT_IMPORTED": 1, "ROW_TOO_LARGE": 1}
    assert found.warnings == Counter(code for (code,) in spoilt.values())
    assert view.status == "Completed with warnings"

    there = arrived(office)
    gone = [one for one in table if one.drops != "row"]
    expected = {row["email"] for row in GOOD} | {
        (one.sent or {}).get("email", f"p-{one.id}@x.test") for one in gone
    }
    assert there.keys() == expected
    for one in gone:
        got = values(there[(one.sent or {}).get("email", f"p-{one.id}@x.test")])
        wanted = {"last_name": "Kept", **(one.sent or {}), **({one.field: ""} if one.field else {})}
        assert {key: got[key] for key in wanted} == wanted, one.id


@pytest.mark.slow
def test_what_is_said_of_a_row_masks_its_address(office: Office) -> None:
    """A-3; every sentence about a row stays a line that a terminal shows as it is."""
    table = entries("profiles", "profile")
    lay(office, [*GOOD, *map(row_of, table)])
    office.apply(definitions())
    told = reported(office.run())
    for one in (one for one in table if one.id in told):
        raw = (row_of(one)["email"] or "").strip(WHITESPACE)
        shown = f"{told[one.id].address} {told[one.id].detail}"
        assert len(raw) < 2 or raw.lower() not in shown.lower(), one.id
        assert shown.isprintable(), one.id
    assert len(told) == sum(one.drops == "row" and one.code != "ROW_TOO_LARGE" for one in table)


@pytest.mark.parametrize("one", entries("profiles", "text"), ids=lambda one: one.id)
def test_what_no_file_can_hold_costs_its_field_and_never_the_row(one: Entry) -> None:
    """Input 18: from a database one day; a file with it is refused, see below."""
    (row,) = packer().pack([due(one.input, None, "1")])
    assert (row.code, row.warnings, row.contact is None) == ("", (one.code,), False)


PHONES = entries("phones")


@pytest.mark.short("ZZ")
@pytest.mark.slow
@pytest.mark.parametrize("country", ["GB", "ZZ", None])
def test_a_phone_never_stops_its_row(office: Office, country: str | None) -> None:
    """Inputs 28 to 30."""
    table = [one for one in PHONES if one.country == country]
    assert table
    lay(office, [{"id": one.id, "email": f"p-{one.id}@x.test", "phone": one.input} for one in table] + GOOD)
    office.apply(definitions(country or ""))
    view = office.run()
    assert view.status == "Completed with warnings"
    assert counts(view).delivered == len(table) + len(GOOD)
    assert warnings_of(view) == {one.id: [one.code] for one in table if one.drops == "field"}
    there = arrived(office)
    assert {one.id: there[f"p-{one.id}@x.test"].phone for one in table} == {
        one.id: one.sent or "" for one in table
    }


CANARY = "canary"
ODD = st.text(
    st.sampled_from("ab@.@.,;<>\"' \t\n\0\x1b\x85\u00a0\u200b\u202e\ufeffüаß٠١+-=()x0123456789{}|\\/%[]:"),
    max_size=40,
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
ADDRESS = st.builds(
    lambda before, at, after: f"{before}{CANARY}{at}{after}", ODD, st.sampled_from(["@", "@x.", ""]), ODD
)
PROFILE = st.fixed_dictionaries(
    {"email": st.none() | ADDRESS | st.builds(lambda text: f"{text}@{CANARY}.test", ODD)},
    optional=dict.fromkeys(("first_name", "last_name", "phone", "city", "wide"), ODD)
    | {"amount": st.floats() | st.none()},
)


@pytest.mark.slow
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
@given(people=st.lists(PROFILE, min_size=20, max_size=60))
def test_whatever_the_profiles_hold_the_run_ends_and_accounts_for_all(
    office: Office, people: list[dict[str, Any]]
) -> None:
    """Inputs 1 to 30 and similar ones; the sandbox finds no malformed row in any request (office)."""
    lay(office, [*GOOD, *({**one, "id": f"{number}"} for number, one in enumerate(people, start=1))])
    office.apply(definitions("GB"))
    view = office.run()
    assert view.status in {"Successful", "Completed with warnings"}
    found = counts(view)
    assert found.selected == len(people) + len(GOOD)
    assert {row["email"] for row in GOOD} <= arrived(office).keys()
    said = [*reported(view).values()]
    assert {row.code for row in said} | found.warnings.keys() <= set(CODES)
    assert CANARY not in f"{view}{said}".lower()


FILES = entries("profiles", "file", "parquet")


@pytest.mark.parametrize("one", FILES, ids=[one.id for one in FILES])
def test_a_file_with_a_cell_that_fits_no_type_is_refused_whole(office: Office, one: Entry) -> None:
    """Inputs 18 and 21 to 25: the table of the last good reading stays in use."""
    path = office.folder / "people.csv"
    if one.surface == "parquet":
        path = path.with_suffix(".parquet")
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"COPY ({one.input}) TO '{path}' (FORMAT PARQUET)")
    else:
        text = "\n".join(one.input["lines"]) + "\n" + one.input.get("then", "")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    types = json.dumps(dict(one.types))
    text = (
        definitions().replace("people.parquet", path.name).replace("key: id}", f"key: id, types: {types}}}")
    )
    problem = refused(office, text)
    assert problem.code == one.code
    told = english(problem)
    assert one.says in f"{problem.where} {told.message} {told.remedy}"
    assert path.name in problem.where or "people" in problem.where
    assert told.remedy
    assert "host.cc" not in f"{problem} {told}"


def refused(office: Office, text: str) -> Problem:
    before = state()
    with pytest.raises(InvalidInput) as caught:
        office.apply(text)
    assert state() == before
    return caught.value.problems[0]
