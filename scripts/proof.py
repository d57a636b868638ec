"""``python -m scripts.proof MINUTES``: the proofs that are too long for every run of the tests.

Real processes are killed and stopped: commands until four have died for each of the minutes, workers for a quarter of
them, both on SQLite and on PostgreSQL. Beside them, on the second core, a worker dies at every statement and commit of
the simulated stories, and as many worlds and due instants are lived through as the minutes allow. Each proof ends in
one line with its figures; one that fails shows what it printed, and the exit code is 1. The tests marked ``long`` run,
in some parts, which take as long whatever the minutes, what ``make test`` leaves out on PostgreSQL, and the engine's
contract suite on DuckDB 1.5.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Final

from scripts.soak.faults import Stage

_CORES: Final = 2
_SHORTEST_SIEGE: Final = 0.6  # minutes: less is over before anything has begun
_LONGEST_SIEGE: Final = 5.0  # minutes, or as many as there are: on a slow machine kills take longer
_KILLS: Final = 4  # of commands, a minute
_SMALL: Final = ("--accounts", "2", "--speed", "60")
_L0, _L1, _INSTANTS = 400, 60, 600  # a minute
_LONG: Final = {
    "the long tests of processes": ("tests/acceptance", "tests/upgrade"),
    "the long tests of mistakes": ("tests/simulation",),
    "the long tests of pages": ("tests/browser",),
}
_LEAST_KILLS, _LEAST_STRIKES, _LEAST_INSTANTS = 10, 2, 5  # of a siege that proves something


class TooTame(Exception):
    """Too little was done to prove anything."""


@dataclass(frozen=True)
class Proof:
    """A command that proves something, and says so by its exit code.

    ``figures`` makes one line of what it prints; raises ``TooTame`` where too little was done to prove anything.
    """

    name: str
    words: Sequence[str]
    figures: Callable[[str], str]

    def succeeds(self) -> bool:
        """Run it, print its line, and tell whether it succeeded."""
        begun = monotonic()
        done = subprocess.run(
            [sys.executable, "-m", *self.words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = f"{monotonic() - begun:.0f} s"
        try:
            failed, told = (
                (True, f"exit code {done.returncode}")
                if done.returncode
                else (False, self.figures(done.stdout))
            )
        except TooTame as tame:
            failed, told = True, str(tame)
        if failed:
            print(done.stdout)
        verdict = "FAILED" if failed else "proved"
        again = f"; again: python -m {' '.join(self.words)}" if failed else ""
        print(f"{verdict}  {self.name} ({seconds}): {told}{again}", flush=True)
        return not failed


def _last_line(output: str) -> str:
    return output.rstrip().rpartition("\n")[2]


def _of_a_siege(output: str) -> str:
    told = json.JSONDecoder().raw_decode(output[output.rfind("\n{") + 1 :])[0]
    wanted = (
        "runs",
        "kills",
        "stops",
        "takeovers",
        "instants",
        "accepted",
        "repeats",
        "lost",
        "stale",
        "strangers",
    )
    restarts = told.get("done", {}).get("database_restarts", 0)
    figures = ", ".join(
        [f"{told[name]:,} {name}" for name in wanted if name in told]
        + [f"{restarts} restarts of the database"]
    )
    if "instants" in told:
        enough = told["instants"] >= _LEAST_INSTANTS and told["kills"] + told["stops"] >= _LEAST_STRIKES
        enough = enough and (told["database"] == "sqlite" or restarts > 0)
    else:
        early = told["killed"].get(Stage.BEFORE, 0)
        enough = told["kills"] >= _LEAST_KILLS and early < told["kills"] / 2
    if not enough:
        raise TooTame(f"too little was attacked ({figures})")
    return figures


def sieges(minutes: float) -> list[Proof]:
    """Return the proofs with real processes: each is over in a quarter of the minutes, on an idle machine."""
    kills = ("--kills", str(max(round(minutes * _KILLS), _LEAST_KILLS)))
    commands = ("scripts.soak", f"{max(minutes, _LONGEST_SIEGE):g}", *kills, *_SMALL, "--people", "3000")
    workers = ("scripts.soak", f"{max(minutes / 4, _SHORTEST_SIEGE):g}", *_SMALL, "--people", "800")
    on_postgresql = ("--database", "postgresql")
    return [
        Proof("commands on SQLite", commands, _of_a_siege),
        Proof("commands on PostgreSQL", (*commands, *on_postgresql), _of_a_siege),
        Proof("a worker on SQLite", (*workers, "--workers", "1"), _of_a_siege),
        Proof("two workers on PostgreSQL", (*workers, "--workers", "2", *on_postgresql), _of_a_siege),
    ]


def simulations(minutes: float) -> list[Proof]:
    """Return the proofs in virtual time, the longest first."""

    def simulation(*words: str) -> tuple[str, ...]:
        return ("tests.simulation", *words)

    return [
        Proof("schedules", simulation("--schedules", str(round(minutes * _INSTANTS))), _last_line),
        Proof("deaths at every write", simulation("--crash-points"), _last_line),
        Proof("worlds in memory", simulation("--seeds", str(round(minutes * _L0))), _last_line),
        Proof(
            "worlds in the database",
            simulation("--layer", "l1", "--seeds", str(round(minutes * _L1))),
            _last_line,
        ),
    ]


def long_tests() -> list[Proof]:
    """Return the tests marked ``long`` in parts, the longest first; the last part is what no other one has."""
    run = ("pytest", "-q", "-n", "0", "-m", "long")
    parts = [Proof(name, (*run, *folders), _last_line) for name, folders in _LONG.items()]
    elsewhere = (f"--ignore={folder}" for folders in _LONG.values() for folder in folders)
    return [*parts, Proof("the other long tests", (*run, "tests", *elsewhere), _last_line)]


def main() -> int:
    """Prove everything, two at a time: the longest first, so that both cores are busy to the end."""
    parser = argparse.ArgumentParser(prog="python -m scripts.proof", description=__doc__)
    parser.add_argument("minutes", type=float, help="more than half a minute")
    minutes = parser.parse_args().minutes
    on_the_older_engine = Proof(
        "the engine's contract on DuckDB 1.5", ("tests.on_duckdb_1_5", "-q"), _last_line
    )
    on_postgresql = Proof(
        "the rest of the state on PostgreSQL", ("tests.on_postgresql", "--rest", "-q", "-n", "0"), _last_line
    )
    with ThreadPoolExecutor(_CORES) as pool:
        verdicts = list(
            pool.map(
                Proof.succeeds,
                [
                    *long_tests(),
                    *simulations(minutes),
                    *sieges(minutes),
                    on_postgresql,
                    on_the_older_engine,
                ],
            )
        )
    print(f"{sum(verdicts)} of {len(verdicts)} proofs hold", flush=True)
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
