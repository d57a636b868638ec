"""leleka suppress: addresses reach it unseen."""

import io
import os
import select
import subprocess
import sys
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from leleka.state.models import SuppressedPerson, User
from tests.integration.test_cli import Terminal, terminal

__all__ = ["terminal"]


@pytest.fixture
def keyboard() -> Iterator[tuple[int, TextIO]]:
    """Where somebody types, and what a command reads of it."""
    typing, read = os.openpty()
    with os.fdopen(read, encoding="utf-8") as stdin, os.fdopen(typing, "rb"):
        yield typing, stdin


def test_addresses_are_suppressed_from_standard_input_so_that_no_list_of_processes_shows_them(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.apply()
    monkeypatch.setattr(sys, "stdin", io.StringIO("ann@example.com\n\n  BOB@example.com \nnobody\n"))
    done = terminal.leleka("suppress", "Sandbox")
    assert (done.code, "Suppressed: 2. Were suppressed already: 0." in done.out) == (2, True)
    assert "line 4" in done.err
    assert "example.com" not in done.out + done.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("bob@example.com\ncyr@example.com"))
    assert "Suppressed: 1. Were suppressed already: 1." in terminal.leleka("suppress", "Sandbox", "-").out
    assert SuppressedPerson.objects.count() == 3
    assert "Was suppressed already." in terminal.leleka("suppress", "Sandbox", "cyr@example.com").out


def test_what_is_no_text_suppresses_nobody_and_adds_nobody(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.apply()
    for words in (
        ("suppress", "Sandbox"),
        ("user", "add", "new@example.com", "--name", "New", "--role", "viewer", "--password-stdin"),
    ):
        given = io.BytesIO("ann@example.com\nмарія@example.com\n".encode("windows-1251"))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given, encoding="utf-8"))
        done = terminal.leleka(*words)
        assert (done.code, "[FILE_ENCODING] Standard input is not UTF-8 text" in done.err) == (2, True)
    assert not SuppressedPerson.objects.exists()
    assert not User.objects.filter(email="new@example.com").exists()


def test_at_a_keyboard_it_is_said_what_is_awaited(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, keyboard: tuple[int, TextIO]
) -> None:
    terminal.apply()
    typing, stdin = keyboard
    monkeypatch.setattr(sys, "stdin", stdin)
    os.write(typing, b"ann@example.com\nbob@example.com\n\x04")
    done = terminal.leleka("suppress", "Sandbox")
    assert done.err == "Type addresses, one a line; Ctrl-D ends.\n"
    assert "Suppressed: 2." in done.out
    monkeypatch.setattr(sys, "stdin", io.StringIO("ann@example.com"))
    assert terminal.leleka("suppress", "Sandbox").err == ""


def test_a_password_is_asked_for_at_a_keyboard_and_not_shown(keyboard: tuple[int, TextIO]) -> None:
    typing, stdin = keyboard
    code = "from leleka.cli import standard_input; print(len(standard_input.password()), flush=True)"
    # A session of its own has no other terminal than this keyboard.
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=stdin, stdout=pipe, stderr=pipe, start_new_session=True
    ) as asking:
        assert asking.stderr is not None
        asked, _, _ = select.select([asking.stderr], [], [], 20.0)
        modes = termios.tcgetattr(typing)[3]
        os.write(typing, b"secret\n")
        told, _ = asking.communicate()
    assert asked
    assert (told, modes & termios.ECHO) == (b"6\n", 0)
