"""What readers do: each act is a form that says so, and is answered by where it was done from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import InvalidInputError
from broadsheet.library import Library
from broadsheet.people import Done, Reader, Sharing
from broadsheet.shelves import Upload
from broadsheet.web import links
from broadsheet.web.answers import answer_done, read_back, wants_json
from broadsheet.web.bodies import LARGEST_BIBLIOGRAPHY, Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.requests import read_path_number
from broadsheet.web.standing import tell_standing

LARGEST_COMMENT = 256 * 1024

Act = Callable[[Reader, Form], Done]
More = Callable[[Reader, Form], Mapping[str, object]]


class ActPages:
    """Handlers of the acts of readers, by form (see `answers`)."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shelves = library.shelves
        self._searches = library.searches
        self._community = library.community
        self._journal = library.journal

    def doors(self) -> list[Door]:
        """The addresses of these acts."""
        shelves, searches, community = self._shelves, self._searches, self._community
        stands = partial(doing, more=partial(tell_standing, self._library))
        return [
            stands("save", lambda r, f: shelves.save(r, _paper(f), _shelves(f), f.get("note"))),
            stands("unsave", lambda r, f: shelves.unsave(r, _paper(f), _shelves(f))),
            stands("shelve", self._shelve),
            stands("note", lambda r, f: shelves.note(r, _paper(f), f.get("note"), _shelves(f))),
            stands("read", lambda r, f: shelves.mark_read(r, _paper(f), True)),
            stands("unread", lambda r, f: shelves.mark_read(r, _paper(f), False)),
            stands("undo", lambda r, f: self._journal.undo(r, f.number("done"))),
            doing("upvote", lambda r, f: community.upvote(r, _paper(f))),
            doing("retract", lambda r, f: community.retract(r, _paper(f))),
            doing("comment", self._comment, _to_comment, budget="comment", body=LARGEST_COMMENT),
            doing(
                "edit-comment",
                self._edit_comment,
                _to_comment,
                budget="comment",
                body=LARGEST_COMMENT,
            ),
            doing("delete-comment", lambda r, f: community.delete_comment(r, f.number("comment"))),
            doing("follow", lambda r, f: community.follow(r, f.get("author"))),
            doing("unfollow", lambda r, f: community.unfollow(r, f.get("author"))),
            doing("shelf", lambda r, f: shelves.make(r, f.get("name"), f.get("about")), _to_shelf),
            _numbered("shelf", self._change_shelf),
            doing("delete-shelf", lambda r, f: shelves.delete(r, f.number("shelf")), _to_shelves),
            doing("fill-shelf", self._fill, budget="upload", body=LARGEST_BIBLIOGRAPHY),
            doing("new-link", lambda r, f: shelves.new_link(r, f.number("shelf"))),
            doing("search", lambda r, f: searches.keep(r, f.get("name"), f.get("q"))),
            _numbered("search", self._change_search),
            doing("delete-search", lambda r, f: searches.delete(r, f.number("search"))),
            doing("new-feed", lambda r, f: searches.new_link(r, f.number("search"))),
        ]

    def _shelve(self, reader: Reader, form: Form) -> Done:
        """Puts a paper on the shelves that are ticked, and off the reader's others."""
        note = form.get("note") if form.has("note") else None
        return self._shelves.shelve(reader, _paper(form), _shelves(form), note, form.get("new"))

    def _comment(self, reader: Reader, form: Form) -> Done:
        parent = form.number("parent", 0) or None
        return self._community.comment(reader, _paper(form), form.get("text"), parent)

    def _edit_comment(self, reader: Reader, form: Form) -> Done:
        return self._community.edit_comment(reader, form.number("comment"), form.get("text"))

    def _change_shelf(self, reader: Reader, number: int, form: Form) -> Done:
        sharing = form.get("sharing")
        if sharing and sharing not in set(Sharing):
            raise InvalidInputError("A shelf is shared with nobody, by link, or with the instance.")
        return self._shelves.change(
            reader,
            number,
            name=form.get("name") if form.has("name") else None,
            about=form.get("about") if form.has("about") else None,
            sharing=Sharing(sharing) if sharing else None,
        )

    def _fill(self, reader: Reader, form: Form) -> Done:
        files = [Upload(*file) for name, file in form.files if name == "file" and file.name]
        return self._shelves.fill(reader, form.number("shelf"), files)

    def _change_search(self, reader: Reader, number: int, form: Form) -> Done:
        """A box that is not ticked is not sent: `in_edition` counts where the form names it."""
        return self._searches.change(
            reader,
            number,
            name=form.get("name") if form.has("name") else None,
            query=form.get("q") if form.has("q") else None,
            in_edition=form.has("in_edition") if form.has("whole") else None,
        )


def doing(
    name: str,
    act: Act,
    back: Callable[[Form, Done], str] | None = None,
    *,
    more: More | None = None,
    who: Who = Who.READER,
    budget: str = "",
    body: int = 64 * 1024,
) -> Door:
    """The door of an act; `back` says where it ends, else where it came from, and `more` what our
    script is told besides."""

    def answer(request: Request, form: Form) -> Response:
        reader = reader_of(request)
        done = act(reader, form)
        told = more(reader, form) if more and wants_json(request) else None
        return answer_done(request, done, back(form, done) if back else read_back(form), told)

    return Door(f"/act/{name}", posted(answer), who, "POST", budget, body)


def _numbered(name: str, act: Callable[[Reader, int, Form], Done]) -> Door:
    """The door of an act whose address holds the number of what it changes."""

    def answer(request: Request, form: Form) -> Response:
        number = read_path_number(request.path_params["number"], name)
        done = act(reader_of(request), number, form)
        return answer_done(request, done, read_back(form))

    return Door(f"/act/{name}/{{number}}", posted(answer), Who.READER, "POST")


def _paper(form: Form) -> int:
    return form.number("paper")


def _shelves(form: Form) -> list[int]:
    return form.numbers("shelf")


def _to_comment(form: Form, done: Done) -> str:
    number = form.number("paper", 0)
    return links.comment_url(number, done.target) if number and done.target else read_back(form)


def _to_shelf(form: Form, done: Done) -> str:
    return f"/shelf/{done.target}"


def _to_shelves(form: Form, done: Done) -> str:
    return "/shelves"
