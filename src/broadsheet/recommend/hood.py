"""What a shelf has learned and how good it has been, counted. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt

from broadsheet.edition import Edition
from broadsheet.learning import Opinion, WeekRecord, Weight
from broadsheet.model import Work
from broadsheet.recommend.lessons import Desires
from broadsheet.recommend.offers import RIPE, list_found
from broadsheet.recommend.pool import Stock

FORTNIGHT = timedelta(days=14)
NEW = 31
"""Days after its news in which a paper that was saved may count as found late."""

MOST_AUTHORS = 12
Z = 1.959964
"""Of a normal distribution, 95 % lie within so many deviations."""


def count_authors(works: Mapping[int, Work]) -> tuple[Weight, ...]:
    """Who wrote more than one of these papers, and how many, the most first."""
    counts = Counter(author for work in works.values() for author in set(work.authors))
    several = [(-papers, author) for author, papers in counts.items() if papers > 1]
    return tuple(Weight(author, -papers) for papers, author in sorted(several)[:MOST_AUTHORS])


def review_weeks(
    editions: Sequence[Edition],
    desires: Desires,
    shelf_id: int,
    now: datetime,
    stock: Stock | None,
) -> tuple[WeekRecord, ...]:
    """How good a shelf was in each week of its reader's printed editions, the newest first; what
    was shown so lately that it may yet be looked at does not count."""
    shown: dict[str, dict[int, datetime]] = defaultdict(dict)
    for edition in (each for each in editions if each.made_at <= now - RIPE):
        for number in _list_shown(edition, shelf_id):
            shown[_week(edition.made_at)].setdefault(number, edition.made_at)
    kept = _find_kept(desires, shelf_id)
    late = _find_late(editions, desires, shelf_id, stock)
    weeks = []
    for week in sorted(shown.keys() | late.keys(), reverse=True):
        papers = shown.get(week, {})
        good = sum(_is_kept(kept.get(number), at) for number, at in papers.items())
        low, high = wilson(good, len(papers))
        weeks.append(WeekRecord(week, len(papers), good, low, high, tuple(late.get(week, ()))))
    return tuple(weeks)


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); all there is where nothing was tried."""
    if not tries:
        return 0.0, 1.0
    share, square = hits / tries, Z * Z / tries
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * sqrt(share * (1 - share) / tries + square / (4 * tries))
    return max(0.0, middle - half), min(1.0, middle + half)


def _list_shown(edition: Edition, shelf_id: int) -> list[int]:
    return [entry.work_id for entry in list_found(edition, shelf_id)]


def _find_kept(desires: Desires, shelf_id: int) -> dict[int, list[datetime]]:
    """When each paper was saved on any shelf, or liked for this one."""
    kept: dict[int, list[datetime]] = defaultdict(list)
    for save in desires.saves:
        kept[save.work_id].append(save.saved_at)
    for answer in desires.answers:
        if answer.opinion is Opinion.LIKE and answer.shelf_id == shelf_id:
            kept[answer.work_id].append(answer.at)
    return kept


def _is_kept(moments: Sequence[datetime] | None, shown_at: datetime) -> bool:
    return any(shown_at <= moment <= shown_at + FORTNIGHT for moment in moments or ())


def _find_late(
    editions: Sequence[Edition], desires: Desires, shelf_id: int, stock: Stock | None
) -> dict[str, list[int]]:
    """The papers that were news not long before they were put on the shelf, since there are
    editions, which none of these had shown for it until then; by the week of the save."""
    if not editions or stock is None:
        return {}
    first = min(edition.made_at for edition in editions)
    shown: dict[int, datetime] = {}
    for edition in editions:
        for number in _list_shown(edition, shelf_id):
            shown[number] = min(edition.made_at, shown.get(number, edition.made_at))
    late: dict[str, list[int]] = defaultdict(list)
    for save in desires.saves:
        row = stock.pool.rows.get(save.work_id)
        if save.shelf_id != shelf_id or save.saved_at < first or row is None:
            continue
        age = save.saved_at.toordinal() - int(stock.pool.days[row])
        if 0 <= age <= NEW and shown.get(save.work_id, save.saved_at) >= save.saved_at:
            late[_week(save.saved_at)].append(save.work_id)
    return late


def _week(moment: datetime) -> str:
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02}"
