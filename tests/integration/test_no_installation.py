"""Commands refuse an installation that is not there: only those that are meant to make one do."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from leleka.cli.main import app, run
from leleka.errors import NotFound
from leleka.messages.problems import english
from leleka.services.installation import preparation
from leleka.services.installation.database_outage import told_to_people

MAKE_ONE = {"init", "apply", "restore", "serve", "worker", "demo"}
NEED_NONE = {"sandbox"}
WORDS = {
    "source accept": ["orders"], "source expectations": ["orders"],
    "segment show": ["Gold"], "segment activate": ["Gold"], "segment deactivate": ["Gold"],
    "segment schedule": ["Gold", "off"], "segment tag": ["Gold"], "segment rename-tag": ["a", "b"],
    "measure show": ["Spent"], "export preview": ["News"], "export run": ["News"],
    "list show": ["Never"], "list create": ["Never", "/dev/null"], "list add": ["Never", "/dev/null"],
    "list take-out": ["Never", "/dev/null"], "list replace": ["Never", "/dev/null"], "list remove": ["Never"],
    "export reconcile": ["News"], "export rebuild-ledger": ["News"],
    "doctor": ["Sandbox", "--list", "1", "--domain", "example.com", "--yes"],
    "run show": ["1"], "run cancel": ["1"], "run confirm": ["1"], "run verify": ["1"], "why": ["News", "a@example.com"],
    "suppress": ["Sandbox", "a@example.com"], "backup": ["archive.leleka"],
    "user add": ["a@example.com", "--name", "A"], "user token": ["a@example.com", "--name", "A"],
    "user lend": ["a@example.com", "Sandbox"], "user revoke": ["1"],
}  # fmt: skip
pytestmark = pytest.mark.django_db


def commands(within: typer.Typer, before: str = "") -> Iterator[str]:
    for command in within.registered_commands:
        yield f"{before}{command.name}"
    for group in within.registered_groups:
        if group.typer_instance:
            yield from commands(group.typer_instance, f"{before}{group.name} ")


@pytest.mark.parametrize("command", sorted(set(commands(app)) - MAKE_ONE - NEED_NONE))
def test_a_command_refuses_it_and_makes_nothing(
    command: str,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.LELEKA = replace(settings.LELEKA, data_dir=tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["leleka", *command.split(), *WORDS.get(command, [])])
    with pytest.raises(SystemExit) as ended:
        run(told_to_people)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith("error [INSTALLATION_UNKNOWN] ")
    assert f"  at  {tmp_path}/data\n" in err
    assert "leleka --env-file FILE" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["", "state.sqlite3"])
def test_a_folder_without_a_state_is_none(tmp_path: Path, settings: Any, left: str) -> None:
    """An empty file of that name is what a look at a wrong place leaves behind."""
    settings.LELEKA = replace(settings.LELEKA, data_dir=tmp_path)
    if left:
        (tmp_path / left).touch()
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = SQLite({**before.settings_dict, "NAME": tmp_path / "state.sqlite3"})
    try:
        with pytest.raises(NotFound) as caught:
            preparation.open_existing()
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = before
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("INSTALLATION_UNKNOWN", str(tmp_path))
    assert "leleka init" in english(problem).remedy
    assert [path.name for path in tmp_path.iterdir()] == ([left] if left else [])
