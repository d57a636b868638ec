"""``python -m scripts.soak``: kill and stop real runs behind a faulty network, and account for every contact.

The account is printed as JSON. Exit code 1 if ``wrong`` is not empty.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

from scripts.soak.accounting import account_of
from scripts.soak.databases import database
from scripts.soak.faults import Tally
from scripts.soak.installation import Office
from scripts.soak.kill_commands import _attack, _rest
from scripts.soak.outbox import Database
from scripts.soak.processes import nursery
from scripts.soak.sandbox_accounts import far_sides
from scripts.soak.terms import Terms, _chance


def soak(terms: Terms) -> dict[str, Any]:
    """Return the account of a soak test with these parameters."""
    if terms.workers:
        from scripts.soak.kill_workers import soak_workers  # noqa: PLC0415 - it needs the checker of the tests

        return soak_workers(terms)
    with tempfile.TemporaryDirectory(prefix="leleka-soak-") as folder, ExitStack() as stack:
        _, url = stack.enter_context(database(terms.database))
        far = stack.enter_context(far_sides(terms.accounts, terms.speed, terms.weather, terms.seed))
        office = Office(Path(folder), far, terms.people, _chance(terms, "people"))
        office.prepare(terms.speed, url)
        office.apply()
        found = stack.enter_context(nursery(office.environment, Path(folder) / "logs"))
        tally, state = Tally(), Database(url, office.folder / "data")
        begun = monotonic()
        _attack(terms, office, found, state, tally)
        seconds = monotonic() - begun
        rest = _rest(office, found, tally)
        return {
            "database": terms.database,
            "seed": terms.seed,
            "seconds": round(seconds, 1),
            "kills_a_minute": round(tally.kills * 60 / seconds, 1),
            "seconds_until_rest": round(rest, 1),
            **account_of(office, far, tally),
        }


def main() -> int:
    """Parse the arguments and run the soak test."""
    parser = argparse.ArgumentParser(prog="python -m scripts.soak", description=__doc__)
    parser.add_argument(
        "minutes", type=float, help="how long to attack; coming to rest takes a minute or two more"
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--kills", type=int, default=sys.maxsize, help="end after so many, if that is earlier"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=Terms.accounts)
    parser.add_argument("--people", type=int, default=Terms.people)
    parser.add_argument(
        "--speed", type=float, default=Terms.speed, help="how much faster paces and waits pass"
    )
    parser.add_argument(
        "--workers", type=int, default=0, help="attack so many workers with schedules, instead of commands"
    )
    given = parser.parse_args()
    told = soak(
        Terms(
            kills=given.kills,
            minutes=given.minutes,
            seed=given.seed,
            database=given.database,
            accounts=given.accounts,
            people=given.people,
            speed=given.speed,
            workers=given.workers,
        )
    )
    print(json.dumps(told, indent=2))
    return 1 if told["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
