"""Pages for which shelves learn while the reader waits: a few at a time.

Such a page takes seconds for a reader with very many papers and shelves. A budget (`limits`) keeps
one client from asking for too many, and the turns keep threads for everybody's other pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.turns import Turns
from broadsheet.web.caller import caller_of

LEARNING = "learning"
"""The budget of such a page."""

AT_ONCE, MOST_WAITING, PATIENCE = 2, 16, 10.0
"""More at once would be no quicker, since they share one processor; who waits holds a thread, of
which a process has 40."""
OWN_WAITING = 2
"""Of one reader, one page is made at a time, so that others have a turn; so many more wait."""
BUSY = "Too many shelves are learning just now; please try again in a moment."

_TURNS = Turns(BUSY, at_once=AT_ONCE, waiting=MOST_WAITING, patience=PATIENCE)
_own: WeakValueDictionary[int | str, Turns] = WeakValueDictionary()
_lock = Lock()


def in_turn(handle: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """A handler that waits for its turn; StorageBusyError where too many wait."""

    @wraps(handle)
    def answer(request: Request) -> Response:
        who = caller_of(request).number or request.path_params.get("token", "")
        with _turns_of(who).take(), _TURNS.take():
            return handle(request)

    return answer


def _turns_of(who: int | str) -> Turns:
    """The turns of a reader, or of the address that opens their feed; gone when nobody waits."""
    with _lock:
        turns = _own.get(who)
        if turns is None:
            turns = _own[who] = Turns(BUSY, at_once=1, waiting=OWN_WAITING, patience=PATIENCE)
        return turns
