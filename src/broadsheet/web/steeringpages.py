"""The pages on which a reader steers a shelf: how sure it is, an experiment, a backlog."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from broadsheet import shapes
from broadsheet.errors import IndexNotReadyError, InvalidInputError
from broadsheet.library import Library
from broadsheet.web.answers import wants_json
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.entries import read_answered
from broadsheet.web.floorview import view_floor
from broadsheet.web.learningpages import read_shelf
from broadsheet.web.learningturns import LEARNING, in_turn
from broadsheet.web.learningview import view_backlog
from broadsheet.web.problems import describe
from broadsheet.web.render import Renderer, json_answer
from broadsheet.web.requests import read_text
from broadsheet.web.steeringview import list_exploring, list_wishes
from broadsheet.web.trialview import view_trial

NEXT = 10


class SteeringPages:
    """Handlers of these pages."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._library = library
        self._recommender = library.recommender
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of these pages."""
        return [
            Door("/shelf/{number}/steer", in_turn(self.steer), Who.READER, budget=LEARNING),
            Door("/shelf/{number}/trial", in_turn(self.trial), Who.READER, budget=LEARNING),
            Door("/shelf/{number}/review", in_turn(self.review), Who.READER, budget=LEARNING),
        ]

    def steer(self, request: Request) -> Response:
        """What a reader sets for a shelf, with what each floor would mean."""
        reader = reader_of(request)
        shelf = read_shelf(self._library, request, reader)
        set_now = self._recommender.get_steering(reader, shelf.id)
        trade_off = self._recommender.trade_off(reader, shelf.id)
        if wants_json(request):
            told = {"steering": shapes.learned(set_now), "trade_off": shapes.learned(trade_off)}
            return json_answer(told)
        return self._renderer.page(
            request,
            "shelf-steer.html",
            shelf=shelf,
            set_now=set_now,
            today=self._library.newsroom.today(),
            view=view_floor(trade_off, set_now),
            exploring=list_exploring(set_now),
            wishes=list_wishes(set_now),
        )

    def trial(self, request: Request) -> Response:
        """Two rankers against each other, and who is ahead."""
        reader = reader_of(request)
        shelf = read_shelf(self._library, request, reader)
        report = self._recommender.get_trial(reader, shelf.id)
        if wants_json(request):
            return json_answer(shapes.learned(report))
        rankers = {each.id: each.title for each in self._recommender.list_rankers()}
        chosen = self._recommender.get_steering(reader, shelf.id).ranker
        view = view_trial(report, rankers, chosen)
        return self._renderer.page(request, "shelf-trial.html", shelf=shelf, view=view)

    def review(self, request: Request) -> Response:
        """A backlog worked through: what to judge next, and whether one may stop."""
        reader, text = reader_of(request), read_text(request.query_params)
        shelf = read_shelf(self._library, request, reader)
        try:
            state = self._recommender.review(reader, shelf.id, text, NEXT) if text else None
        except (InvalidInputError, IndexNotReadyError) as error:
            return self._renderer.problem(request, describe(error), text)
        if state and wants_json(request):
            return json_answer(shapes.learned(state))
        known = read_answered(self._library, reader, state.next if state else ())
        return self._renderer.page(
            request,
            "shelf-review.html",
            shelf=shelf,
            asked=text,
            state=state,
            searches=() if state else self._library.searches.get(reader),
            papers=view_backlog(state, shelf, known) if state else (),
        )
