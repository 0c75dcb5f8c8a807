"""What readers teach their shelves by forms: answers, steering, a start, trials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.edition import Scope
from broadsheet.errors import BroadsheetError, ConflictError, InvalidInputError
from broadsheet.learning import Opinion
from broadsheet.library import Library
from broadsheet.people import Done, Reader
from broadsheet.recommend import MOST_LINES
from broadsheet.shelves import FIRST_SHELF, Upload
from broadsheet.web.actpages import doing
from broadsheet.web.answers import answer_all
from broadsheet.web.bodies import LARGEST_BIBLIOGRAPHY, Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.learningpages import find_own
from broadsheet.web.standing import tell_standing
from broadsheet.web.steeringview import read_steering

KEEPS = ("ours", "challenger")


class LearningActs:
    """Handlers of these acts, by form (see `answers`)."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shelves = library.shelves
        self._recommender = library.recommender

    def doors(self) -> list[Door]:
        """The addresses of these acts."""
        stands = partial(doing, more=partial(tell_standing, self._library))
        return [
            *(stands(str(opinion), self._answering(opinion)) for opinion in Opinion),
            stands("take-back", self._take_back),
            doing("steer", self._steer),
            Door(
                "/act/start",
                posted(self._started),
                Who.READER,
                "POST",
                "upload",
                LARGEST_BIBLIOGRAPHY,
            ),
            doing("trial", self._begin_trial),
            doing("end-trial", self._end_trial),
        ]

    def _answering(self, opinion: Opinion) -> Callable[[Reader, Form], Done]:
        def answer(reader: Reader, form: Form) -> Done:
            shelf = form.number("shelf", 0)
            return self._recommender.answer(reader, form.number("paper"), opinion, shelf)

        return answer

    def _take_back(self, reader: Reader, form: Form) -> Done:
        """There is one answer on behalf of a shelf, whichever it is."""
        paper, shelf = form.number("paper"), form.number("shelf", 0)
        for answer in self._recommender.get_answers(reader, [paper]).get(paper, ()):
            if answer.shelf_id == shelf:
                return self._recommender.take_back(reader, paper, answer.opinion, shelf)
        return Done("There was no answer to take back.")

    def _steer(self, reader: Reader, form: Form) -> Done:
        """What the form leaves out stays as it is."""
        set_now = self._recommender.get_steering(reader, form.number("shelf"))
        today = self._library.newsroom.today()
        return self._recommender.steer(reader, read_steering(form, set_now, today))

    # --- Trials -------------------------------------------------------------------------------

    def _begin_trial(self, reader: Reader, form: Form) -> Done:
        number = form.number("shelf")
        return self._recommender.begin_trial(reader, number, form.get("challenger"))

    def _end_trial(self, reader: Reader, form: Form) -> Done:
        keep = form.get("keep")
        if keep not in KEEPS:
            raise InvalidInputError("Of a trial, keep one of the two rankers.")
        return self._recommender.end_trial(reader, form.number("shelf"), keep)

    # --- Starting -----------------------------------------------------------------------------

    def _started(self, request: Request, form: Form) -> Response:
        """Ends at the reader's edition of today, where the shelf has something in it."""
        reader = reader_of(request)
        done, shelf = self._start(reader, form)
        if not shelf:
            return answer_all(request, done, "/yours")
        today = self._library.newsroom.today().isoformat()
        edition = self._library.press.get(Scope.READER, today, reader)
        own = f"shelf-{shelf}"
        found = any(part.key == own and part.entries for part in edition.sections)
        return answer_all(request, done, "/yours" if found else f"/shelf/{shelf}/new")

    def _start(self, reader: Reader, form: Form) -> tuple[Sequence[Done], int]:
        """All that was given goes in; what cannot is told of, and keeps nothing else out: what came
        of each part, and the shelf. One that was made for it and got nothing is taken away again,
        and 0 stands for it."""
        if not (form.get("papers").strip() or form.has("paper") or form.file("file")
                or form.get("authors").strip()):  # fmt: skip
            raise InvalidInputError("Give at least one paper, file or author to start from.")
        number, made = self._find_shelf(reader, form)
        done = [each._replace(target=number) for each in self._fill(reader, number, form)]
        if not made or self._shelves.get_shelf(reader, number).papers:
            return done, number
        self._shelves.delete(reader, number)
        if not form.get("authors").strip():
            raise InvalidInputError(" ".join(each.sentence for each in done))
        return [each._replace(target=0) for each in done], 0

    def _find_shelf(self, reader: Reader, form: Form) -> tuple[int, bool]:
        """The shelf that is named, by number or else by name, and whether it was made for that."""
        if number := form.number("shelf", 0):
            return find_own(self._library, reader, number).id, False
        name = form.get("name").strip() or FIRST_SHELF
        try:
            done = self._shelves.make(reader, name)
        except ConflictError:
            mine = self._shelves.get(reader)
            found = [each.id for each in mine if each.name.casefold() == name.casefold()]
            if not found:
                raise
            return found[0], False
        return done.target, True

    def _fill(self, reader: Reader, number: int, form: Form) -> Iterator[Done]:
        """What came of each part of the form."""
        ticked = form.numbers("paper")[:MOST_LINES]
        authors = form.get("authors").splitlines()[:MOST_LINES]
        files = [Upload(*file) for name, file in form.files if name == "file" and file.name]
        if ticked:
            yield _try(partial(self._recommender.start_with, reader, number, ticked))
        if text := form.get("papers").strip():
            yield _try(partial(self._recommender.start, reader, number, text))
        if files:
            yield _try(partial(self._shelves.fill, reader, number, files))
        for author in filter(None, map(str.strip, authors)):
            yield _try(partial(self._library.community.follow, reader, author))


def _try(act: Callable[[], Done]) -> Done:
    """What an act came to, or why it did not."""
    try:
        return act()
    except BroadsheetError as error:
        return Done(str(error))
