"""Each host's turn: one request at a time, so far apart, and none before it may be.

All processes of a library share the turns: what must be remembered between requests lies in a
folder, under locks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from broadsheet.connectors.http.folder import BudgetFolder
from broadsheet.connectors.http.retry import LONGEST
from broadsheet.connectors.http.state import State
from broadsheet.errors import SourceBusyError, SourceRefusedError

MINUTE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
FARTHEST = (LONGEST + timedelta(hours=1)).total_seconds()  # the clock may be set back a little
MARGIN = 0.1  # seconds: a server's clock may see a pause somewhat shorter than ours does


class Budget(NamedTuple):
    """How patient to be with a host.

    `gap` is in seconds, from the end of a request to the start of the next. `pause` follows an
    answer that asks for patience without saying how much; each further one doubles it.
    """

    name: str
    gap: float = 1.0
    pause: timedelta = MINUTE


BUDGETS = {
    "arxiv.org": Budget("arxiv", 3.0, 10 * MINUTE),
    "huggingface.co": Budget("huggingface"),
    "api.semanticscholar.org": Budget("semanticscholar", 1.1),
    "api.openalex.org": Budget("openalex", 0.2),
    "api.crossref.org": Budget("crossref"),
    "openreview.net": Budget("openreview", 10.0),
}
"""By the end of the host's name."""


def budget_of(host: str, name: str = "") -> Budget:
    """The budget that a request counts for: the named one, else that of the host."""
    for suffix, budget in BUDGETS.items():
        if name == budget.name or (not name and f".{host}".endswith(f".{suffix}")):
            return budget
    return Budget(_file_name(name or f"host-{host}"))


def _file_name(name: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name)
    if plain == name and len(name) <= 60:
        return name
    return f"{plain[:60]}-{sha256(name.encode()).hexdigest()[:12]}"


class Turn:
    """The right to send one request, and what came of it."""

    def __init__(self, state: State, budget: Budget, clock: Callable[[], datetime]) -> None:
        self.state, self._budget, self._clock = state, budget, clock

    def succeed(self, host: str, spent: timedelta | None) -> None:
        """All is well; `spent` says for how long the allowance is used up."""
        now = self._clock()
        if not _is_paused(self.state, now):  # else another has noted that meanwhile
            self.state = replace(self.state, failures=0, not_before=0.0, why="")
        if spent is not None:
            until = now + spent
            why = f"The allowance at {host} is used up"
            self.state = replace(self.state, not_before=until.timestamp(), why=why)

    def postpone(
        self, why: str, wait: timedelta | None = None, *, reached: bool = True
    ) -> SourceBusyError:
        """Note that the host is busy, or was not even reached; the error to raise."""
        state = self.state
        first = self._budget.pause if reached else MINUTE
        now = self._clock()
        until = now + (wait or min(first * 2 ** min(state.failures, 20), LONGEST_PAUSE))
        self.state = replace(
            state, not_before=until.timestamp(), failures=state.failures + 1, why=why
        )
        return _busy(self.state, now)

    def block(self, why: str) -> SourceRefusedError:
        """Note that the host refuses; the error to raise."""
        self.state = replace(self.state, blocked=why, failures=0, not_before=0.0, why="")
        return _refused(self.state, self._budget)


class Budgets:
    """The turns of all hosts, kept in a folder. Safe across threads and processes."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        pace: float,
    ) -> None:
        """`pace` scales the gaps; nothing is written before the first turn."""
        self._folder = BudgetFolder(folder)
        self._clock, self._sleep, self._pace = clock, sleep, pace

    @contextmanager
    def turn(self, budget: Budget, *, asker: str = "", guest: bool = False) -> Iterator[Turn]:
        """Wait for the turn and hold it; `asker` is the host to be asked, for the sentences.

        Raises SourceBusyError and SourceRefusedError when the host may not be asked now; for a
        `guest`, who was sent by another host, a refusal is a matter of that host's patience.
        """
        with self._folder.locked(budget.name) as path:
            state = State.read(path)
            self._admit(state or State(), budget, asker, guest)
            self._wait(budget, state)
            turn = Turn(replace(state or State(), open=True), budget, self._clock)
            self._keep(turn, path)
            try:
                yield turn
            finally:
                turn.state = replace(turn.state, open=False)
                self._keep(turn, path)

    @contextmanager
    def note(self, budget: Budget) -> Iterator[Turn]:
        """Note what came of a turn after it has ended, as its host had sent us elsewhere."""
        with self._folder.locked(budget.name) as path:
            state = State.read(path) or State(end=time.monotonic())
            turn = Turn(state, budget, self._clock)
            try:
                yield turn
            finally:
                if turn.state != state:
                    turn.state.write(path)

    def release(self, name: str) -> None:
        """A person says that the hosts of the budget of that name may be asked again."""
        with self._folder.locked(budget_of("", name).name) as path:
            state = State.read(path)
            if state is not None and state.blocked:
                replace(state, blocked="").write(path)

    def _admit(self, state: State, budget: Budget, asker: str, guest: bool) -> None:
        now = self._clock()
        if state.blocked and guest:
            raise SourceBusyError(str(_refused(state, budget)), now + LONGEST_PAUSE)
        if state.blocked:
            raise _refused(state, budget)
        if _is_paused(state, now):
            other = not state.why.startswith(asker)  # a host that shares the budget
            why = f"{asker} is not asked now: {state.why}" if other else state.why
            raise _busy(replace(state, why=why), now)

    def _wait(self, budget: Budget, state: State | None) -> None:
        gap = (budget.gap + MARGIN) * self._pace
        passed = -1.0 if state is None or state.open else time.monotonic() - state.end
        left = gap - passed if passed >= 0 else gap
        if left > 0:
            self._sleep(left)

    def _keep(self, turn: Turn, path: Path) -> None:
        turn.state = replace(turn.state, end=time.monotonic())
        turn.state.write(path)


def _is_paused(state: State, now: datetime) -> bool:
    """A moment further off than any that is ever noted stems from a clock that was wrong."""
    return 0 < state.not_before - now.timestamp() <= FARTHEST


def _refused(state: State, budget: Budget) -> SourceRefusedError:
    why = f"{state.blocked}; it is not asked again until you say so."
    return SourceRefusedError(why, budget.name)


def _busy(state: State, now: datetime) -> SourceBusyError:
    until = datetime.fromtimestamp(state.not_before, UTC)
    day = "" if until.date() == now.date() else f"{until:%Y-%m-%d} "
    return SourceBusyError(f"{state.why}; next attempt at {day}{until:%H:%M} UTC.", until)
