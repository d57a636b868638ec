"""A name that a file got in a folder outlives a power cut."""

import os
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Write what a folder lists down to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
