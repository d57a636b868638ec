"""The demo is the acceptance test of the main job: it compares the list with the files itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_demo_ends_with_a_list_that_equals_the_segments(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    command = [sys.executable, "-m", "leleka", "demo", str(tmp_path / "demo"), "--customers", "3000"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("The list equals the segments") == 2
    assert "another profile with the same address was chosen" in done.stdout
    assert (tmp_path / "demo" / "leleka.yaml").exists()


def test_the_demo_does_not_empty_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    command = [sys.executable, "-m", "leleka", "demo", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "DEMO_FOLDER_IN_USE" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "keep me"
