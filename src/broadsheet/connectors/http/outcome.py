"""What came of one request, and what that means for the budget that it counts for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadsheet.connectors.http.address import REDIRECTS
from broadsheet.connectors.http.budget import Turn
from broadsheet.connectors.http.exchange import Reply, UnreachableError
from broadsheet.connectors.http.retry import retry_after, spent_for
from broadsheet.connectors.http.verdict import Mood, judge


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer of `host`, or the error that kept it from us, at a moment of our clock."""

    host: str
    answer: Reply | UnreachableError
    at: datetime

    def settle(self, turn: Turn, sender: str = "") -> Reply:
        """The answer, noted in a turn; `sender` is the host that had redirected to this one.

        Raises SourceBusyError and SourceRefusedError.
        """
        before = f"{sender} redirects, and " if sender else ""
        if isinstance(self.answer, UnreachableError):
            why = f"{before}{self.host} could not be reached: {self.answer}"
            raise turn.postpone(why, reached=False) from self.answer
        mood, why = judge(self.answer, self.host)
        if mood is Mood.BUSY:
            raise turn.postpone(before + why, retry_after(self.answer.headers, self.at))
        if mood is Mood.REFUSED:
            raise turn.block(before + why)
        spent = spent_for(self.answer.headers, self.at)
        # A redirect is not yet what was asked for: that is for its target to say.
        if spent is not None or self.answer.status not in REDIRECTS:
            turn.succeed(self.host, spent)
        return self.answer
