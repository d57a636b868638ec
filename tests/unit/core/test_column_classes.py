"""What a column says of people is guessed from its name and its values, and each value is masked by it."""

import pytest

from leleka.core.column_classes import ColumnClass, guess, mask_value
from leleka.core.columns import Column, ColumnType

PHONES = ["+380 50 111 22 33", "(067) 765-43-21", "380501112233"]


@pytest.mark.parametrize(
    ("name", "kind", "values", "klass"),
    [
        ("E-mail", "text", (), "contact"),
        ("Електронна пошта", "text", (), "contact"),
        ("mobilePhone", "text", (), "contact"),
        ("Адреса доставки", "text", (), "contact"),
        ("customer_id", "integer", (), "identifier"),
        ("Ім\u2019я", "text", (), "identifier"),
        ("Прізвище", "text", (), "identifier"),
        ("ПІБ", "text", (), "identifier"),
        ("Дата народження", "date", (), "identifier"),
        ("birthDate", "date", (), "identifier"),
        ("Коментар менеджера", "text", (), "text"),
        ("anything", "text", (), "text"),
        ("tier", "text", ["gold", "basic"] * 10, "harmless"),
        ("город", "text", ["Kyiv"] * 3, "text"),
        ("orders", "integer", [1, 2, 3], "harmless"),
        ("joined", "date", ["2026-01-02"] * 9, "harmless"),
        # What stands in a column is believed before its name.
        ("tier", "text", PHONES, "contact"),
        ("code", "integer", [380501112233, 380671112233], "contact"),
        ("valid", "text", ["jane@example.com", "", None, "jim\uff20example.com"], "contact"),
    ],
)
def test_a_class_is_guessed(name: str, kind: str, values: list[object], klass: str) -> None:
    assert guess(Column(name, ColumnType(kind)), values) == klass


@pytest.mark.parametrize(
    ("klass", "value", "shown"),
    [
        ("harmless", "gold", "gold"),
        ("harmless", 7, 7),
        ("identifier", "Jane", "J***"),
        ("identifier", "+380501112233", "***"),
        ("identifier", 380501112233, "***"),
        ("identifier", "1987-03-21", "***"),
        ("contact", "jane@example.com", "j***@e***"),
        ("contact", "+380501112233", "***33"),
        ("contact", "Khreshchatyk St", "***"),
        ("text", "Call Jane", "***"),
        ("text", None, None),
        ("text", "", ""),
    ],
)
def test_a_value_is_masked_by_the_class_of_its_column(klass: str, value: object, shown: object) -> None:
    assert mask_value(ColumnClass(klass), value) == shown
