"""A nightly chain in this process: sources, segments and an export by schedule, with everybody who would tell of it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import typer
from django.test import Client

from leleka.cli.commands import status as status_command
from leleka.core.clock import SystemClock, utc_now
from leleka.core.configuration import Channels, MailServer
from leleka.core.secret import Secret
from leleka.errors import LelekaError
from leleka.services.concerns import queries as concern_queries
from leleka.services.concerns.contracts import Concern
from leleka.services.refresh import commands as refresh_commands
from leleka.state.models import Export, Notice, NoticeDelivery, Run, Source, SystemSchedule, WorkerBeat
from leleka.web.metrics import registry_of
from leleka.worker import heartbeat
from leleka.worker import schedules as worker_schedules
from leleka.worker.notices import sweep
from leleka.worker.outgoing_heartbeat import OutgoingHeartbeat
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.integration.api import Program
from tests.integration.noticing import SECRET, SENDER, post_to
from tests.integration.office import ALICE, Office

CLOCK = SystemClock()
OWN = {"policy": "own", "schedule": {"repeat": "daily", "times": ["06:00"], "time_zone": "UTC"}}


@dataclass
class Nightly:
    """An office whose export runs every night, and where a worker, mail, a webhook and an outside monitor are."""

    office: Office
    program: Program
    browser: Client
    settings: Any
    monitor: Any  # an HTTP server: /ok and /fail

    def prepare(self) -> None:
        self.monitor.expect_request("/ok", method="POST").respond_with_data("")
        self.monitor.expect_request("/fail", method="POST").respond_with_data("")
        ok, fail = (
            replace(post_to(self.monitor.port, name), target=Secret(f"/{name}")) for name in ("ok", "fail")
        )
        mail = MailServer("127.0.0.1", 1, "plain", "", Secret(""))
        channels = Channels((post_to(1),), Secret(SECRET), mail, SENDER, ok, fail)
        self.settings.LELEKA = replace(self.settings.LELEKA, channels=channels)
        SystemSchedule.objects.update_or_create(
            pk=1,
            defaults={
                "on": True,
                "schedule": OWN["schedule"],
                "since": utc_now(),
                "next_due_at": utc_now() + timedelta(hours=8),
            },
        )
        heartbeat.Heartbeat(CLOCK).send()
        self.night()

    def night(self) -> None:
        """Do what a worker would: the refresh, its exports' runs, and closing it."""
        refresh_runner.carry_out(refresh_commands.ask(ALICE, "everything"), CLOCK)
        for number in Run.objects.filter(finished_at__isnull=True).values_list("pk", flat=True):
            with suppress(LelekaError):  # the run has it; the worker's log, too
                run_execution.go_on(number, CLOCK, NullWatcher())
        worker_schedules.close_finished(CLOCK)
        WorkerBeat.objects.update(seen_at=CLOCK.now())  # it is alive, however long that took

    def wrong(self) -> list[tuple[str, str]]:
        """Return kind and subject of everything that is wrong now."""
        return [(one.kind.value, one.subject) for one in self.concerns()]

    def concerns(self) -> list[Concern]:
        return list(concern_queries.list_concerns(ALICE, CLOCK))

    def home(self) -> str:
        return self.browser.get("/").content.decode()

    def api(self) -> list[tuple[str, str]]:
        return [(one["kind"], one["subject"]) for one in self.program.get("/concerns")["items"]]

    def metrics(self) -> Mapping[str, float]:
        """Return how many concerns of each kind the metrics count, of those there are."""
        found = {
            sample.labels["kind"]: sample.value
            for family in registry_of(CLOCK).collect()
            if family.name == "leleka_concerns"
            for sample in family.samples
        }
        return {kind: number for kind, number in found.items() if number}

    def exit_code(self) -> int:
        """Return how ``leleka status`` ends."""
        try:
            status_command.status(json=True)
        except typer.Exit as ended:
            return int(ended.exit_code)
        return 0

    def notices(self) -> list[tuple[str, str]]:
        """Let what there is to tell be told; return kind and subject of all notices, the oldest first."""
        for _look in range(2):  # the second one finds nothing new
            sweep.sweep(CLOCK, by_worker=False)
        return list(Notice.objects.order_by("pk").values_list("kind", "subject"))

    def deliveries(self, kind: str, subject: str) -> set[str]:
        """Return the channels by which the newest such notice leaves."""
        notice = Notice.objects.filter(kind=kind, subject=subject).latest("pk")
        return set(NoticeDelivery.objects.filter(notice=notice).values_list("channel", flat=True))

    def monitor_hears(self) -> str:
        """Return which of its addresses the outside monitor was called at: "ok" or "fail"."""
        self.monitor.clear_log()
        heart = OutgoingHeartbeat(CLOCK)
        heart.send()
        heart.wait()
        ((request, _reply),) = self.monitor.log
        return str(request.path.strip("/"))

    def own_schedule(self, **values: object) -> None:
        """Give the export a schedule of its own, due in eight hours but for these values."""
        given = {"schedule": OWN, "next_due_at": utc_now() + timedelta(hours=8), **values}
        Export.objects.update(**given)

    def promised(self, hours: float, **also: object) -> None:
        """Promise that the export is ready so many hours from now, daily, since the day before yesterday."""
        at: datetime = utc_now() + timedelta(hours=hours)
        since = (utc_now() - timedelta(days=2)).isoformat()
        Export.objects.update(ready_by={"time": f"{at:%H:%M}", "time_zone": "UTC", "since": since}, **also)

    def source(self) -> Source:
        return Source.objects.get()
