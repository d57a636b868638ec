"""What callers are told of an archive."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """What stands in an archive. ``bytes`` is its size, ``master_key`` the id of the key that opens it.

    ``missing`` names snapshots and uploaded files that the installation pointed to and had lost before the backup, or
    that were damaged: neither is in it.
    """

    path: str
    made_at: str
    version: str
    master_key: str
    people: int
    connections: int
    sources: int
    segments: int
    exports: int
    runs: int
    suppressed: int
    rows: int
    snapshots: int
    uploads: int
    bytes: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """``suppressed_added`` counts people who were added from the archives named besides."""

    archive: ArchiveView
    suppressed_added: int
