"""What the script of a page tells in the background: which papers were on it, and which was opened.

Shelves learn from it, so what our pages send is kept as it comes. But whoever reads here can send
anything, as often as requests are answered at all; of that no more is kept than somebody who reads
could have seen. Whatever becomes of a beacon, it is answered alike: no page waits for it.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from broadsheet.library import Library
from broadsheet.people import Act, Reader
from broadsheet.web.bodies import Form, posted
from broadsheet.web.caller import reader_of
from broadsheet.web.doors import Door, Who
from broadsheet.web.limits import Limits

BUDGET = "beacon"
REPEAT_SECONDS = 300.0
"""As long as the same page, loaded again, tells nothing new."""
MOST_REMEMBERED = 10_000
_PLACE = re.compile(
    r"(?:day|week|month|reader) [0-9]{4}-(?:W[0-9]{2}|[0-9]{2}(?:-[0-9]{2})?)"
    r"|shelf(?:-new|-review)? [0-9]{1,15}|author|search|trending|whole day"
)
"""What pages call themselves in `data-place`."""


class Beacons:
    """Handlers of the beacons, and what they remember of those that came before."""

    def __init__(
        self, library: Library, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._library = library
        self._limits = limits
        self._clock = clock
        self._latest: OrderedDict[tuple[int, Act, str], tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def doors(self) -> list[Door]:
        """The addresses of the beacons."""
        return [
            Door("/act/shown", posted(self.shown), Who.READER, "POST"),
            Door("/act/open", posted(self.opened), Who.READER, "POST"),
        ]

    def shown(self, request: Request, form: Form) -> Response:
        """The script of a page says which papers were on it, in order."""
        reader, place = reader_of(request), form.get("place")
        numbers = list(dict.fromkeys(form.numbers("paper")))
        if self._is_worth(reader, Act.SHOWN, place, numbers):
            here = self._library.get_works(numbers)
            self._library.journal.note_shown(reader, place, [n for n in numbers if n in here])
        return Response(status_code=204)

    def opened(self, request: Request, form: Form) -> Response:
        """The script of a page says which paper was opened from it."""
        reader, place = reader_of(request), form.get("place")
        number, position = form.number("paper"), form.number("position", 0)
        worth = self._is_worth(reader, Act.OPEN, place, [number, position])
        if worth and number in self._library.get_works([number]):
            self._library.journal.note_open(reader, number, place, position)
        return Response(status_code=204)

    def _is_worth(self, reader: Reader, act: Act, place: str, told: Sequence[int]) -> bool:
        """Whether a beacon is of a page of ours, tells something new, and is not one too many."""
        if not _PLACE.fullmatch(place):
            return False
        key, what = (reader.id, act, place), hash(tuple(told))
        with self._lock:
            now = self._clock()
            before, then = self._latest.get(key, (None, now))
            if before == what and now - then < REPEAT_SECONDS:
                return False
            if not self._has_room(reader):
                return False
            self._latest[key] = what, now
            self._latest.move_to_end(key)
            while len(self._latest) > MOST_REMEMBERED:
                self._latest.popitem(last=False)
        return True

    def _has_room(self, reader: Reader) -> bool:
        try:
            self._limits.take(BUDGET, f"reader {reader.id}")
        except HTTPException:
            return False
        return True
