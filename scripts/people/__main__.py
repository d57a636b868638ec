"""``python -m scripts.people FOLDER``: people with known truth, in three tables of a shop.

How it works: households are drawn one after the other (`population`), with names of two languages (`languages`,
`ukrainian`, `english`). Each person stands in some of the tables, perhaps twice in one (`records`), with what spoils
records in life: former names and addresses, other letters (`transliteration`), slips (`slips`), many formats
(`formats`). `writing` says what is in the files, `shares` how much of each difficulty; each share is an argument, and
a report says how often it was met. `scores` judges a clustering of the records by the truth.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from scripts.people.shares import Shares
from scripts.people.writing import Made, write


def main(words: list[str] | None = None) -> int:
    """Parse the arguments, write the files and print the report."""
    parser = argparse.ArgumentParser(prog="python -m scripts.people", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=10_000, help="of all three tables together")
    parser.add_argument("--seed", type=int, default=1)
    for one in fields(Shares):
        parser.add_argument(
            f"--{one.name.replace('_', '-')}", type=float, default=one.default, metavar="SHARE"
        )
    given = parser.parse_args(words)
    shares = Shares(**{one.name: getattr(given, one.name) for one in fields(Shares)})
    for line in report(write(given.folder, given.records, given.seed, shares), shares):
        print(line)
    return 0


def report(made: Made, shares: Shares) -> Iterator[str]:
    """Yield a line for each table, and for each difficulty its share and whom it met."""
    yield f"{sum(made.records.values()):,} records of {made.people:,} people"
    for table, records in made.records.items():
        yield f"  {table:<10} {records:>11,} records"
    yield f"{'difficulty':<18} {'share':>6} {'met':>11}"
    for one in fields(Shares):
        if one.name in made.counted:
            yield f"{one.name:<18} {getattr(shares, one.name):>6} {made.counted[one.name]:>11,}"


if __name__ == "__main__":
    sys.exit(main())
