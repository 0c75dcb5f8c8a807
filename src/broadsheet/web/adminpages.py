"""The operator's page: sources, receipts, runs, readers, sizes, backups, settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from broadsheet import wiring
from broadsheet.config import Settings, find_origins
from broadsheet.errors import BroadsheetError, ConflictError, InvalidInputError
from broadsheet.library import Library
from broadsheet.people import Reader, Role
from broadsheet.query.tokens import clean
from broadsheet.shapes import state_of
from broadsheet.sources import SourceStatus
from broadsheet.web.adminview import check_instance, find_backups, is_open_to_others, view_settings
from broadsheet.web.answers import go_on
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import caller_of, reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer
from broadsheet.web.requests import back, read_day

HERE = "/admin"
BACKUPS = "backups"
INVITED = "invitation"
"""The cookie that carries the code of a new invitation to the page that shows it."""
SHOWN_WITHIN = 60
"""Seconds."""
RUNS = 20
DAYS_OF_RUNS = 7
INVITED_DAYS = 7
SAID = {
    "add": "It is followed from now on.",
    "pause": "It is paused: nothing is asked of it.",
    "resume": "It goes on where it was.",
    "remove": "It is followed no longer; its papers and receipts stay.",
    "role": "The role is changed.",
    "disable": "The account is closed, and signed out everywhere.",
    "enable": "The account is open again.",
    "withdraw": "The invitation is void.",
    "backup": "The backup is made.",
    "release": "Mail leaves from here from now on, with the next editions.",
    "invite": "The invitation is made.",
}
"""What the page says after an act, by the parameter `said`."""

STATES = {
    "paused": "paused",
    "refused": "refused",
    "trouble": "in trouble",
    "fine": "fine",
    "filling": "on its way",
    "new": "not asked yet",
}


class AdminPages:
    """Handlers of the operator's page and its acts."""

    def __init__(self, library: Library, renderer: Renderer, settings: Settings) -> None:
        self._library = library
        self._newsroom = library.newsroom
        self._accounts = library.accounts
        self._renderer = renderer
        self._settings = settings

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door(HERE, self.show, Who.OPERATOR),
            self._act("add", self.add_source),
            self._act("pause", lambda form: self._newsroom.pause(form.get("source"))),
            self._act("resume", lambda form: self._newsroom.resume(form.get("source"))),
            self._act("remove", lambda form: self._newsroom.remove(form.get("source"))),
            self._act("role", self.set_role),
            self._act("disable", lambda form: self._accounts.disable(self._named(form))),
            self._act("enable", lambda form: self._accounts.enable(self._named(form))),
            self._act("withdraw", lambda form: self._accounts.withdraw(form.number("invitation"))),
            self._act("backup", self.back_up, budget="backup"),
            self._act("release", lambda form: self._library.post.release()),
            Door("/admin/invite", posted(self.invite), Who.OPERATOR, "POST"),
        ]

    def _act(self, name: str, do: Callable[[Form], object], budget: str = "") -> Door:
        """The door of an act, which ends at the page with what is said of it, or of a mistake."""

        def answer(request: Request, form: Form) -> Response:
            try:
                do(form)
            except BroadsheetError as error:
                problem = describe(error)
                return self._page(request, problem.status, mistake=problem.message, wrong=name)
            return go_on(HERE, said=name)

        return Door(f"/admin/{name}", posted(answer), Who.OPERATOR, "POST", budget)

    # --- The page -----------------------------------------------------------------------------

    def show(self, request: Request) -> Response:
        """Everything that an operator sees to, on one page; after an invitation was made, this once
        with its link."""
        said = SAID.get(request.query_params.get("said", ""), "")
        code = self._open(request)
        if not code:
            return self._page(request, said=said)
        link = f"{self._address(request)}/sign-up?code={code}"
        response = self._page(request, said=SAID["invite"], link=link)
        response.headers["Cache-Control"] = "no-store"
        response.delete_cookie(INVITED, path=HERE)
        return response

    def _open(self, request: Request) -> str:
        """The code of the invitation that this operator's browser brings from `invite`, or ""."""
        sealed = request.cookies.get(INVITED, "")
        done = self._library.journal.open_sealed(reader_of(request), sealed) if sealed else None
        kind, _, code = done.sentence.partition(".") if done else ("", "", "")
        return code if kind == INVITED else ""

    def _page(self, request: Request, status: int = 200, **told: Any) -> Response:
        context: dict[str, Any] = {"said": "", "mistake": "", "wrong": "", "link": "", **told}
        context |= self._about_sources()
        context |= self._about_people(request)
        context |= self._about_mail()
        context |= self._about_instance(bool(context["sources"]))
        return self._renderer.page(request, "admin.html", status=status, **context)

    def _about_sources(self) -> Mapping[str, object]:
        today = self._newsroom.today()
        found = self._newsroom.get_receipts(back(today, 1), today)
        reports = self._newsroom.get_reports(first=back(today, DAYS_OF_RUNS - 1), last=today)
        return {
            "sources": [_view_source(status) for status in self._newsroom.get_status()],
            "kinds": wiring.list_kinds(),
            "receipts": self._newsroom.summarise(found) if found else "",
            "runs": reports[:RUNS],
        }

    def _about_people(self, request: Request) -> Mapping[str, object]:
        if not caller_of(request).accounts:
            return {"readers": (), "invitations": (), "names": {}, "roles": list(Role)}
        readers = self._accounts.get_readers()
        return {
            "readers": [each for each in readers.values() if not each.example],
            "invitations": self._accounts.get_invitations(),
            "names": {number: each.name for number, each in readers.items()},
            "roles": list(Role),
        }

    def _about_mail(self) -> Mapping[str, object]:
        post = self._library.post
        return {"queue": post.get_queue(), "no_mail": post.find_trouble()}

    def _about_instance(self, followed: bool) -> Mapping[str, object]:
        stats, settings = self._library.stats(), self._settings
        backups = find_backups(self._folder())
        now = self._newsroom.now()
        return {
            "stats": stats,
            "backups": backups,
            "folder": str(self._folder()),
            "checks": check_instance(
                settings,
                stats,
                followed=followed,
                backups=backups,
                now=now,
                exposed=is_open_to_others(settings.library),
            ),
            "settings": view_settings(settings, find_origins(settings)),
        }

    def _folder(self) -> Path:
        return self._settings.library / BACKUPS

    # --- Acts ---------------------------------------------------------------------------------

    def add_source(self, form: Form) -> None:
        """Follow something, from a day on if one is given."""
        targets = clean(form.get("targets")).split()
        since = read_day(form.get("since")) if form.get("since") else None
        if since and since > self._newsroom.today():
            raise InvalidInputError(f"{since} is yet to come; choose a day up to today.")
        self._newsroom.add_source(form.get("kind"), targets, since=since)

    def set_role(self, form: Form) -> None:
        """Make somebody an operator, or an operator a reader."""
        role = form.get("role")
        if role not in set(Role):
            raise InvalidInputError("A role is reader or operator.")
        self._accounts.set_role(self._named(form), Role(role))

    def _named(self, form: Form) -> Reader:
        return self._accounts.get_reader(form.get("reader"))

    def invite(self, request: Request, form: Form) -> Response:
        """Make an invitation. Its code goes on to the page in a cookie that only we can have made
        and that lives for one showing: not in an address, nor in an answer that a reload repeats.
        """
        try:
            if not caller_of(request).accounts:
                raise ConflictError("This instance has no accounts to invite anybody to.")
            role = Role.OPERATOR if form.get("role") == Role.OPERATOR else Role.READER
            days = form.number("days", INVITED_DAYS)
            code = self._accounts.invite(reader_of(request), role, form.get("note"), days)
        except (InvalidInputError, ConflictError) as error:
            problem = describe(error)
            return self._page(request, problem.status, mistake=problem.message, wrong="invite")
        response = go_on(HERE, said="invite")
        response.set_cookie(
            INVITED,
            self._library.journal.seal(reader_of(request), f"{INVITED}.{code}"),
            max_age=SHOWN_WITHIN,
            path=HERE,
            secure=request.state.secure,
            httponly=True,
            samesite="strict",
        )
        return response

    def _address(self, request: Request) -> str:
        """Where readers find us: the setting, or else as the operator does."""
        return self._settings.url.rstrip("/") or str(request.base_url).rstrip("/")

    def back_up(self, form: Form) -> None:
        """Write a backup with a dated name into the library's folder, for its owner to read."""
        folder = self._folder()
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConflictError(f"{folder} cannot be made: {error.strerror}.") from error
        target = folder / f"broadsheet-{self._newsroom.now():%Y-%m-%dT%H%M%SZ}.db"
        self._library.backup(target)
        target.chmod(0o600)


def _view_source(status: SourceStatus) -> dict[str, object]:
    state = state_of(status)
    return {
        "name": status.source.name,
        "follows": ", ".join(status.source.targets),
        "state": STATES.get(state, state),
        "stopped": state in ("paused", "refused"),
        "paused": status.source.paused,
        "trouble": status.trouble,
        "items": status.items,
        "good_at": status.good_at,
        "next_at": status.next_at,
    }
