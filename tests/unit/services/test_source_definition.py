"""What a source may not ask for in the definitions."""

from typing import Any

import pytest
from pydantic import ValidationError

from leleka.services.definition_schema.sources import SourceDefinition

BY_CHANGES = {
    "name": "orders",
    "connection": "Shop",
    "table": "orders",
    "primary_key": "id",
    "changed_since": "changed",
}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"table": None, "query": "SELECT * FROM orders WHERE newsletter"}, "SOURCE_CHANGES_INVALID.query"),
        ({"types": {"changed": {"type": "date", "format": "%d.%m.%Y"}}}, "SOURCE_CHANGES_INVALID.type"),
        ({"primary_key": None}, "SOURCE_CHANGES_INVALID"),
        ({"changed_since": {"column": "changed", "whole_every": "soon"}}, "SOURCE_CHANGES_INVALID.every"),
    ],
)
def test_reading_by_what_changed_is_refused_where_rows_would_be_missed(
    said: dict[str, Any], key: str
) -> None:
    SourceDefinition.model_validate(BY_CHANGES)
    with pytest.raises(ValidationError) as caught:
        SourceDefinition.model_validate({**BY_CHANGES, **said})
    assert [one["type"] for one in caught.value.errors()] == [key]
