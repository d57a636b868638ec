"""A Chromium that visits every scene in one look: a width, light or dark, a language."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright
from scripts.pictures.installation import Installation
from scripts.pictures.scenes import Scene

_CHROMIUM: Final = Path("/usr/bin/chromium")
_HEIGHTS: Final = {1280: 800, 375: 740}
_QUIET: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True, slots=True)
class Look:
    width: int
    theme: str
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}-{self.language}"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's if it is installed, otherwise the one that Playwright installed."""
    own = str(_CHROMIUM) if _CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=own, args=list(_QUIET))
        yield browser
        browser.close()


class Camera:
    """Signs everybody in once; a screenshot that fails is reported and does not stop the others."""

    def __init__(self, browser: Browser, installation: Installation, look: Look, *, whole: bool) -> None:
        self._browser = browser
        self._installation = installation
        self._look = look
        self._whole = whole
        self._contexts: dict[str | None, BrowserContext] = {}

    def take(self, scenes: Sequence[Scene], folder: Path) -> list[str]:
        """Take the scenes; return what could not be taken."""
        folder.mkdir(parents=True, exist_ok=True)
        return [told for scene in scenes if (told := self._one(scene, folder))]

    def _one(self, scene: Scene, folder: Path) -> str:
        page = self._context(scene.who).new_page()
        try:
            if scene.before:
                scene.before(self._installation)
            page.goto(self._installation.address + scene.path.format(**self._installation.places))
            page.wait_for_load_state("networkidle")
            scene.steps(page)
            if not self._whole:
                page.evaluate("document.querySelector('.test-banner')?.remove()")  # only the sandbox has it
            page.screenshot(path=folder / f"{scene.name}.png", full_page=self._whole, animations="disabled")
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        except Error as error:
            page.screenshot(path=folder / f"{scene.name}-failed.png")
            return f"{self._look} {scene.name}: {error.message.splitlines()[0]}"
        finally:
            page.close()
        return f"{self._look} {scene.name}: {wide} px too wide" if wide else ""

    def _context(self, who: str | None) -> BrowserContext:
        if who not in self._contexts:
            look = self._look
            context = self._browser.new_context(
                viewport={"width": look.width, "height": _HEIGHTS[look.width]},
                color_scheme="dark" if look.theme == "dark" else "light",
                locale=look.language,
                timezone_id="UTC",
            )
            if who is not None:
                self._sign_in(context, who)
            self._contexts[who] = context
        return self._contexts[who]

    def _sign_in(self, context: BrowserContext, who: str) -> None:
        page = context.new_page()
        page.goto(f"{self._installation.address}/sign-in")
        page.locator("#id-email").fill(f"{who}@example.com")
        page.locator("#id-password").fill(self._installation.password)
        page.locator(".btn-primary").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.close()
