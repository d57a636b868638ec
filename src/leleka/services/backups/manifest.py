"""What an archive says of itself: the last of its members, written when all the others are known."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from leleka.services.backups.contracts import ArchiveView
from leleka.state.models import (
    Connection,
    Export,
    NoticeDelivery,
    RefusalCount,
    Run,
    Segment,
    SignInFailure,
    Source,
    SuppressedPerson,
    Task,
    User,
    WebSession,
)

NAME: Final = "manifest.json"
FORMAT: Final = 2
# They are of the moment; and what a backup would send again was sent by the installation it is of.
_LEFT_OUT: Final = {WebSession, SignInFailure, RefusalCount, Task, NoticeDelivery}
_COUNTED: Final[Mapping[str, type[models.Model]]] = {
    "people": User,
    "connections": Connection,
    "sources": Source,
    "segments": Segment,
    "exports": Export,
    "runs": Run,
    "suppressed": SuppressedPerson,
}
_STATE: Final = re.compile(r"state/(state\.[A-Za-z_]+)\.jsonl")
_UPLOAD: Final = re.compile(r"uploads/([1-9][0-9]{0,18})")
_LAKE: Final = re.compile(r"lake/([a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+)/[A-Za-z0-9_-][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive. ``rows`` are its lines, where it holds a table."""

    name: str
    bytes: int
    sha256: str
    rows: int = 0

    @property
    def model(self) -> str:
        """The table it holds, "" where it is something else."""
        return model_in(self.name)

    @property
    def snapshot(self) -> str:
        """The snapshot it belongs to, "" where it is something else."""
        return snapshot_in(self.name)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``schema`` names the migrations the tables are of, ``missing`` snapshots and uploads that were lost or damaged
    before.
    """

    version: str
    schema: list[str]
    made_at: str
    missing: list[str]
    members: list[Member]
    format: int = FORMAT

    @classmethod
    def parse(cls, text: bytes) -> "Manifest":
        """Raises ``ValueError``, ``TypeError`` or ``KeyError`` for what is none."""
        data: dict[str, Any] = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError("another format")
        return cls(**{**data, "members": [Member(**one) for one in data["members"]]})

    def text(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @property
    def snapshots(self) -> set[str]:
        return {one.snapshot for one in self.members} - {""}

    def view(self, path: str, master_key: str, size: int) -> ArchiveView:
        rows = {one.model: one.rows for one in self.members if one.model}
        return ArchiveView(
            path=path,
            made_at=self.made_at,
            version=self.version,
            master_key=master_key,
            rows=sum(rows.values()),
            snapshots=len(self.snapshots),
            uploads=sum(1 for one in self.members if upload_in(one.name)),
            bytes=size,
            missing=tuple(self.missing),
            **{name: rows.get(model._meta.label, 0) for name, model in _COUNTED.items()},
        )


def model_in(name: str) -> str:
    """Return the table that a member of this name holds, "" for another."""
    matched = _STATE.fullmatch(name)
    return matched.group(1) if matched else ""


def snapshot_in(name: str) -> str:
    """Return the snapshot that a member of this name is of, "" for another."""
    matched = _LAKE.fullmatch(name)
    return matched.group(1) if matched else ""


def upload_in(name: str) -> str:
    """Return the number of the upload that a member of this name is, "" for another."""
    matched = _UPLOAD.fullmatch(name)
    return matched.group(1) if matched else ""


def tables() -> list[type[models.Model]]:
    """Return the tables of a backup, in an order in which most rows find what they point to."""
    every = apps.get_app_config("state").get_models(include_auto_created=True)
    return [model for model in every if model not in _LEFT_OUT]


def worth_saving() -> bool:
    """Return whether people have made anything here."""
    return any(model._default_manager.exists() for model in _COUNTED.values())


def current_schema() -> list[str]:
    """Return the migrations of this version, without asking a database."""
    leaves: Iterable[tuple[str, str]] = MigrationLoader(None).graph.leaf_nodes()
    return sorted(name for app, name in leaves if app == "state")
