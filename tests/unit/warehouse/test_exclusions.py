"""Which addresses exclusions cover: the query says what plain Python says."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core.ports.destination import Exclusion, Match
from leleka.warehouse import exclusions
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.sql.tables import column, json_lines
from tests.fakes.destination import covered

_TEXT = st.text(alphabet="abї@.😀'%_", min_size=1, max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exclusions")


@settings(max_examples=40, deadline=None)
@given(
    addresses=st.lists(_TEXT, unique=True, max_size=30),
    found=st.lists(st.builds(Exclusion, st.sampled_from(Match), _TEXT), max_size=20),
)
def test_an_address_is_covered_as_python_says(
    folder: Path, addresses: list[str], found: list[Exclusion]
) -> None:
    people, staged = folder / "people", folder / "staged"
    people.write_bytes(b"".join(b'{"address": %s}\n' % orjson.dumps(address) for address in addresses))
    exclusions.stage(staged, found)
    with open_session(folder / "spill", threads=1) as session:
        source = json_lines(str(people), {"address": "VARCHAR"}, "a")
        query = exclusions.covered(str(staged), column("address", "a"), source)
        told = {address for (address,) in session.rows(exp.select("*").from_(query.subquery("c")))}
    assert told == {address for address in addresses if covered(address, found)}
