"""A takeout into an account: what is missing is added, what is here stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from broadsheet.community import MOST_A_DAY, MOST_FOLLOWS
from broadsheet.community import MOST_COMMENTS as MOST_COMMENTS_ON_A_PAPER
from broadsheet.journal import MOST_SHOWN
from broadsheet.learning import Answer
from broadsheet.people import (
    Act,
    Comment,
    Follow,
    Reader,
    Saved,
    SavedSearch,
    Sharing,
    Shelf,
    Signal,
    Vote,
)
from broadsheet.phrases import (
    LONGEST_ABOUT,
    LONGEST_AUTHOR,
    LONGEST_COMMENT,
    LONGEST_NAME,
    LONGEST_NOTE,
    clean_name,
    count,
    quote,
)
from broadsheet.ports import Store, Transaction
from broadsheet.searches import LONGEST_QUERY, MOST_SEARCHES
from broadsheet.shelves import MOST_PAPERS, MOST_SAVED, MOST_SHELVES
from broadsheet.takeout.form import MOST_COMMENTS, MOST_SIGNALS, Part
from broadsheet.takeout.learning import is_set, read_answers, read_schedule, read_steering
from broadsheet.text import clean_lines

PLACEHOLDER = "you"
"""What who reads alone is called, until they choose something else."""
_ACTS = frozenset(map(str, Act)) - {Act.SUBSCRIBE, Act.UNSUBSCRIBE}
"""Who gets mail is this instance's to know: no file says that somebody asked for it here."""


class _Left(NamedTuple):
    """Why something of a takeout is left out, and what it is. The limits are those of whoever does
    it here, by hand."""

    why: str
    nouns: tuple[str, ...]


_NO_SPACE = _Left(
    f"All shelves of a reader hold at most {MOST_SAVED:,} papers together; {{}} did not fit.",
    ("paper",),
)
_SHELF_FULL = _Left(f"A shelf holds at most {MOST_PAPERS:,} papers; {{}} did not fit.", ("paper",))
_TOO_MANY_SEARCHES = _Left(
    f"A reader keeps at most {MOST_SEARCHES} searches; {{}} did not fit.", ("search", "searches")
)
_TOO_MANY_FOLLOWS = _Left(
    f"A reader follows at most {MOST_FOLLOWS:,} authors; {{}} did not fit.", ("author",)
)
_WITHHELD = _Left("Comments that were deleted here stay so; {} did not come back.", ("comment",))
_TOO_MANY_SAID = _Left(
    f"A paper takes at most {MOST_COMMENTS_ON_A_PAPER:,} comments; {{}} did not fit.", ("comment",)
)
_TOO_MANY_SUBMITTED = _Left(
    f"A reader hands in at most {MOST_A_DAY} papers a day; {{}} more were not noted as handed in.",
    ("paper",),
)


