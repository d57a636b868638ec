"""Fills an installation with data. What the product reads from files it reads itself; the rest is inserted in
bulk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from scripts.bench_pages import catalogue_made, live_counts, tables
from scripts.bench_pages.runs_made import make_runs
from scripts.bench_pages.terms import Terms

from leleka.core.clock import SystemClock
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.core.statuses import TaskStatus
from leleka.services.access.actor import Actor, Role
from leleka.services.customers import indexing
from leleka.services.definitions import apply as definition_apply
from leleka.services.installation import lake_sessions, preparation
from leleka.services.people import actors, api_tokens
from leleka.services.people import commands as people_commands
from leleka.services.refresh import commands as refresh_commands
from leleka.services.segments import evaluation as segment_evaluation
from leleka.services.sources import catalogue
from leleka.state.models import (
    Account,
    AuditEntry,
    Connection,
    Export,
    Refresh,
    RefreshStep,
    Segment,
    SegmentSize,
    Source,
    Task,
    Trigger,
    User,
)

PASSWORD: Final = "seven storks over the marsh"  # noqa: S105 - of an installation that is gone in a minute
EMAIL: Final = "alice@example.com"
_DEFINITIONS: Final = """\
sources:
  - {name: customers, files: customers.parquet, profiles: true, primary_key: id, updated_at: updated_at}
