"""Switches from outside, JSON or `name=value`, validated against `Behaviour` before they take effect."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import orjson

from leleka.sandbox.behaviour import Behaviour, Fault


class UnknownSwitch(ValueError):
    """The switch does not exist or does not accept this value."""


def changed(behaviour: Behaviour, changes: Mapping[str, object]) -> Behaviour:
    """Returns the behaviour with some switches set; `faults` replaces all faults. Raises UnknownSwitch."""
    checked = _checked(Behaviour, changes)
    try:
        return replace(behaviour, **checked)
    except ValueError as problem:
        raise UnknownSwitch(str(problem)) from None


def from_pairs(pairs: Iterable[str]) -> Behaviour:
    """From `oversize=413`, `queue_held=true`, `faults=[{"kind":"lost_reply"}]`, as on a command line."""
    changes: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            msg = f"a switch is set as name=value, not {pair!r}"
            raise UnknownSwitch(msg)
        if any(kind is str or isinstance(kind, str) for kind in _kinds(_hints(Behaviour).get(name, str))):
            changes[name] = value
            continue
        try:
            changes[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            changes[name] = value
    return changed(Behaviour(), changes)


def _checked(record: type[Behaviour | Fault], changes: Mapping[str, object]) -> dict[str, Any]:
    hints = _hints(record)
    known = {one.name for one in fields(record)}
    checked: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            msg = f"no switch is called {name!r}"
            raise UnknownSwitch(msg)
        checked[name] = _value(name, hints[name], value)
    return checked


def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record)


def _value(name: str, hint: Any, value: object) -> object:
    if hint == tuple[Fault, ...]:
        return tuple(_fault(entry) for entry in _listed(name, value))
    if get_origin(hint) is tuple:
        return tuple(str(entry) for entry in _listed(name, value))
    kinds = _kinds(hint)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    # True equals 1 and is an int: neither may be accepted as the other
    if any(value == kind and type(value) is type(kind) for kind in kinds if not isinstance(kind, type)):
        return value
    if type(value) in {kind for kind in kinds if isinstance(kind, type)}:
        return value
    shown = " | ".join(getattr(kind, "__name__", repr(kind)) for kind in kinds)
    msg = f"{name} takes {shown}, not {value!r}"
    raise UnknownSwitch(msg)


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The types and literal values that a type hint allows, flattened."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    if isinstance(hint, UnionType) or str(get_origin(hint)) == "typing.Union":
        return tuple(kind for part in get_args(hint) for kind in _kinds(part))
    return (NoneType if hint is None else hint,)


def _listed(name: str, value: object) -> list[object]:
    if not isinstance(value, list):
        msg = f"{name} takes a list"
        raise UnknownSwitch(msg)
    return value


def _fault(entry: object) -> Fault:
    if not isinstance(entry, dict) or "kind" not in entry:
        msg = 'a fault is an object with at least a "kind"'
        raise UnknownSwitch(msg)
    try:
        return Fault(**_checked(Fault, entry))
    except ValueError as problem:
        raise UnknownSwitch(str(problem)) from None
