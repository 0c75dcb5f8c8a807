"""The Chromium of this machine, and people who sit in front of it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from watch import Watch

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW, NARROWEST = 1280, 390, 320
_HEIGHTS = {WIDE: 900, NARROW: 844, NARROWEST: 640}
PATIENCE_MS = 30_000
"""For what comes in the end: a busy machine is slow, and that is no failure."""


def find_chromium() -> str | None:
    """The program named by $CHROMIUM, or the first on the PATH that there is."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def open_browser(program: str) -> Iterator[Browser]:
    """A browser without a screen, which finds no host but this machine."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            chromium_sandbox=os.geteuid() != 0,
            args=["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at a site, with a browser profile of their own."""

    origin: str
    context: BrowserContext
    watch: Watch
    page: Page
    shots: Path

    def go(self, path: str, status: int = 200) -> Page:
        """Open an address of the site, which must answer with this status, once all acts of the
        page before are done."""
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        answer = self.page.goto(self.origin + path)
        assert answer is not None and answer.status == status, (path, answer and answer.status)
        return self.page

    def shot(self, name: str) -> None:
        """Keep a picture of the page, as an artefact of the test."""
        self.shots.mkdir(parents=True, exist_ok=True)
        safe = re.sub(r"[^a-z0-9.-]+", "-", name.lower())
        self.page.screenshot(path=self.shots / f"{safe}.png", full_page=True)


@dataclass
class Visits:
    """Opens the door to visitors of a test, and looks at what happened when they have gone."""

    browser: Browser
    shots: Path
    visitors: list[Visitor] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def begin(
        self,
        origin: str,
        *,
        script: bool = True,
        width: int = WIDE,
        dark: bool = False,
        policed: bool = True,
    ) -> Visitor:
        """A new visitor with an empty profile. Not `policed`, pages run what a test gives them."""
        context = self.browser.new_context(
            java_script_enabled=script,
            viewport={"width": width, "height": _HEIGHTS[width]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            bypass_csp=not policed,
            accept_downloads=True,
        )
        self._open.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        watch = Watch(origin)
        watch.follow(context)
        visitor = Visitor(origin, context, watch, context.new_page(), self.shots)
        self.visitors.append(visitor)
        return visitor

    def end(self) -> None:
        """Send everybody home; fails where anything happened that must not."""
        with self._open:
            for visitor in self.visitors:
                visitor.page.wait_for_timeout(0)  # events on their way are handed over
        for visitor in self.visitors:
            visitor.watch.check()
