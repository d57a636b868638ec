"""``python -m scripts.contoso FOLDER``: what tests/browser/test_shop.py does with files that the tests make, done with
Contoso's own five files: they are uploaded, related and exported in Chromium, with nothing but clicks and typing.

The folder has contacts.csv, loyalty.csv, pos_purchases.csv, online_purchases.csv and web_reviews.csv. Exit code 1:
others were delivered than the files say.
"""

import argparse
import csv
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from playwright.sync_api import expect, sync_playwright
from tests.browser.chromium import ARGUMENTS, MISSING, found
from tests.browser.conftest import without_data
from tests.browser.hand import Hand
from tests.browser.test_shop import tell
from tests.browser.visiting import PATIENCE, Language, Visitor

_TABLES: Final = ("contacts", "loyalty", "pos_purchases", "online_purchases", "web_reviews")
_LEAST: Final = 150
_RULES: Final = f"""\
related: loyalty
exists: true
where:
  related: pos_purchases
  exists: true
  where: {{column: TotalPrice, ">=": {_LEAST}}}
"""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m scripts.contoso", description=__doc__)
    words.add_argument("folder", type=Path, help="where the five files are")
    words.add_argument("--language", choices=("en", "uk"), default="en")
    given = words.parse_args()
    files = {name: given.folder / f"{name}.csv" for name in _TABLES}
    missing = [str(file) for file in files.values() if not file.is_file()]
    if missing or not found():
        sys.exit(f"There is no {', '.join(missing)}" if missing else MISSING)
    with TemporaryDirectory(prefix="leleka-contoso-") as aside:
        sys.exit(_story(files, given.language, Path(aside)))


def _story(files: dict[str, Path], language: Language, aside: Path) -> int:
    expect.set_options(timeout=PATIENCE)
    with without_data(aside) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=list(ARGUMENTS))
        visitor = Visitor(browser, house)
        hand, began = Hand(visitor.signed_in(language), language), perf_counter()
        tell(hand, house, files, _RULES, relationships=3)
        took = perf_counter() - began
        delivered = set(house.listed(house.list_number("Shop news")))
        browser.close()
    wanted = buyers(files)
    print(f"{len(files)} files, {hand.done} interactions, {took:.0f} s")
    print(f"delivered {len(delivered)} addresses; the files have {len(wanted)} that may be delivered")
    print("\n".join(visitor.complaints))
    return int(not delivered or not delivered <= wanted or bool(visitor.complaints))


def buyers(files: dict[str, Path]) -> set[str]:
    """Return the addresses of who paid so much at once in a shop, by plain Python."""
    much = {
        one["LoyaltyId"] for one in _rows(files["pos_purchases"]) if float(one["TotalPrice"] or 0) >= _LEAST
    }
    people = {one["ContactId"] for one in _rows(files["loyalty"]) if one["LoyaltyId"] in much}
    return {one["EMail"].strip().lower() for one in _rows(files["contacts"]) if one["ContactId"] in people}


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


if __name__ == "__main__":
    main()
