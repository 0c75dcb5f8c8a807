"""The pages of a shelf that learns: how it starts, what it finds now, under the hood."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from broadsheet import shapes
from broadsheet.errors import NotFoundError
from broadsheet.learning import NEW_PAGE, Hood
from broadsheet.library import Library
from broadsheet.people import Reader, Shelf
from broadsheet.shelves import FIRST_SHELF
from broadsheet.web.answers import wants_json
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.entries import read_answered, read_known, view_work
from broadsheet.web.hoodview import EffectView, view_effect, view_hood
from broadsheet.web.learningturns import LEARNING, in_turn
from broadsheet.web.learningview import numbers_of, view_picks
from broadsheet.web.render import Renderer, json_answer
from broadsheet.web.requests import read_number, read_path_number

GRID = 24
FOUND = 30
_MOST = 10**12


class LearningPages:
    """Handlers of these pages."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._recommender = library.recommender
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/start", in_turn(self.start), Who.READER, budget=LEARNING),
            Door("/shelf/{number}/new", in_turn(self.new), Who.READER, budget=LEARNING),
            Door("/shelf/{number}/hood", in_turn(self.hood), Who.READER, budget=LEARNING),
        ]

    def start(self, request: Request) -> Response:
        """Where a shelf starts from: papers, a file, authors, or a grid to tick."""
        reader = reader_of(request)
        number = read_number(request.query_params.get("shelf"), default=0, low=0, high=_MOST)
        shelf = find_own(self._library, reader, number) if number else None
        works = self._recommender.grid(GRID)
        known = read_known(
            self._library, None, [work.id for work in works], {work.id: work for work in works}
        )
        return self._renderer.page(
            request,
            "start.html",
            shelf=shelf,
            first=FIRST_SHELF,
            grid=[view_work(work, n, known) for n, work in enumerate(works, 1)],
        )

    def new(self, request: Request) -> Response:
        """What a shelf finds among the papers of the last month."""
        reader = reader_of(request)
        shelf = read_shelf(self._library, request, reader)
        picks = self._recommender.rank(reader, shelf.id, limit=FOUND)
        known = read_answered(self._library, reader, numbers_of(picks))
        if wants_json(request):
            return json_answer(shapes.picks(picks, known.works))
        view = view_picks(picks, known)
        place = f"{NEW_PAGE}{shelf.id}"
        return self._renderer.page(request, "shelf-new.html", shelf=shelf, view=view, place=place)

    def hood(self, request: Request) -> Response:
        """What a shelf has learned, and what would change without one of its lessons."""
        reader = reader_of(request)
        shelf = read_shelf(self._library, request, reader)
        hood = self._recommender.describe(reader, shelf.id)
        if wants_json(request):
            return json_answer(shapes.learned(hood))
        without = request.query_params.get("without")
        number = read_number(without, default=0, low=0, high=_MOST)
        late = (work for week in hood.weeks for work in week.late)
        works = self._library.get_works([*(each.work_id for each in hood.lessons), *late])
        return self._renderer.page(
            request,
            "shelf-hood.html",
            shelf=shelf,
            view=view_hood(hood, works, self._library.newsroom.today()),
            effect=self._view_effect(reader, hood, number) if number and not hood.quiet else None,
        )

    def _view_effect(self, reader: Reader, hood: Hood, number: int) -> EffectView:
        effect = self._recommender.effect_without(reader, hood.shelf_id, number)
        works = self._library.get_works([number, *effect.before, *effect.after])
        answers = self._recommender.get_answers(reader, [number]).get(number, ())
        answered = any(each.shelf_id == hood.shelf_id for each in answers)
        return view_effect(effect, works, hood.lessons, answered)


def read_shelf(library: Library, request: Request, reader: Reader) -> Shelf:
    """The reader's own shelf that an address names. Raises NotFoundError for any other."""
    return find_own(library, reader, read_path_number(request.path_params["number"], "shelf"))


def find_own(library: Library, reader: Reader, number: int) -> Shelf:
    """One of the reader's own shelves; those of others are as ones that are not there."""
    shelf = library.shelves.get_shelf(reader, number)
    if shelf.reader_id != reader.id:
        raise NotFoundError("shelf", number)
    return shelf
