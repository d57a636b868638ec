"""A segment with an aggregate over orders, beside the same question put to DuckDB."""

import json
from datetime import datetime
from pathlib import Path

from scripts.bench_delivery.installation import LEAST, install
from scripts.bench_delivery.processes import run
from scripts.bench_delivery.results import Result


def segment(folder: Path, profiles: int) -> Result:
    """Return how long the product's evaluation takes, as its own refresh tells it, and DuckDB's."""
    installation = install(folder, profiles=profiles, members=0, far=None)
    process, told = installation.refresh()
    steps = {one["name"]: one for one in told["steps"] if one["name"]}
    (step,) = (one for one in told["steps"] if one["kind"] == "segment")
    words = ["scripts.bench_delivery.segment_floor", str(folder), "--least", str(LEAST)]
    floor = json.loads(run(words, installation.environment, installation.log).output)
    took = {name: _seconds(one["started_at"], one["finished_at"]) for name, one in steps.items()}
    figures = {
        "members": step["rows"], "segment": took[step["name"]], "duckdb": floor["seconds"],
        "steps": took, "refresh": process.figures(),
    }  # fmt: skip
    same = step["rows"] == floor["members"] > 0
    return Result(
        "segment", figures, () if same else (f"{step['rows']} members, DuckDB says {floor['members']}",)
    )


def _seconds(began: str, ended: str) -> float:
    return round((datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds(), 3)
