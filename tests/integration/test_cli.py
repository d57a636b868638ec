"""The command line as a shell sees it: exit codes, two streams, JSON, and no key anywhere."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from leleka.cli.main import run
from leleka.services.installation.database_outage import told_to_people
from leleka.state.models import Account, Run
from tests.integration.conftest import KEY
from tests.integration.office import DEFINITIONS, MARK, Office


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Terminal:
    office: Office
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    shown: str = ""

    def leleka(self, *words: str) -> Done:
        self.monkeypatch.setattr(sys, "argv", ["leleka", *words])
        with pytest.raises(SystemExit) as ended:
            run(told_to_people)
        out, err = self.capture.readouterr()
        self.shown += out + err
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, out, err)

    def apply(self, definitions: str = DEFINITIONS, *options: str) -> Done:
        return self.leleka("apply", str(self.office.write(definitions)), *options)


@pytest.fixture
def terminal(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """Five gold customers. Whatever was shown, the key was not (I-24)."""
    office.hire(5)
    opened = Terminal(office, monkeypatch, capsys)
    yield opened
    assert KEY not in opened.shown
    assert "Traceback" not in opened.shown


def test_apply_says_what_it_did_and_what_it_would_do(terminal: Terminal) -> None:
    planned = terminal.apply(DEFINITIONS, "--plan")
    assert (planned.code, "4 of 4 would change." in planned.out) == (0, True)
    assert "+ export News: created" in terminal.apply().out
    again = terminal.apply()
    assert "= export News: unchanged" in again.out
    assert "Nothing to change." in again.out
    absent = terminal.apply(DEFINITIONS.partition("exports:")[0])
    assert "? export News: absent" in absent.out
    assert "--prune" in absent.err
    assert "- export News: removed" in terminal.apply(DEFINITIONS.partition("exports:")[0], "--prune").out


def test_a_source_is_mentioned_only_when_it_is_read(terminal: Terminal) -> None:
    assert "Reading source customers" in terminal.apply().err
    assert terminal.apply().err == ""
    assert "customers" not in terminal.leleka("export", "run", "News").err


def test_a_run_ends_with_0_and_progress_is_on_the_other_stream(terminal: Terminal) -> None:
    terminal.apply()
    done = terminal.leleka("export", "run", "News")
    assert done.code == 0
    assert "Successful" in done.out
    assert "Delivering" not in done.out
    lines = done.err.splitlines()
    assert "Planned: 5 added, 0 changed, 0 left, 0 unchanged" in lines
    assert "5 of 5 confirmed" in lines
    assert "\x1b" not in done.err + done.out


def test_every_line_of_a_report_stays_whole_at_a_narrow_width(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    terminal.office.edit(1, email="")
    terminal.apply()
    done = terminal.leleka("export", "run", "News")
    assert any(
        line.strip().startswith("delivered") and line.endswith("0 changed") for line in done.out.splitlines()
    )
    assert any("no e-mail address [EMAIL_MISSING]" in line for line in done.out.splitlines())


def test_a_run_with_rejected_rows_ends_with_3(terminal: Terminal) -> None:
    terminal.office.edit(1, email="o'p1@x.test")
    terminal.apply()
    assert terminal.leleka("export", "run", "News").code == 3


def test_a_run_that_needs_confirmation_ends_with_4_and_says_how_it_goes_on(terminal: Terminal) -> None:
    terminal.apply(DEFINITIONS.replace("name: News", "name: News of May") + MARK)
    terminal.leleka("export", "run", "News of May")
    terminal.office.edit(*range(1, 6), tier="")
    waiting = terminal.leleka("export", "run", "News of May")
    number = str(Run.objects.order_by("-pk")[0].pk)
    assert waiting.code == 4
    assert f"leleka run confirm {number}" in waiting.out
    confirmed = terminal.leleka("run", "confirm", number)
    assert confirmed.out == f"Run {number} is confirmed. Go on with it: leleka export run 'News of May'\n"
    assert terminal.leleka("export", "run", "News of May").code == 0
    again = terminal.leleka("run", "confirm", number)
    assert (again.code, again.out, "[NOTHING_TO_CONFIRM]" in again.err) == (1, "", True)


def test_a_canceled_run_ends_with_1_wherever_it_is_looked_at(terminal: Terminal) -> None:
    terminal.apply(DEFINITIONS + MARK)
    terminal.leleka("export", "run", "News")
    terminal.office.edit(*range(1, 6), tier="")
    number = str(terminal.leleka("export", "run", "News", "--json").json["id"])
    assert terminal.leleka("run", "cancel", number).out == f"Run {number}: Canceled\n"
    shown = terminal.leleka("run", "show", number)
    assert (shown.code, "Canceled" in shown.out) == (0, True)


def test_a_failed_run_ends_with_1_and_says_code_and_remedy(terminal: Terminal) -> None:
    terminal.apply()
    terminal.office.ask("key")
    done = terminal.leleka("export", "run", "News")
    assert done.code == 1
    assert "Failed" in done.out
    assert "[KEY_REFUSED]" in done.out


def test_a_mapping_line_is_named_in_the_report(terminal: Terminal) -> None:
    terminal.apply(DEFINITIONS.replace("field: 2", "field: 77"))
    done = terminal.leleka("export", "run", "News")
    assert done.code == 1
    assert "[MAP_FIELD_NOT_FOUND]" in done.out
    assert "at  data matching, city" in done.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("export", "run", "Nws"), "EXPORT_UNKNOWN"),
        (("export", "preview", "Nws"), "EXPORT_UNKNOWN"),
        (("segment", "show", "Nws"), "SEGMENT_UNKNOWN"),
        (("check", "Nws"), "CONNECTION_UNKNOWN"),
        (("run", "show", "99"), "RUN_UNKNOWN"),
        (("run", "cancel", "99"), "RUN_UNKNOWN"),
        (("run", "verify", "99"), "RUN_UNKNOWN"),
        (("apply", "nowhere.yaml"), "DEFINITIONS_NOT_FOUND"),
    ],
)
def test_what_there_is_not_ends_with_2_and_a_sentence(
    terminal: Terminal, words: tuple[str, ...], code: str
) -> None:
    terminal.apply()
    done = terminal.leleka(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error [{code}] ")
    assert "  do  " in done.err or "  at  " in done.err
    told = terminal.leleka(*words, "--json")
    assert (told.code, [problem["code"] for problem in told.json["problems"]]) == (2, [code])


@pytest.mark.parametrize("words", [("run", "show", "x"), ("run", "show", "0"), ("export", "rn"), ("apply",)])
def test_wrong_usage_ends_with_2(terminal: Terminal, words: tuple[str, ...]) -> None:
    done = terminal.leleka(*words)
    assert (done.code, done.out, "Usage" in done.err) == (2, "", True)


def test_mistakes_in_a_file_are_on_the_error_stream_with_where_and_what_to_do(terminal: Terminal) -> None:
    done = terminal.apply(
        DEFINITIONS.replace("column: city", "column: ctiy").replace("segments: Gold", "segments: Glod")
    )
    assert (done.code, done.out) == (2, "")
    assert "error [MAP_COLUMN_UNKNOWN] Source 'customers' has no column 'ctiy'." in done.err
    assert "  at  leleka.yaml, line 24, exports[0].data_matching.fields[0]" in done.err
    assert "  do  Did you mean 'city'?" in done.err
    assert "[SEGMENT_UNKNOWN]" in done.err


def test_everything_that_prints_facts_prints_them_as_json(terminal: Terminal) -> None:
    applied = terminal.apply(DEFINITIONS, "--json").json
    assert {(one["kind"], one["did"]) for one in applied} == {
        ("source", "created"), ("segment", "created"), ("connection", "created"), ("export", "created")
    }  # fmt: skip
    (checked,) = terminal.leleka("check", "--list", "1", "--json").json
    assert [step["standing"] for step in checked["steps"]] == ["passed"] * 4
    assert [one["name"] for one in checked["lists"]] == ["News", "Other"]
    fields = [(one["key"], one["title"], one["takes"], one["options"]) for one in checked["fields"]]
    assert ("field:2", "City", None, []) in fields
    refreshed = terminal.leleka("refresh", "--json").json["steps"]
    assert [(one["kind"], one["rows"]) for one in refreshed][-1] == ("segment", 5)
    assert terminal.leleka("segment", "list", "--json").json[0]["exports"] == ["News"]
    assert len(terminal.leleka("segment", "show", "Gold", "--json").json["sample"]) == 5
    assert terminal.leleka("export", "preview", "News", "--json").json["counts"]["added"] == 5
    assert terminal.leleka("export", "run", "News", "--json").json["counts"]["delivered"] == 5
    assert terminal.leleka("export", "list", "--json").json[0]["status"] == "Successful"
    (listed,) = terminal.leleka("run", "list", "--json").json
    number = str(listed["id"])
    shown = terminal.leleka("run", "show", number, "--rows", "delivered", "--json").json
    assert (shown["run"]["status"], len(shown["rows"])) == ("Successful", 5)
    assert terminal.leleka("run", "verify", number, "--json").json["agrees"] is True


def test_a_report_that_was_tampered_with_does_not_verify(terminal: Terminal) -> None:
    """I-2."""
    terminal.apply()
    number = str(terminal.leleka("export", "run", "News", "--json").json["id"])
    run_row = Run.objects.get()
    run_row.counts["delivered"] += 1
    run_row.save()
    done = terminal.leleka("run", "verify", number)
    assert (done.code, "does NOT agree" in done.out) == (1, True)


def test_rows_of_a_run_are_shown_masked(terminal: Terminal) -> None:
    terminal.apply()
    number = str(terminal.leleka("export", "run", "News", "--json").json["id"])
    shown = terminal.leleka("run", "show", number, "--rows", "delivered")
    told = terminal.leleka("run", "show", number, "--rows", "delivered", "--json")
    assert len(told.json["rows"]) == 5
    assert "p1@x.test" not in shown.out + told.out


def test_names_with_brackets_are_shown_as_they_are(terminal: Terminal) -> None:
    """What looks like the terminal's own markup is a name, here and at ActiveCampaign."""
    with terminal.office.sandbox.lock:
        terminal.office.sandbox.account.catalogue.lists[1].name = "[/bold] [red]News"
    text = DEFINITIONS.replace("name: Gold", 'name: "Gold [a]"').replace(
        "segments: Gold", 'segments: "Gold [a]"'
    )
    terminal.apply(
        text.replace("name: Sandbox", 'name: "S [b]"').replace("connection: Sandbox", 'connection: "S [b]"')
    )
    checked = terminal.leleka("check", "--list", "1")
    assert checked.code == 0
    assert "[/bold] [red]News" in checked.out
    assert "S [b]" in checked.out
    assert "Gold [a]: 5 members" in terminal.leleka("segment", "show", "Gold [a]").out
    assert "Gold [a] (5)" in terminal.leleka("export", "run", "News").out


