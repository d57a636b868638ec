"""Templates ask the read models how something stands: a status that is renamed is renamed in its enum alone."""

import re
from pathlib import Path

import pytest

import leleka
from leleka.core.statuses import StepStatus
from leleka.state.models import RunStatus

TEMPLATES = sorted((Path(leleka.__file__).parent / "web" / "templates").rglob("*.html"))
STATUSES = {*map(str, RunStatus), *map(str, StepStatus)}
TAG = re.compile(r"{%(?! *(?:block)?translate\b)(.*?)%}")
TEXT = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def compared(template: str) -> list[str]:
    """Return the statuses that stand as text in the tags of a template, but for what is translated."""
    texts = [one or other for tag in TAG.findall(template) for one, other in TEXT.findall(tag)]
    return [text for text in texts if text in STATUSES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_compares_with_the_text_of_a_status(path: Path) -> None:
    assert compared(path.read_text(encoding="utf-8")) == []


def test_such_a_comparison_would_be_found() -> None:
    assert compared("""{% if a == "x" and run.status != 'Needs confirmation' %}{% status "Queued" %}""") == [
        "Needs confirmation",
        "Queued",
    ]
    assert compared('{% translate "Failed" %} Failed') == []
