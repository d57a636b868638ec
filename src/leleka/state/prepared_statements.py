"""Statements of the outbox, built once: the ORM builds one anew at each call, in ten times the time that a database
takes for it, and a run of a million people makes some twenty thousand.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from django.db import connection, models

_PLAIN: Final = frozenset({int, float, str, type(None)})  # types that every database takes as they are


class PreparedUpdate:
    """Sets ``changed`` of the rows of ``model`` that ``keys`` name and whose ``nulls`` are NULL; all are names of
    fields.
    """

    def __init__(
        self,
        model: type[models.Model],
        changed: Sequence[str],
        keys: Sequence[str],
        nulls: Sequence[str] = (),
    ) -> None:
        self._model = model
        self._nulls = tuple(nulls)
        self._changed = tuple(changed)
        self._keys = tuple(keys)

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows of values: those that change, then those of the keys."""
        if written := [self._values(row) for row in rows]:
            with connection.cursor() as cursor:
                cursor.executemany(self._statement, written)

    def row(self, *values: Any) -> bool:
        """Write one row; return whether there is such a one."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement, self._values(values))
            return bool(cursor.rowcount > 0)

    def _values(self, row: Sequence[Any]) -> list[Any]:
        return [_written(field, value) for field, value in zip(self._fields, row, strict=True)]

    @cached_property
    def _fields(self) -> Sequence["models.Field[Any, Any]"]:
        known = _fields_of(self._model)
        return [known[name] for name in (*self._changed, *self._keys)]

    @cached_property
    def _statement(self) -> str:
        names = _columns(self._model, (*self._changed, *self._keys, *self._nulls))
        set_to = [f"{name} = %s" for name in names[: len(self._changed)]]
        keys = [f"{name} = %s" for name in names[len(self._changed) : len(self._fields)]]
        keys += [f"{name} IS NULL" for name in names[len(self._fields) :]]
        table = connection.ops.quote_name(self._model._meta.db_table)
        return f"UPDATE {table} SET {', '.join(set_to)} WHERE {' AND '.join(keys)}"  # noqa: S608 - names of fields


class PreparedInsert:
    """Adds rows of ``model``: ``given`` are the names of fields that differ, all others have their defaults."""

    def __init__(self, model: type[models.Model], given: Sequence[str]) -> None:
        self._model = model
        self._given = tuple(given)

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        if written := [list(map(_written, self._fields, [*row, *self._defaults])) for row in rows]:
            with connection.cursor() as cursor:
                cursor.executemany(self._statement, written)

    @cached_property
    def _fields(self) -> Sequence["models.Field[Any, Any]"]:
        known = _fields_of(self._model)
        others = [name for name, field in known.items() if name not in self._given and not field.primary_key]
        return [known[name] for name in (*self._given, *others)]

    @cached_property
    def _defaults(self) -> Sequence[Any]:
        return [field.get_default() for field in self._fields[len(self._given) :]]

    @cached_property
    def _statement(self) -> str:
        names = _columns(self._model, [field.name for field in self._fields])
        table = connection.ops.quote_name(self._model._meta.db_table)
        return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608 - names of fields


class PreparedSelect:
    """Reads ``names`` of a row of ``model`` by the one field ``key``; texts and numbers, which need no conversion."""

    def __init__(self, model: type[models.Model], names: Sequence[str], key: str) -> None:
        self._model = model
        self._names = tuple(names)
        self._key = key

    def first(self, value: int) -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(self._statement, [value])
            found: tuple[Any, ...] | None = cursor.fetchone()
        return found

    @cached_property
    def _statement(self) -> str:
        *wanted, key = _columns(self._model, (*self._names, self._key))
        table = connection.ops.quote_name(self._model._meta.db_table)
        return f"SELECT {', '.join(wanted)} FROM {table} WHERE {key} = %s LIMIT 1"  # noqa: S608 - names of fields


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    known = _fields_of(model)
    return [connection.ops.quote_name(str(known[name].column)) for name in names]


def _fields_of(model: type[models.Model]) -> "dict[str, models.Field[Any, Any]]":
    return {field.name: field for field in model._meta.concrete_fields}


def _written(field: "models.Field[Any, Any]", value: Any) -> Any:
    if type(value) in _PLAIN and not isinstance(field, models.JSONField):
        return value
    return field.get_db_prep_save(value, connection)
