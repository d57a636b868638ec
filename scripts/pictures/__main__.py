"""``python -m scripts.pictures``: the README's screenshots, or with ``--all FOLDER`` every page in every
look.
"""

import argparse
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scripts.pictures.camera import Camera, Look, chromium
from scripts.pictures.installation import empty, lived_in
from scripts.pictures.scenes import EMPTY, PAGES, Scene
from scripts.pictures.scenes_of_data import DATA, DATA_EMPTY
from scripts.pictures.scenes_of_the_builder import BUILDER

_FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
_CUSTOMERS: Final = 20_000
_README: Final = (
    ("home", Look(1280, "light", "en")),
    ("exports", Look(1280, "light", "en")),
    ("system", Look(1280, "dark", "uk")),
    ("export-filled", Look(1280, "light", "en")),
    ("run", Look(1280, "light", "en")),
    ("connection-check", Look(1280, "light", "en")),
    ("preview", Look(1280, "dark", "uk")),
    ("run-live", Look(375, "light", "en")),
)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m scripts.pictures", description=__doc__)
    words.add_argument("--all", type=Path, metavar="FOLDER", help="every page, every look, into this folder")
    words.add_argument("--only", nargs="*", default=[], help="of the pages those whose names begin so")
    words.add_argument("--looks", nargs="*", default=[], help="of all looks those, such as 375-dark-en")
    words.add_argument("--customers", type=int, default=_CUSTOMERS)
    given = words.parse_args()
    with TemporaryDirectory(prefix="leleka-pictures-") as aside:
        folder = Path(aside)
        trouble = _review(given, folder) if given.all else _readme(given, folder)
    print("\n".join(trouble), file=sys.stderr)
    sys.exit(bool(trouble))


def _readme(given: argparse.Namespace, aside: Path) -> list[str]:
    trouble: list[str] = []
    scenes = {scene.name: scene for scene in PAGES}
    with lived_in(aside / "lived-in", given.customers) as installation, chromium() as browser:
        for name, look in _README:
            if given.only and name not in given.only:
                continue
            trouble += Camera(browser, installation, look, whole=False).take([scenes[name]], _FOLDER)
    return trouble


def _review(given: argparse.Namespace, aside: Path) -> list[str]:
    def wanted(scenes: tuple[Scene, ...]) -> list[Scene]:
        return [scene for scene in scenes if not given.only or scene.name.startswith(tuple(given.only))]

    every = [Look(*parts) for parts in product((1280, 375), ("light", "dark"), ("en", "uk"))]
    looks = [look for look in every if not given.looks or str(look) in given.looks]
    trouble: list[str] = []
    with chromium() as browser:
        for made, scenes in (
            (empty(aside / "empty"), wanted((*EMPTY, *DATA_EMPTY))),
            (lived_in(aside / "lived-in", given.customers), wanted((*PAGES, *BUILDER, *DATA))),
        ):
            if scenes:
                with made as installation:
                    for look in looks:
                        camera = Camera(browser, installation, look, whole=True)
                        trouble += camera.take(scenes, given.all / str(look))
    return trouble


main()
