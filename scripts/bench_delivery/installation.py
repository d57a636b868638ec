"""An installation of Leleka, used through its commands."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.bench_delivery.processes import ROOT, FarSide, Measured, run

EXPORT: Final = "Everybody"
BUYERS: Final = "Buyers"
LEAST: Final = 60_000  # what a buyer spent in all
_WELL: Final = "Successful"
_SOURCES: Final = """\
sources:
  - {name: customers, files: customers.parquet, profiles: true, primary_key: id, updated_at: updated_at}
"""
_ORDERS: Final = """\
  - {name: orders, files: orders.parquet}
relationships:
  - {name: orders, from: orders.customer_id, to: customers.id}
"""
_BUYERS: Final = '  - {{name: {name}, rules: {{related: orders, sum: amount, ">=": {least}}}}}\n'
_EXPORT: Final = """\
connections:
  - name: Far side
    host: "{host}"
    key: ${{LELEKA_SECRET_BENCH}}
    share_of_limits: 1
    consent: {{agreed_by: the benchmark, version: "1"}}
exports:
  - name: {export}
    connection: Far side
    list: 1
    segments: [{export}]
    data_matching:
      email: email
      first_name: first_name
      last_name: last_name
      phone: phone
      fields: [{{column: city, field: 1}}, {{column: tier, field: 2}}]
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """``profiles`` customers, whose files are in ``folder``."""

    folder: Path
    environment: Mapping[str, str]
    profiles: int

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def data(self, *, some: int = 0, every: int = 0, orders: bool = False) -> None:
        """Write the files of the sources; other versions change one customer in a hundred, or all."""
        words = ["scripts.bench_delivery.data", str(self.folder), "--profiles", str(self.profiles)]
        words += ["--some", str(some), "--every", str(every), *(["--orders"] if orders else [])]
        run(words, self.environment, self.log)

    def refresh(self) -> tuple[Measured, Mapping[str, Any]]:
        """Read the sources and evaluate the segments; return what it took and what the command told."""
        done = run(["leleka", "refresh", "--json"], self.environment, self.log)
        return done, json.loads(done.output)

    def export(self) -> tuple[Measured, Mapping[str, Any]]:
        """Run the export, the refresh told apart; return what the process took, and the report of the run."""
        words = ["leleka", "export", "run", EXPORT, "--no-refresh", "--json"]
        done = run(words, self.environment, self.log, may_fail=True)
        try:
            return done, json.loads(done.output)
        except ValueError:
            said = self.log.read_text(encoding="utf-8", errors="replace")
            raise SystemExit(f"the run ended with {done.code}:\n{done.output}{said}") from None


def install(
    folder: Path, *, profiles: int, members: int, far: FarSide | None, speed: str = "unlimited"
) -> Installation:
    """Set up an installation whose sources are yet to be written: with an export to ``far``, or without one and with
    orders.
    """
    folder.mkdir()
    made = Installation(folder, _environment(folder, far, speed), profiles)
    made.data(orders=far is None)
    segments = (
        _BUYERS.format(name=BUYERS, least=LEAST)
        if far is None
        else f'  - {{name: {EXPORT}, rules: {{column: id, "<=": {members}}}}}\n'
    )
    export = "" if far is None else _EXPORT.format(host=far.host, export=EXPORT)
    orders = _ORDERS if far is None else ""
    text = f"{_SOURCES}{orders}segments:\n{segments}{export}"
    (folder / "leleka.yaml").write_text(text, encoding="utf-8")
    run(["leleka", "apply", str(folder / "leleka.yaml")], made.environment, made.log)
    return made


def _environment(folder: Path, far: FarSide | None, speed: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))),
        "LELEKA_DATA_DIR": str(folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
        "LELEKA_SOURCE_DIRS": str(folder),
        "LELEKA_TEST_HOSTS": far.host if far else "",
        "LELEKA_TEST_SPEED": speed,
        "LELEKA_SECRET_BENCH": "bench-key-of-no-account",
    }


def troubles(report: Mapping[str, Any], came: Mapping[str, Any], expected: int) -> tuple[str, ...]:
    """Return why the figures of a run are not to be believed: it says, or the far side counted, something else than
    was due.
    """
    counts = report["counts"] or {"delivered": 0}  # a run that failed before its plan counted nothing
    said, contacts, repeated = counts["delivered"], came["contacts"], came["repeated"]
    found = [
        f"the run ended as {report['status']}: {report['problems']}" if report["status"] != _WELL else "",
        f"the run says {said:,} were delivered instead of {expected:,}" if said != expected else "",
        f"{contacts:,} contacts came instead of {expected:,}" if contacts != expected else "",
        f"{repeated} imports came twice" if repeated else "",
    ]
    return tuple(filter(None, found))
