"""``leleka apply`` and ``leleka key rotate``, killed with a real kill -9 at each of their steps: what is there is what
was there before or what was to come, and the same command brings the rest.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.killing import killed_at
from tests.acceptance.test_kill import DEFINITIONS, write_people

COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper._commit"
# While a snapshot of the source is published; where the first master key is made; in the one transaction: between two
# objects, and with everything but the commit.
STEPS_OF_APPLY = (
    ("os.rename", 1),
    ("leleka.state.key_file._written_aside", 1),
    ("leleka.state.key_file.fsync_folder", 1),
    ("leleka.services.definitions.changes:Changes.upsert", 3),
    (COMMIT, 1),
)
# A new key is written aside; it is in the file, and seals; one secret is moved, and the next is about to be; all are,
# and the old key is about to leave the file.
STEPS_OF_ROTATION = (
    ("pathlib:Path.rename", 1),
    ("leleka.state.key_file.fsync_folder", 1),
    ("leleka.services.connections.key_rotation._move", 2),
    (COMMIT, 1),
    ("leleka.services.connections.key_rotation.keep_master_keys", 1),
)
OPENED = """
import django
django.setup()
from leleka.services.connections import keys
from leleka.state.models import Connection
print(*[keys.key_of(one).reveal() for one in Connection.objects.order_by("name")])
"""


def rows(installation: Installation, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(installation.folder / "data" / "state.sqlite3")) as state:
        return state.execute(query).fetchall()


def known(installation: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that a definitions file says, as the state has it, and what the audit has of it."""
    return {
        "source": rows(installation, "SELECT name, spec FROM state_source"),
        "segment": rows(installation, "SELECT name, rules FROM state_segment"),
        "connection": rows(installation, "SELECT name, consent_by FROM state_connection"),
        "export": rows(installation, "SELECT name, target FROM state_export"),
        "audit": rows(installation, "SELECT action, subject FROM state_auditentry"),
        "secrets": rows(installation, "SELECT name, version FROM state_storedsecret"),
    }


def master_keys(installation: Installation) -> list[str]:
    path = Path(installation.environment["LELEKA_MASTER_KEY_FILE"])
    return [line.partition(":")[0] for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.long
def test_an_apply_killed_at_any_step_changes_all_or_nothing_and_is_done_again(
    installation: Installation,
) -> None:
    """I-4, S-3: first where there is nothing, then where a file in use is changed."""
    people = write_people(installation, 10)
    file = str(installation.folder / "leleka.yaml")
    nothing = known(installation)
    for place, call in STEPS_OF_APPLY:
        killed_at(installation, place, call, "apply", file)
        assert known(installation) == nothing, place
        assert len(master_keys(installation)) <= 1, place
    installation.leleka("apply", file)
    assert installation.json("export", "run", "Everybody")["counts"]["delivered"] == len(people)

    before = known(installation)
    changed = DEFINITIONS.replace('">": 0', '">": 5').replace("agreed_by: Ada", "agreed_by: Eve")
    installation.define(changed)
    for place, call in (("leleka.services.definitions.changes:Changes.upsert", 3), (COMMIT, 1)):
        killed_at(installation, place, call, "apply", file)
        assert known(installation) == before, place
    installation.leleka("apply", file)
    after = known(installation)
    assert {kind for kind in after if after[kind] != before[kind]} == {"segment", "connection", "audit"}
    assert (after["secrets"], len(master_keys(installation))) == (before["secrets"], 1)
    report = installation.json("export", "run", "Everybody")
    assert (report["status"], report["counts"]["unchanged"]) == ("Successful", 5)


def opened(installation: Installation) -> Sequence[str]:
    """Return every connection's key as a run that starts now would have it."""
    environment = installation.environment | {"DJANGO_SETTINGS_MODULE": "leleka.conf.django"}
    done = subprocess.run(
        [sys.executable, "-c", OPENED],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.split()


@pytest.mark.long
def test_a_rotation_killed_at_any_step_leaves_every_key_readable_and_is_finished(
    installation: Installation,
) -> None:
    """S-3: no key is lost with the old master key, and none of the deaths makes another one."""
    write_people(installation, 10)
    one = '{name: Sandbox, host: "${HOST}", key: "${AC_KEY}", consent: {agreed_by: Ada, version: 1}}'
    assert one in DEFINITIONS
    three = ", ".join(one.replace("Sandbox", name) for name in ("Sandbox", "Second", "Third"))
    installation.define(DEFINITIONS.replace(one, three))
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    (old,) = master_keys(installation)
    seen = {old}
    for place, call in STEPS_OF_ROTATION:
        killed_at(installation, place, call, "key", "rotate", "--forget-old")
        assert opened(installation) == [KEY] * 3, place
        assert old in master_keys(installation), place
        seen.update(master_keys(installation))
    assert len(seen) == 2
    installation.leleka("key", "rotate", "--forget-old")
    assert opened(installation) == [KEY] * 3
    assert len(master_keys(installation)) == 1
    assert old not in master_keys(installation)
    assert installation.json("export", "run", "Everybody")["status"] == "Successful"
