"""Environments of their own for the tools this is compared with: what they need is nothing that Leleka needs."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

_PATIENCE: Final = 300.0  # seconds to install a package
_OUR_OWN: Final = Path(__file__).parents[2] / ".tools" / "bin" / "uv"  # where the Makefile puts it
_SHOWN: Final = 300  # characters of what an installer says


class MissingError(Exception):
    """A tool cannot be had here; the text says why."""


def environment(folder: Path, package: str) -> Path:
    """Install a package of PyPI into a new environment; return its interpreter.

    Raises `MissingError` where there is no installer, or where it fails.
    """
    uv = os.environ.get("UV") or shutil.which("uv") or (str(_OUR_OWN) if _OUR_OWN.exists() else None)
    if uv is None:
        raise MissingError("uv is not installed")
    python = folder / "bin" / "python"
    install = ["pip", "install", "--compile-bytecode", "--python", str(python), package]
    for words in (["venv", str(folder)], install):
        try:
            subprocess.run(
                [uv, *words, "--quiet"], check=True, capture_output=True, text=True, timeout=_PATIENCE
            )
        except subprocess.CalledProcessError as error:
            raise MissingError(f"{package} cannot be installed: {error.stderr.strip()[-_SHOWN:]}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MissingError(f"{package} cannot be installed: {error}") from error
    return python
