"""``python -m tests.acceptance.asking WHAT``: ask an installation's worker for something, as the pages do.

``everything`` is refreshed on demand; ``run NAME`` queues a run; ``due`` makes the system's schedule due now,
as if its last instants had passed while no worker was up; ``eleven minutes later`` makes live runs look idle
for that long; ``decisions``, ``runs`` and ``refreshes`` print the contents of the state as JSON.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    django.setup()
    sys.stdout.write(json.dumps({"said": _ask(words[0], words[1:])}))


def _ask(what: str, more: list[str]) -> Any:
    from django.utils import timezone  # noqa: PLC0415 - after the set-up, as all of these

    from leleka.core.clock import SystemClock  # noqa: PLC0415
    from leleka.services import refreshes, running, schedules  # noqa: PLC0415
    from leleka.services.audit import Actor  # noqa: PLC0415
    from leleka.state.models import DueDecision, Refresh, Run, SystemSchedule  # noqa: PLC0415

    me = Actor.operator()
    if what == "everything":
        return refreshes.ask(me, "everything")
    if what == "run":
        return [running.ask_run(me, name).pk for name in more]
    if what == "eleven minutes later":
        return Run.objects.filter(finished_at=None).update(stepped_at=timezone.now() - timedelta(minutes=11))
    if what == "due":
        at = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=1)
        times = [(at - timedelta(hours=number)).strftime("%H:%M") for number in range(4)]
        schedules.set_system(me, {"repeat": "daily", "times": times, "time_zone": "UTC"}, 0, SystemClock())
        return SystemSchedule.objects.update(
            since=at - timedelta(hours=30), next_due_at=at - timedelta(hours=27)
        )
    models = {"decisions": DueDecision, "runs": Run, "refreshes": Refresh}
    rows = models[what]._default_manager.order_by("pk").values()
    return json.loads(json.dumps(list(rows), default=str))


if __name__ == "__main__":
    main(sys.argv[1:])
