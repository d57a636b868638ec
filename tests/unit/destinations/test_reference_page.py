"""Every code of this package has a row in the reference, and no row is for a code that no longer exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOM = ROOT / "src" / "leleka" / "destinations"
PAGE = ROOT / "docs" / "reference" / "activecampaign.md"
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+|THROTTLED)"')


def test_the_reference_names_exactly_the_codes_there_are() -> None:
    said = {code for path in ROOM.rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert said == written