"""
_REFRESHES: Final = 5
_SIZES: Final = 30  # stored evaluations of each segment
_AT_ONCE: Final = 2_000
_DETACHED: Final = 97  # one export in so many has no connection
_LINES: Final = ("first_name", "last_name", "phone", "field:1", "field:2")


@dataclass(frozen=True, slots=True)
class Furnished:
    """What can be requested: ids of each kind, an API token, and the token of a link to choose a password."""

    numbers: Mapping[str, Sequence[int]]
    token: str
    link: str


def furnish(folder: Path, terms: Terms) -> Furnished:
    """Fill the installation that this process was set up for; its files are below ``folder``."""
    random = Random(terms.seed)  # noqa: S311 - the same store for the same seed
    alice = Actor("bench", Role.ADMINISTRATOR)
    preparation.prepare()
    tables.customers(folder / "customers.parquet", terms.profiles)
    (folder / "leleka.yaml").write_text(_DEFINITIONS, encoding="utf-8")
    definition_apply.apply(alice, folder / "leleka.yaml", print)
    with transaction.atomic():
        users = _people(terms.people)
        _segments(terms.segments)
    _evaluate()
    with transaction.atomic():
        _sizes(random)
        _exports(random, terms, users)
        make_runs(random, terms)
        _entries(random, terms.entries, users)
        tasks = _tasks()
        _reconciliations()
    me = actors.actor_of(users[0])
    _, token = api_tokens.make_token(me, "bench")
    numbers = {
        "connection": _ids(Connection.objects.all()),
        "person": _ids(User.objects.all()),
        "segment": _ids(Segment.objects.all()),
        "source": _ids(Source.objects.all()),
        "export": _ids(Export.objects.all()),
        "task": tasks,
        "refresh": _refreshes(),
        **catalogue_made.numbers(me),
    }
    live_counts.furnish(folder, terms.profiles)
    _index()
    return Furnished(numbers, token, people_commands.new_link(me, users[-1].pk))


def _index() -> None:
    """Make what a refresh makes beside the tables that were read."""
    with lake_sessions.session() as session:
        for source in Source.objects.order_by("name"):
            indexing.bring_up_to_date(session, source, lambda _: None)


def _refreshes() -> list[int]:
    """Finished refreshes of everything, with a step for each source, segment and export."""
    now = timezone.now()
    rows = [refresh_commands.plan("everything", Trigger.SYSTEM, "schedule") for _ in range(_REFRESHES)]
    numbers = [row.pk for row in rows]
    RefreshStep.objects.filter(refresh__in=numbers).update(status="Successful", finished_at=now)
    Refresh.objects.filter(pk__in=numbers).update(
        status="Successful", started_at=now, walked_at=now, finished_at=now
    )
    return numbers


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _people(number: int) -> list[User]:
    password = make_password(PASSWORD)
    roles = [Role.ADMINISTRATOR, Role.CONTRIBUTOR, Role.VIEWER]
    rows = [
        User(
            email=EMAIL if place == 0 else f"person{place}@example.com",
            name="Alice" if place == 0 else f"Person {place}",
            role=roles[place % 3],
            password=password,
            created_at=timezone.now(),
            created_by="bench",
        )
        for place in range(number)
    ]
    return User.objects.bulk_create(rows)


def _rules(number: int) -> dict[str, Any]:
    """Every tenth segment is large; the others select one city and one or two tiers."""
    if number % 10 == 0:
        return {"column": "spent", ">=": number * 20}
    tiers = [tables.TIERS[number % 4], tables.TIERS[number // 4 % 4]]
    city = {"column": "city", "is": f"City {number % tables.CITIES}"}
    return {"all": [city, {"column": "tier", "any of": sorted(set(tiers))}]}


def _segments(number: int) -> None:
    known = catalogue.current()
    Segment.objects.bulk_create(
        Segment(
            name=f"Segment {place:04} {_word(place)}", rules=to_data(parse(_rules(place), known, "rules"))
        )
        for place in range(number)
    )


def _word(place: int) -> str:
    return ("золоті", "Kyiv", "нові", "newsletter", "Lviv")[place % 5]


def _evaluate() -> None:
    with lake_sessions.session() as session:
        segment_evaluation.refresh_segments(session, SystemClock(), lambda _: None)


def _sizes(random: Random) -> None:
    SegmentSize.objects.bulk_create(
        (
            SegmentSize(
                segment=segment,
                size=round((segment.size or 0) * random.uniform(0.8, 1.0)),
                evaluated_at=timezone.now() - timedelta(days=_SIZES - day),
            )
            for segment in Segment.objects.all()
            for day in range(_SIZES)
        ),
        batch_size=_AT_ONCE,
    )


def _exports(random: Random, terms: Terms, users: Sequence[User]) -> None:
    connections = list(_connections(terms.connections, users))
    segments = list(Segment.objects.all())
    lines = [{"column": "first_name", "to": to, "when_empty": "keep"} for to in _LINES]
    matching = {"email": "email", "lines": lines, "tags": ["leleka"], "phone_country": "UA"}
    rows = Export.objects.bulk_create(
        Export(
            name=f"Export {place:05} {_word(place)}",
            connection=None if place % _DETACHED == 1 else connections[place % len(connections)],
            target=str(place % 40 + 1),
            matching=matching,
            leavers={"policy": "keep", "field": "", "member": "", "leaver": ""},
        )
        for place in range(terms.exports)
    )
    for row in rows:
        row.segments.add(*random.sample(segments, min(3, len(segments))))


def _connections(number: int, users: Sequence[User]) -> Iterator[Connection]:
    checks = [
        {"name": name, "standing": "passed", "sentence": "Right.", "code": ""}
        for name in ("address", "key", "lists")
    ]
    for place in range(number):
        host = f"account{place}.api-us1.com"
        yield Connection.objects.create(
            name=f"Connection {place:02} {_word(place)}",
            type="activecampaign",
            account=Account.objects.create(type="activecampaign", name=host),
            host=host,
            key_reference="env:NOWHERE",
            audience=Connection.Audience.values[place % 2],
            consent_by="Alice",
            export_user=users[0],
            last_check=checks,
            last_checked_at=timezone.now(),
        )


def _entries(random: Random, number: int, users: Sequence[User]) -> None:
    actions = (
        "export created",
        "export changed",
        "run asked",
        "person sign in",
        "segment changed",
        "run download",
    )
    began = timezone.now() - timedelta(days=365)
    AuditEntry.objects.bulk_create(
        (_entry(random, began + timedelta(minutes=place * 40), actions, users) for place in range(number)),
        batch_size=_AT_ONCE,
    )


def _entry(random: Random, at: datetime, actions: Sequence[str], users: Sequence[User]) -> AuditEntry:
    user = random.choice(users)
    return AuditEntry(
        at=at,
        actor=f"{user.name} <{user.email}>",
        action=random.choice(actions),
        subject=f"Export {random.randrange(1_000):05}",
        details={"fields": ["name", "segments"], "name_before": f"Export {random.randrange(1_000)}"},
        address="192.0.2.7",
        request=f"{random.getrandbits(64):016x}",
    )


def _tasks() -> list[int]:
    """Return a finished and a waiting task of Alice's."""
    export, me = Export.objects.order_by("pk")[0], actors.actor_of(User.objects.get(email=EMAIL))
    told = {
        "export": export.name, "connection": "", "target": export.target, "segments": [], "requests": 81,
        "counts": {"selected": 20_000, "added": 19_000, "excluded": {"EMAIL_INVALID": 41}},
        "minutes": 0.9, "confirmation_reason": "", "too_large": False, "limit": 1_000_000,
    }  # fmt: skip
    kept = {"kind": Task.Kind.PREVIEW, "asked_by": me.name, "made_at": timezone.now()}
    done = Task.objects.create(subject=export.name, status=TaskStatus.SUCCESSFUL, result=told, **kept)
    return [done.pk, Task.objects.create(subject="Another", **kept).pk]


def _reconciliations() -> None:
    """Compare the list of every export: in each some are missing, and some hold something else."""
    me = actors.actor_of(User.objects.get(email=EMAIL))
    figures = {
        "held": 20_000, "listed": 19_990, "missing": 12, "foreign": 2, "compared": 19_900, "not_compared": 88,
        "missing_sample": [f"p{number}@x.test" for number in range(12)], "different": 3, "fields": {"phone": 3},
        "different_sample": [[f"q{number}@x.test", ["phone"]] for number in range(3)], "untold": [],
    }  # fmt: skip
    kept = {"asked_by": me.name, "made_at": timezone.now(), "finished_at": timezone.now()}
    Task.objects.bulk_create(
        Task(
            kind=Task.Kind.RECONCILE,
            subject=export.name,
            export=export,
            status=TaskStatus.SUCCESSFUL,
            result={"export": export.name, "target": export.target, **figures},
            **kept,
        )
        for export in Export.objects.order_by("pk")
    )
