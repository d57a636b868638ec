"""Rotating the master key (S-3): plain, resumable, while runs go on."""

from dataclasses import dataclass

from django.db import transaction

from leleka.services import store
from leleka.services.audit import Actor, record
from leleka.services.connecting import place_of
from leleka.state.key_file import add_master_key, keep_master_keys
from leleka.state.models import StoredSecret
from leleka.state.secrets import MasterKeys, Sealed


@dataclass(frozen=True, slots=True)
class Rotated:
    """``master_key`` is the id of the newest key; ``old_keys`` are still in the file, ``rewrapped`` secrets moved."""

    master_key: str
    rewrapped: int
    old_keys: tuple[str, ...]


def rotate(actor: Actor, *, forget_old: bool) -> Rotated:
    """Wrap every stored secret with a new master key; ``forget_old`` then removes the others from the file.

    A rotation that was cut short is finished, without yet another key. Each secret moves in a transaction of its
    own, on condition that it did not change meanwhile; old keys open what is not moved yet.
    """
    keys = store.master_keys()
    if not _behind(keys):
        keys = add_master_key(keys)
    moved = 0
    for row in _behind(keys):
        moved += _move(row, keys, actor)
    if forget_old:
        keys = keep_master_keys(keys, set(StoredSecret.objects.values_list("master_key", flat=True)))
    return Rotated(keys.newest, moved, tuple(name for name in keys.keys if name != keys.newest))


def _behind(keys: MasterKeys) -> list[StoredSecret]:
    rows = StoredSecret.objects.select_related("connection").exclude(master_key=keys.newest)
    return list(rows.order_by("pk"))


def _move(row: StoredSecret, keys: MasterKeys, actor: Actor) -> int:
    sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
    wrapped = keys.rewrap(sealed, place_of(row.connection, row.version))
    with transaction.atomic():
        same = StoredSecret.objects.filter(pk=row.pk, version=row.version, master_key=row.master_key)
        changed = same.update(master_key=wrapped.master_key, wrapped=wrapped.wrapped)
        if changed:
            record(actor, "key rotate", row.connection.name, {"master_key": wrapped.master_key})
    return changed
