"""Long lists: what of one is asked for, and the page that the database gives of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, Generic, TypeVar

from django.db.models import F, Model, OrderBy, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import Contains

from leleka.state.case_folding import Folded

A_PAGE: Final = 50
_DOWN: Final = "-"
Row = TypeVar("Row", bound=Model)
View = TypeVar("View")
Columns = Mapping[str, str | Combinable]  # by what a list can be sorted, its usual order first


@dataclass(frozen=True, slots=True)
class ListQuery:
    """``text`` is looked for, upper and lower case alike; ``sort`` is a column, from its end with "-" before it.

    A column that the list does not have is its first; a page that it does not have is the nearest.
    """

    text: str = ""
    sort: str = ""
    page: int = 1
    size: int = A_PAGE


@dataclass(frozen=True, slots=True)
class Listed(Generic[View]):
    """One page. ``matches`` is how many there are on all pages, ``all`` how many without looking for anything."""

    items: Sequence[View]
    sort: str
    page: int
    pages: int
    matches: int
    all: int


def page_of(
    rows: QuerySet[Row],
    wanted: ListQuery,
    columns: Columns,
    matching: Q,
    view: Callable[[Sequence[Row]], Sequence[View]],
) -> Listed[View]:
    """Return the page of ``rows`` that is wanted: those that match, sorted by one of ``columns``, then by age.

    ``view`` is given the rows of this page alone.
    """
    name = wanted.sort.removeprefix(_DOWN)
    sort = wanted.sort if name in columns else next(iter(columns))
    every = rows.count()
    found = rows.filter(matching) if wanted.text else rows
    matches = found.count() if wanted.text else every
    pages = max(1, ceil(matches / wanted.size))
    page = min(max(1, wanted.page), pages)
    first = (page - 1) * wanted.size
    ordered = found.order_by(_ordering(sort, columns), "pk")[first : first + wanted.size]
    return Listed(view(list(ordered)), sort, page, pages, matches, every)


def _ordering(sort: str, columns: Columns) -> OrderBy:
    """What is not there comes first, and last from the end."""
    column: Any = columns[sort.removeprefix(_DOWN)]
    column = F(column) if isinstance(column, str) else column
    if sort.startswith(_DOWN):
        return OrderBy(column, descending=True, nulls_last=True)
    return OrderBy(column, nulls_first=True)


def after(rows: QuerySet[Row], number: int, limit: int) -> list[Row]:
    """Return the rows behind the one of this id, in the order in which they were made."""
    return list(rows.filter(pk__gt=number).order_by("pk")[:limit])


def contains(text: str, *fields: str) -> Q:
    """Match rows with the text in one of these fields."""
    found = Q()
    for field in fields:
        found |= Q(Contains(Folded(F(field)), text.lower()))
    return found
