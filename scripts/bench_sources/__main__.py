"""``python -m scripts.bench_sources``: how fast, and within which memory, files become tables.

Each reading is a process of its own; the rivals take turns, and the best of the rounds counts. Exit code 1 if a case
is slower or larger than it may be.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from scripts.bench_delivery.results import Result, machine, save
from scripts.bench_sources.data import write_csv, write_workbook

_RESULTS: Final = Path(__file__).parents[2] / "bench" / "sources.json"
_SMALLER: Final = 10  # times: a workbook of a million rows is as large as they get
_FEW: Final = 1_000
_MOST_TIMES: Final = {"duckdb": 1.3, "calamine": 1.5}
_MOST_MIB: Final = 400
_HEADING: Final = (
    f"{'file':<12} {'rows':>11} {'wall':>7} {'CPU':>7} {'MiB':>6}"
    f" {'rival':>9} {'wall':>7} {'CPU':>7} {'times':>6} {'CPU':>6}"
)


def main() -> int:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_sources", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the CSV file; a workbook has a tenth")
    parser.add_argument(
        "--times", type=int, default=10, help="how much larger the largest CSV file is; 0 for none"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="the file for the results, JSON")
    given = parser.parse_args()
    told, found = machine(), []
    print(", ".join(f"{name} {value}" for name, value in told.items()))
    print(f"\n{_HEADING}")
    terms = {"rows": given.rows, "times": given.times, "rounds": given.rounds}
    with tempfile.TemporaryDirectory(prefix="leleka-bench-") as folder:
        for one in _results(Path(folder), given):
            print(_line(one), flush=True)
            found.append(one)
            save(given.results, told, found, terms)
    print(f"\nWritten to {given.results}.")
    return 1 if any(one.wrong for one in found) else 0


def _results(folder: Path, given: argparse.Namespace) -> Iterator[Result]:
    small = write_csv(folder / "small.csv", _FEW), write_workbook(folder / "small.xlsx", _FEW)
    csv = write_csv(folder / "customers.csv", given.rows)
    yield _case("CSV", csv, small[0], "duckdb", given.rounds)
    book = write_workbook(folder / "customers.xlsx", given.rows // _SMALLER)
    yield _case("workbook", book, small[1], "calamine", given.rounds)
    if given.times:
        large = write_csv(folder / "large.csv", given.rows * given.times)
        yield _case("large CSV", large, small[0], "duckdb", 1, is_timed=False)


def _case(title: str, file: Path, small: Path, rival: str, rounds: int, *, is_timed: bool = True) -> Result:
    pairs = [(_read(rival, file, small), _read("leleka", file, small)) for _ in range(rounds)]
    theirs, ours = (_best([pair[side] for pair in pairs]) for side in (0, 1))
    figures = {**ours, "rival": rival, "rival_wall": theirs["wall"], "rival_cpu": theirs["cpu"]}
    return Result(title, figures, tuple(_wrong(figures, theirs["rows"], is_timed=is_timed)))


def _wrong(figures: Mapping[str, Any], rows: int, *, is_timed: bool) -> Iterator[str]:
    times, most = figures["wall"] / figures["rival_wall"], _MOST_TIMES[figures["rival"]]
    if figures["rows"] != rows:
        yield f"{figures['rows']:,} rows were read, {rows:,} are there"
    if is_timed and times > most:
        yield f"{times:.2f} times as long as {figures['rival']}, {most} are allowed"
    if figures["rival"] == "duckdb" and figures["peak"] > _MOST_MIB:
        yield f"{figures['peak']:,} MiB, {_MOST_MIB} are allowed"


def _best(readings: list[dict[str, Any]]) -> dict[str, Any]:
    best = {name: min(one[name] for one in readings) for name in ("wall", "cpu")}
    return {**readings[0], **best, "peak": max(one["peak"] for one in readings)}


def _read(how: str, file: Path, small: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        command = [sys.executable, "-m", "scripts.bench_sources.reading", how, str(file), str(small), folder]
        told: dict[str, Any] = json.loads(subprocess.check_output(command))
        return told


def _line(one: Result) -> str:
    told = one.figures
    line = (
        f"{one.title:<12} {told['rows']:>11,} {told['wall']:>7.2f} {told['cpu']:>7.2f} {told['peak']:>6,}"
        f" {told['rival']:>9} {told['rival_wall']:>7.2f} {told['rival_cpu']:>7.2f}"
        f" {told['wall'] / told['rival_wall']:>6.2f} {told['cpu'] / told['rival_cpu']:>6.2f}"
    )
    return "\n".join((line, *(f"  WRONG: {wrong}" for wrong in one.wrong)))


if __name__ == "__main__":
    sys.exit(main())
