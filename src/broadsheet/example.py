"""The example fortnight of the demo library: its papers laid over the last fourteen days, with
readers, votes and comments made up by us, so that there is something to look at.

Everything is drawn from one seed and the day; all of it says that it is an example: the readers
(`Reader.example`), the editions (`Edition.example`), the upvotes ("example upvotes") and the
searches (by their names). It is laid once, and stays where it was laid: asked for again, today or
next week, nothing changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from broadsheet.demo import read_demo
from broadsheet.edition import Edition, Scope
from broadsheet.errors import InvalidInputError
from broadsheet.people import Comment, Reader, Role, Saved, SavedSearch, Sharing, Shelf, Vote
from broadsheet.ports import Store, Transaction
from broadsheet.press import EXAMPLE, Press
from broadsheet.press.calendar import DAY, period_of
from broadsheet.sources import Announcement, Item, Measure

SEED = "example fortnight"
DAYS = 14
SOURCE, CATEGORY = EXAMPLE
UPVOTES = "example upvotes"
PAGE = "the schedule of the example fortnight"
ARRIVES = time(4, 30)
LATE = time(16, 0)
WEIGHTS = (10, 11, 11, 10, 9, 6, 5)
"""How many papers each day of the week has, in proportion, from Monday."""

VOTES_EACH = 45
LISTED = 0.6
"""The share of papers that have upvotes on an outside list, in the example."""

HOURS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper of the fortnight: when and where it is announced, when it comes, how much it is
    liked (a heavy tail: most little, some much)."""

    key: str
    day: date
    place: int
    arrives: datetime
    liking: float


def read_cast() -> dict[str, Any]:
    """The readers, comments, shelves and searches: written by us, kept beside the code."""
    path = Path(__file__).with_name("data") / "example.json"
    cast: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return cast


