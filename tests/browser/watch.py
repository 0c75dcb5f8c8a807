"""What must never happen in a reader's browser, noted while a test looks at pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response

_REPORTING = """
addEventListener("securitypolicyviolation", (event) => {
  noteViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`);
});
"""
_FETCHED = "Failed to load resource"
"""How the console tells of an answer that is an error; those are judged as answers."""


@dataclass
class Watch:
    """Everything suspicious in one browser context. `check` fails where there was anything.

    A dialog that a page of ours is meant to ask is to be announced in `may_ask`. An error page is
    an answer like others where a test went there; what a page loads must be there.
    """

    origin: str
    may_ask: bool = False
    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: int = 0

    def follow(self, context: BrowserContext) -> None:
        """Listen to all pages of a context, those yet to be opened included."""
        context.expose_binding("noteViolation", self._on_violation)
        context.add_init_script(_REPORTING)
        context.on("dialog", self._on_dialog)
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.errors.append(f"thrown: {error.error}"))

    @property
    def troubles(self) -> list[str]:
        """All of it, in words."""
        return [
            *(f"dialog: {each}" for each in self.dialogs),
            *(f"against the policy: {each}" for each in self.violations),
            *(f"asked another origin: {each}" for each in self.strays),
            *self.errors,
        ]

    def check(self) -> None:
        """Fails where anything was noted."""
        assert not self.troubles, "\n".join(self.troubles[:20])

    def _on_violation(self, source: Any, what: str) -> None:
        self.violations.append(f"{what} on {source['page'].url}")

    def _on_dialog(self, dialog: Dialog) -> None:
        if self.may_ask and dialog.type == "confirm":
            dialog.accept()
            return
        self.dialogs.append(f"{dialog.type} {dialog.message!r}")
        dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        self.requests += 1
        scheme, host, *_ = urlsplit(request.url)
        if scheme not in ("data", "blob") and f"{scheme}://{host}" != self.origin:
            self.strays.append(request.url)

    def _on_response(self, answer: Response) -> None:
        loaded = answer.request.resource_type != "document"
        if answer.status >= 500 or (loaded and answer.status >= 400):
            self.errors.append(f"{answer.status} for {answer.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.violations.append(message.text[:300])
        elif message.type == "error" and not message.text.startswith(_FETCHED):
            self.errors.append(f"console: {message.text[:300]}")


def shows(page: Page, selector: str) -> bool:
    """Whether an element is there and can be seen."""
    found = page.locator(selector)
    return found.count() > 0 and found.first.is_visible()
