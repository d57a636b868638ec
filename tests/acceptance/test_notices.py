"""Notices of a whole installation: real processes, a real mail server and receiver on loopback, a real kill
-9.
"""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.serving import free_port, until
from tests.acceptance.test_canary import files, leaks, told
from tests.acceptance.test_kill import write_people
from tests.fakes.mail_server import mail_server
from tests.fakes.peer import Line, canned, peer

SECRET = "a secret of sixteen or more".replace(" ", "-")
NOTICES = ("worker", "--job", "notices")


def rows(installation: Installation, query: str) -> list[tuple[Any, ...]]:
    with (
        closing(sqlite3.connect(installation.folder / "data/state.sqlite3", timeout=20)) as database,
        database,
    ):
        return database.execute(query).fetchall()


def post_to(installation: Installation, port: int, path: str = "/hook") -> None:
    hosts = f"{installation.sandbox},127.0.0.1:{port}"
    environment = installation.environment
    environment["LELEKA_WEBHOOK_URLS"] = f"http://127.0.0.1:{port}{path}"
    environment["LELEKA_TEST_HOSTS"] = hosts
    environment.setdefault("LELEKA_WEBHOOK_SECRET", SECRET)


def mail_to(installation: Installation, port: int, user: str = "") -> None:
    installation.environment["LELEKA_SMTP_URL"] = f"smtp://{user}127.0.0.1:{port}"
    installation.environment["LELEKA_MAIL_FROM"] = "leleka@example.org"


def failed_once(installation: Installation) -> Path:
    """Return the definitions of an export whose only run failed; the key is right again."""
    write_people(installation, 20)
    good = installation.folder / "leleka.yaml"
    bad = installation.folder / "bad.yaml"
    bad.write_text(good.read_text().replace("${AC_KEY}", "${AC_KEY}wrong"))
    installation.leleka("apply", str(bad))
    installation.leleka("export", "run", "Everybody", code=1)
    installation.leleka("apply", str(good))
    installation.lend()
    rows(installation, "update state_user set mailed = false")
    return good


@pytest.mark.long
def test_a_process_killed_between_sending_and_writing_it_down_repeats_it_once_under_the_same_id(
    installation: Installation,
) -> None:
    failed_once(installation)
    running: list[subprocess.Popen[str]] = []

    def kill_first(line: Line) -> None:
        if len(running) == 1:
            running[0].kill()
            running[0].wait()
        line.reply(200, b"")

    with peer(kill_first) as receiver:
        post_to(installation, receiver.port)
        running.append(installation.start(*NOTICES))
        running[0].communicate()
        assert running[0].returncode < 0
        assert rows(installation, "select status, tries from state_noticedelivery") == [("waiting", 1)]
        running.append(installation.start(*NOTICES))
        installation.leleka(*NOTICES)  # it is not due yet
        assert len(receiver.requests) == 1
        rows(installation, "update state_noticedelivery set next_try_at = '2001-01-01 00:00:00'")
        for _ in range(3):
            installation.leleka(*NOTICES)
        running[1].communicate()
    ids = [re.findall(rb"leleka-delivery: (\w+)", one, re.IGNORECASE) for one in receiver.requests]
    assert len(ids) == 2
    assert ids[0] == ids[1]
    assert rows(installation, "select status, tries from state_noticedelivery") == [("sent", 2)]
    assert rows(installation, "select kind from state_notice") == [("failed",)]


@pytest.mark.long
def test_a_mail_server_that_hangs_holds_up_no_run(installation: Installation) -> None:
    failed_once(installation)
    installation.leleka("user", "add", "alice@example.com", "--name", "Alice", "--role", "administrator")
    token = installation.leleka("user", "token", "alice@example.com", "--name", "program").strip()
    port, log = free_port(), installation.folder / "serve.log"
    installation.environment["LELEKA_WEB_PORT"] = str(port)
    with mail_server() as hanging, log.open("wb") as file:
        hanging.silent = True
        mail_to(installation, hanging.port)
        serve = subprocess.Popen(
            [*installation.command, "serve"], env=installation.environment, stdout=file, stderr=file
        )
        try:
            until(lambda: hanging.hits, "the mail server to be asked")
            until(lambda: _asked(port, token) == 202, "a run to be queued")
            until(lambda: len(installation.listed()) == 20, "the run")
            until(lambda: '"job": "run:2"' in _ended(log), "the end of the run")
            assert '"job": "notices"' not in _ended(log)
            assert rows(installation, "select status, tries from state_noticedelivery") == [("waiting", 1)]
            # The worker continues with the notice of the recovery.
            until(
                lambda: ("recovered",) in rows(installation, "select kind from state_notice"), "the recovery"
            )
        finally:
            serve.terminate()
            serve.wait(60)


def _asked(port: int, token: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/exports/1/run", json.dumps({}), headers)
            return connection.getresponse().status
        except OSError:
            return 0


def _ended(log: Path) -> str:
    return "\n".join(line for line in log.read_text().splitlines() if "job ended" in line)


@pytest.mark.long
def test_the_secrets_of_notices_are_nowhere_to_be_read(installation: Installation) -> None:
    """S-4: the webhook's secret, the contents of its URL, and the mail password, in every way it can go
    wrong.
    """
    failed_once(installation)
    installation.leleka("user", "add", "alice@example.com", "--name", "Alice", "--role", "administrator")
    installation.environment["LELEKA_WEBHOOK_SECRET"] = KEY
    said: list[bytes] = []
    with mail_server() as mail, peer(canned(500, KEY.encode())) as receiver:
        mail_to(installation, mail.port, user=f"leleka:{KEY}@")
        post_to(installation, receiver.port, f"/{KEY}?token={KEY}")
        for refuse in ({"AUTH": f"535 {KEY}"}, {"RCPT": f"550 {KEY}"}, {}):
            mail.refuse = refuse
            said.append(told(installation, *NOTICES))
            rows(installation, "update state_noticedelivery set next_try_at = '2001-01-01 00:00:00'")
        assert mail.signed_in == [("leleka", KEY)] * 2
        assert len(receiver.requests) == 3
    said += [told(installation, *NOTICES), *_refused(installation)]
    assert {number: leaks(text) for number, text in enumerate(said) if leaks(text)} == {}
    assert all(b"[SETTING_INVALID]" in text for text in said[4:])
    kept = list(files(installation.folder / "data"))
    assert {str(path): leaks(path.read_bytes()) for path in kept if leaks(path.read_bytes())} == {}


def _refused(installation: Installation) -> Sequence[bytes]:
    """Return the message for a wrong setting."""
    wrong = (
        {"LELEKA_WEBHOOK_URLS": f"https://elsewhere.example.org/{KEY}"},
        {"LELEKA_WEBHOOK_URLS": f"https://leleka:{KEY}@127.0.0.1/"},
        {"LELEKA_WEBHOOK_URLS": f"http://127.0.0.1:1/{KEY} x"},
        {"LELEKA_WEBHOOK_SECRET": f"{KEY} "},
        {"LELEKA_SMTP_URL": f"smtp://leleka:{KEY}/@127.0.0.1"},
        {"LELEKA_SMTP_URL": f"imap://leleka:{KEY}@127.0.0.1"},
        {"LELEKA_MAIL_FROM": ""},
    )
    command = [sys.executable, "-m", "leleka", "run", "list"]
    done = [
        subprocess.run(command, env={**installation.environment, **one}, capture_output=True, check=False)
        for one in wrong
    ]
    return [one.stdout + one.stderr for one in done]
