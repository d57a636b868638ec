"""Copying one object after another into a folder: how much, how fast, whether there is room, and into which files."""

import errno
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from leleka.connectors.objects.place import Body, Found, Place, Tick, newest
from leleka.core.ports.clock import Clock
from leleka.core.ports.connector import Watch
from leleka.errors import InvalidInput, NeedsAttention, TryLater

ROOM_LEFT: Final = 256 * 1024 * 1024  # bytes of the disk that stay free for others
_LOOK_EVERY: Final = 64 * 1024 * 1024
_LEAST_RATE: Final = 10_000  # bytes in a second, from the second minute on
_PATIENCE: Final = 60.0
_LONGEST_NAME: Final = 200  # bytes of a file's name
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_PLAIN: Final = frozenset({"", "identity"})


class Copier:
    """Fills a folder, and tells ``watch`` how far it is; whatever that raises ends it."""

    def __init__(self, folder: Path, watch: Watch, clock: Clock, most: int) -> None:
        self._folder = folder
        self._watch = watch
        self._clock = clock
        self._most = most
        self._began = clock.monotonic()
        self._size = 0
        self._looked_at = 0
        self._modified: list[datetime | None] = []

    @property
    def modified(self) -> datetime | None:
        """When the newest of what was copied was written where it comes from."""
        return newest(self._modified)

    def tick(self) -> None:
        """Tell how far it is. Raises ``TryLater`` where hardly anything comes any more."""
        self._watch(size=self._size)
        seconds = self._clock.monotonic() - self._began
        if seconds > _PATIENCE and self._size + _LOOK_EVERY < seconds * _LEAST_RATE:
            raise TryLater("STORAGE_SLOW", size=_megabytes(self._size), seconds=int(seconds))

    def make_sure_of_room(self, found: Sequence[Found]) -> None:
        """Raises ``InvalidInput`` for more than may be read, ``NeedsAttention`` where it does not fit on the disk."""
        self._check(sum(one.size or 0 for one in found))

    def copy(self, place: Place, found: Found, number: int) -> Path:
        """Return the file that now holds an object: in a folder of its own, so that it can keep its name."""
        aside = self._folder / f"{number:05}"
        try:
            aside.mkdir()
            with place.read(found, self.tick) as body:
                target = aside / _file_name(found, body)
                size = self._fill(target, body)
            _refuse_changed(found, body, size)
            self._modified.append(body.modified or found.modified)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise NeedsAttention("STORAGE_NO_ROOM.full") from None
            raise NeedsAttention("LAKE_UNWRITABLE") from error
        return target

    def _fill(self, target: Path, body: Body) -> int:
        before = self._size
        with target.open("xb") as file:
            for chunk in body.chunks:
                file.write(chunk)
                self._size += len(chunk)
                if self._size - self._looked_at > _LOOK_EVERY:
                    self._looked_at = self._size
                    self._check(0)
                self.tick()
        return self._size - before

    def _check(self, expected: int) -> None:
        if self._size + expected > self._most:
            raise InvalidInput(
                "STORAGE_TOO_LARGE", size=_megabytes(self._size + expected), most=_megabytes(self._most)
            )
        free = shutil.disk_usage(self._folder).free - ROOM_LEFT
        if expected > free or free < 0:
            raise NeedsAttention("STORAGE_NO_ROOM", size=_megabytes(expected), free=_megabytes(max(free, 0)))


def _megabytes(size: int) -> int:
    return size // 1_000_000


def tick_of(watch: Watch | None) -> Tick:
    """Return what is called while nothing is copied yet."""
    return (lambda: watch(size=0)) if watch is not None else lambda: None


def _refuse_changed(found: Found, body: Body, size: int) -> None:
    """Raises ``TryLater`` where something else was read than was found, or not all of it."""
    differs = found.tag != body.tag if found.tag and body.tag else found.seen not in {"", body.seen}
    if differs or size != (body.size if body.size is not None else size):
        raise TryLater("SOURCE_CHANGED.object", where=found.shown)


def _file_name(found: Found, body: Body) -> str:
    """Return a name for the file that is safe here and that people recognize; its ending says what is in it."""
    name = found.name.replace("/", "_").replace("\x00", "_").strip()
    while len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        name = name[1:]
    if name in {"", ".", ".."}:
        name = "file"
    if body.coding in _GZIP and not name.lower().endswith((".gz", ".gzip")):
        name += ".gz"
    elif body.coding not in _GZIP | _PLAIN:
        raise InvalidInput("STORAGE_CODING", where=found.shown, coding=body.coding[:40])
    return name
