"""What ``asking`` says to each question. Imported once Django is set up."""

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Actor
from leleka.services.people import api_tokens
from leleka.services.people import commands as people_commands
from leleka.services.people.actors import actor_of
from leleka.services.refresh import commands as refresh_commands
from leleka.services.runs import commands as run_commands
from leleka.services.schedules import commands as schedule_commands
from leleka.state.models import DueDecision, Refresh, Run, SystemSchedule, User


def answer(what: str, more: list[str]) -> Any:
    me = Actor.operator()
    if what == "everything":
        return refresh_commands.ask(me, "everything")
    if what == "run":
        return [run_commands.ask_run(me, name) for name in more]
    if what == "eleven minutes later":
        return Run.objects.filter(finished_at=None).update(stepped_at=timezone.now() - timedelta(minutes=11))
    if what == "due":
        at = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=1)
        times = [(at - timedelta(hours=number)).strftime("%H:%M") for number in range(4)]
        schedule_commands.set_system(
            me, {"repeat": "daily", "times": times, "time_zone": "UTC"}, 0, SystemClock()
        )
        return SystemSchedule.objects.update(
            since=at - timedelta(hours=30), next_due_at=at - timedelta(hours=27)
        )
    if what == "hire":
        return _hired(me, *more)
    models = {"decisions": DueDecision, "runs": Run, "refreshes": Refresh}
    rows = models[what]._default_manager.order_by("pk").values()
    return json.loads(json.dumps(list(rows), default=str))


def _hired(me: Any, name: str, role: str, password: str) -> Any:
    """Return somebody's token, and the number of another one."""
    _, link = people_commands.add_person(me, f"{name}@example.com", name, role)
    number = people_commands.accept_link(link, password)
    actor = actor_of(User.objects.get(pk=number))
    spare, _ = api_tokens.make_token(actor, "spare")
    return {"token": api_tokens.make_token(actor, "test")[1], "spare": spare.id, "number": number}