def make_schedule(keys: Sequence[str], now: datetime, favourites: Sequence[str]) -> list[Placed]:
    """Papers laid over the fourteen days that end with the day of `now`; the same keys and the same
    day give the same schedule. Two come after that day's edition has gone to press."""
    random = Random(SEED)
    shuffled = sorted(set(keys) - set(favourites))
    random.shuffle(shuffled)
    for number, key in enumerate(favourites):  # one or so a day
        shuffled.insert((2 * number + 1) * len(keys) // (2 * len(favourites)), key)
    today = now.date()
    days = [today - n * DAY for n in reversed(range(DAYS))]
    late = {random.randrange(len(keys) // 2) for _ in range(2)}
    placed = []
    spread = zip(shuffled, _spread(days, len(shuffled)), strict=True)
    for number, (key, (day, place)) in enumerate(spread):
        arrives = datetime.combine(day, LATE if number in late else ARRIVES, UTC)
        liking = random.paretovariate(1.1) * (6 if key in favourites else 1)
        placed.append(
            Placed(key, day, place, min(arrives, now), min(liking, random.uniform(30, 60)))
        )
    return placed


def _spread(days: Sequence[date], count: int) -> Iterator[tuple[date, int]]:
    """`count` places on these days, each with its number on the day, in proportion to `WEIGHTS`."""
    weights = [WEIGHTS[day.weekday()] for day in days]
    whole, done, taken = sum(weights), 0, 0
    for day, weight in zip(days, weights, strict=True):
        done += weight
        upto = count * done // whole
        yield from ((day, place) for place in range(1, upto - taken + 1))
        taken = upto


def is_laid(store: Store) -> bool:
    """Whether the library has its example fortnight."""
    return any(reader.example for reader in store.get_readers().values())


def lay_fortnight(store: Store, press: Press, reader: Reader, now: datetime) -> list[Edition]:
    """Lay the fortnight that ends now, print its editions, and give `reader` two searches.

    Returns the editions that were printed. Where it was laid before, that is none, unless the
    printing was cut short.
    """
    if not is_laid(store):
        _lay(store, reader, now)
    first = min(each.joined_at for each in store.get_readers().values() if each.example).date()
    return list(_print(store, press, [first + n * DAY for n in range(DAYS)], now))


def _lay(store: Store, reader: Reader, now: datetime) -> None:
    cast = read_cast()
    keys = [record.key for record in read_demo()]
    schedule = make_schedule(keys, now, cast["favourites"])
    with store.write() as transaction:
        numbers = transaction.find_versions([(SOURCE, key) for key in keys])
        works = {key: number for (_, key), number in numbers.items()}
        if len(works) < len(keys):
            raise InvalidInputError("This is no demo library: the founding papers are not here.")
        _Stage(transaction, cast, schedule, works, now).lay(reader)


def _print(store: Store, press: Press, days: Sequence[date], now: datetime) -> Iterator[Edition]:
    """Each day's edition as of when it went to press (the last one at once, whatever the time),
    then the weeks and months that are over."""
    scopes = (Scope.DAY, Scope.WEEK, Scope.MONTH)
    for period in dict.fromkeys(period_of(scope, day) for scope in scopes for day in days):
        moment = press.press_moment(period)
        if period.scope is not Scope.DAY and moment > now:
            continue
        if not store.get_edition(period.scope, period.name):
            yield press.print_now(period, min(moment, now))


class _Stage:
    """Everything of one fortnight, in one transaction."""

    def __init__(
        self,
        transaction: Transaction,
        cast: Mapping[str, Any],
        schedule: Sequence[Placed],
        works: Mapping[str, int],
        now: datetime,
    ) -> None:
        self._transaction = transaction
        self._cast = cast
        self._schedule = schedule
        self._works = works
        self._now = now
        self._random = Random(f"{SEED} acts")
        self._placed = {placed.key: placed for placed in schedule}

    def lay(self, reader: Reader) -> None:
        """Announce the papers, then let the example readers act."""
        self._announce()
        self._show_upvotes()
        first = datetime.combine(self._schedule[0].day, time(), UTC)
        readers = {
            each["name"]: self._transaction.put_reader(
                Reader(0, each["name"], each["display"], Role.READER, first, example=True)
            )
            for each in self._cast["readers"]
        }
        self._vote(list(readers.values()))
        self._comment(readers)
        self._fill_shelves(readers)
        for each in self._cast["searches"]:
            search = SavedSearch(0, reader.id, each["name"], each["query"], self._now)
            self._transaction.put_search(search)

    def _announce(self) -> None:
        by_day: dict[date, list[Placed]] = {}
        for placed in self._schedule:
            by_day.setdefault(placed.day, []).append(placed)
        for day, papers in by_day.items():
            at = min(datetime.combine(day, ARRIVES, UTC), self._now)
            self._transaction.add_pages(SOURCE, [(CATEGORY, day)], page=PAGE, now=at)
            told = [
                Announcement(CATEGORY, day, each.key, "new", position=each.place) for each in papers
            ]
            self._transaction.add_announcements(SOURCE, told, now=at)
            for arrives in sorted({each.arrives for each in papers}):
                items = [Item(each.key) for each in papers if each.arrives == arrives]
                self._transaction.put_items(SOURCE, items, now=arrives)

    def _show_upvotes(self) -> None:
        """What an outside list would have shown each morning: most on the first days."""
        listed = [each for each in self._schedule if self._random.random() < LISTED]
        for step in range(DAYS):
            day = self._schedule[0].day + step * DAY
            at = min(datetime.combine(day, ARRIVES, UTC), self._now)
            shown = [
                Measure(each.key, UPVOTES, float(int(each.liking * 4 * (1 - 0.55 ** (age + 1)))))
                for each in listed
                if (age := (day - each.day).days) >= 0
            ]
            self._transaction.add_measures(SOURCE, shown, now=at)

    def _vote(self, readers: Sequence[int]) -> None:
        votes = []
        for reader_id in readers:
            liking = [placed.liking for placed in self._schedule]
            chosen = self._random.choices(self._schedule, liking, k=VOTES_EACH)
            for placed in dict.fromkeys(chosen):
                at = placed.arrives + self._random.expovariate(1 / 20) * HOURS
                if at <= self._now:
                    votes.append(Vote(self._works[placed.key], reader_id, at))
        self._transaction.put_votes(votes)

    def _comment(self, readers: Mapping[str, int]) -> None:
        numbers: dict[str, int] = {}
        told: dict[str, datetime] = {}
        for each in self._cast["comments"]:
            parent = each.get("reply", "")
            after = told.get(parent, self._placed[each["paper"]].arrives)
            at = min(after + self._random.uniform(1, 9) * HOURS, self._now)
            told[each["id"]] = at
            comment = Comment(
                0,
                self._works[each["paper"]],
                readers[each["reader"]],
                each["text"],
                at,
                parent_id=numbers.get(parent),
            )
            numbers[each["id"]] = self._transaction.put_comment(comment)

    def _fill_shelves(self, readers: Mapping[str, int]) -> None:
        for each in self._cast["shelves"]:
            shelf = Shelf(
                0,
                readers[each["reader"]],
                each["name"],
                datetime.combine(self._schedule[0].day, time(9), UTC),
                about=each["about"],
                sharing=Sharing.INSTANCE,
            )
            shelf_id = self._transaction.put_shelf(shelf)
            saved = [
                Saved(shelf_id, self._works[key], min(self._placed[key].arrives + HOURS, self._now))
                for key in each["papers"]
            ]
            self._transaction.put_saved(saved)
