"""The page that tunes search by questions, for operators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from broadsheet import shapes
from broadsheet.errors import InvalidInputError
from broadsheet.library import Library
from broadsheet.people import Reader
from broadsheet.tuning import Question
from broadsheet.web.answers import answer_done, wants_json
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.entries import shorten
from broadsheet.web.learningturns import LEARNING, in_turn
from broadsheet.web.render import Renderer, json_answer

HERE = "/tune"
MOST_SKIPPED = 20


class TunePages:
    """Handlers of the page and its acts."""

    def __init__(self, library: Library, renderer: Renderer) -> None:
        self._tuning = library.tuning
        self._renderer = renderer

    def doors(self) -> list[Door]:
        """The addresses of this page."""
        return [
            Door(HERE, in_turn(self.show), Who.OPERATOR, budget=LEARNING),
            Door(f"{HERE}/answer", posted(self.answer), Who.OPERATOR, "POST"),
            Door(f"{HERE}/apply", posted(self.apply), Who.OPERATOR, "POST", LEARNING),
            Door(f"{HERE}/reset", posted(self.reset), Who.OPERATOR, "POST"),
        ]

    def show(self, request: Request) -> Response:
        """A question, and what the answers say so far."""
        reader, skipped = reader_of(request), _read_skipped(request)
        state = self._tuning.state(reader)
        if wants_json(request):
            return json_answer(shapes.tuning(state))
        question = self._find(reader, skipped)
        return self._renderer.page(
            request,
            "tune.html",
            state=state,
            question=question,
            excerpt=shorten(question.work.text) if question else "",
            skipped=skipped,
            most_skipped=MOST_SKIPPED,
        )

    def _find(self, reader: Reader, skipped: int) -> Question | None:
        """The question after those that were passed over."""
        questions = self._tuning.ask(reader, skipped + 1)
        return questions[-1] if questions else None

    def answer(self, request: Request, form: Form) -> Response:
        """Keep an answer, and go on with the next question."""
        told = form.get("relevant")
        if told not in ("yes", "no"):
            raise InvalidInputError("An answer is yes or no.")
        done = self._tuning.answer(
            reader_of(request), form.get("query"), form.number("paper"), told == "yes"
        )
        skipped = min(form.number("skipped", 0), MOST_SKIPPED)
        return answer_done(request, done, f"{HERE}?skipped={skipped}" if skipped else HERE)

    def apply(self, request: Request, form: Form) -> Response:
        """Let search go by what leads for sure."""
        return answer_done(request, self._tuning.apply(reader_of(request)), HERE)

    def reset(self, request: Request, form: Form) -> Response:
        """Let search be as it is shipped."""
        return answer_done(request, self._tuning.reset(reader_of(request)), HERE)


def _read_skipped(request: Request) -> int:
    """How many questions are passed over, by the address."""
    text = request.query_params.get("skipped", "")
    return min(int(text), MOST_SKIPPED) if text.isdecimal() and len(text) < 4 else 0
