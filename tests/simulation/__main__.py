"""``python -m tests.simulation --layer l0 --seeds 20000``: worlds by seed, and one command to repeat each
failure.
"""

import argparse
import logging
import sys
from collections.abc import Sequence

import structlog

from tests.simulation.crash_points import IN_THE_DATABASE, die, in_the_database
from tests.simulation.runner import campaign, prepare


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--layer", choices=("l0", "l1"), default="l0")
    parser.add_argument("--seeds", type=int, default=2_000, help="how many worlds")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--until-first", action="store_true", help="stop at the first violation")
    parser.add_argument(
        "--schedules",
        type=int,
        default=0,
        help="instead: this many due instants of the scheduler over a database",
    )
    parser.add_argument(
        "--crash-points",
        action="store_true",
        help="instead: a death at every statement and commit of the stories, over a database",
    )
    given = parser.parse_args(words)
    if given.schedules:
        return _schedules(given.schedules, given.first_seed)
    if given.crash_points:
        return _crash_points()
    if given.layer == "l1":
        _prepare_quietly()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    result = campaign(given.layer, seeds, until_first=given.until_first, tell=print)
    print(result.sentence())  # noqa: T201 - this is the terminal
    return 1 if result.violations else 0


def _crash_points() -> int:
    _prepare_quietly()
    deaths = 0
    for story in IN_THE_DATABASE:
        names, died = die(story, in_the_database)
        if died != len(names):
            raise AssertionError(f"{story}: {len(names)} points, {died} deaths")
        deaths += died
    stories = len(IN_THE_DATABASE)
    print(f"crash points: {stories} stories, {deaths} deaths, one at every point, 0 violations")  # noqa: T201 - as above
    return 0


def _prepare_quietly() -> None:
    prepare()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _schedules(instants: int, first_seed: int) -> int:
    _prepare_quietly()
    from tests.simulation.schedule_database import campaign  # noqa: PLC0415 - needs a database

    result = campaign(instants, first_seed, tell=print)
    print(result.sentence())  # noqa: T201 - this is the terminal
    return 1 if result.violations else 0


if __name__ == "__main__":
    sys.exit(main())
