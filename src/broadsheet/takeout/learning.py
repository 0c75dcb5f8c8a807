"""What shelves learn by in a takeout: what is set for them, answers, and when editions are made.

Neither the address that mail goes to nor letters are told: an address has to be confirmed wherever
mail comes from. Nor are answers to `tune`, by which everybody's search is chosen: a file that
anybody can write must not add to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from broadsheet.errors import InvalidInputError
from broadsheet.learning import Answer, Opinion, Steering, Wish
from broadsheet.mailing import EVERY_DAY, Schedule
from broadsheet.press.schedules import check_schedule
from broadsheet.recommend.steering import (
    MOST_A_DAY,
    MOST_MINUTES,
    MOST_WISHES,
    clean_steering,
)
from broadsheet.takeout.form import Part

TOLD = (
    "per_day", "minutes", "floor", "explore", "rare", "only", "never", "muted_until", "in_edition",
    "ranker",
)  # fmt: skip
"""The fields of a steering that go along; a trial of rankers stays behind."""
_OPINIONS = frozenset(map(str, Opinion))
_LONGEST = 200


def is_set(steering: Steering) -> bool:
    """Whether anything is set for a shelf: what was set and undone is as if it had never been."""
    return steering != Steering(steering.shelf_id)


def read_steering(shelf: Part, shelf_id: int) -> Steering | None:
    """What is set for a shelf of a takeout; None where nothing is, or nothing that can be."""
    if not shelf.has("steering"):
        return None
    part, default = shelf.part("steering"), Steering(shelf_id)
    steering = Steering(
        shelf_id,
        per_day=min(part.number("per_day") or default.per_day, MOST_A_DAY),
        minutes=min(part.number("minutes") or 0, MOST_MINUTES),
        floor=part.share("floor"),
        explore=part.share("explore"),
        rare=part.share("rare"),
        only=_read_wishes(part, "only"),
        never=_read_wishes(part, "never"),
        muted_until=part.day("muted_until"),
        in_edition=part.yes("in_edition", True),
        ranker=part.line("ranker", _LONGEST),
    )
    try:
        return clean_steering(steering)
    except InvalidInputError:  # of a newer version, say
        return None


def _read_wishes(part: Part, name: str) -> tuple[Wish, ...]:
    return tuple(Wish(*pair) for pair in part.pairs(name, MOST_WISHES))


def read_answers(
    takeout: Part,
    reader_id: int,
    shelf_ids: Sequence[int],
    *,
    find_work: Callable[[Part], int],
    read_moment: Callable[[Part], datetime],
) -> Iterator[Answer]:
    """The answers of a takeout to papers that are here, for shelves that are."""
    for part in takeout.parts("answers"):
        number, place, opinion = find_work(part), part.number("shelf"), part.text("opinion")
        if not number or opinion not in _OPINIONS:
            continue
        hides = opinion == Opinion.HIDE
        if hides or (place is not None and place < len(shelf_ids)):
            shelf_id = 0 if hides or place is None else shelf_ids[place]
            yield Answer(reader_id, shelf_id, number, Opinion(opinion), read_moment(part))


def read_schedule(takeout: Part, reader_id: int) -> Schedule | None:
    """When editions are to be made; None where the takeout does not say, or nothing that holds
    here, where zones may have other names."""
    part = takeout.part("schedule")
    if not part.text("zone"):
        return None
    zone, time = part.line("zone", _LONGEST), part.line("time", _LONGEST)
    days = part.numbers("weekdays", len(EVERY_DAY))
    schedule = Schedule(reader_id, zone, time, tuple(days))
    try:
        return check_schedule(schedule)
    except InvalidInputError:
        return None
