"""A state with many rows in every list, made without files and without executing runs."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from leleka.state.models import (
    Account,
    AttemptRow,
    AuditEntry,
    BatchRow,
    Connection,
    Export,
    Run,
    Segment,
    User,
)
from tests.fakes.configuration import stored

WORDS = ("Золоті", "alpha", "Нові", "Beta", "їжаки")
STATUSES = ("Successful", "Failed", "Canceled", "Completed with warnings")


def fill(number: int) -> None:
    """Make so many exports and segments, as many runs, three connections and as many people and entries."""
    now = timezone.now()
    users = User.objects.bulk_create(
        User(
            email=f"p{place}@x.test",
            name=f"{WORDS[place % 5]} {place:03}",
            role="administrator" if place == 0 else "viewer",  # the first lends their name
            created_at=now,
            created_by="",
        )
        for place in range(number)
    )
    connections = [_connection(place, users) for place in range(3)]
    segments = Segment.objects.bulk_create(
        Segment(
            name=f"{WORDS[place % 5]} {place:03}",
            rules={"column": "tier", "operator": "is", "value": "gold"},
            size=None if place % 7 == 0 else place % 13,
            evaluated_at=None if place % 7 == 0 else now - timedelta(days=place % 11),
        )
        for place in range(number)
    )
    exports = [_export(place, connections, segments) for place in range(number)]
    for place, export in enumerate(exports):
        if export.connection is not None and place % 5:
            _run(place, export)
    AuditEntry.objects.bulk_create(
        AuditEntry(at=now, actor="alice", action="export created", subject=one.name) for one in exports
    )


def _connection(place: int, users: Sequence[User]) -> Connection:
    host = f"account{place}.api-us1.com"
    failed = [{"name": "key", "standing": "failed", "sentence": "Refused.", "code": "KEY_REFUSED"}]
    return Connection.objects.create(
        name=("Пошта", "newsletter", "Archive")[place],
        type="activecampaign",
        account=Account.objects.create(type="activecampaign", name=host),
        host=host,
        audience=Connection.Audience.values[place % 2],
        export_user=users[0],
        last_check=failed if place == 1 else [],
    )


def _export(place: int, connections: Sequence[Connection], segments: Sequence[Segment]) -> Export:
    made = Export.objects.create(
        name=f"{WORDS[place % 5]} {place:03}",
        connection=None if place % 10 == 9 else connections[place % 3],
        target=str(place % 4 + 1),
        matching={"email": "email", "lines": [], "tags": [], "phone_country": ""},
        leavers={"policy": "keep", "field": "", "member": "", "leaver": ""},
    )
    made.segments.add(segments[0], segments[place])
    return made


def _run(place: int, export: Export) -> None:
    """None of them has outcomes; some have counted their requests, the attempts of the others are to be counted."""
    assert export.connection is not None
    now = timezone.now()
    config = stored(connection=export.connection.name)
    run = Run.objects.create(
        export=export,
        account=export.connection.account,
        config=config,
        asked_by=f"{WORDS[place % 5]} <p@x.test>",
        status="Processing" if place % 6 == 1 else STATUSES[place % 4],
        created_at=now,
        finished_at=None if place % 6 == 1 else now - timedelta(minutes=place % 17),
        requests=place % 2,
        counts={"selected": 10, "delivered": 10},
    )
    batch = BatchRow.objects.create(run=run, number=0, spans=[[0, 9]], status="done")
    AttemptRow.objects.create(batch=batch, number=1, fence=1, sha256="0" * 64, written_at=0.0)
