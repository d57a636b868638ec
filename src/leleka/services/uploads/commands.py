"""Taking files that people upload. Who it is, and whether they may, is asked before a byte of the file is read."""

import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Final

from django.db import transaction

from leleka.core.clock import utc_now
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.installation.configuration import configuration
from leleka.services.sources.editing import require_replacing
from leleka.services.uploads.contracts import Grant, Reception, UploadView
from leleka.services.uploads.files import file_of, folder_of, incoming
from leleka.state.durable_folders import fsync_folder
from leleka.state.models import Upload

_RESERVE: Final = 256 * 2**20  # bytes that an upload leaves free on the disk
_UNSAFE: Final = re.compile(r"[^\w.\- ]+")
_LONGEST: Final = 100  # characters of a file's name, with its extension
_PRIVATE: Final = 0o700


def receive(actor: Actor, reception: Reception, source: int | None = None, name: str = "") -> Path | None:
    """Return where the body lies; None where it is not read yet, and may be from now on.

    ``source`` is the source whose file it replaces, ``name`` that of the file. Raises ``Forbidden``, ``InvalidInput``,
    ``Conflict``, and what went wrong while it was read.
    """
    require(actor, Permission.EDIT_SOURCES)
    if source is not None:
        require_replacing(actor, source, safe_name(name))
    if reception.failed is not None:
        raise reception.failed
    if reception.received is not None:
        return reception.received
    reception.grant = _grant(reception.announced)
    if reception.body is None:
        return None
    reception.grant.path.write_bytes(reception.body)
    return reception.grant.path


def keep(actor: Actor, received: Path, name: str) -> UploadView:
    """Keep a file that was received. Raises ``InvalidInput`` where it is empty."""
    require(actor, Permission.EDIT_SOURCES)
    size = _size(received)
    with transaction.atomic():
        row = Upload.objects.create(
            name=safe_name(name), size=size, uploaded_by=actor.name, uploaded_at=utc_now()
        )
        record(actor, "file uploaded", f"upload {row.pk}", {"bytes": size})
        place(received, row)
    return discreet(actor, view_of(row))


def replace(actor: Actor, source: int, received: Path, name: str) -> UploadView:
    """Let a file take the place of the one that a source reads; the next refresh reads it.

    Whoever reads the one before reads it to its end. Raises ``Conflict`` SOURCE_NOT_UPLOADED.
    """
    require(actor, Permission.EDIT_SOURCES)
    number = require_replacing(actor, source, safe_name(name))
    size = _size(received)
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=number)
        before = file_of(row)
        row.name, row.size = safe_name(name or row.name), size
        row.uploaded_by, row.uploaded_at = actor.name, utc_now()
        row.save()
        record(actor, "file replaced", f"source {source}", {"bytes": size})
        place(received, row)
        if before != file_of(row):
            before.unlink(missing_ok=True)
    return discreet(actor, view_of(row))


def view_of(row: Upload) -> UploadView:
    return UploadView(row.pk, row.name, row.size, row.uploaded_by, row.uploaded_at)


def safe_name(name: str) -> str:
    """Return a file's name as it may lie on our disk: its extension says what is in it, the rest is for people."""
    plain = _UNSAFE.sub("_", Path(name.replace("\\", "/")).name).strip(". ")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        stem, extension = plain, "csv"
    extension = extension[:10]
    return f"{stem[: _LONGEST - len(extension) - 1] or 'file'}.{extension}"


def place(received: Path, row: Upload) -> None:
    """Move a file where an upload lies, down to the disk."""
    folder_of(row.pk).mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    with received.open("rb") as file:
        os.fsync(file.fileno())
    received.replace(file_of(row))
    fsync_folder(folder_of(row.pk))


def _grant(announced: int | None) -> Grant:
    limit, folder = configuration().upload_limit, incoming()
    if announced is not None and announced > limit:
        raise InvalidInput("UPLOAD_TOO_LARGE", most=limit)
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free - _RESERVE
    if (announced or 0) > free or free <= 0:
        raise NeedsAttention("UPLOAD_NO_ROOM")
    return Grant(folder / secrets.token_hex(16), limit, _RESERVE)


def _size(received: Path) -> int:
    size = received.stat().st_size if received.is_file() else 0
    if not size:
        raise InvalidInput("FILE_EMPTY", where="file")
    return size
