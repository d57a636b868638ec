"""``python -m scripts.bench_delivery``: how fast, and within which memory, profiles become contacts.

Makes installations in a temporary folder and uses them through their commands; what receives the contacts is a
process of its own, and counts them. Exit code 1 if any case ended otherwise than it should have.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from scripts.bench_delivery.exports import STORIES, exports, memory
from scripts.bench_delivery.pace import PACES, pace
from scripts.bench_delivery.results import Result, heading, machine, save
from scripts.bench_delivery.rival import rival
from scripts.bench_delivery.segment import segment

_RESULTS: Final = Path(__file__).parents[2] / "bench" / "results.json"
_MEMORY: Final = {"memory-3": 3, "memory-10": 10}
_PACES: Final = {one.name: one for one in PACES}
_DRT: Final = "drt"
_ALL: Final = (*STORIES, _DRT, *_MEMORY, "segment", *_PACES)
_USUAL: Final = (*STORIES, "segment", "pace-0.05-60", "pace-0.5-60", "pace-2-60")


def main() -> int:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_delivery", description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000, help="how many are exported")
    parser.add_argument("--imports", type=int, default=200, help="of a case of pace, 250 contacts each")
    parser.add_argument(
        "--speed", type=float, default=2.0, help="how much faster time passes in a case of pace"
    )
    parser.add_argument(
        "--cases", default="", metavar="NAMES", help=f"of {', '.join(_ALL)}; or how they begin"
    )
    parser.add_argument("--all", action="store_true", help="every case; else the usual ones")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="the file for the results, JSON")
    given = parser.parse_args()
    wanted = _ALL if given.all else _chosen(given.cases) if given.cases else _USUAL
    if not wanted:
        parser.error(f"no case is named so; there are {', '.join(_ALL)}")
    return _bench(given, wanted)


def _chosen(text: str) -> Sequence[str]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    return [name for name in _ALL if any(name == word or name.startswith(f"{word}-") for word in words)]


def _bench(given: argparse.Namespace, wanted: Sequence[str]) -> int:
    told = machine()
    print(", ".join(f"{name} {value}" for name, value in told.items()))
    terms = {
        "profiles": given.profiles,
        "imports": given.imports,
        "speed": given.speed,
        "cases": list(wanted),
    }
    found: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="leleka-bench-") as folder:
        for one in _results(Path(folder), given, wanted):
            if not found or heading(found[-1]) != heading(one):
                print(f"\n{heading(one)}".rstrip())
            print(one.lines(), flush=True)
            found.append(one)
            save(given.results, told, found, terms)
    if found:
        print(f"\nWritten to {given.results}.")
    return 1 if any(one.wrong for one in found) else 0


def _results(folder: Path, given: argparse.Namespace, wanted: Sequence[str]) -> Iterator[Result]:
    if stories := [name for name in STORIES if name in wanted]:
        yield from exports(folder / "exports", stories, given.profiles)
    if _DRT in wanted:
        found = rival(folder / _DRT, given.profiles)
        if found is None:
            print("drt cannot be installed here: it is left out", file=sys.stderr)
        else:
            yield found
    for name, times in _MEMORY.items():
        if name in wanted:
            yield memory(folder / name, times, given.profiles)
    if "segment" in wanted:
        yield segment(folder / "segment", given.profiles)
    for name, one in _PACES.items():
        if name in wanted:
            yield pace(folder / name, one, given.imports, given.speed)


if __name__ == "__main__":
    sys.exit(main())
