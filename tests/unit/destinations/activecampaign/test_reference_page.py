"""Every code of destinations and their transport has a row in the reference, and no row is for a code that is gone."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
ROOMS = (ROOT / "src/leleka/destinations", ROOT / "src/leleka/transport")
PAGE = ROOT / "docs" / "reference" / "activecampaign.md"
PAGE_OF_SOURCES = ROOT / "docs" / "reference" / "sources.md"
OF_SOURCES = ("source_hosts.py", "guarding_proxy.py")  # no destination is reached by way of them
CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+|THROTTLED)(?:\.[a-z_]+)?"')


def test_the_reference_names_exactly_the_codes_there_are() -> None:
    said = {
        code
        for room in ROOMS
        for path in room.rglob("*.py")
        if path.name not in OF_SOURCES
        for code in CODE.findall(path.read_text("utf-8"))
        if not code.startswith("CHECK_")  # a step of the connection test that passed
    }
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert said == written


def test_codes_of_hosts_of_sources_are_in_the_reference_of_sources() -> None:
    text = (ROOT / "src/leleka/transport/source_hosts.py").read_text("utf-8")
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE_OF_SOURCES.read_text("utf-8"), re.MULTILINE))
    assert set(CODE.findall(text)) <= written
