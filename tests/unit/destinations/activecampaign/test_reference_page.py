"""Every code of destinations and their transport has a row in the reference, and no row is for a code that is gone."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
ROOMS = (ROOT / "src/leleka/destinations", ROOT / "src/leleka/transport")
PAGE = ROOT / "docs" / "reference" / "activecampaign.md"
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+|THROTTLED)(?:\.[a-z_]+)?"')


def test_the_reference_names_exactly_the_codes_there_are() -> None:
    said = {
        code
        for room in ROOMS
        for path in room.rglob("*.py")
        for code in CODE.findall(path.read_text("utf-8"))
        if not code.startswith("CHECK_")  # a step of the connection test that passed
    }
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert said == written
