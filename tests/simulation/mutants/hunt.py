"""``python -m tests.simulation.mutants.hunt``: the first world in which each mutant is detected."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.simulation.mutants.table import MUTANTS, Mutant

ROOT = Path(__file__).parents[3]
_SECONDS = 240


def wrong_copy(mutant: Mutant, folder: Path) -> Path:
    """Return a copy of the project with the mutant's mistake in it.

    What Python has compiled comes along, or every mutant would compile the product anew; the file with the mistake is
    compiled from its source.
    """
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, folder / part)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    for edit in mutant.edits:
        path = folder / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise LookupError(f"{mutant.name}: {edit.file} holds {text.count(edit.old)} times {edit.old!r}")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
            compiled.unlink()
    return folder


def killed(mutant: Mutant, seeds: int) -> str:
    """Return the line of the world that detected the mutant; "" if none of ``seeds`` did."""
    with tempfile.TemporaryDirectory() as folder:
        place = wrong_copy(mutant, Path(folder))
        environment = os.environ | {"PYTHONPATH": f"{place / 'src'}:{place}", "PYTHONDONTWRITEBYTECODE": "1"}
        simulated = mutant.judge in {"l0", "l1"}
        words = (
            [
                "tests.simulation",
                f"--layer={mutant.judge}",
                f"--first-seed={mutant.first_seed}",
                f"--seeds={seeds}",
            ]
            if simulated
            else ["pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:schemathesis", mutant.judge]
        )
        done = subprocess.run(
            [sys.executable, "-m", *words, *(["--until-first"] if simulated else [])],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode == 1:
        return _telling(done.stdout, simulated=simulated)
    if done.returncode:
        raise RuntimeError(f"{mutant.name}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return ""


def _telling(output: str, *, simulated: bool) -> str:
    sign = "SEED=" if simulated else "FAILED"
    found = re.search(rf"^{sign}.*$", output, re.MULTILINE)
    if found is None:
        raise RuntimeError(output[-500:])
    return found.group()


def main() -> None:
    names = sys.argv[1:]
    for mutant in MUTANTS:
        if not names or any(name in mutant.name for name in names):
            sys.stdout.write(f"{mutant.name}: {killed(mutant, 2_000) or 'SURVIVED'}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
