"""What a destination says is worded in every process, also in one that has opened no account."""

import os
import subprocess
import sys

import pytest

_TOLD = """
import sys
import django
django.setup()
from leleka.core.messages import Message
from leleka.errors import Problem
from leleka.messages.problems import english, without_particulars
from leleka.messages.progress import in_english
from leleka.messages.stored import problem_of
assert "leleka.destinations.activecampaign.spec" not in sys.modules, "nothing has opened an account"
refused = Problem("KEY_REFUSED", "a.api-us1.com", {"status": 401})
stored = {"code": "KEY_REFUSED", "key": "KEY_REFUSED", "message": "As written.", "params": {"status": 401}}
print(EXPRESSION)
"""


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("english(refused).message", "ActiveCampaign refused this key (401)."),
        ("english(problem_of(stored)).message", "ActiveCampaign refused this key (401)."),
        ("without_particulars(refused).key", "KEY_REFUSED.general"),
        ("in_english(Message('CHECK_LIST', name='News'))", "The list was found: News."),
    ],
)
def test_what_a_destination_says_is_worded_where_nobody_has_opened_an_account(
    expression: str, said: str
) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "leleka.conf.django"}
    code = _TOLD.replace("EXPRESSION", expression)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{said}\n", done.stderr
