"""What was found, as tables and as a file."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

_MEMORY: Final = "MemTotal:"
_EXPORTS: Final = (
    f"{'export':<44} {'contacts':>10} {'imports':>8} {'polls':>7} {'wall':>7} {'CPU':>7} {'MiB':>6}"
    f" {'refresh':>8} {'CPU':>6} {'MiB':>6} {'floor':>7} {'CPU':>7} {'times':>6}"
)
_PACES: Final = (
    f"{'account':<16} {'imports':>8} {'a minute':>9} {'a million':>10} {'polls a batch':>14} {'refused':>8}"
    f" {'tail':>8} {'busy':>6} {'speed':>6}"
)


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one case. ``wrong`` says why they are not to be believed."""

    title: str
    figures: Mapping[str, Any]
    wrong: tuple[str, ...] = ()

    def lines(self) -> str:
        """Return what the terminal shows of it."""
        draw = next(draw for key, draw in _DRAWN.items() if key in self.figures)
        return "\n".join((draw(self), *(f"  WRONG: {one}" for one in self.wrong)))


def _export(one: Result) -> str:
    told, refresh, floor = one.figures, one.figures.get("refresh"), one.figures.get("floor")
    before = f"{refresh['wall']:>8.1f} {refresh['cpu']:>6.1f} {refresh['peak']:>6,}" if refresh else ""
    beside = (
        f"{floor['wall']:>7.1f} {floor['cpu']:>7.1f} {told['wall'] / floor['wall']:>6.1f}" if floor else ""
    )
    return (
        f"{one.title:<44} {told['contacts']:>10,} {told['imports']:>8,} {told['polls']:>7,} {told['wall']:>7.1f}"
        f" {told['cpu']:>7.1f} {told['peak']:>6,} {before} {beside}"
    ).rstrip()


def _pace(one: Result) -> str:
    told = one.figures
    return (
        f"{one.title:<16} {told['imports']:>8,} {told['imports_a_minute']:>9.1f} {told['million_minutes']:>6.1f} min"
        f" {told['polls_a_batch']:>14.2f} {told['refused']:>8,} {told['tail']:>8.1f} {told['busy']:>6.2f}"
        f" {told['speed']:>6g}"
    )


def _segment(one: Result) -> str:
    told = one.figures
    return (
        f"segment of {told['members']:,} members: {told['segment']:.2f} s, DuckDB {told['duckdb']:.2f} s,"
        f" {told['segment'] / told['duckdb']:.1f} times; the refresh with both sources"
        f" {told['refresh']['wall']:.1f} s, {told['refresh']['peak']:,} MiB"
    )


_DRAWN: Final = {"contacts": _export, "imports_a_minute": _pace, "duckdb": _segment}
HEADINGS: Final = {"contacts": _EXPORTS, "imports_a_minute": _PACES}


def heading(one: Result) -> str:
    """Return the heading of the table that a result belongs to; "" where there is none."""
    return next((line for key, line in HEADINGS.items() if key in one.figures), "")


def machine() -> Mapping[str, Any]:
    """Return what the figures depend on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    memory = Path("/proc/meminfo").read_text(encoding="utf-8").partition(_MEMORY)[2].split()[0]
    return {
        "cpu": next(names, "unknown"),
        "cores": os.cpu_count(),
        "memory_mib": int(memory) // 1024,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "leleka": version("leleka"),
        "duckdb": version("duckdb"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def save(
    path: Path, machine_told: Mapping[str, Any], found: Sequence[Result], terms: Mapping[str, Any]
) -> None:
    """Write all results as JSON."""
    cases = [{"case": one.title, **one.figures, "wrong": one.wrong} for one in found]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine_told, "terms": terms, "cases": cases}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
