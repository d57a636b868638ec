"""A web process beside which no worker is says so: nobody else can."""

import subprocess
import sys

import pytest

from tests.acceptance.conftest import Installation

# As the web server begins; but it looks often, so that a minute without a worker is over at once.
_BEGUN = """
import os, django
from threading import Event

os.environ["DJANGO_SETTINGS_MODULE"] = "leleka.conf.django"
django.setup()
from leleka.conf.server import watch

watch._LOOK_EVERY = 0.01
from leleka.conf.server import application
from leleka.state.models import Notice

while not (told := list(Notice.objects.values_list("kind", "subject"))):
    Event().wait(0.02)
print(*told)
"""
_ENOUGH = 60.0  # seconds, on a slow machine


@pytest.mark.long
def test_a_web_process_begins_to_watch_over_the_workers(installation: Installation) -> None:
    web = [sys.executable, "-c", _BEGUN]
    done = subprocess.run(
        web, env=installation.environment, capture_output=True, text=True, timeout=_ENOUGH, check=True
    )
    assert done.stdout.splitlines()[-1] == "('needs attention', 'worker')"
