"""Whatever can be written as a rule has its controls in the builder, and comes back from them as it was."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings

import leleka
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.services.builder.contracts import AskedColumn, AskedTable, Vocabulary
from leleka.web.pages.builder import words
from leleka.web.pages.builder.exact_json import for_browser
from tests.browser.visiting import Visitor
from tests.fakes.segment_tables import CATALOGUE
from tests.property.test_rules_against_reference import rules

SCRIPT: Final = (Path(leleka.__file__).parent / "web" / "static" / "web" / "builder.js").read_text("utf-8")
_HOLDING: Final = frozenset({"all", "any", "not", "union", "intersect", "except", "where", "related"})
# The server is out of it; the form is the one that was delivered, before the script came to it.
_BEGIN: Final = """() => {
  window.fetch = async () => new Response('{"problems": [], "nodes": []}');
  sessionStorage.clear();
  window.pristine = document.getElementById("builder").cloneNode(true);
  window.pristine.classList.remove("built");
}"""
_DRAW: Final = """(data) => {
  sessionStorage.clear();
  document.getElementById("builder").replaceWith(window.pristine.cloneNode(true));
  document.getElementById("builder-data").textContent = data;
}"""
# Every control is asked what it holds, as if somebody had typed the same once more.
_TOUCH: Final = """() => {
  const place = document.querySelector("[data-part=rules]");
  for (const one of place.querySelectorAll("input:not([type=checkbox]), textarea")) {
    if (one.dataset.focus !== "another") one.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const one of place.querySelectorAll(".months input")) one.dispatchEvent(new Event("change", { bubbles: true }));
  return {
    rules: document.getElementById("id-rules").value,
    raw: [...place.querySelectorAll("textarea.font-monospace")].map((one) => one.value),
  };
}"""


def vocabulary() -> Vocabulary:
    tables = []
    for number, table in enumerate(CATALOGUE.tables.values()):
        columns = [AskedColumn(one.name, one.type.value, listed=False) for one in table.columns]
        ways = [
            (one.name, one.table if one.to_table == table.name else one.to_table)
            for one in CATALOGUE.relationships.values()
            if table.name in {one.table, one.to_table}
        ]
        tables.append(AskedTable(table.name, number, 1, columns, ways))
    return Vocabulary(CATALOGUE.profiles, tables, sorted(CATALOGUE.segments), sorted(CATALOGUE.lists))


def with_notes(data: Any, depth: int = 0) -> Any:
    """Return rules of which every second level has a note beside each rule."""
    if isinstance(data, list):
        return [with_notes(one, depth) for one in data]
    if not isinstance(data, dict):
        return data
    inside = {key: with_notes(one, depth + 1) if key in _HOLDING else one for key, one in data.items()}
    is_step = "relationship" in data
    return inside if depth % 2 or is_step else {**inside, "note": f"Why: № {depth}"}


def built(data: dict[str, Any]) -> str:
    """Return what the page hands to the builder for these rules."""
    told = {
        "segment": None, "version": 0, "locked": False, "rules": for_browser(data), "text": "", "draft": None,
        "words": words.words(), "grammar": words.grammar(), "asked": words.asked(vocabulary()),
        "templates": [], "urls": dict.fromkeys(("counts", "text", "draft", "values"), "/"),
    }  # fmt: skip
    return json.dumps(told)


@pytest.mark.slow
@pytest.mark.parametrize("examples", [40, pytest.param(400, marks=pytest.mark.long)])
def test_every_rule_is_drawn_and_comes_back_as_it_was(visitor: Visitor, examples: int) -> None:
    page = visitor.signed_in()
    page.goto("/segments/add")
    page.evaluate(_BEGIN)

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules(CATALOGUE.profile_table, 3))
    def draw(data: dict[str, Any]) -> None:
        canonical = to_data(parse(with_notes(data), CATALOGUE))
        page.evaluate(_DRAW, built(canonical))
        page.evaluate(SCRIPT)
        found = page.evaluate(_TOUCH)
        assert found["raw"] == []
        assert json.loads(found["rules"]) == canonical

    draw()
