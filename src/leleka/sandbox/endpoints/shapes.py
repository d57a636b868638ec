"""What the records of the API have in common: links to what belongs to them, times, pages with a total."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from leleka.sandbox.messages import Reply, Request, json_reply, page_bounds
from leleka.sandbox.timing import local_timestamp

Record = TypeVar("Record")

LINKED: Final = "https://sandbox.example/api/3"  # in a reply it becomes the host that was asked


def links(kind: str, number: int, names: Iterable[str]) -> dict[str, object]:
    """Return the addresses of what belongs to one record, under the name of each."""
    return {name: f"{LINKED}/{kind}/{number}/{name}" for name in names}


def timestamps(created: float, updated: float) -> dict[str, object]:
    """Return the columns in the account's time, without an offset, that stand beside the dates."""
    return {
        "created_timestamp": local_timestamp(created),
        "updated_timestamp": local_timestamp(updated),
        "created_by": None,
        "updated_by": None,
    }


def page(
    request: Request, key: str, records: Iterable[Record], show: Callable[[Record], dict[str, object]]
) -> Reply:
    """Return the records that `limit` and `offset` ask for, and how many there are in all."""
    limit, offset = page_bounds(request)
    shown, total = [], 0
    for record in records:
        if offset <= total < offset + limit:
            shown.append(show(record))
        total += 1
    return json_reply({key: shown, "meta": {"total": str(total)}})


def wanted(request: Request, name: str) -> str | None:
    """Return what `filters[name]` or `filters[name][eq]` asks for."""
    return request.query.get(f"filters[{name}]", request.query.get(f"filters[{name}][eq]"))


def allows(request: Request, name: str, value: object) -> bool:
    """Whether a record with this value passes the filter of that name, if there is one."""
    return wanted(request, name) in {None, str(value)}
