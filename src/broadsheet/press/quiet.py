"""Why an edition is empty, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from broadsheet.edition import Scope
from broadsheet.press.calendar import Period
from broadsheet.sources import Receipt, Verdict

NOT_YET = {
    Scope.DAY: "This day has not come yet.",
    Scope.READER: "This day has not come yet.",
    Scope.WEEK: "This week has not begun yet.",
    Scope.MONTH: "This month has not begun yet.",
}
_SAID = {Scope.WEEK: "of this week", Scope.MONTH: "of this month"}


def tell_quiet(period: Period, today: date, receipts: Sequence[Receipt]) -> str:
    """Why there is nothing of a period, from what its receipts say."""
    if period.first > today:
        return NOT_YET[period.scope]
    whole = period.scope not in _SAID
    if whole and receipts and all(each.verdict is Verdict.QUIET for each in receipts):
        reasons = " ".join(dict.fromkeys(each.sentence for each in receipts))
        when = "Nothing today" if period.first == today else "Nothing on this day"
        return f"{when}, because {reasons}"
    which = _SAID.get(period.scope, "of today" if period.first == today else "of this day")
    if not receipts:
        return f"The library has nothing {which}: no source that it follows spoke for it."
    return f"The library has nothing {which}."
