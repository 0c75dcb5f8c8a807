"""The pages of mail: one's own address and schedule, and those that the links in letters lead to.

A link in a letter changes nothing by being followed, because scanners follow them: each leads to a
page with a button. Programs press the one of unsubscribing without ever having seen the page.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import (
    BroadsheetError,
    ConflictError,
    InvalidInputError,
    MailError,
    NotFoundError,
    StorageBusyError,
)
from broadsheet.learning import Opinion
from broadsheet.library import Library
from broadsheet.mailing import Schedule
from broadsheet.people import Done, Shelf
from broadsheet.post import WEEKDAYS, Pressed, Wish, say_schedule, say_skipped
from broadsheet.press.schedules import list_zones
from broadsheet.web.answers import answer_done
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer

OWN = "/account/mail"
NO_STORE = {"Cache-Control": "no-store"}
"""What a link in a letter shows is for whoever has the letter, and for no cache."""


VOID_BUTTON = "This button does nothing any more"
WHY_VOID = (
    "Buttons of letters end when the address changes, or when its reader makes new secret "
    "addresses; those of the next letter are good. In Broadsheet itself, every paper has the same."
)


class MailPages:
    """Handlers of the pages of mail."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._subscriptions = library.post.subscriptions
        self._schedules = library.post.schedules
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door(OWN, self.show, Who.READER),
            Door(f"{OWN}/ask", posted(self.ask), Who.READER, "POST", "mail"),
            Door(f"{OWN}/stop", posted(self.stop), Who.READER, "POST"),
            Door(f"{OWN}/resume", posted(self.resume), Who.READER, "POST"),
            Door(f"{OWN}/schedule", posted(self.schedule), Who.READER, "POST"),
            Door("/mail/confirm/{token}", self.ask_to_confirm, Who.ANYONE),
            Door("/mail/confirm/{token}", posted(self.confirm), Who.ANYONE, "POST"),
            Door("/mail/refuse/{token}", self.ask_to_refuse, Who.ANYONE),
            Door("/mail/refuse/{token}", posted(self.refuse), Who.ANYONE, "POST"),
            Door("/mail/unsubscribe/{token}", self.ask_to_stop, Who.ANYONE),
            Door("/mail/unsubscribe/{token}", self.unsubscribe, Who.ANYONE, "POST", foreign=True),
            Door("/mail/act/{token}", self.ask_to_act, Who.ANYONE),
            Door("/mail/act/{token}", posted(self.act), Who.ANYONE, "POST"),
        ]

    # --- One's own ------------------------------------------------------------------------------

    def show(self, request: Request) -> Response:
        """A reader's address, and when the edition is made."""
        return self._page(request)

    def _page(self, request: Request, status: int = 200, **context: Any) -> Response:
        reader = reader_of(request)
        schedule = self._schedules.get(reader)
        shown = {
            "subscription": self._subscriptions.get(reader),
            "trouble": self._library.post.find_trouble(),
            "schedule": schedule,
            "weekdays": WEEKDAYS,
            "said_schedule": say_schedule(schedule),
            "skipped": say_skipped(schedule, self._library.newsroom.today()),
            "zones": list_zones(),
            "mistake": "",
            "wrong": "",
            "address": "",
        }
        return self._renderer.page(
            request, "account-mail.html", status=status, **{**shown, **context}
        )

    def _mistaken(
        self, request: Request, error: BroadsheetError, wrong: str, address: str = ""
    ) -> Response:
        problem = describe(error)
        return self._page(
            request, problem.status, mistake=problem.message, wrong=wrong, address=address
        )

    def ask(self, request: Request, form: Form) -> Response:
        """Ask for an address: one mail goes there."""
        address = form.get("address")
        try:
            done = self._subscriptions.ask(reader_of(request), address)
        except (InvalidInputError, ConflictError, MailError, StorageBusyError) as error:
            return self._mistaken(request, error, "address", address)
        return answer_done(request, done, OWN)

    def stop(self, request: Request, form: Form) -> Response:
        """No more mail."""
        return answer_done(request, self._subscriptions.stop(reader_of(request)), OWN)

    def resume(self, request: Request, form: Form) -> Response:
        """Go on with what was stopped."""
        try:
            done = self._subscriptions.resume(reader_of(request))
        except ConflictError as error:
            return self._mistaken(request, error, "address")
        return answer_done(request, done, OWN)

    def schedule(self, request: Request, form: Form) -> Response:
        """Change when the edition is made."""
        reader = reader_of(request)
        chosen = Schedule(
            reader.id, form.get("zone"), form.get("time"), tuple(form.numbers("weekday"))
        )
        try:
            done = self._schedules.change(reader, chosen)
        except InvalidInputError as error:
            return self._mistaken(request, error, "schedule")
        return answer_done(request, done, OWN)

    # --- From letters ---------------------------------------------------------------------------

    def ask_to_confirm(self, request: Request) -> Response:
        """The question whether an address wants mail."""
        asked = self._subscriptions.find_asked(request.path_params["token"])
        done = asked.confirmed_at is not None
        return self._answer(request, "mail-confirm.html", address=asked.address, done=done)

    def confirm(self, request: Request, form: Form) -> Response:
        """Let mail go there."""
        asked = self._subscriptions.confirm(request.path_params["token"])
        return self._answer(request, "mail-confirm.html", address=asked.address, done=True)

    def ask_to_refuse(self, request: Request) -> Response:
        """The question whether an address is to be left alone; the same page once it is."""
        done = self._subscriptions.is_refused(request.path_params["token"])
        return self._answer(request, "mail-refuse.html", done=done)

    def refuse(self, request: Request, form: Form) -> Response:
        """Let nobody ask that address again."""
        self._subscriptions.refuse(request.path_params["token"])
        return self._answer(request, "mail-refuse.html", done=True)

    def ask_to_stop(self, request: Request) -> Response:
        """The question whether mail is to stop; the same page once it has."""
        _, address = self._subscriptions.find_stop(request.path_params["token"])
        return self._answer(request, "mail-unsubscribe.html", address=veil(address))

    def unsubscribe(self, request: Request) -> Response:
        """Stop mail at once, whoever asks and in whichever encoding: the token is the authority,
        and the body says nothing that it does not. Never a redirect, never a cookie (RFC 8058)."""
        self._subscriptions.unsubscribe(request.path_params["token"])
        return self._answer(request, "mail-unsubscribe.html", address="")

    def ask_to_act(self, request: Request) -> Response:
        """The question before a paper is saved, or turned down, from a letter."""
        try:
            pressed = self._subscriptions.find_pressed(request.path_params["token"])
        except NotFoundError as error:
            return self._void(request, error)
        return self._show_act(request, pressed)

    def act(self, request: Request, form: Form) -> Response:
        """Do what the button of a letter asked for."""
        try:
            pressed = self._subscriptions.find_pressed(request.path_params["token"])
        except NotFoundError as error:
            return self._void(request, error)
        try:
            done = self._do(pressed, form)
        except (InvalidInputError, ConflictError) as error:
            problem = describe(error)
            return self._show_act(request, pressed, problem.status, mistake=problem.message)
        return self._show_act(request, pressed, done=done.sentence)

    def _void(self, request: Request, error: NotFoundError) -> Response:
        """A button that does nothing; the same page for one that was forged."""
        problem = describe(error)._replace(title=VOID_BUTTON, message=WHY_VOID)
        return self._answer(request, "error.html", problem.status, problem=problem, text="")

    def _do(self, pressed: Pressed, form: Form) -> Done:
        reader, button = pressed.reader, pressed.button
        if button.wish is Wish.SAVE:
            shelf = button.shelf_id or form.number("shelf", 0)
            return self._library.shelves.save(reader, button.work_id, [shelf] if shelf else [])
        opinion = Opinion.DISLIKE if button.shelf_id else Opinion.HIDE
        return self._library.recommender.answer(reader, button.work_id, opinion, button.shelf_id)

    def _show_act(
        self,
        request: Request,
        pressed: Pressed,
        status: int = 200,
        *,
        mistake: str = "",
        done: str = "",
    ) -> Response:
        button = pressed.button
        shelves = {shelf.id: shelf for shelf in self._library.shelves.get(pressed.reader)}
        choice: list[Shelf] = [] if button.shelf_id else list(shelves.values())
        return self._answer(
            request,
            "mail-act.html",
            status,
            work=self._library.get_work(button.work_id),
            saving=button.wish is Wish.SAVE,
            shelf=shelves.get(button.shelf_id),
            choice=choice,
            mistake=mistake,
            done=done,
        )

    def _answer(
        self, request: Request, template: str, status: int = 200, **context: object
    ) -> Response:
        return self._renderer.page(request, template, status=status, headers=NO_STORE, **context)


def veil(address: str) -> str:
    """An address for a page that whoever has a letter can open: "a…@example.org"."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""
