"""Forgetting old master keys while another process is about to commit a secret (S-3)."""

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql

BEGIN = """
import django
django.setup()
from django.db import transaction
from leleka.core.secret import Secret
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import key_rotation, keys
from leleka.services.installation import preparation
from leleka.state.models import Account, Connection
"""
PREPARE = """
preparation.prepare()
account = Account.objects.create(type="activecampaign", name="a")
for name in ("One", "Two"):
    Connection.objects.create(name=name, type="activecampaign", account=account, host="a.api-us1.com")
keys.keep_key(Connection.objects.get(name="One"), Secret("CANARY One"))
"""
SEAL = """
with transaction.atomic():
    keys.keep_key(Connection.objects.get(name="Two"), Secret("CANARY Two"))
    print("sealed", flush=True)
    input()
"""
ROTATE = 'key_rotation.rotate(Actor("tester", Role.ADMINISTRATOR), forget_old=True)'
OPEN = """
for one in Connection.objects.order_by("name"):
    print(keys.key_of(one).reveal())
"""
WAITING = b"SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def shared(installation: Installation) -> Iterator[Installation]:
    with postgresql() as url:
        installation.environment["LELEKA_DATABASE_URL"] = url
        installation.environment["DJANGO_SETTINGS_MODULE"] = "leleka.conf.django"
        yield installation


def begun(shared: Installation, code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN + code],
        env=shared.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return told


def test_a_key_is_not_forgotten_while_a_secret_under_it_is_not_committed_yet(shared: Installation) -> None:
    """Forgetting waits for the other's commit; SQLite has one writer anyway."""
    said(begun(shared, PREPARE))
    sealing = begun(shared, SEAL)
    assert sealing.stdout is not None
    assert sealing.stdout.readline() == "sealed\n"
    rotating = begun(shared, ROTATE)
    with psycopg.connect(shared.environment["LELEKA_DATABASE_URL"], autocommit=True) as watching:
        while rotating.poll() is None and watching.execute(WAITING).fetchone() == (0,):
            pass
    sealing.communicate("\n", timeout=60)
    said(rotating)
    assert said(begun(shared, OPEN)) == "CANARY One\nCANARY Two\n"