def test_columns_and_values_are_shown_as_they_are_and_do_not_steer_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    terminal.office.edit(1, first_name="[red]x[/red] :star: \x1b[2J", city="[/bold]")
    path = terminal.office.folder / "customers.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{header},[/x] :bell:", *(f"{row},1" for row in rows)]), encoding="utf-8")
    terminal.apply()
    shown = terminal.leleka("segment", "show", "Gold")
    assert shown.code == 0
    for text in ("[red]x[/red] :star: \ufffd[2J", "[/bold]", "[/x] :bell:"):
        assert text in shown.out


def test_what_the_sandbox_announces_does_not_wrap(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lines are there to be copied."""
    monkeypatch.setenv("COLUMNS", "20")
    server = terminal.office.sandbox
    monkeypatch.setattr("leleka.sandbox.server.serve", lambda _options, announce: announce(server))
    first, second = terminal.leleka("sandbox", "--port", "0").out.splitlines()
    assert first == f"The sandbox listens on {server.url}; what it holds: {server.url}/_sandbox"
    assert second.startswith(f"LELEKA_TEST_HOSTS={server.host}:{server.port} lets leleka")


def test_a_check_that_fails_ends_with_1_and_hides_nothing_of_the_others(terminal: Terminal) -> None:
    bad = '  - {name: A bad one, host: "${HOST}", key: wrong-key, consent: {agreed_by: A, version: "1"}}\n'
    terminal.apply(DEFINITIONS.replace("connections:\n", f"connections:\n{bad}"))
    done = terminal.leleka("check")
    assert done.code == 1
    assert "[KEY_REFUSED]" in done.out
    assert "Other" in done.out
    assert "wrong-key" not in done.out + done.err


def test_an_account_is_one_however_many_connections_lead_to_it(terminal: Terminal) -> None:
    second = '  - {name: Second, host: "${HOST}", key: "${KEY}", consent: {agreed_by: A, version: "1"}}\n'
    terminal.apply(DEFINITIONS.replace("connections:\n", f"connections:\n{second}"))
    assert Account.objects.count() == 1