class Unpacking:
    """One takeout on its way into one account, in a transaction that is open."""

    def __init__(
        self,
        store: Store,
        transaction: Transaction,
        reader: Reader,
        numbers: Sequence[int],
        now: datetime,
    ) -> None:
        self._store = store
        self._transaction = transaction
        self._reader = reader
        self._numbers = numbers
        self._now = now
        self._shelf_ids: list[int] = []
        self._space = 0
        """As many more papers go on all shelves."""
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []
        self._left_out: Counter[_Left] = Counter()

    def unpack(self, takeout: Part) -> None:
        """Add everything that is not here yet."""
        self._shelves(takeout)
        self._searches(takeout)
        self._follows(takeout)
        self._votes(takeout)
        self._comments(takeout)
        self._answers(takeout)
        self._schedule(takeout)
        self._signals(takeout)
        for left, number in self._left_out.items():
            self.notes.append(left.why.format(count(number, *left.nouns)))

    def _work(self, part: Part, name: str = "paper") -> int:
        """The number of the paper that a part names, or 0."""
        place = part.number(name)
        return self._numbers[place] if place is not None and place < len(self._numbers) else 0

    def _moment(self, part: Part, name: str = "at") -> datetime:
        return part.moment(name, self._now) or self._now

    # --- Shelves ------------------------------------------------------------------------------

    def _shelves(self, takeout: Part) -> None:
        here = {shelf.name.casefold(): shelf for shelf in self._store.get_shelves(self._reader.id)}
        self._space = MOST_SAVED - sum(shelf.papers for shelf in here.values())
        set_here = self._store.get_steerings([shelf.id for shelf in here.values()])
        steered = {number for number, steering in set_here.items() if is_set(steering)}
        private = 0
        for part in takeout.parts("shelves", MOST_SHELVES):
            name = clean_name(part.line("name", LONGEST_NAME), "A shelf's name")
            shelf = here.get(name.casefold())
            if shelf is None:
                if len(here) >= MOST_SHELVES:
                    self.notes.append(f"There is no room for another shelf, such as {name}.")
                    break
                shelf = self._make_shelf(part, name)
                private += part.text("sharing") == Sharing.INSTANCE
                here[name.casefold()] = shelf
                self.counts["shelves"] += 1
            self._shelf_ids.append(shelf.id)
            self._fill(shelf, part)
            if shelf.id not in steered:
                self._steer(shelf, part)
        if private:
            self.notes.append(
                "Shelves that were shared with everybody there are shared by link only here, until "
                "you share them."
            )

    def _make_shelf(self, part: Part, name: str) -> Shelf:
        shared = part.text("sharing") in (Sharing.LINK, Sharing.INSTANCE)
        shelf = Shelf(
            0,
            self._reader.id,
            name,
            self._moment(part, "made_at"),
            about=clean_lines(part.text("about")[:LONGEST_ABOUT]),
            sharing=Sharing.LINK if shared else Sharing.NOBODY,
        )
        return replace(shelf, id=self._transaction.put_shelf(shelf))

    def _steer(self, shelf: Shelf, part: Part) -> None:
        if steering := read_steering(part, shelf.id):
            self._transaction.put_steering(steering)
            self.counts["settings"] += 1

    def _fill(self, shelf: Shelf, part: Part) -> None:
        there = {saved.work_id for saved in self._store.get_saved([shelf.id])}
        new: dict[int, Saved] = {}
        for entry in part.parts("papers", MOST_PAPERS):
            number = self._work(entry)
            if number and number not in there and number not in new:
                if len(there) + len(new) >= MOST_PAPERS:
                    self._left_out[_SHELF_FULL] += 1
                    continue
                if len(new) >= self._space:
                    self._left_out[_NO_SPACE] += 1
                    continue
                new[number] = Saved(
                    shelf.id,
                    number,
                    self._moment(entry, "saved_at"),
                    clean_lines(entry.text("note")[:LONGEST_NOTE]),
                    entry.moment("read_at", self._now),
                )
        self._transaction.put_saved(list(new.values()))
        self._space -= len(new)
        self.counts["saved"] += len(new)

    # --- Searches, follows, votes -------------------------------------------------------------

    def _searches(self, takeout: Part) -> None:
        here = {(each.name, each.query) for each in self._store.get_searches(self._reader.id)}
        for part in takeout.parts("searches", MOST_SEARCHES):
            name = part.line("name", LONGEST_NAME)
            query = part.line("query", LONGEST_QUERY)
            if not name or not query or (name, query) in here:
                continue
            if len(here) >= MOST_SEARCHES:
                self._left_out[_TOO_MANY_SEARCHES] += 1
                continue
            here.add((name, query))
            made_at, in_edition = self._moment(part, "made_at"), part.yes("in_edition", True)
            self._transaction.put_search(
                SavedSearch(0, self._reader.id, name, query, made_at, in_edition)
            )
            self.counts["searches"] += 1

    def _follows(self, takeout: Part) -> None:
        here = {follow.author for follow in self._store.get_follows(self._reader.id)}
        for part in takeout.parts("follows", MOST_FOLLOWS):
            author = part.line("author", LONGEST_AUTHOR)
            if author and author not in here:
                if len(here) >= MOST_FOLLOWS:
                    self._left_out[_TOO_MANY_FOLLOWS] += 1
                    continue
                here.add(author)
                self._transaction.put_follow(Follow(self._reader.id, author, self._moment(part)))
                self.counts["follows"] += 1

    def _votes(self, takeout: Part) -> None:
        here = {vote.work_id for vote in self._store.get_voted(self._reader.id)}
        new: dict[int, Vote] = {}
        for part in takeout.parts("votes"):
            number = self._work(part)
            if number and number not in here:
                new.setdefault(number, Vote(number, self._reader.id, self._moment(part)))
        self._transaction.put_votes(list(new.values()))
        self.counts["votes"] += len(new)

    # --- Answers, schedule --------------------------------------------------------------------

    def _answers(self, takeout: Part) -> None:
        known = self._store.get_answers(self._reader.id)
        here = {(answer.shelf_id, answer.work_id) for answer in known}
        new: dict[tuple[int, int], Answer] = {}
        for answer in read_answers(
            takeout,
            self._reader.id,
            self._shelf_ids,
            find_work=self._work,
            read_moment=self._moment,
        ):
            if (place := (answer.shelf_id, answer.work_id)) not in here:
                new.setdefault(place, answer)
        self._transaction.put_answers(list(new.values()))
        self.counts["answers"] += len(new)

    def _schedule(self, takeout: Part) -> None:
        schedule = read_schedule(takeout, self._reader.id)
        if schedule and not self._store.get_schedules([self._reader.id]):
            self._transaction.put_schedule(schedule)
            self.counts["settings"] += 1

    # --- Comments, signals --------------------------------------------------------------------

    def _comments(self, takeout: Part) -> None:
        """One's own words again; a reply whose parent did not come along stands on its own.

        What was deleted here, by the reader or by an operator, stays so, and no paper takes more
        than it would of those who comment here.
        """
        mine = self._store.get_comments_of(self._reader.id, deleted=True)
        here = {(comment.work_id, comment.at): comment.id for comment in mine}
        gone = [comment for comment in mine if comment.deleted_at]
        withheld = {(each.work_id, sign) for each in gone for sign in (each.at, each.text)}
        counts = dict(self._store.count_comments(set(self._numbers)))
        brought: dict[int, tuple[int, int]] = {}
        for part in takeout.parts("comments", MOST_COMMENTS):
            number, at = self._work(part), self._moment(part)
            text = clean_lines(part.text("text")[:LONGEST_COMMENT])
            if not number or not text.strip():
                continue
            if (number, at) in withheld or (number, text) in withheld:
                self._left_out[_WITHHELD] += 1
                continue
            made = here.get((number, at))
            if made is None:
                if counts.get(number, 0) >= MOST_COMMENTS_ON_A_PAPER:
                    self._left_out[_TOO_MANY_SAID] += 1
                    continue
                counts[number] = counts.get(number, 0) + 1
                parent, over = brought.get(part.number("parent") or 0, (None, 0))
                made = self._transaction.put_comment(
                    Comment(
                        0,
                        number,
                        self._reader.id,
                        text,
                        at,
                        parent_id=parent if over == number else None,
                        edited_at=part.moment("edited_at", self._now),
                    )
                )
                here[number, at] = made
                self.counts["comments"] += 1
            if (name := part.number("id")) is not None:
                brought[name] = made, number

    def _signals(self, takeout: Part) -> None:
        """Acts as shelves learn from them. None can be undone: what undoing needs is not taken
        from a file that anybody can write."""
        known = self._store.get_signals(self._reader.id, limit=2 * MOST_SIGNALS)
        here = {(signal.act, signal.at, signal.work_id) for signal in known}
        new: list[Signal] = []
        submitted = Counter(each.at.date() for each in known if each.act is Act.SUBMIT)
        for part in takeout.parts("signals", MOST_SIGNALS):
            signal = self._signal(part)
            if signal is None or (name := (signal.act, signal.at, signal.work_id)) in here:
                continue
            if signal.act is Act.SUBMIT:
                if submitted[signal.at.date()] >= MOST_A_DAY:
                    self._left_out[_TOO_MANY_SUBMITTED] += 1
                    continue
                submitted[signal.at.date()] += 1
            here.add(name)
            new.append(signal)
        self._transaction.add_signals(new)
        self.counts["signals"] += len(new)

    def _signal(self, part: Part) -> Signal | None:
        number, shelf, name = self._work(part), part.number("shelf"), part.text("act")
        if name not in _ACTS:  # of a newer version, or not for files to say
            return None
        act = Act(name)
        if part.number("paper") is not None and not number:
            return None
        detail: dict[str, Any] = {"brought": True}
        if place := part.line("place", 100):
            detail["place"] = place
        if position := part.number("position"):
            detail["position"] = position
        if act is Act.SHOWN:
            places = part.numbers("papers", MOST_SHOWN)
            works = [self._numbers[each] for each in places if each < len(self._numbers)]
            detail["works"] = [each for each in works if each]
        return Signal(
            self._reader.id,
            act,
            self._moment(part),
            number or None,
            self._shelf_ids[shelf] if shelf is not None and shelf < len(self._shelf_ids) else None,
            detail,
            undone_at=part.moment("undone_at", self._now),
        )


def tell_lost(titles: Sequence[str]) -> list[str]:
    """A sentence about papers that could not be matched, if there are any."""
    if not titles:
        return []
    named = next((quote(title) for title in titles if title), "one without a title")
    if len(titles) == 1:
        return [f"One paper could not be matched or brought: {named}."]
    return [f"{len(titles):,} papers could not be matched or brought, such as {named}."]


def read_profile(takeout: Part, reader: Reader) -> dict[str, Any]:
    """What a takeout's profile changes of a reader: never that more is shown to others."""
    profile = takeout.part("reader")
    changes: dict[str, Any] = {}
    display = profile.line("display", LONGEST_NAME)
    chosen = display.casefold() not in ("", PLACEHOLDER, profile.line("name", 100).casefold())
    if chosen and reader.display.casefold() in (reader.name.casefold(), PLACEHOLDER):
        changes["display"] = display
    if profile.text("theme") in ("light", "dark"):
        changes["theme"] = profile.text("theme")
    if not profile.yes("open", default=True):
        changes["open"] = False
    return changes
