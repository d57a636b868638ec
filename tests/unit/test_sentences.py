"""Everything that a page can report has a sentence in every language: each code, each stage, each reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from leleka.core import reasons as core_reasons
from leleka.core.saying import TEMPLATES, Said, told
from leleka.errors import Problem
from leleka.services.sentences import KNOWN, in_this_language
from leleka.web.reasons import REASONS
from leleka.web.sayings import SAYINGS, in_words

SOURCE = Path(__file__).parents[2] / "src" / "leleka"
ROOMS = ("core", "engine", "destinations", "warehouse", "state", "services")
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|STALE|MIGRATING|STOPPING")
# What passes a code to an error, by the name of the called function.
CARRIERS = {
    "InvalidInput", "NotFound", "Forbidden", "Conflict", "NeedsAttention", "TryLater", "Problem", "add", "problem",
    "unknown", "PydanticCustomError", "_Failed", "Unreached", "_bad", "RuleProblem",
}  # fmt: skip
# Shown at the terminal, while a process starts, or by the API only; each was checked.
NEVER_ON_A_PAGE = {
    "BACKUP_DAMAGED", "BACKUP_EXISTS", "BACKUP_UNKNOWN", "BACKUP_UNWRITABLE", "BACKUP_VERSION", "RESTORE_NOT_EMPTY",
    "DATA_DIR_FORBIDDEN", "DATA_DIR_UNUSABLE", "PLAIN_HTTP", "WORKER_RUNNING",
    "DEFINITIONS_NOT_FOUND", "DEFINITIONS_TOO_LARGE", "DEFINITIONS_UNREADABLE", "DEFINITIONS_YAML", "VARIABLE_UNSET",
    "NAME_TWICE", "PROFILES_TWICE", "LEDGER_MISSING", "ERRAND_UNKNOWN",
    "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REUSED",
}  # fmt: skip


def raised() -> Iterator[str]:
    """Return every code that an error of the lower packages carries, as it is in the source."""
    for path in (path for room in ROOMS for path in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [*node.args, *(one.value for one in node.keywords if one.arg == "code")]
            if called in CARRIERS:
                texts = [
                    one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                yield from (text for text in texts if CODE.fullmatch(text))


def test_every_code_that_can_reach_a_page_has_a_sentence() -> None:
    found = set(raised())
    assert len(found) > 100
    assert sorted(found - KNOWN.keys() - NEVER_ON_A_PAGE) == []
    assert found >= NEVER_ON_A_PAGE, NEVER_ON_A_PAGE - found


def test_every_sentence_is_another_in_ukrainian() -> None:
    with translation.override("uk"):
        same = [code for code in KNOWN if re.search("[A-Za-z]{4,} [a-z]{3,}", said(code))]
    assert same == []


def said(code: str) -> str:
    problem = in_this_language(Problem(code, "English", "", "English"))
    return f"{problem.message} {problem.remedy}"


def test_every_reason_of_a_row_has_one_too() -> None:
    assert core_reasons.SENTENCES.keys() <= REASONS.keys()


def test_every_stage_and_every_reason_to_confirm_has_one_with_the_same_values() -> None:
    assert SAYINGS.keys() == TEMPLATES.keys()
    for code, template in TEMPLATES.items():
        wanted = set(re.findall(r"\{(\w+)", template)) - {"told"}
        assert set(re.findall(r"%\((\w+)\)s", str(SAYINGS[code]))) == wanted, code


def test_a_stage_is_a_sentence_to_the_terminal_and_said_anew_on_a_page() -> None:
    stage = Said("READ_SOURCE", rows=12345, name="customers")
    assert stage == "Read 12,345 rows of customers"
    with translation.override("uk"):
        words = in_words(told(stage), stage)
    assert "customers" in words
    assert "12" in words
    assert re.search("[а-яі]", words)
    assert in_words({}, "Something else") == "Something else"


def test_a_share_is_told_in_percent() -> None:
    reason = Said("LEAVERS_MARKED_MANY", leaving=100, known=333, share=0.3)
    assert "more than 30%" in reason
    with translation.override("en"):
        assert "more than 30 %" in in_words(told(reason), reason)
