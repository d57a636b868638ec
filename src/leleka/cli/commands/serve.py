"""serve, worker: the processes of an installation."""

import signal
from threading import Event
from typing import Annotated

import typer

from leleka.cli.output import out


def worker(
    job: Annotated[str, typer.Option(hidden=True, help="Do this one thing and end.")] = "",
) -> None:
    """Do what is due: runs, previews, segments. SQLite allows one worker, PostgreSQL as many as you like."""
    from leleka.core.clock import current_clock
    from leleka.services.installation import preparation
    from leleka.worker import jobs
    from leleka.worker.loop import Worker

    if job:
        jobs.carry_out(job, current_clock())
        return
    preparation.prepare()
    with preparation.only_worker():
        loop = Worker(current_clock())
        _end_on_signal(loop.stop)
        loop.work()


def serve() -> None:
    """Serve the pages and do what is due: a web process and a worker, started again when they die."""
    from leleka.cli.process_supervisor import Supervisor
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import configuration as installation_configuration
    from leleka.services.installation import preparation
    from leleka.services.monitoring import readiness
    from leleka.services.people import commands as people_commands

    preparation.prepare()
    web = installation_configuration.configuration().web
    preparation.refuse_plain_http(web)
    token = people_commands.first_link(Actor.operator())
    if token:
        out.print(
            "There is no administrator yet. This link makes the first one; it works once, within an hour:"
        )
        out.print(f"  {web.url}/welcome/{token}", soft_wrap=True, markup=False)
    out.print(f"Leleka serves its pages on {web.url}. Ctrl-C ends it.", soft_wrap=True, markup=False)
    supervisor = Supervisor(current_clock(), web, readiness.stopping_file())
    _end_on_signal(supervisor.stop)
    raise typer.Exit(supervisor.run())


def _end_on_signal(stop: Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
