"""docs/how-to/api.md, executed as written: real curl against a real installation."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.serving import free_port, until

PAGE = Path(__file__).parents[2] / "docs/how-to/api.md"
CUSTOMERS = "id,email,first_name,tier\n1,ann@example.com,Ann,gold\n2,bob@example.com,Bob,gold\n3,cyr@example.com,Cyr,\n"
SOURCES = """\
sources:
  - name: customers
    files: customers.csv
    profiles: true
    primary_key: id
    types: {id: text}
"""


def steps() -> Iterator[tuple[str, str]]:
    """Return every command of the page, and the output that it shows for it."""
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def script() -> str:
    """Return one script of all of them, which marks where each command's output begins."""
    lines = ["set -e -o pipefail"]
    for number, (command, _) in enumerate(steps()):
        lines += [f"echo '@@{number}'", command]
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")
def test_the_page_does_what_it_says(installation: Installation) -> None:
    port, folder = free_port(), installation.folder
    programs = folder / "bin"
    programs.mkdir()
    terminal = programs / "leleka"
    terminal.write_text(f'#!/bin/sh\nexec {sys.executable} -m leleka "$@"\n', encoding="utf-8")
    terminal.chmod(0o755)
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    environment = installation.environment
    environment |= {
        "LELEKA_WEB_PORT": str(port),
        "LELEKA": f"http://127.0.0.1:{port}",
        "AC_HOST": installation.sandbox,
        "PATH": f"{programs}:{environment['PATH']}",
    }
    installation.leleka("apply", str(folder / "sources.yaml"))
    log = folder / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*installation.command, "serve"], env=environment, stdout=file, stderr=file
        )
    try:
        up = ["curl", "-sf", "-o", "/dev/null", f"http://127.0.0.1:{port}/api/v1/openapi.json"]
        until(lambda: subprocess.run(up, check=False).returncode == 0, "the API")
        done = subprocess.run(
            ["bash", "-c", script()],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
    finally:
        process.terminate()
        process.wait(60)
    assert done.returncode == 0, done.stdout + done.stderr + log.read_text()
    printed = re.split(r"^@@\d+\n", done.stdout, flags=re.MULTILINE)[1:]
    wrong = [
        (command, expected, found)
        for (command, expected), found in zip(steps(), printed, strict=True)
        if expected.strip() and expected.strip() != found.strip()
    ]
    assert wrong == []
