"""Reconciling as the worker does it: asked for, worked on, looked at."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from leleka.core.clock import SystemClock
from leleka.core.ports.clock import Clock
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.services.access.actor import Actor, Role
from leleka.services.exports import reconciliation
from leleka.services.exports.contracts import ReconciliationView
from leleka.state.models import Connection, Export
from leleka.worker import jobs
from tests.integration.office import Office

ADA: Final = Actor("Ada <ada@example.com>", Role.CONTRIBUTOR, 1)


def delivered(office: Office) -> Office:
    """Let a run deliver three people, through a connection that contributors may use."""
    office.hire(3)
    office.apply()
    office.run()
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    return office


def news() -> int:
    return Export.objects.get(name="News").pk


def ask(actor: Actor = ADA) -> ReconciliationView:
    return reconciliation.ask(actor, news())


def due() -> list[str]:
    return [job for job in jobs.due_jobs(SystemClock(), (), 9) if job.startswith("reconcile:")]


def work(clock: Clock | None = None) -> ReconciliationView:
    """Do what the worker would; return what became of it."""
    for job in due():
        jobs.carry_out(job, clock or SystemClock())
    return latest()


def latest() -> ReconciliationView:
    found = reconciliation.latest(ADA, news())
    assert found is not None
    return found


def codes(view: ReconciliationView) -> list[str]:
    return [one.code for one in view.problems]


def on_contacts(monkeypatch: pytest.MonkeyPatch, first: Callable[[], object]) -> None:
    """Let something happen before the list's first contact is told."""
    real = ActiveCampaign.contacts

    def contacts(*given: Any) -> Any:
        first()
        yield from real(*given)

    monkeypatch.setattr(ActiveCampaign, "contacts", contacts)
