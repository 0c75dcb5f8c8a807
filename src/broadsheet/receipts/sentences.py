"""The words of receipts: clauses, and how they become one sentence."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from broadsheet.receipts.ledger import DayTrouble
from broadsheet.sources import DayTally, RejectedItem, Source

EMPTY = "The feed listed nothing on an ordinary day"
EMPTY_PERHAPS = "The feed listed nothing"
EMPTY_SO_FAR = "Nothing was listed for this day so far"
NO_CALENDAR = "Nothing was listed for this day, and the source keeps no calendar"
NO_PAGE = "No page of this day was seen"
NOT_YET = "Not announced yet"
BEFORE = "Before this source was followed."
REMOVED = "This source is followed no longer."
NO_ATTEMPT = "Nothing is known of this day: no attempt is on record"
NEVER_SEEN = "The source was asked on this day, but no page of it was seen and nothing came."
NOT_FILLED = "The harvest has not come to an end yet, so this day is not known"
MOVED_ON = "The source had moved on when it was asked next, so others may have been missed"
OLDER_PERHAPS = "The page may have shown an older batch"
_OPENING = re.compile(r"^(?:The|No|Others) ")  # our own clauses; names keep their case
_NEXT = re.compile(r"; next attempt at [^;]*$")  # the receipt says itself what comes next
_LONGEST_REASON = 200


def join(clauses: Iterable[str]) -> str:
    """Clauses as one sentence, with semicolons between them and a full stop."""
    first, *rest = [strip(clause) for clause in clauses if clause]
    return "; ".join([first, *(_OPENING.sub(_lower, clause) for clause in rest)]) + "."


def _lower(opening: re.Match[str]) -> str:
    return opening[0].lower()


def strip(text: str) -> str:
    return text.strip().rstrip(".")


def count_announced(announced: int, lacking: int, estimated: int) -> str:
    """What a page announced, and how much of it is here."""
    more = f"; the harvest brought {estimated:,} more, not listed there" if estimated else ""
    if lacking > 0:
        here = max(0, announced - lacking)
        return f"{announced:,} announced, {here:,} here, {lacking:,} missing{more}"
    return f"{announced:,} announced, all here{more}"


def count_harvested(count: int) -> str:
    papers, are = ("paper", "is") if count == 1 else ("papers", "are")
    return f"{count:,} {papers} of this day {are} here through the harvest"


def count_brought(count: int, upto: date | None) -> str:
    """What the harvest gave; `upto` is how far it is known to have come."""
    harvest = f"the harvest up to {upto}" if upto else "the harvest so far"
    papers = "no paper" if count == 0 else f"{count:,} {'paper' if count == 1 else 'papers'}"
    return f"{harvest} brought {papers} of it"


def count_reckoned(tally: DayTally) -> str:
    lacking = tally.announced - tally.arrived
    return (
        f"the harvest reckons {tally.announced:,} of it, {tally.arrived:,} here, "
        f"{lacking:,} missing"
    )


def count_times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def tell_rejected(items: Sequence[RejectedItem]) -> list[str]:
    """Those of the missing that came and could not go in; none: no clause."""
    if not items:
        return []
    return [f"{len(items):,} came and could not go in: {_reason(items)}"]


def tell_loose(items: Sequence[RejectedItem]) -> list[str]:
    """What came on the day, could not go in, and may be of any category; none: no clause."""
    if not items:
        return []
    one = len(items) == 1
    what = "1 entry" if one else f"{len(items):,} entries"
    return [f"{what} that the source sent could not go in: {_reason(items)}"]


def tell_failed(trouble: DayTrouble) -> str:
    """A failure, with what is known of the other attempts of the day."""
    if trouble.answered:
        return strip(trouble.sentence)
    which = "The last attempt of this day failed" if trouble.partly else "No attempt succeeded"
    return f"{which}: {_NEXT.sub('', strip(trouble.sentence))}"


def tell_next(moment: datetime, now: datetime) -> str:
    if moment <= now:
        return "the next attempt is due"
    return f"next attempt {tell_time(moment, now.date())}"


def tell_time(moment: datetime, day: date) -> str:
    """A moment; its date only where that is not `day`."""
    time = f"{moment:%H:%M} UTC"
    return time if moment.date() == day else f"{moment.date()} {time}"


def tell_halt(source: Source | None) -> str:
    """What would make a source that is not asked go on."""
    if source is None:
        return "the source is followed no longer"
    command = f"`broadsheet source resume {shlex.quote(source.name)}`"
    what = "the source is paused" if source.paused else "nothing more is asked"
    return f"{what} until {command}"


def _reason(items: Sequence[RejectedItem]) -> str:
    reason = strip(items[0].reason)[:_LONGEST_REASON]
    return reason if len(items) == 1 else f"{reason} (and {len(items) - 1:,} more)"
