"""What contacts hold, in every shape in which it may come, and what counts as the same."""

import pytest

from leleka.destinations.activecampaign.held_values import agrees, held_by, side_loaded

ROW = {"id": "7", "firstName": "Ada", "lastName": None, "phone": 380, "fieldValues": ["70", 71]}
BESIDE = {
    "fieldvalues": [
        {"id": "70", "contact": "7", "field": "2", "value": "Kyiv"},
        {"id": 71, "contact": 7, "field": 3, "value": None},
        {"id": "80", "contact": "8", "field": "2", "value": "Lviv"},
        {"id": "81", "contact": "8", "value": "of no field"},
        "nonsense",
    ]
}
ALL = ("first_name", "last_name", "phone", "field:2", "field:3", "field:4")


def test_names_phone_and_custom_values_are_told() -> None:
    assert held_by(ROW, side_loaded(BESIDE)[7], ALL) == {
        "first_name": "Ada", "last_name": "", "phone": "380", "field:2": "Kyiv", "field:3": "", "field:4": "",
    }  # fmt: skip


def test_only_what_was_asked_for_is_told() -> None:
    assert held_by(ROW, {}, ("first_name",)) == {"first_name": "Ada"}


@pytest.mark.parametrize("named", [["70", "71", "72"], None, "70", [{"id": "70"}]])
def test_a_value_that_may_be_there_all_the_same_is_not_told_to_be_missing(named: object) -> None:
    held = held_by(ROW | {"fieldValues": named}, side_loaded(BESIDE)[7], ("field:2", "field:4"))
    assert held == {"field:2": "Kyiv"}


def test_a_row_that_does_not_speak_of_names_tells_nothing_about_them() -> None:
    assert held_by({"id": "7", "phone": ["?"]}, {}, ("first_name", "phone")) == {}


@pytest.mark.parametrize(
    "found", [{}, {"fieldvalues": None}, {"fieldvalues": {"7": "x"}}, {"fieldvalues": []}]
)
def test_an_answer_without_custom_values_has_none(found: dict[str, object]) -> None:
    assert side_loaded(found) == {}


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("Kyiv", " Kyiv\n"),
        ("a\nb", "a\r\nb"),
        ("2026-01-31T10:00:00Z", "2026-01-31T04:00:00-06:00"),
        ("2026-01-31T10:00:00Z", "2026-01-31 10:00:00"),
        ("2026-01-31", "2026-01-31T00:00:00-06:00"),
        ("||a||b||", "||b||a||"),
        ("a", "||a||"),
    ],
)
def test_another_form_of_the_same_is_the_same(sent: str, held: str) -> None:
    assert agrees(sent, held)


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("Kyiv", "kyiv"),
        ("Kyiv", ""),
        ("", "Kyiv"),
        ("2026-01-31", "2026-02-01"),
        ("2026-01-31", "2026-02-01T00:00:00Z"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:01Z"),
        ("2026-01-31T10:00:00Z", "2026-01-31"),
        ("||a||b||", "||a||"),
        ("10", "11"),
    ],
)
def test_anything_else_was_changed(sent: str, held: str) -> None:
    assert not agrees(sent, held)
