"""``python -m scripts.bench_unify``: how well other tools find who is who, and within which time and memory.

How it works: `scripts.people` makes three tables of people with known truth, `columns` puts them under common names,
and each tool clusters the same file in a process of its own, with the interpreter of an environment made for it
(`environments`). `scripts.people.scores` judges what they wrote; the first line, of `ceiling`, says what equal values
could give to somebody who knows the truth. The wall clock counts a whole process, the seconds are
the tool's own without what it imports. What cannot be installed or run is named with its reason, and is no failure.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.bench_delivery.processes import Measured, run
from scripts.bench_delivery.results import machine
from scripts.bench_unify.ceiling import write_ceiling
from scripts.bench_unify.columns import write_records
from scripts.bench_unify.environments import MissingError, environment
from scripts.people.scores import KINDS, Scores, score
from scripts.people.writing import write

_HERE: Final = Path(__file__).parent
_SAID: Final = 400  # characters of what a tool that failed wrote last
_MERGED: Final = " ".join(f"{kind:>12}" for kind in KINDS)
_HEADING: Final = (
    f"{'':<68} false merges in 10,000 profiles\n"
    f"{'tool':<22} {'precision':>9} {'recall':>7} {'F':>7} {'cl. prec.':>9} {'cl. rec.':>8} {'profiles':>9}"
    f" {_MERGED} {'seconds':>8} {'wall':>7} {'CPU':>7} {'MiB':>6}"
)


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that clusters records: a package of PyPI, and the file here that asks it to."""

    title: str
    package: str
    file: str
    words: tuple[str, ...] = ()


_TOOLS: Final = (
    Tool("Splink", "splink>=5,<6", "by_splink.py"),
    Tool("GoldenMatch", "goldenmatch>=3,<4", "by_goldenmatch.py"),
    Tool("GoldenMatch, recipes", "goldenmatch>=3,<4", "by_goldenmatch.py", ("--recipe",)),
)


def main(words: list[str] | None = None) -> int:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_unify", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    with tempfile.TemporaryDirectory(prefix="leleka-bench-") as name:
        folder = Path(name)
        made = write(folder / "people", given.records, given.seed)
        write_records(folder / "people", folder / "records.parquet")
        print(
            f"{given.records:,} records of {made.people:,} people, seed {given.seed}\n\n{_HEADING}",
            flush=True,
        )
        write_ceiling(folder / "people", folder / "records.parquet", folder / "ceiling.parquet")
        print(
            f"{'known truth (ceiling)':<22}{_scored(score(folder / 'people', folder / 'ceiling.parquet'))}",
            flush=True,
        )
        for line in _lines(folder):
            print(line, flush=True)
    return 0


def _lines(folder: Path) -> Iterator[str]:
    environments: dict[str, Path] = {}
    for tool in _TOOLS:
        try:
            if tool.package not in environments:
                place = folder / f"environment-{len(environments)}"
                environments[tool.package] = environment(place, tool.package)
            yield _line(tool.title, *_measured(tool, environments[tool.package], folder))
        except MissingError as error:
            yield f"{tool.title:<22} not run: {error}"


def _measured(tool: Tool, python: Path, folder: Path) -> tuple[Measured, Scores]:
    """Run the tool over the records; raise `MissingError` with what it said where it fails."""
    clusters, log = folder / "clusters.parquet", folder / "log"
    clusters.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    words = [str(_HERE / tool.file), str(folder / "records.parquet"), str(clusters), *tool.words]
    done = run(words, _surroundings(folder), log, program=(str(python),), cwd=folder, may_fail=True)
    if done.code or not clusters.exists():
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        raise MissingError(f"it ended with {done.code}: {said[-_SAID:]}")
    return done, score(folder / "people", clusters)


def _surroundings(folder: Path) -> Mapping[str, str]:
    """Return an environment in which a tool remembers nothing of earlier runs and imports nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return {**kept, "HOME": str(folder / "home"), "GOLDENMATCH_AUTOCONFIG_MEMORY": "0"}


def _line(title: str, done: Measured, scores: Scores) -> str:
    seconds = float(done.output.split()[-1])
    took = f" {seconds:>8.1f} {done.wall:>7.1f} {done.cpu:>7.1f} {done.peak:>6,}"
    return f"{title:<22}{_scored(scores)}{took}"


def _scored(scores: Scores) -> str:
    merges = " ".join(f"{scores.per_10_000(kind):>12.1f}" for kind in KINDS)
    return (
        f" {scores.precision:>9.4f} {scores.recall:>7.4f} {scores.f1:>7.4f}"
        f" {scores.cluster_precision:>9.4f} {scores.cluster_recall:>8.4f} {scores.profiles:>9,} {merges}"
    )


if __name__ == "__main__":
    sys.exit(main())
