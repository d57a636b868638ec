"""What a log line may contain, and that no process waits for its reader (A-2, A-3, fault 75)."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from time import perf_counter
from typing import Any

import pytest
import structlog

from leleka.services.monitoring import log_writer
from leleka.services.monitoring import logging as monitoring_logging


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


@pytest.fixture
def written(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> Iterator["Written"]:
    """The product's own configuration, writing into a pipe."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    lines = log_writer.LogLines(pipe[1])
    monkeypatch.setattr(monitoring_logging, "LINES", lines)
    monitoring_logging.begin("debug")
    yield Written(lines, pipe)
    structlog.configure(**before)
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)


class Written:
    def __init__(self, lines: log_writer.LogLines, pipe: tuple[int, int]) -> None:
        self._lines, self._pipe = lines, pipe

    def text(self) -> str:
        self._lines.drain(5)
        return os.read(self._pipe[0], 60_000).decode()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


def log() -> Any:
    return structlog.get_logger("leleka.tests")


def test_what_could_end_a_line_or_steer_a_terminal_is_escaped(written: Written) -> None:
    evil = 'one\ntwo\r\x1b[31mred\x9b31m\u2028{"event": "forged"}'
    log().info("stage", stage=evil)
    logging.getLogger("django.security").error("refused %s", evil)
    text = written.text()
    assert text.count("\n") == 2
    assert all(character == "\n" or " " <= character <= "~" for character in text)
    first, second = map(json.loads, text.splitlines())
    assert first["stage"] == evil
    assert second["event"] == f"refused {evil}"


@pytest.mark.parametrize(
    "address",
    [
        "john.smith@example.com", "олена@пошта.укр", '"john smith"@example.com', "o'neil@example.com",
        "a+b@sub.example.co.uk", "john%40example.com", "<john@example.com>",
    ],
)  # fmt: skip
def test_an_address_is_masked_wherever_it_comes_from(written: Written, address: str) -> None:
    log().warning(f"about {address}", one=address, many=[{"deep": address}], obj=ValueError(address))
    logging.getLogger("somebody.else").warning("GET /contacts?email=%s&x=1", address)
    try:
        int(address)
    except ValueError:
        log().exception("broke")
        logging.getLogger("somebody.else").exception("broke too")
    events = written.events()
    assert len(events) == 4
    said = json.dumps(events, ensure_ascii=False)
    assert "***" in said
    for part in ("smith", "example", "пошта", "олена", "neil", "@sub"):
        assert part not in said
    assert all("ValueError" in one["exception"] for one in events[2:])


def test_what_is_no_address_stays_as_it_is(written: Written) -> None:
    log().info("run left", run=7, export=3, status="Successful", share=0.9, none=None)
    (event,) = written.events()
    assert (event["run"], event["export"], event["share"], event["none"]) == (7, 3, 0.9, None)
    assert (event["event"], event["level"], event["logger"]) == ("run left", "info", "leleka.tests")
    assert event["timestamp"].endswith("Z")


def test_the_path_of_a_request_that_failed_is_not_logged(written: Written) -> None:
    logging.getLogger("django.request").error("Internal Server Error: %s", "/welcome/secret-link")
    (event,) = written.events()
    assert event["event"] == "a request failed"


def test_what_cannot_be_done_just_now_is_no_error_unless_something_was_raised(written: Written) -> None:
    """Django takes every 503 for one, and says neither what cannot be done nor why: our own lines do."""
    django, unavailable = logging.getLogger("django.request"), {"status_code": 503}
    django.error("Service Unavailable: %s", "/data/exports/offers", extra=unavailable)
    django.error("Service Unavailable: %s", "/", extra=unavailable, exc_info=ValueError("why"))
    django.error("Internal Server Error: %s", "/", extra={"status_code": 500})
    first, second = written.events()
    assert {one["event"] for one in (first, second)} == {"a request failed"}
    assert ("ValueError" in str(first), "ValueError" in str(second)) == (True, False)


def test_others_are_heard_from_warning_up_also_while_we_debug(written: Written) -> None:
    logging.getLogger("httpcore2").debug("headers: %s", "Api-Token")
    logging.getLogger("httpx2").info("POST %s", "https://x")
    log().debug("ours")
    assert [one["event"] for one in written.events()] == ["ours"]


def test_a_pipe_that_nobody_reads_holds_nobody_up_and_what_was_dropped_is_counted(
    pipe: tuple[int, int],
) -> None:
    lines = log_writer.LogLines(pipe[1], room=100, now=lambda: "now")
    began = perf_counter()
    for number in range(5_000):
        lines.put(f"{number:05} " + "x" * 200)
    lines.drain(0.1)
    assert perf_counter() - began < 1
    assert lines.dropped > 4_000
    # The writer must have ended before its descriptor is another test's.
    with os.fdopen(os.dup(pipe[0]), "rb") as reader:
        kept = 5_000 - lines.dropped
        while kept:
            kept -= not reader.readline().startswith(b"{")


def test_once_the_pipe_moves_again_the_missing_lines_are_told(pipe: tuple[int, int]) -> None:
    lines = log_writer.LogLines(pipe[1], room=100, now=lambda: "now")
    for number in range(5_000):
        lines.put(f"{number:05} " + "x" * 200)
    read: list[bytes] = []

    def reader() -> None:
        while chunk := os.read(pipe[0], 65_536):
            read.append(chunk)

    thread = Thread(target=reader)
    thread.start()
    lines.drain(5)
    os.close(pipe[1])
    thread.join(5)
    found = b"".join(read).decode().splitlines()
    told = [json.loads(line) for line in found if line.startswith("{")]
    assert {(one["event"], one["level"], one["timestamp"]) for one in told} == {
        ("log lines were dropped", "warning", "now")
    }
    assert sum(one["dropped"] for one in told) == lines.dropped > 4_000
    assert len(found) - len(told) == 5_000 - lines.dropped


def test_a_log_that_nobody_will_ever_read_costs_nothing_but_its_lines(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    lines = log_writer.LogLines(pipe[1])
    lines.put("one")
    lines.put("two")
    lines.drain(5)
    assert lines.dropped == 2


def test_a_pipe_made_non_blocking_by_somebody_else_loses_nothing(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    lines = log_writer.LogLines(pipe[1])
    for number in range(1_000):
        lines.put(f"{number:05} " + "x" * 200)
    read: list[bytes] = []

    def reader() -> None:
        while chunk := os.read(pipe[0], 65_536):
            read.append(chunk)

    thread = Thread(target=reader)
    thread.start()
    lines.drain(5)
    os.close(pipe[1])
    thread.join(5)
    assert len(b"".join(read).splitlines()) == 1_000
