"""Coming in and going out: sign in, sign up, sign out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.accounts import NO_INVITATION
from broadsheet.config import Settings
from broadsheet.errors import BroadsheetError, ConflictError, InvalidInputError
from broadsheet.library import Library
from broadsheet.people import Reader
from broadsheet.text import fold_name
from broadsheet.web.accountpages import NO_ACCOUNTS
from broadsheet.web.answers import go_on, read_way
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import caller_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.limits import Limits, client_address
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer
from broadsheet.web.sessions import drop_cookie, read_agent, set_cookie

BY_INVITATION = "One signs up here by an invitation; ask an operator of this instance for one."


class SignPages:
    """Handlers of the pages by which people come and go."""

    def __init__(
        self, library: Library, renderer: Renderer, settings: Settings, limits: Limits
    ) -> None:
        self._accounts = library.accounts
        self._renderer = renderer
        self._mode = settings.sign_in
        self._limits = limits

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/sign-in", self.ask_in, Who.ANYONE),
            Door("/sign-in", posted(self.sign_in), Who.ANYONE, "POST", "sign-in"),
            Door("/sign-up", self.ask_up, Who.ANYONE),
            Door("/sign-up", posted(self.sign_up), Who.ANYONE, "POST", "sign-up"),
            Door("/sign-out", posted(self.sign_out), Who.ANYONE, "POST"),
        ]

    def ask_in(self, request: Request) -> Response:
        """The form to sign in; who is in already goes on."""
        way = read_way(request.query_params.get("next", ""))
        if caller_of(request).reader:
            return go_on(way)
        return self._form_in(request, way)

    def _form_in(
        self, request: Request, way: str, *, name: str = "", mistake: str = "", status: int = 200
    ) -> Response:
        return self._renderer.page(
            request,
            "sign-in.html",
            status=status,
            mode=self._mode,
            plain=not request.state.secure,
            empty=self._mode != "off" and not self._accounts.has_members(),
            next=way,
            name=name[:100],
            mistake=mistake,
        )

    def sign_in(self, request: Request, form: Form) -> Response:
        """Let somebody in by name and password, with a new session."""
        self._require_accounts()
        name, way = form.get("name").strip(), read_way(form.get("next"))
        known, address = fold_name(name), client_address(request)
        self._limits.take_for_name(known, address)
        try:
            reader, secret = self._accounts.sign_in(name, form.get("password"), read_agent(request))
        except InvalidInputError as error:
            return self._form_in(request, way, name=name, mistake=str(error), status=400)
        self._limits.note_familiar(known, address)
        return self._welcome(request, reader, secret, way)

    def _welcome(self, request: Request, reader: Reader, secret: str, way: str) -> Response:
        """The session that the browser had before, of whomever, ends: none is carried over."""
        before = caller_of(request)
        if before.reader and before.digest:
            self._accounts.sign_out(before.reader, before.digest)
        response = go_on(way)
        set_cookie(request, response, secret)
        return response

    def ask_up(self, request: Request) -> Response:
        """The form to make an account; an invitation's address brings its code along, and where
        that is void, it is said before anybody types a password."""
        return self._form_up(request, request.query_params.get("code", "")[:100])

    def _form_up(
        self,
        request: Request,
        code: str,
        *,
        name: str = "",
        display: str = "",
        mistake: str = "",
        status: int = 200,
    ) -> Response:
        void = bool(code) and self._mode != "off" and not self._accounts.is_invited(code)
        return self._renderer.page(
            request,
            "sign-up.html",
            status=status,
            mode=self._mode,
            void=NO_INVITATION if void else "",
            code="" if void else code,
            name=name[:100],
            display=display[:100],
            mistake=mistake,
        )

    def sign_up(self, request: Request, form: Form) -> Response:
        """Make an account and let its reader in."""
        self._require_accounts()
        code, name, display = form.get("code").strip(), form.get("name"), form.get("display")
        try:
            if self._mode == "invite" and not code:
                raise InvalidInputError(BY_INVITATION)
            password = form.get("password")
            reader = self._accounts.sign_up(name, password, display=display, code=code)
        except (InvalidInputError, ConflictError) as error:
            status, told = _told(error)
            return self._form_up(
                request, code[:100], name=name, display=display, mistake=told, status=status
            )
        secret = self._accounts.open_session(reader, read_agent(request))
        return self._welcome(request, reader, secret, "/")

    def sign_out(self, request: Request, form: Form) -> Response:
        """End the session of this browser."""
        caller = caller_of(request)
        if caller.reader and caller.digest:
            self._accounts.sign_out(caller.reader, caller.digest)
        response = go_on("/")
        drop_cookie(request, response)
        return response

    def _require_accounts(self) -> None:
        if self._mode == "off":
            raise ConflictError(NO_ACCOUNTS)


def _told(error: BroadsheetError) -> tuple[int, str]:
    problem = describe(error)
    return problem.status, problem.message
