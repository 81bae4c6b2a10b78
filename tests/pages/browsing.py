"""A real browser on our pages: what it saw wrong, whoever was at fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

# Milliseconds: a busy machine is slow and not wrong.
PATIENCE = 20_000
Scheme = Literal["light", "dark"]
PHONE, DESK = 360, 1280
# Each habit once.
COVERING: list[tuple[str, Scheme, int]] = [("fr", "light", PHONE), ("en", "dark", DESK)]
# Colours go by the scheme, room by the width. Words are looked at by whoever covers languages.
LOOKS: list[tuple[Scheme, int]] = [("light", PHONE), ("dark", DESK)]


@dataclass
class Visit:
    """One tab, and what went wrong in it: words on the console, requests to somebody else."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        # A page that is not found says so on the console; that is no fault of the page.
        if message.type in ("error", "warning") and "(Not Found)" not in message.text:
            self.complaints.append(message.text)

    def watch(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme != "data" and asked.netloc != urlsplit(self.base).netloc:
            self.strangers.append(request.url)

    def faults_of(self, path: str, *, ready: str = "body") -> str:
        """Open a page and return, in words, all that is wrong with it; nothing is good."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector(ready)
        return self.faults_here(path)

    def faults_here(self, path: str) -> str:
        """Return all that is wrong with the page that is open; `path` is what it is called."""
        self.page.wait_for_load_state("load")
        # Before axe, which tries styles of its own and is refused like anybody.
        faults = [*self.complaints, *self.strangers, *self._overflow()]
        found = Axe().run(self.page)
        faults += [_in_words(violation) for violation in found.response["violations"]]
        self.complaints.clear()
        self.strangers.clear()
        return "\n".join(f"{path}: {fault}" for fault in faults)

    def _overflow(self) -> list[str]:
        width = self.page.evaluate("document.documentElement.scrollWidth")
        seen = self.page.evaluate("window.innerWidth")
        return [f"scrolls sideways: {width} in {seen}"] if width > seen else []


def leave_by(control: Locator, *, key: str = "") -> None:
    """Press what leads to another page, and go on once that page is there to be read."""
    with control.page.expect_navigation():
        if key:
            control.press(key)
        else:
            control.click()


def _in_words(violation: dict[str, Any]) -> str:
    """Say which rule of axe was broken, and where first."""
    where = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
    return f"{violation['id']} at {', '.join(where[:3])} ({len(where)} in all)"


@contextmanager
def visiting(
    browser: Browser,
    base: str,
    *,
    language: str = "fr",
    scheme: Scheme = "light",
    width: int = DESK,
    session: str = "",
    scripts: bool = True,
) -> Iterator[Visit]:
    """Open a tab as somebody with these habits, signed in if a session is given."""
    context = browser.new_context(
        locale={"fr": "fr-FR", "en": "en-GB"}[language],
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
        java_script_enabled=scripts,
    )
    if session:
        context.add_cookies([{"name": "session", "value": session, "url": base}])
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    visit = Visit(context.new_page(), base)
    visit.page.on("console", visit.hear)
    visit.page.on("request", visit.watch)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    try:
        yield visit
    finally:
        context.close()
