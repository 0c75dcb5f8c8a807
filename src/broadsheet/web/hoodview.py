"""What the page under the hood of a shelf shows: lessons, words, authors, a record. Pure.

Places in the drawing are in percent of its box, from the left and from the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from broadsheet.learning import Effect, Hood, Lesson, WeekRecord, Weight
from broadsheet.model import Work
from broadsheet.web import links, wording

WEEKS = 12
"""As many weeks as a drawing has room for."""
WORDS = 12
TELLING = 0.002
"""What is less tells of hardly anything."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a name that may lead somewhere, a number in words, and its length in
    percent of the longest."""

    name: str
    url: str
    points: str
    length: float
    number: int = 0
    kind: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """How good a week was, in words, and where it lies in the drawing, in percent from the left
    and from the top."""

    name: str
    sentence: str
    short: str
    x: float
    y: float
    low: float
    high: float
    late: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HoodView:
    """Under the hood of a shelf: from what it learned, the words, the authors, how good it was."""

    lessons: tuple[Row, ...]
    speaking_for: tuple[Row, ...]
    speaking_against: tuple[Row, ...]
    authors: tuple[tuple[str, str, int], ...]
    weeks: tuple[Week, ...]
    overall: str
    needed: int
    model: str
    quiet: str


@dataclass(frozen=True, slots=True)
class EffectView:
    """What would be different without a lesson: `rows` are (title, address, what happens), `acts`
    (address, words) of what takes the lesson away."""

    title: str
    number: int
    acts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...]


def view_hood(hood: Hood, works: Mapping[int, Work], today: date) -> HoodView:
    """Everything that the page under the hood shows, but for the effect of a removal."""
    lengths = [abs(lesson.weight) for lesson in hood.lessons]
    longest = max(lengths, default=0.0) or 1.0
    words = [word for word in hood.terms if word.points >= TELLING][:WORDS]
    against = [word for word in hood.terms if word.points <= -TELLING][:WORDS]
    heaviest = max((abs(word.points) for word in hood.terms), default=0.0) or 1.0
    shown = list(reversed(hood.weeks[:WEEKS]))
    return HoodView(
        lessons=tuple(
            _view_lesson(each, works[each.work_id], longest, today)
            for each in hood.lessons
            if each.work_id in works
        ),
        speaking_for=tuple(_view_word(each, heaviest) for each in words),
        speaking_against=tuple(_view_word(each, heaviest) for each in against),
        authors=tuple(
            (each.name, links.author_page_url(each.name), round(each.points))
            for each in hood.authors
        ),
        weeks=tuple(_view_week(n, len(shown), each, works) for n, each in enumerate(shown)),
        overall=_say_overall(hood.weeks),
        needed=hood.needed,
        model=hood.model,
        quiet=hood.quiet,
    )


def _view_lesson(lesson: Lesson, work: Work, longest: float, today: date) -> Row:
    kind = "not for you" if lesson.weight < 0 else "saved" if lesson.saved else "liked"
    return Row(
        name=work.title,
        url=links.paper_url(work.id),
        points=_say_points(lesson.weight),
        length=round(100 * abs(lesson.weight) / longest, 1),
        number=work.id,
        kind=kind,
        when=say_ago(lesson.at, today),
    )


def say_ago(moment: datetime, today: date) -> str:
    """How long ago something was, in days: "today", "yesterday", "12 days ago"."""
    days = (today - moment.date()).days
    if days < 1:
        return "today"
    return "yesterday" if days == 1 else f"{days:,} days ago"


def _view_word(word: Weight, heaviest: float) -> Row:
    length = round(100 * abs(word.points) / heaviest, 1)
    points = _say_points(word.points, 3)
    return Row(word.name, links.search_url(f'"{word.name}"'), points, length)


def _say_points(points: float, digits: int = 2) -> str:
    return f"{points:+.{digits}f}".replace("-", "−")


def _view_week(number: int, of: int, week: WeekRecord, works: Mapping[int, Work]) -> Week:
    kept = f"{week.kept} of {wording.say_count(week.shown, 'paper')} kept"
    return Week(
        name=f"Week {int(week.week[-2:])} of {week.week[:4]}",
        sentence=f"{kept}: {_say_interval(week.precision, week.low, week.high)}",
        short=f"W{int(week.week[-2:])}",
        x=round(8 + 92 * (number + 0.5) / of, 2),
        y=_height(week.precision),
        low=_height(week.low),
        high=_height(week.high),
        late=tuple((works[n].title, links.paper_url(n)) for n in week.late if n in works),
    )


def _height(share: float) -> float:
    """Where a share lies in a drawing whose upper edge is 100 %, in percent from the top."""
    return round(4 + 78 * (1 - share), 2)


def _say_interval(share: float, low: float, high: float) -> str:
    return f"{100 * share:.0f} %, between {100 * low:.0f} and {100 * high:.0f} %"


def _say_overall(weeks: Sequence[WeekRecord]) -> str:
    shown, kept = sum(week.shown for week in weeks), sum(week.kept for week in weeks)
    if not shown:
        return ""
    return (
        f"Of {wording.say_count(shown, 'paper')} in your editions that were there for this shelf, "
        f"you kept {kept:,}: {100 * kept / shown:.0f} %."
    )


def view_effect(
    effect: Effect, works: Mapping[int, Work], lessons: Sequence[Lesson], answered: bool
) -> EffectView:
    """What would be different without a lesson, the first places first."""
    places = {moved.work_id: moved for moved in effect.moved}
    rows = []
    for number in dict.fromkeys((*effect.after, *effect.left)):
        if number in works:
            told = _say_move(number, effect, places[number].before if number in places else 0)
            rows.append((works[number].title, links.paper_url(number), told))
    saved = any(each.work_id == effect.work_id and each.saved for each in lessons)
    acts = [("/act/unsave", "Take it off this shelf")] if saved else []
    acts += [("/act/take-back", "Take back your answer")] if answered else []
    title = works[effect.work_id].title if effect.work_id in works else ""
    return EffectView(title, effect.work_id, tuple(acts), tuple(rows))


def _say_move(number: int, effect: Effect, before: int) -> str:
    if number in effect.left:
        return f"no longer among the first {len(effect.before)}"
    place = effect.after.index(number) + 1
    if number in effect.entered:
        came = f", from {before}" if before else ""
        return f"comes in at {place}{came}"
    was = effect.before.index(number) + 1
    if was == place:
        return f"stays at {place}"
    return f"{'up' if place < was else 'down'} from {was} to {place}"
