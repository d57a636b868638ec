"""The installation's persistent state. The only ORM models; only services use them."""

from leleka.core.statuses import RunStatus
from leleka.state.models.audit import AuditEntry, AuditLink, RefusalCount
from leleka.state.models.connections import (
    Account,
    Connection,
    Examination,
    RequestTraffic,
    StoredSecret,
    SuppressedPerson,
)
from leleka.state.models.customers import CustomerSearch, TableIndex
from leleka.state.models.drafts import SegmentDraft
from leleka.state.models.exports import Export, ExportSegment, Ledger
from leleka.state.models.idempotency import IdempotencyKey
from leleka.state.models.lists import ProfileList
from leleka.state.models.measures import Measure
from leleka.state.models.notices import Notice, NoticeDelivery, NoticeSeen
from leleka.state.models.people import ApiToken, OneTimeLink, SignInFailure, User, WebSession
from leleka.state.models.quality import SourceQuality
from leleka.state.models.readings import SourceReading, Upload
from leleka.state.models.refreshes import DueDecision, Refresh, RefreshStep, SystemSchedule, Trigger
from leleka.state.models.runs import AttemptRow, BatchRow, Run, SuppressedReading
from leleka.state.models.segments import Segment, SegmentSize, SegmentTag
from leleka.state.models.source_connections import SourceConnection, SourceSecret
from leleka.state.models.sources import AddressBook, RelationshipRow, Source
from leleka.state.models.tasks import Task
from leleka.state.models.workers import Tally, WorkerBeat

__all__ = [
    "Account",
    "AddressBook",
    "ApiToken",
    "AttemptRow",
    "AuditEntry",
    "AuditLink",
    "BatchRow",
    "Connection",
    "CustomerSearch",
    "DueDecision",
    "Examination",
    "Export",
    "ExportSegment",
    "IdempotencyKey",
    "Ledger",
    "Measure",
    "Notice",
    "NoticeDelivery",
    "NoticeSeen",
    "OneTimeLink",
    "ProfileList",
    "Refresh",
    "RefreshStep",
    "RefusalCount",
    "RelationshipRow",
    "RequestTraffic",
    "Run",
    "RunStatus",
    "Segment",
    "SegmentDraft",
    "SegmentSize",
    "SegmentTag",
    "SignInFailure",
    "Source",
    "SourceConnection",
    "SourceQuality",
    "SourceReading",
    "SourceSecret",
    "StoredSecret",
    "SuppressedPerson",
    "SuppressedReading",
    "SystemSchedule",
    "TableIndex",
    "Tally",
    "Task",
    "Trigger",
    "Upload",
    "User",
    "WebSession",
    "WorkerBeat",
]
