"""How near an export comes to the documented limits, by how long replies and imports take."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

from scripts.bench_delivery.installation import install, troubles
from scripts.bench_delivery.processes import Measured, far_side
from scripts.bench_delivery.results import Result

_ROWS: Final = 250
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until a reply, and from there until the batch is completed, at the account."""

    latency: float
    import_time: float

    @property
    def name(self) -> str:
        return f"pace-{self.latency:g}-{self.import_time:g}"


PACES: Final = tuple(Pace(latency, seconds) for latency in (0.05, 0.5, 2.0) for seconds in (1.0, 60.0, 600.0))


def pace(folder: Path, one: Pace, imports: int, speed: float) -> Result:
    """Return what an export of so many imports did, at ``speed`` times the pace of the limits.

    Everything that waits is so much faster, Leleka and the account alike; the figures are in the account's time.
    What Leleka computes is not: ``busy`` tells its share of the time, and that the figures mean little where it is
    large.
    """
    members = imports * _ROWS
    options = ["--limited", "--speed", str(speed), "--latency", str(one.latency / speed)]
    with far_side(*options, "--import-time", str(one.import_time / speed)) as far:
        installation = install(folder, profiles=members, members=members, far=far, speed=str(speed))
        installation.refresh()
        process, report = installation.export()
        ended, came = monotonic(), far.counted()
    return Result(
        one.name,
        _figures(came, one, speed, ended) | {"busy": _share(process)},
        troubles(report, came, members),
    )


def _share(process: Measured) -> float:
    return round(process.cpu / process.wall, 2)


def _figures(came: Mapping[str, Any], one: Pace, speed: float, ended: float) -> dict[str, Any]:
    sending = (came["last_import"] - came["first_import"]) * speed
    a_minute = (came["imports"] - 1) * 60.0 / sending if sending else 0.0
    return {
        "latency": one.latency,
        "import_time": one.import_time,
        "imports": came["imports"],
        "imports_a_minute": round(a_minute, 1),
        "million_minutes": round(_MILLION / _ROWS / a_minute, 1) if a_minute else 0.0,
        "polls_a_batch": round(came["polls"] / max(came["imports"], 1), 2),
        "refused": came["imports_refused"] + came["requests_refused"],
        "tail": round((ended - came["last_import"]) * speed, 1),
        "speed": speed,
    }
