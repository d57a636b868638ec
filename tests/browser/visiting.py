"""A user with a browser: pages in their language, and everything that the browser reported as wrong."""

from dataclasses import dataclass, field
from typing import Final, Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.browser.house import ADA, PASSWORD, House

Language = Literal["en", "uk"]
LOCALES: Final[dict[Language, str]] = {"en": "en-GB", "uk": "uk-UA"}
WIDE, NARROW = 1280, 375
PATIENCE: Final = 60_000  # milliseconds, on a slow machine


@dataclass
class Visitor:
    """Opens pages; keeps whatever their console, their policy or the server reported as wrong."""

    browser: Browser
    house: House
    complaints: list[str] = field(default_factory=list)

    def anonymous(self, language: Language = "en") -> Page:
        """Return an empty page of a new browser."""
        return self._page(language, None)

    def signed_in(self, language: Language = "en", person: str = ADA) -> Page:
        """Return an empty page of somebody who signed in before."""
        if person not in self.house.signed_in:
            page = self.anonymous()
            page.goto("/sign-in")
            sign_in(page, person)
            page.wait_for_url(lambda url: "/sign-in" not in url)
            self.house.signed_in[person] = page.context.storage_state()
            page.context.close()
        return self._page(language, person)

    def _page(self, language: Language, person: str | None) -> Page:
        context = self.browser.new_context(
            base_url=self.house.url,
            locale=LOCALES[language],
            viewport={"width": WIDE, "height": 900},
            storage_state=self.house.signed_in[person] if person else None,
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("response", self._see)
        return context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _see(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")


def sign_in(page: Page, person: str) -> None:
    page.get_by_label("Email", exact=True).fill(person)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
