"""Rotating the master key (S-3): plain, resumable, while runs go on."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from leleka.errors import NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections import master_keys
from leleka.services.connections.keys import place_of
from leleka.services.source_connections.keys import place_of as place_of_source
from leleka.state.key_file import add_master_key, keep_master_keys
from leleka.state.models import SourceSecret, StoredSecret
from leleka.state.secret_lock import alone
from leleka.state.secrets import MasterKeys, Place, Sealed

Row = StoredSecret | SourceSecret
_MODELS: Final[tuple[type[StoredSecret] | type[SourceSecret], ...]] = (StoredSecret, SourceSecret)


@dataclass(frozen=True, slots=True)
class Rotated:
    """``master_key`` is the id of the newest key; ``old_keys`` are still in the file, ``rewrapped`` secrets moved.

    ``unreadable`` names connections whose stored key no master key opens: it has to be entered again.
    """

    master_key: str
    rewrapped: int
    old_keys: tuple[str, ...]
    unreadable: tuple[str, ...] = ()


def rotate(actor: Actor, *, forget_old: bool) -> Rotated:
    """Wrap every stored secret with a new master key; ``forget_old`` then removes the others from the file.

    A rotation that was cut short is finished, without yet another key. Each secret moves in a transaction of its
    own, on condition that it did not change meanwhile; old keys open what is not moved yet.
    """
    require(actor, Permission.SYSTEM)
    keys = master_keys.master_keys()
    behind, unreadable = _behind(keys)
    if not behind:
        keys = add_master_key(keys)
        behind, unreadable = _behind(keys)
    moved = 0
    for row in behind:
        moved += _move(row, keys, actor)
    if forget_old:
        with alone():
            used = {key for model in _MODELS for key in model.objects.values_list("master_key", flat=True)}
            keys = keep_master_keys(keys, used)
    old = tuple(name for name in keys.keys if name != keys.newest)
    return Rotated(keys.newest, moved, old, tuple(row.connection.name for row in unreadable))


def _behind(keys: MasterKeys) -> tuple[list[Row], list[Row]]:
    """Return the secrets that are to move, and those that cannot: one that is unreadable holds up no other."""
    behind: list[Row] = []
    unreadable: list[Row] = []
    for model in _MODELS:
        rows = model.objects.select_related("connection").exclude(master_key=keys.newest)
        for row in rows.order_by("pk"):
            (behind if _wrapped(row, keys) else unreadable).append(row)
    return behind, unreadable


def _wrapped(row: Row, keys: MasterKeys) -> Sealed | None:
    sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
    try:
        return keys.rewrap(sealed, _place(row))
    except NeedsAttention:
        return None


def _place(row: Row) -> Place:
    if isinstance(row, SourceSecret):
        return place_of_source(row)
    return place_of(row.connection, row.version, row.name)


def _move(row: Row, keys: MasterKeys, actor: Actor) -> int:
    wrapped = _wrapped(row, keys)
    if wrapped is None:
        return 0
    with transaction.atomic():
        same = type(row).objects.filter(pk=row.pk, version=row.version, master_key=row.master_key)
        changed = same.update(master_key=wrapped.master_key, wrapped=wrapped.wrapped)
        if changed:
            record(actor, "key rotate", row.connection.name, {"master_key": wrapped.master_key})
    return changed
