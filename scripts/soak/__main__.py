"""``python -m scripts.soak``: kill and stop real runs behind a faulty network, and account for every contact.

The account is printed as JSON. Exit code 1 if ``wrong`` is not empty.
"""

import argparse
import json
import sys

from scripts.soak.siege import Terms, soak


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
