"""The facade's promises: every function takes the actor first, and no row of the database leaves the services."""

import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import pytest
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager

from leleka.services.access.actor import Actor
from leleka.services.connections import connection_test
from leleka.services.monitoring import health, metrics, readiness
from leleka.services.uploads.contracts import Reception
from leleka.worker import loop
from tests import facade

WITH_BEHAVIOUR: Final[Mapping[type, str]] = {
    connection_test.Connect: "a test that begin permitted, to be iterated over once",
    metrics.Counting: "asked by machines that hold the token of the metrics; it counts and names nobody",
    health.Latest: "asked by machines, answered with yes and no",
    loop.Worker: "the worker itself",
    Reception: "what the front and a view say to each other of one body",
    readiness.Readiness: "asked by machines, answered with yes and no",
}


def first_parameter(function: Callable[..., Any]) -> Any:
    parameters = list(inspect.signature(function).parameters.values())
    return get_type_hints(function).get(parameters[0].name) if parameters else None


def test_every_function_that_a_door_uses_takes_the_actor_first() -> None:
    found = facade.functions()
    assert len(found) > 100
    without = {name for name, one in found.items() if first_parameter(one) is not Actor}
    assert without == {f"{one.__module__}.{one.__qualname__}" for one in facade.WITHOUT_ACTOR}


def test_what_a_door_is_given_has_no_behaviour_of_its_own() -> None:
    """A class that can read or change something would pass by the functions and their permissions."""
    found = facade.classes().values()
    assert Actor in found
    others = {one for one in found if not _is_record(one)}
    assert others == set(WITH_BEHAVIOUR)


@pytest.mark.parametrize("name", sorted(facade.functions()))
def test_no_row_of_the_database_passes_through_a_function(name: str) -> None:
    hints = get_type_hints(facade.functions()[name])
    assert [row for hint in hints.values() for row in rows_in(hint, set())] == []


@pytest.mark.parametrize("name", sorted(facade.classes()))
def test_no_row_of_the_database_stands_in_a_record(name: str) -> None:
    assert list(rows_in(facade.classes()[name], set())) == []


def _is_record(one: type) -> bool:
    frozen = is_dataclass(one) and one.__dataclass_params__.frozen  # type: ignore[attr-defined]
    return frozen or issubclass(one, Enum)


def rows_in(hint: Any, seen: set[Any]) -> Iterator[str]:
    """Name the classes of the ORM within an annotation, and within the fields and properties of its records."""
    if isinstance(hint, TypeVar | types.GenericAlias) or get_origin(hint) is not None:
        for part in (*get_args(hint), get_origin(hint)):
            yield from rows_in(part, seen)
    if not inspect.isclass(hint) or hint in seen:
        return
    seen.add(hint)
    if issubclass(hint, Model | QuerySet | BaseManager):
        yield hint.__qualname__
    elif is_dataclass(hint):
        known = get_type_hints(hint)
        inner = [known[one.name] for one in fields(hint)]
        shown = [one.fget for one in vars(hint).values() if isinstance(one, property) and one.fget]
        inner += [get_type_hints(one).get("return") for one in shown]
        for one in inner:
            yield from rows_in(one, seen)
