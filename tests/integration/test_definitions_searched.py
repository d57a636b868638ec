"""A definitions file chooses the columns that customers are searched by; silent of them, it leaves the choice alone."""

import pytest

from leleka.errors import InvalidInput
from leleka.services.customers import indexing
from leleka.services.definitions import queries as definition_queries
from leleka.services.definitions.changes import Did
from tests.integration.office import ALICE, DEFINITIONS, Office

_KEY = "    primary_key: id\n"


def choosing(searched: str) -> str:
    return DEFINITIONS.replace(_KEY, f"{_KEY}    searched: {searched}\n")


@pytest.fixture
def hired(office: Office) -> Office:
    office.hire(3)
    return office


def test_a_file_chooses_and_one_that_is_silent_leaves_the_choice(hired: Office) -> None:
    hired.apply(choosing("[city, email, city]"))
    assert indexing.settings().columns == ["city", "email"]
    (source,) = [one for one in hired.apply(choosing("[id]")) if one.kind == "source"]
    assert (source.did, source.fields) == (Did.CHANGED, ("searched",))
    assert indexing.settings().columns == ["id"]
    hired.apply()
    assert indexing.settings().columns == ["id"]
    assert {one.did for one in hired.apply(choosing("[id]"))} == {Did.UNCHANGED}


def test_a_written_file_has_the_choice(hired: Office) -> None:
    hired.apply(choosing("[email]"))
    assert "searched:\n" in definition_queries.written(ALICE)
    hired.apply(definition_queries.written(ALICE))
    assert indexing.settings().columns == ["email"]


@pytest.mark.parametrize(
    ("searched", "code", "where"),
    [
        ("[]", "CUSTOMERS_COLUMNS", "searched"),
        ("[id, email, first_name, city, tier, id, id, id, id]", "CUSTOMERS_COLUMNS", "searched"),
        ("[emial]", "SOURCE_UNKNOWN_COLUMN", "searched[0]"),
    ],
)
def test_a_wrong_choice_is_refused_with_its_place(
    hired: Office, searched: str, code: str, where: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        hired.apply(choosing(searched))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.where.endswith(where)
    assert indexing.settings().columns is None
