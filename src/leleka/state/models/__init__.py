"""What the installation remembers. The only ORM models; only services know them."""

from leleka.state.models.audit import AuditEntry
from leleka.state.models.connections import Account, Connection, RequestPlace, StoredSecret, SuppressedPerson
from leleka.state.models.exports import Export, ExportSegment, Ledger
from leleka.state.models.runs import AttemptRow, BatchRow, Run, RunStatus, SuppressedReading
from leleka.state.models.segments import Segment, SegmentSize
from leleka.state.models.sources import AddressBook, RelationshipRow, Source

__all__ = [
    "Account",
    "AddressBook",
    "AttemptRow",
    "AuditEntry",
    "BatchRow",
    "Connection",
    "Export",
    "ExportSegment",
    "Ledger",
    "RelationshipRow",
    "RequestPlace",
    "Run",
    "RunStatus",
    "Segment",
    "SegmentSize",
    "Source",
    "StoredSecret",
    "SuppressedPerson",
    "SuppressedReading",
]
