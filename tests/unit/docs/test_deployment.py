"""How it is installed: from the lock file, and with code that the service's user cannot change."""

import os
import pwd
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs/how-to/install.md").read_text(encoding="utf-8")
IMAGE = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
UPGRADE = (ROOT / "docs/how-to/upgrade.md").read_text(encoding="utf-8")
WRAPPER = (ROOT / "deploy/leleka").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/leleka.service").read_text(encoding="utf-8")


def test_the_guide_and_the_image_install_what_the_lock_file_names() -> None:
    for text in (GUIDE, IMAGE):
        assert "uv sync --locked --no-dev --no-editable" in text
        installed = re.findall(r"pip install (.*)", text)
        assert [one for one in installed if "uv" not in one.split("#")[0]] == []


def test_the_service_runs_code_that_its_user_cannot_write() -> None:
    (started,) = re.findall(r"ExecStart=(\S+)", UNIT)
    writable = re.findall(r"ReadWritePaths=(\S+)", UNIT)
    assert writable
    assert not any(started.startswith(f"{folder}/") for folder in writable)
    assert f"UV_PROJECT_ENVIRONMENT={Path(started).parents[1]}" in GUIDE
    assert "sudo -u leleka" not in GUIDE.split("Settings come from")[0]
    # The image's user comes after everything that is installed.
    assert IMAGE.index("USER leleka") > IMAGE.index("COPY --from=build")
    assert "--chown" not in IMAGE


def test_an_upgrade_installs_as_the_guide_does() -> None:
    installs = re.compile(r"^\$ sudo env UV_PROJECT.*\n.*(?=--extra postgresql)", re.MULTILINE)
    (wanted,) = installs.findall(GUIDE)
    assert set(installs.findall(UPGRADE)) == {wanted}


@pytest.mark.parametrize("oneself", [True, False])
def test_the_command_by_hand_has_the_home_of_the_service_s_user(tmp_path: Path, oneself: bool) -> None:
    me = pwd.getpwuid(os.geteuid())
    user = me if oneself else next(one for one in pwd.getpwall() if one.pw_dir not in {me.pw_dir, ""})
    for name, line in {"program": 'echo "$HOME" "$@"', "runuser": 'shift 3; exec "$@"'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    here = WRAPPER.replace("user=leleka", f"user={user.pw_name}")
    here = here.replace("/opt/leleka/venv/bin/leleka", f"{tmp_path}/program")
    shell = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-s", "status"], input=here, env=shell, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{user.pw_dir} --env-file /etc/leleka.env status\n"
