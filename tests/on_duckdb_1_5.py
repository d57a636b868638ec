"""The engine's contract suite once more, on DuckDB 1.5: ``python -m tests.on_duckdb_1_5 [options] [files]``.

The lock file holds DuckDB 2; a fingerprint or a ledger that the version before it computes otherwise would show here.
uv lays the older one over the project's environment for this command alone.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

REQUIREMENT: Final = "duckdb==1.5.*"
SUITE: Final = "tests/contract/warehouse/test_duckdb_engine.py"
_OWN_UV: Final = ".tools/bin/uv"


def main() -> int:
    """Run pytest over the suite with that DuckDB, and end with pytest's exit code."""
    uv = os.environ.get("UV") or shutil.which("uv") or _OWN_UV
    words = sys.argv[1:]
    if not any(Path(word.partition("::")[0]).exists() for word in words):
        words.append(SUITE)
    command = [
        uv,
        "run",
        "--locked",
        "--with",
        REQUIREMENT,
        "python",
        "-m",
        "tests.on_duckdb_1_5",
        "inside",
        *words,
    ]
    if sys.argv[1:2] != ["inside"]:
        return subprocess.run(command, check=False).returncode
    import duckdb  # noqa: PLC0415 - the one that was laid over
    import pytest  # noqa: PLC0415

    if not duckdb.__version__.startswith("1.5."):
        raise SystemExit(f"This is DuckDB {duckdb.__version__}, not {REQUIREMENT}.")
    return int(pytest.main(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
