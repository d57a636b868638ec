"""docs/reference/notices.md is accurate, and its Python works as written."""

import re
from pathlib import Path
from typing import Any

from leleka.core.secret import Secret
from leleka.notices.webhook import sign
from leleka.services.notices.detection import Kind
from tests.fakes.clock import START

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/notices.md").read_text(encoding="utf-8")


def test_the_signature_is_checked_as_the_page_says(time_machine: Any) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len([line for line in snippet.splitlines() if line.strip()]) <= 6
    names: dict[str, Any] = {}
    exec(snippet, names)  # noqa: S102 - the page's own code is what is tested
    is_genuine = names["is_genuine"]
    body = '{"kind":"failed","export":"Новини"}'.encode()
    signature = sign(Secret("a secret"), int(START), body)
    time_machine.move_to(START + 10)
    assert is_genuine("a secret", signature, body)
    assert not is_genuine("another secret", signature, body)
    assert not is_genuine("a secret", signature, body + b" ")
    assert not is_genuine("a secret", signature.replace(f"t={int(START)}", f"t={int(START) + 1}"), body)
    time_machine.move_to(START + 301)
    assert not is_genuine("a secret", signature, body)


def test_every_kind_is_in_the_reference() -> None:
    assert [kind for kind in Kind if f"| `{kind}` |" not in PAGE] == [Kind.TEST]
