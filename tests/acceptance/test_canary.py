"""S-4: the API key appears nowhere: not in output, logs, tracebacks, the database, the lake."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.test_kill import DEFINITIONS

FORMS = {
    "plain": KEY,
    "base64": base64.b64encode(KEY.encode()).decode().rstrip("="),
    "url": quote(KEY, safe=""),
    "json": json.dumps(KEY)[1:-1],
    "reversed": KEY[::-1],
    "first half": KEY[: len(KEY) // 2],
    "last half": KEY[len(KEY) // 2 :],
}


def leaks(content: bytes) -> list[str]:
    return [name for name, form in FORMS.items() if form.encode() in content]


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def told(installation: Installation, *words: str) -> bytes:
    """Run a command, whatever its exit code; return all of its output."""
    done = subprocess.run(
        [sys.executable, "-m", "leleka", *words],
        env=installation.environment,
        capture_output=True,
        check=False,
    )
    return done.stdout + done.stderr


def spoilt(installation: Installation, name: str, old: str, new: str) -> str:
    return str(installation.define(DEFINITIONS.replace(old, new), name))


@pytest.mark.long
def test_the_key_is_nowhere_to_be_read(installation: Installation) -> None:
    (installation.folder / "people.csv").write_text("id,email,name\n1,a@x.test,Ann\n2,b@x.test,Bob\n")
    good = spoilt(installation, "good.yaml", "", "")
    right = (
        ("apply", good),
        ("check", "--json"),
        ("export", "run", "Everybody"),
        ("run", "show", "1", "--json"),
        ("key", "rotate"),
    )
    said = [told(installation, *words) for words in right]
    # The ways in which it goes wrong.
    wrong = (
        ("host.yaml", "${HOST}", "evil.example.org"),
        ("key.yaml", '"${AC_KEY}"', '"https://x.api-us1.com ${AC_KEY}"'),
        ("name.yaml", "name: Sandbox", 'name: "${AC_KEY}"'),
        ("list.yaml", "list: 1", 'list: "${AC_KEY}"'),
        ("broken.yaml", "people.csv", "${AC_KEY}.csv"),
        ("extra.yaml", "key:", "keey:"),
        ("refused.yaml", '"${AC_KEY}"', '"${AC_KEY}wrong"'),
        # Pasted where a name of it belongs.
        ("pasted.yaml", '"${AC_KEY}"', f'"{KEY}wrong"'),
        ("url.yaml", '"${AC_KEY}"', f'"https://x.api-us1.com {KEY}"'),
        ("misspelt.yaml", 'key: "${AC_KEY}"', f'keey: "{KEY}"'),
        ("reference.yaml", '"${AC_KEY}"', f'"env:{KEY}"'),
        ("variable.yaml", '"${AC_KEY}"', f'"${{{KEY}}}"'),
    )
    for name, old, new in wrong:
        said.append(told(installation, "apply", spoilt(installation, name, old, new)))
    said += [told(installation, "check"), told(installation, "export", "run", "Everybody", "--json")]
    (installation.folder / "master.key").chmod(0o600)
    (installation.folder / "master.key").write_text("00000000:" + base64.b64encode(bytes(32)).decode() + "\n")
    said += [told(installation, "check"), told(installation, "export", "run", "Everybody")]

    assert {name: leaks(text) for name, text in enumerate(said) if leaks(text)} == {}
    kept = list(files(installation.folder / "data"))
    assert any(path.name == "state.sqlite3" for path in kept)
    assert {str(path): leaks(path.read_bytes()) for path in kept if leaks(path.read_bytes())} == {}
