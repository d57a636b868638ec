"""A first export by drt, the nearest other tool that can be had: the same contacts, to the same far side.

Its best setting is used: batches of 25,000 rows, requests of 250. It asks after no batch and keeps no ledger.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from scripts.bench_delivery.processes import ROOT, far_side, run
from scripts.bench_delivery.results import Result

_PACKAGE: Final = "drt-core[duckdb]==1.2.1"
_PATIENCE: Final = 300.0  # seconds to install it
_FILES: Final = {
    "home/.drt/profiles.yml": 'bench: {{type: duckdb, database: ":memory:"}}\n',
    "drt_project.yml": "name: bench\nprofile: bench\n",
    "syncs/contacts.yml": """\
name: contacts
model: |
  SELECT email, first_name, last_name, phone,
         [{{'id': 1, 'value': city}}, {{'id': 2, 'value': tier}}] AS fields,
         [{{'listid': 1}}] AS subscribe, true AS exclude_automations
  FROM read_parquet('{customers}')
destination:
  type: rest_api
  url: "http://{host}/api/3/import/bulk_import"
  headers: {{Content-Type: application/json}}
  body_mode: batch
  batch_template: '{{"contacts":{{{{ rows | tojson_safe }}}},"exclude_automations":true}}'
  max_records_per_request: 250
sync: {{mode: full, batch_size: 25000, rate_limit: {{requests_per_second: 0}}}}
""",
}


def rival(folder: Path, members: int) -> Result | None:
    """Return what its first export takes; None where it cannot be installed."""
    folder.mkdir()
    program, log = _installed(folder / "venv"), folder / "log"
    if program is None:
        return None
    environment = {**os.environ, "HOME": str(folder / "home"), "DO_NOT_TRACK": "1"}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    words = ["scripts.bench_delivery.data", str(folder), "--profiles", str(members)]
    run(words, {**os.environ, "PYTHONPATH": path}, log)
    with far_side() as far:
        for name, text in _FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            told = text.format(host=far.host, customers=folder / "customers.parquet")
            (folder / name).write_text(told, encoding="utf-8")
        process = run(["run"], environment, log, program=(str(program),), cwd=folder)
        came = far.counted()
    figures = {name: came[name] for name in ("contacts", "imports", "polls")} | process.figures()
    wrong = (
        () if came["contacts"] == members else (f"{came['contacts']:,} contacts came instead of {members:,}",)
    )
    return Result("first export, by drt", {**figures, "package": _PACKAGE}, wrong)


def _installed(venv: Path) -> Path | None:
    """Install it into an environment of its own: what it needs is nothing that Leleka needs."""
    uv = os.environ.get("UV") or shutil.which("uv")  # the former is set by uv run
    if uv is None:
        return None
    python = venv / "bin" / "python"
    install = ["pip", "install", "--compile-bytecode", "--python", str(python), _PACKAGE]
    for words in (["venv", str(venv)], install):
        try:
            subprocess.run([uv, *words, "--quiet"], check=True, capture_output=True, timeout=_PATIENCE)
        except (OSError, subprocess.SubprocessError):
            return None
    return venv / "bin" / "drt"
