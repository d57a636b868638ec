"""Templates of segments go by the day that it is where the installation is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from leleka.core.clock import SystemClock, using
from leleka.services.access.actor import Role
from tests.integration.office import Office
from tests.integration.people import somebody

CUSTOMERS = "sources:\n  - {name: customers, files: born.csv, profiles: true, primary_key: id}\n"


class Halloween(SystemClock):
    """Half past midnight on 1 November in Kyiv, and still October in UTC."""

    def now(self) -> float:
        return datetime(2026, 10, 31, 22, 30, tzinfo=UTC).timestamp()


def test_birthdays_this_month_are_those_of_the_month_over_there(office: Office, settings: Any) -> None:
    (office.folder / "born.csv").write_text("id,born\n1,1990-11-02\n")
    office.apply(CUSTOMERS)
    settings.LELEKA = replace(office.configuration, time_zone="Europe/Kyiv")
    with using(Halloween()):
        reply = somebody("alice", Role.ADMINISTRATOR).browser.get("/segments/add")
        offered = [one["rules"] for one in reply.context["built"]["templates"]]
    assert {"column": "born", "operator": "month of", "value": [11]} in offered
