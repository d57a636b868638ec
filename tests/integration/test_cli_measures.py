"""`leleka measure show`: a measure as it is now, in the terminal."""

import pytest

from tests.integration.measuring import Shop, measured
from tests.integration.office import Office
from tests.integration.test_cli import Terminal


@pytest.fixture
def terminal(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    office.hire(3)
    shop = Shop(office)
    shop.order(
        ("1", "10", "2026-01-01", "web"), ("1", "30", "2026-01-02", "web"), ("2", "5", "2026-01-03", "app")
    )
    opened = Terminal(office, monkeypatch, capsys)
    assert opened.apply(measured()).code == 0
    return opened


def test_a_measure_is_calculated_and_shown(terminal: Terminal) -> None:
    shown = terminal.leleka("measure", "show", "revenue")
    assert shown.out.startswith("revenue: number, 3 profiles")
    assert '"of": "amount"' in shown.out
    assert "News" in shown.out  # who uses it
    told = terminal.leleka("measure", "show", "revenue", "--json").json
    assert (told["filled"], told["rules"]["of"]) == (3, "amount")


def test_it_is_calculated_anew_where_it_is_out_of_date(terminal: Terminal) -> None:
    assert terminal.leleka("measure", "show", "orders ever", "--json").json["filled"] == 3
    definitions = measured().replace("count: rows", "count: rows, where: {column: channel, is: app}")
    assert terminal.apply(definitions).code == 0
    shown = terminal.leleka("measure", "show", "usual channel")
    assert "web" in shown.out
    assert terminal.leleka("measure", "show", "orders ever", "--json").json["shape"]["high"] == "1"


def test_an_unknown_measure_is_told_what_there_is(terminal: Terminal) -> None:
    refused = terminal.leleka("measure", "show", "revenues")
    assert (refused.code, "MEASURE_UNKNOWN" in refused.err) == (2, True)
    assert "usual channel" in refused.err
