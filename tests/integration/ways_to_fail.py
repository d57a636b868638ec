"""The ways in which a nightly chain can fail, or not happen: how to break it, what is to be found, how to mend it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leleka.core.clock import utc_now
from leleka.core.statuses import DueOutcome
from leleka.services.exports import commands as export_commands
from leleka.services.installation import lake_sessions
from leleka.state.models import (
    Connection,
    DueDecision,
    Export,
    Ledger,
    Measure,
    NoticeDelivery,
    Refresh,
    RefreshStep,
    Run,
    RunStatus,
    Source,
    SystemSchedule,
    User,
    WorkerBeat,
)
from leleka.worker import heartbeat
from tests.integration.nightly import CLOCK, Nightly
from tests.integration.office import ALICE, SHRINKING

Act = Callable[[Nightly], object]
EXPORT, CONNECTION, SOURCE = "export:1", "connection:1", "source:1"


@dataclass(frozen=True)
class Way:
    """How to break and mend it; what is then found, and as which notice (kind, subject), if any."""

    breaks: Act
    mends: Act
    kind: str
    subject: str
    notice: str = "needs attention"
    at_night: bool = True  # found when the chain runs next; else at once
    besides: tuple[str, ...] = ()  # kinds that are wrong because of it


def _path(nightly: Nightly) -> Any:
    return nightly.office.folder / "customers.csv"


def _half(nightly: Nightly) -> None:
    Export.objects.update(growth={"ask": False, "percent": 50, "people": 100})
    nightly.office.hire(300)
    nightly.night()
    lines = _path(nightly).read_bytes().splitlines(keepends=True)
    _path(nightly).write_bytes(b"".join(lines[: len(lines) // 2]))


def _allowed_half(nightly: Nightly) -> None:
    nightly.office.apply(SHRINKING)
    _half(nightly)


def _stale(nightly: Nightly) -> None:
    old = utc_now() - timedelta(hours=26, minutes=1)
    Source.objects.update(spec={**nightly.source().spec, "max_age_hours": 26}, changed_at=old)


def _file_again(nightly: Nightly) -> None:
    _path(nightly).rmdir()
    lay(nightly)


def lay(nightly: Nightly) -> None:
    nightly.office.lay()


def _write(text: str | bytes) -> Act:
    data = text.encode() if isinstance(text, str) else text
    return lambda nightly: _path(nightly).write_bytes(data)


def _revoke(*, revoked: bool) -> Act:
    return lambda nightly: nightly.office.ask("key", {"revoked": revoked})


def _no_list(nightly: Nightly) -> None:
    nightly.office.ask("lists/1/delete")


def _update(model: Any, **values: object) -> Act:
    return lambda _nightly: model.objects.update(**values)


def silent(seconds: float) -> Act:
    return lambda _nightly: WorkerBeat.objects.update(seen_at=CLOCK.now() - seconds)


def worker(_nightly: Nightly) -> None:
    WorkerBeat.objects.all().delete()
    heartbeat.Heartbeat(CLOCK).send()


def _queued(minutes: float) -> Act:
    def act(_nightly: Nightly) -> None:
        export = Export.objects.get()
        Run.objects.create(
            export=export,
            account=export.connection.account,  # type: ignore[union-attr]
            config={},
            created_at=utc_now() - timedelta(minutes=minutes),
        )

    return act


def _unqueued(_nightly: Nightly) -> None:
    Run.objects.filter(finished_at__isnull=True).delete()


def _stalled(nightly: Nightly) -> None:
    _queued(20)(nightly)
    long_ago = utc_now() - timedelta(minutes=11)
    Run.objects.filter(finished_at__isnull=True).update(
        status=RunStatus.PROCESSING, stepped_at=long_ago, stalled_at=utc_now()
    )


def _decided(outcome: DueOutcome, subject: str = "system") -> Act:
    def act(nightly: Nightly) -> None:
        if subject != "system":
            nightly.own_schedule()
        DueDecision.objects.create(
            subject=subject,
            export=Export.objects.get() if subject != "system" else None,
            due_at=utc_now(),
            decided_at=utc_now(),
            outcome=outcome,
            reason="[TZ_UNKNOWN] Mars/Olympus",
        )

    return act


def _own(**values: Any) -> Act:
    return lambda nightly: nightly.own_schedule(**values)


def _clock_behind(nightly: Nightly) -> None:
    _decided(DueOutcome.STARTED)(nightly)
    DueDecision.objects.update(decided_at=utc_now() + timedelta(hours=3))


def given_up(_nightly: Nightly) -> None:
    NoticeDelivery.objects.update(status=NoticeDelivery.Status.GIVEN_UP, last_error="HOST_NO_ANSWER")


def _damage_ledger(_nightly: Nightly) -> None:
    for file in (lake_sessions.lake().root / Ledger.objects.get().snapshot).glob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-10])


def _rebuild_ledger(_nightly: Nightly) -> None:
    export_commands.rebuild_ledger_named(ALICE, "News")


def _hour_from_now(minutes: int) -> datetime:
    return utc_now() + timedelta(minutes=minutes)


def _slow(nightly: Nightly) -> None:
    """Every run takes three hours, the next is due in one, and it is promised in two."""
    Run.objects.update(
        started_at=utc_now() - timedelta(hours=40), finished_at=utc_now() - timedelta(hours=37)
    )
    Run.objects.update(created_at=utc_now() - timedelta(hours=40))
    Refresh.objects.update(created_at=utc_now() - timedelta(hours=40))
    at = _hour_from_now(60)
    times = {"repeat": "daily", "times": [f"{at:%H:%M}"], "time_zone": "UTC"}
    nightly.promised(2, schedule={"policy": "own", "schedule": times}, next_due_at=at)
    since = (utc_now() - timedelta(minutes=1)).isoformat()
    Export.objects.update(ready_by={**Export.objects.get().ready_by, "since": since})


def _missed_promise(nightly: Nightly) -> None:
    """It was promised an hour ago, and nothing has run since yesterday."""
    Run.objects.update(created_at=utc_now() - timedelta(hours=40))
    nightly.promised(-1)


def _quick(_nightly: Nightly) -> None:
    Run.objects.update(finished_at=utc_now() - timedelta(hours=39, minutes=59))


def _profiles_failed(_nightly: Nightly) -> None:
    RefreshStep.objects.filter(kind="profiles").update(status="Failed")


def _hanging(_nightly: Nightly) -> None:
    long_ago = utc_now() - timedelta(minutes=61)
    Refresh.objects.create(
        trigger="on demand", scope="data", status=RunStatus.PROCESSING, created_at=long_ago
    )


def _no_refresh(_nightly: Nightly) -> None:
    Refresh.objects.filter(finished_at__isnull=True).delete()


def _retrying(_nightly: Nightly) -> None:
    Run.objects.update(status=RunStatus.FAILED, retry_at=utc_now() + timedelta(minutes=5))


def _unqueued_retry(_nightly: Nightly) -> None:
    Run.objects.update(status=RunStatus.SUCCESSFUL, retry_at=None)


WAYS = {
    "file gone": Way(lambda n: _path(n).unlink(), lay, "source", SOURCE, besides=("skipped",)),
    "file empty": Way(_write(""), lay, "source", SOURCE, besides=("skipped",)),
    "file is a folder": Way(
        lambda n: (_path(n).unlink(), _path(n).mkdir()), _file_again, "source", SOURCE, besides=("skipped",)
    ),
    "file is no text": Way(_write(b"\x00\xff\xfe" * 500), lay, "source", SOURCE, besides=("skipped",)),
    "file lost a column": Way(
        _write("id,email,first_name,city\n1,p1@x.test,A,B\n"), lay, "segment", "segment:1",
        besides=("skipped", "shrunk"),
    ),
    "measure lost a column": Way(
        lambda _n: Measure.objects.create(name="Label", definition={"lower": {"column": "gone"}}, type="text"),
        lambda _n: Measure.objects.update(definition={"lower": {"column": "tier"}}), "measure", "measure:1",
    ),
    "file half": Way(_half, lay, "source", SOURCE, besides=("skipped",)),
    "file without customers": Way(_write("id,email,tier\n"), lay, "source", SOURCE, besides=("skipped",)),
    "file half, as somebody allowed": Way(_allowed_half, lay, "shrunk", SOURCE),
    "data stale": Way(
        _stale, lambda _n: Source.objects.update(changed_at=utc_now()), "stale", SOURCE, at_night=False
    ),
    "worker dead": Way(silent(100), worker, "worker", "worker", at_night=False),
    "worker not started": Way(lambda _n: WorkerBeat.objects.all().delete(), worker, "worker", "worker", at_night=False),
    "worker stuck": Way(_queued(2.1), _unqueued, "queue", "queue", at_night=False),
    "run stalled": Way(_stalled, _unqueued, "stalled", EXPORT, notice="", at_night=False),
    "due time passed": Way(
        _update(SystemSchedule, next_due_at=datetime(2026, 1, 1, tzinfo=UTC)),
        lambda _n: SystemSchedule.objects.update(next_due_at=_hour_from_now(60)),
        "schedule", "schedule:system", notice="schedule missed", at_night=False,
    ),
    "due time of an export passed": Way(
        lambda n: n.own_schedule(next_due_at=_hour_from_now(-6)),
        lambda n: n.own_schedule(),
        "schedule", EXPORT, notice="schedule missed", at_night=False,
    ),
    "schedule lost": Way(
        _update(SystemSchedule, next_due_at=None),
        lambda _n: SystemSchedule.objects.update(next_due_at=_hour_from_now(60)),
        "schedule", "schedule:system", notice="schedule missed", at_night=False,
    ),
    "schedule unreadable": Way(
        _decided(DueOutcome.FAILED, EXPORT), _decided(DueOutcome.STARTED, EXPORT),
        "schedule", EXPORT, notice="schedule missed", at_night=False,
    ),
    "scheduled refresh could not begin": Way(
        _decided(DueOutcome.FAILED), lambda n: n.night(),
        "schedule", "schedule:system", notice="schedule missed", at_night=False,
    ),
    "addresses not prepared": Way(
        _profiles_failed, lambda n: n.night(), "profiles", "profiles:0", at_night=False
    ),
    "refresh stands still": Way(_hanging, _no_refresh, "queue", "queue", at_night=False),
    "tried again": Way(_retrying, _unqueued_retry, "retrying", EXPORT, notice="", at_night=False),
    "key revoked": Way(
        _revoke(revoked=True), _revoke(revoked=False), "failed", EXPORT, notice="failed", besides=("connection",)
    ),
    "snapshot damaged": Way(_damage_ledger, _rebuild_ledger, "failed", EXPORT, notice="failed"),
    "list gone": Way(_no_list, lambda _n: Export.objects.update(target="2"), "failed", EXPORT, notice="failed"),
    "column of the mapping gone": Way(
        _write("id,email,first_name,tier\n1,p1@x.test,A,gold\n2,p2@x.test,A,gold\n3,p3@x.test,A,gold\n"),
        lay, "failed", EXPORT, notice="failed",
    ),
    "export user disabled": Way(
        lambda _n: User.objects.filter(connections__isnull=False).update(disabled_at=utc_now()),
        lambda _n: User.objects.update(disabled_at=None),
        "connection", CONNECTION, at_night=False,
    ),
    "connection removed": Way(
        _update(Export, connection=None),
        lambda _n: Export.objects.update(connection=Connection.objects.get()),
        "detached", EXPORT, notice="", at_night=False,
    ),
    "clock wrong": Way(
        _clock_behind, lambda _n: DueDecision.objects.update(decided_at=utc_now()),
        "clock", "clock", at_night=False,
    ),
    "not ready in time": Way(
        _missed_promise, lambda n: n.night(), "late", "ready_by:1", at_night=False
    ),
    "will not be ready in time": Way(_slow, _quick, "late", "ready_by:1", at_night=False),
}  # fmt: skip
