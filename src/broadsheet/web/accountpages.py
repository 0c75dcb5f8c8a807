"""Pages of one's own account: what is shown of it, the password, sessions, keys, and leaving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.accounts import ALONE, IDLE_SESSION
from broadsheet.errors import BroadsheetError, ConflictError, InvalidInputError
from broadsheet.library import Library
from broadsheet.people import Reader
from broadsheet.takeout import MOST_BYTES, Upload
from broadsheet.web.answers import go_on
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import Caller, caller_of, reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer
from broadsheet.web.sessions import drop_cookie, read_agent, set_cookie

_FORM_AROUND = 64 * 1024
NO_ACCOUNTS = "This instance has no accounts, so there is nothing to sign in to."
SAID = {
    "profile": "Your profile is kept.",
    "password": "Your password is changed. You are signed out everywhere else, and your keys and "
    "private addresses of before are void.",
    "sessions": "You are signed out everywhere else.",
    "key": "The key is void now.",
    "addresses": "Your private addresses are new; the old ones lead nowhere any more.",
}
"""What the account page says after an act, by the parameter `said`."""

# Each browser names those before it, too: the first sign that is found tells.
_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class AccountPages:
    """Handlers of the pages about one's own account."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._accounts = library.accounts
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/account", self.show, Who.READER),
            _act("/account/profile", self.profile),
            _act("/account/password", self.password, budget="sign-in"),
            _act("/account/sessions", self.end_sessions),
            _act("/account/addresses", self.renew_addresses),
            _act("/account/keys", self.make_key, budget="sign-in"),
            _act("/account/revoke-key", self.revoke_key),
            Door("/account/export.json", self.export, Who.READER),
            _act("/account/import", self.take_in, budget="upload", body=MOST_BYTES + _FORM_AROUND),
            Door("/account/delete", self.ask_to_delete, Who.READER),
            _act("/account/delete", self.delete, budget="sign-in"),
        ]

    def show(self, request: Request) -> Response:
        """The account of who asks."""
        return self._page(request, said=SAID.get(request.query_params.get("said", ""), ""))

    def _page(self, request: Request, status: int = 200, **context: Any) -> Response:
        caller, reader = caller_of(request), reader_of(request)
        shown: dict[str, Any] = {
            "sessions": self._accounts.get_sessions(reader) if caller.accounts else (),
            "keys": self._accounts.get_keys(reader) if caller.accounts else (),
            "idle_days": IDLE_SESSION // timedelta(days=1),
        }
        filled = {
            "say_agent": say_agent,
            "said": "",
            "mistake": "",
            "key": "",
            "wrong": "",
            **shown,
            **context,
        }
        return self._renderer.page(request, "account.html", status=status, **filled)

    def _mistaken(self, request: Request, error: BroadsheetError, wrong: str) -> Response:
        problem = describe(error)
        return self._page(request, problem.status, mistake=problem.message, wrong=wrong)

    def profile(self, request: Request, form: Form) -> Response:
        """Change the name shown, the colours, and what others see."""
        try:
            self._accounts.change_profile(
                reader_of(request),
                display=form.get("display") if form.has("display") else None,
                open=form.has("open"),
                theme=form.get("theme"),
            )
        except (InvalidInputError, ConflictError) as error:
            return self._mistaken(request, error, "profile")
        return go_on("/account", said="profile")

    def password(self, request: Request, form: Form) -> Response:
        """Change the password; the browser gets a new session, all others end."""
        reader = self._member(request)
        try:
            secret = self._accounts.change_password(
                reader, form.get("old"), form.get("new"), read_agent(request)
            )
        except InvalidInputError as error:
            return self._mistaken(request, error, "password")
        response = go_on("/account", said="password")
        set_cookie(request, response, secret)
        return response

    def end_sessions(self, request: Request, form: Form) -> Response:
        """End all sessions but a new one of this browser."""
        reader, digest = self._member(request), caller_of(request).digest
        try:
            secret = self._accounts.renew_session(reader, digest, read_agent(request))
        except InvalidInputError:  # ended elsewhere in this moment
            return go_on("/sign-in")
        response = go_on("/account", said="sessions")
        set_cookie(request, response, secret)
        return response

    def renew_addresses(self, request: Request, form: Form) -> Response:
        """Make all private addresses void."""
        self._accounts.renew_addresses(reader_of(request))
        return go_on("/account", said="addresses")

    def make_key(self, request: Request, form: Form) -> Response:
        """A new key for a program; the page that answers shows it, this once. A browser that was
        left open is not enough to make one: a key outlives its session."""
        reader = self._member(request)
        try:
            key = self._accounts.make_key(reader, form.get("label"), form.get("password"))
        except InvalidInputError as error:
            return self._mistaken(request, error, "key")
        return self._page(request, key=key)

    def revoke_key(self, request: Request, form: Form) -> Response:
        """Make a key void."""
        self._accounts.revoke_key(self._member(request), form.number("key"))
        return go_on("/account", said="key")

    def export(self, request: Request) -> Response:
        """All that the account holds, in one file."""
        taken = self._library.takeout.export(reader_of(request))
        return Response(
            taken,
            headers={
                "Content-Disposition": 'attachment; filename="broadsheet-account.json"',
                "Cache-Control": "no-store",
            },
            media_type="application/json",
        )

    def take_in(self, request: Request, form: Form) -> Response:
        """Bring in what another account, here or elsewhere, was exported as."""
        upload = form.file("file")
        try:
            if upload is None:
                raise InvalidInputError("Choose the file that an account was exported to.")
            file = Upload(upload.name, upload.content)
            report = self._library.takeout.bring_in(reader_of(request), file)
        except InvalidInputError as error:
            return self._mistaken(request, error, "import")
        return self._page(request, said=" ".join([report.sentence, *report.notes]))

    def ask_to_delete(self, request: Request) -> Response:
        """The question before an account is deleted."""
        return self._renderer.page(request, "account-delete.html", mistake="")

    def delete(self, request: Request, form: Form) -> Response:
        """Delete the account, for good: with its password, or, without accounts, its name."""
        caller, reader = caller_of(request), reader_of(request)
        try:
            self._check_sure(caller, reader, form)
            self._accounts.erase(reader)
        except (InvalidInputError, ConflictError) as error:
            problem = describe(error)
            return self._renderer.page(
                request, "account-delete.html", status=problem.status, mistake=problem.message
            )
        response = go_on("/")
        drop_cookie(request, response)
        return response

    def _check_sure(self, caller: Caller, reader: Reader, form: Form) -> None:
        if caller.alone:
            if form.get("sure") != ALONE:
                raise InvalidInputError(f"Type the word {ALONE} to say that you are sure.")
        elif not self._accounts.knows_password(reader, form.get("password")):
            raise InvalidInputError("This is not your password.")

    def _member(self, request: Request) -> Reader:
        """Who asks, where there are accounts. Raises ConflictError where there are none."""
        if caller_of(request).accounts:
            return reader_of(request)
        raise ConflictError(NO_ACCOUNTS)


def say_agent(agent: str) -> str:
    """A browser by a name that its reader knows: "Firefox on Windows"."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return agent[:60] or "A browser that does not say its name"


def _act(
    path: str,
    handle: Callable[[Request, Form], Response],
    *,
    budget: str = "",
    body: int = 64 * 1024,
) -> Door:
    return Door(path, posted(handle), Who.READER, "POST", budget, body)
