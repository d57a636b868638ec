"""Options of custom fields: they stand beside a page of fields, each with the number of its field."""

from collections.abc import Mapping
from typing import Any, Final

from leleka.destinations.activecampaign.response_parsing import number_of, rows_of

BETWEEN: Final = "||"
_ONE: Final = frozenset({"dropdown", "radio"})
_SEVERAL: Final = frozenset({"listbox", "checkbox"})


class Options:
    """The options of an account's fields, as far as its pages were read."""

    def __init__(self) -> None:
        self._found: dict[int, dict[str, None]] = {}

    def read(self, page: Mapping[str, Any]) -> None:
        """Take what stands in a page of fields."""
        for row in rows_of(page.get("fieldoptions")) or []:
            number, value = number_of(row.get("field")), row.get("value")
            if number is not None and isinstance(value, str) and value:
                self._found.setdefault(number, {})[value] = None

    def of(self, kind: str, number: int | None) -> tuple[str, ...]:
        """Return the options of a field, none where its kind has none, or nothing is known of them."""
        return tuple(self._found.get(number or 0, ())) if kind in _ONE | _SEVERAL else ()


def between_options(kind: str) -> str:
    """Return what stands between several options; "" where the field takes one."""
    return BETWEEN if kind in _SEVERAL else ""
