"""serve, worker: the processes of an installation."""

import signal
from threading import Event
from typing import Annotated

import typer

from leleka.cli.output import out


def worker(
    errand: Annotated[str, typer.Option(hidden=True, help="Do this one thing and end.")] = "",
) -> None:
    """Do what is due: runs, previews, segments. SQLite allows one worker, PostgreSQL as many as you like."""
    from leleka.core.clock import SystemClock
    from leleka.services import due, store
    from leleka.worker.loop import Worker

    if errand:
        due.carry_out(errand, SystemClock())
        return
    store.prepare()
    with store.only_worker():
        loop = Worker(SystemClock())
        _end_on_signal(loop.stop)
        loop.work()


def serve() -> None:
    """Serve the pages and do what is due: a web process and a worker, started again when they die."""
    from leleka.cli.supervisor import Supervisor
    from leleka.core.clock import SystemClock
    from leleka.services import people, readiness, store
    from leleka.services.audit import Actor

    store.prepare()
    web = store.configuration().web
    store.refuse_plain_http(web)
    token = people.first_link(Actor.operator())
    if token:
        out.print(
            "There is no administrator yet. This link makes the first one; it works once, within an hour:"
        )
        out.print(f"  {web.url}/welcome/{token}", soft_wrap=True, markup=False)
    out.print(f"Leleka serves its pages on {web.url}. Ctrl-C ends it.", soft_wrap=True, markup=False)
    supervisor = Supervisor(SystemClock(), web, readiness.stopping_file())
    _end_on_signal(supervisor.stop)
    raise typer.Exit(supervisor.run())


def _end_on_signal(stop: Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
