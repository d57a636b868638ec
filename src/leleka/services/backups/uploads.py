"""Uploaded files in a backup: a source that reads one has to find it where the backup is restored."""

from pathlib import Path

from leleka.services.backups.writing import ArchiveWriter, overtaken
from leleka.services.uploads.commands import place, safe_name
from leleka.services.uploads.files import file_of, folder_of
from leleka.state.models import Upload


def add_uploads(archive: ArchiveWriter, rows: list[Upload]) -> list[str]:
    """Add the files of these rows; return what is lost or damaged. Raises ``TryLater`` BACKUP_OVERTAKEN where somebody
    lets another file take the place of one, or removes it, while they are copied.
    """
    missing = [row for row in rows if not archive.add_upload(row.pk, file_of(row), row.size)]
    for row in missing:
        if not Upload.objects.filter(pk=row.pk, name=row.name, uploaded_at=row.uploaded_at).exists():
            raise overtaken(folder_of(row.pk))
    return [f"uploads/{row.pk}" for row in missing]


def check_names() -> None:
    """Raises ``ValueError`` for a name that no upload was ever kept under: it would lead to another folder."""
    for name in Upload.objects.values_list("name", flat=True):
        if name != safe_name(name):
            raise ValueError("an upload under a name that is none")


def publish(staging: Path) -> None:
    """Put the files where their rows say that they lie."""
    for row in Upload.objects.order_by("pk"):
        file = staging / "uploads" / str(row.pk)
        if file.is_file():
            place(file, row)
