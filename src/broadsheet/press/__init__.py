"""The press: editions of days, weeks and months, and each reader's own.

    gather (store, index) ── candidates ──> compose (pure) ──> Edition ── printing ──> store
    fresh (store, index, shelves) ── span ──> own ──> Edition of a reader ── rounds ──> store

`Library.press` gives it. What was printed never changes; all else is put together when it is asked
for, as of the moment that it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from secrets import token_bytes

from broadsheet.edition import Edition, Scope, Section
from broadsheet.errors import NotFoundError
from broadsheet.newsroom import Newsroom
from broadsheet.people import Reader
from broadsheet.ports import Index, Store
from broadsheet.press import calendar, markdown, printing
from broadsheet.press.calendar import Period
from broadsheet.press.candidates import EXAMPLE, is_ranked, is_voted, rank
from broadsheet.press.compose import Material, compose
from broadsheet.press.explain import explain
from broadsheet.press.fresh import Chooser
from broadsheet.press.gather import Gathered, Gatherer
from broadsheet.press.quiet import tell_quiet
from broadsheet.press.recent import Recent
from broadsheet.press.rounds import OwnPress
from broadsheet.press.sections import make_section
from broadsheet.press.topics import Topic, find_topics
from broadsheet.press.trending import FORMULA
from broadsheet.query.parser import parse
from broadsheet.signing import Signer
from broadsheet.sync import Clock

__all__ = ["EXAMPLE", "FORMULA", "MOST_TRENDING", "Press"]

MOST_TRENDING = 100
TRENDING_SPAN = timedelta(days=60)


class Press:
    """Puts editions together and prints them; `press_time` is a time of day, in UTC."""

    def __init__(
        self,
        store: Store,
        index: Index,
        newsroom: Newsroom,
        *,
        shelves: Chooser,
        clock: Clock,
        press_time: str = "06:00",
        signer: Signer | None = None,
    ) -> None:
        self._store = store
        self._newsroom = newsroom
        self._index = index
        self._clock = clock
        self._time = calendar.read_time(press_time)
        self._gatherer = Gatherer(store, index, self._time)
        self._own = OwnPress(store, index, newsroom, shelves, self._time)
        self._signer = signer or Signer(token_bytes(32))
        self._proofs: Recent[Edition] = Recent(store)
        self._trends: Recent[Section] = Recent(store)
        self._settled: tuple[object, ...] = ()

    # --- Reading ------------------------------------------------------------------------------

    def get(self, scope: Scope, name: str, reader: Reader | None = None) -> Edition:
        """The edition of a name, as printed or, where none was, put together just now.

        For `Scope.READER` it is that of a date of `reader`; of the next one it is what would be in
        it now. One that all readers share is put together again when something has changed that it
        is made of (see `Recent`). Raises NotFoundError for a malformed name.
        """
        period = calendar.read_name(scope, name)
        if (scope is Scope.READER) != (reader is not None):
            raise NotFoundError("edition", name)
        number = reader.id if reader else 0
        if printed := self._store.get_edition(scope, name, reader_id=number):
            return printed
        now = self._clock()
        if reader:
            return self._own.compose(reader, period.last, now)
        return self._proofs.get(period, now, lambda: self.compose(period, now))

    def today(self) -> Edition:
        """The edition of the day that it is."""
        return self.get(Scope.DAY, self._clock().date().isoformat())

    def neighbours(self, edition: Edition) -> tuple[str, str]:
        """The names of the edition before and of that after; "" at the ends: before the first day
        of the calendar, and after the day, week or month that it is."""
        period = calendar.read_name(edition.scope, edition.name)
        earlier, later = calendar.previous(period), calendar.following(period)
        before = earlier.name if earlier else ""
        if edition.scope is Scope.READER:
            return before, self._after(edition)
        over = later is None or later.first > self._clock().date()
        return before, "" if over or later is None else later.name

    def _after(self, edition: Edition) -> str:
        """The name of a reader's next edition; of today's that is printed, the proof of the one
        to come."""
        timetable, now = self._own.get_timetable(edition.reader_id), self._clock()
        today = timetable.local_date(now)
        if edition.last >= today:
            coming = timetable.following(today, now)
            shown = coming and edition.last == today and not edition.is_proof
            return coming.isoformat() if coming and shown else ""
        later = calendar.following(calendar.period_of(Scope.READER, edition.last))
        return later.name if later else ""

    def own_name(self, reader: Reader) -> str:
        """The name of a reader's own edition of today: the date that their calendar shows."""
        return self._own.get_timetable(reader.id).local_date(self._clock()).isoformat()

    def scope_of(self, name: str) -> Scope:
        """Whether a name is one of a day, a week or a month. Raises NotFoundError."""
        return calendar.find_name(name).scope

    def name_of(self, scope: Scope, day: date) -> str:
        """The name of the edition that a day is in."""
        return calendar.period_of(scope, day).name

    def goes_to_press(self, edition: Edition) -> datetime:
        """When an edition goes to press, or went. What is new on a date on which a reader has no
        edition goes to press with the next one."""
        if edition.scope is not Scope.READER:
            return self.press_moment(calendar.read_name(edition.scope, edition.name))
        timetable = self._own.get_timetable(edition.reader_id)
        if moment := timetable.moment(edition.last):
            return moment
        coming = timetable.following(edition.last, edition.made_at)
        return (timetable.moment(coming) if coming else None) or calendar.NEVER

    def press_moment(self, period: Period) -> datetime:
        """When the edition of a period goes to press, or went."""
        return calendar.goes_to_press(period, self._time)

    def is_back_issue(self, edition: Edition) -> bool:
        """Whether its time has come and it was not printed: it is put together on demand."""
        if edition.scope is Scope.READER:
            timetable = self._own.get_timetable(edition.reader_id)
            return edition.is_proof and edition.last < timetable.local_date(self._clock())
        return edition.is_proof and self.goes_to_press(edition) <= edition.made_at

    def find_nearest(self, edition: Edition) -> str:
        """The name of the last edition printed before it, or else of the first one after it; ""
        where none was ever printed."""
        names = self._store.get_edition_names(edition.scope, until=edition.name, limit=2)
        earlier = next((name for name in names if name < edition.name), "")
        return earlier or next(iter(self.get_names(edition.scope)[::-1]), "")

    def get_news(self, edition: Edition) -> Sequence[int]:
        """The numbers of all papers that a day counted as its news, also of those that had no room
        on its page."""
        kept = edition.news if edition.is_proof else self._store.get_news(edition.name)
        return kept or sorted({entry.work_id for entry in edition.entries})

    def get_names(self, scope: Scope, *, limit: int = 1000) -> Sequence[str]:
        """The names of the editions that were printed, newest first."""
        return self._store.get_edition_names(scope, limit=limit)

    def trending(self, now: datetime | None = None, limit: int = MOST_TRENDING) -> Section:
        """The papers that people do most with, here and on outside lists; see `FORMULA`. As of a
        moment, or else now, which is worked out again when a vote or a measure came."""
        if now:
            return self._find_trending(now, limit)
        now = self._clock()
        return self._trends.get(limit, now, lambda: self._find_trending(now, limit))

    def _find_trending(self, now: datetime, limit: int) -> Section:
        since = now - min(TRENDING_SPAN, now - datetime.min.replace(tzinfo=UTC))
        evidence = self._gatherer.find_evidence(since, now)
        candidates = self._gatherer.make_trending(evidence, now, limit)
        voted = rank(each for each in candidates if is_voted(each) and is_ranked(each.work))
        note = "" if voted else "Nobody has voted yet, and no list that is followed shows upvotes."
        return make_section("trending", "Trending", voted, limit=limit, note=note, more=0)

    def explain(self, edition: Edition, work_id: int) -> tuple[str, ...]:
        """Why a paper is in an edition and why it stands where it does, in sentences, from what
        was stored with it. Raises NotFoundError where it is not in it."""
        return explain(edition, work_id)

    def to_markdown(self, edition: Edition) -> str:
        """An edition as Markdown."""
        return markdown.write(edition)

    # --- A reader's own, for feed readers --------------------------------------------------------

    def link_of(self, reader: Reader) -> str:
        """The token that gives a reader's own edition without an account: the reader's number and
        a signature, void once the reader's addresses are renewed."""
        return f"{reader.id}-{self._signer.sign('yours', reader.id, reader.generation)}"

    def find_linked(self, token: str) -> Reader:
        """The reader whose edition a token gives. Raises NotFoundError."""
        number, _, signature = token.partition("-")
        known = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
        reader = self._store.get_readers([known]).get(known) if known else None
        if reader is None or reader.disabled:
            raise NotFoundError("edition", "of this address")
        if not self._signer.check(signature, "yours", reader.id, reader.generation):
            raise NotFoundError("edition", "of this address")
        return reader

    def get_own(self, reader: Reader, limit: int) -> list[Edition]:
        """A reader's own editions, the newest first: those of today and of the day before, also
        where they were not printed, and those that were printed before. What a proof takes from
        the library is left out: it would come as new every day."""
        now = self._clock()
        today = calendar.read_name(Scope.READER, self.own_name(reader))
        printed = self._store.get_editions(
            Scope.READER, reader_id=reader.id, until=today.name, limit=limit
        )
        own = {edition.name: edition for edition in printed}
        for period in (today, calendar.previous(today)):
            if period and period.name not in own:
                own[period.name] = self._own.compose(reader, period.last, now, library=False)
        return [own[name] for name in sorted(own, reverse=True)][:limit]

    # --- Making -------------------------------------------------------------------------------

    def compose(self, period: Period, now: datetime) -> Edition:
        """An edition that all readers share as of a moment, not kept."""
        return compose(self._make_material(period, now, self._gatherer.gather(period, now)))

    def print_due(self, now: datetime | None = None) -> list[Edition]:
        """Print every edition that readers share and whose time has come, once; returns those that
        this call printed, and none that another process has printed meanwhile.

        Cheap where nothing has changed since it was asked last, an hour ago or less. Raises
        StorageBusyError.
        """
        now = now or self._clock()
        due = printing.last_due(Scope.DAY, self._time, now)
        stamp = (due, self._store.last_change(), now.replace(minute=0, second=0, microsecond=0))
        if due is None or stamp == self._settled:
            return []
        printed: list[Edition] = []
        for period in printing.find_due(self._store, self._time, now):
            edition = self.compose(period, now)
            if printing.is_worth_printing(edition, now.date()):
                printed += self._print([edition])
        self._settled = stamp
        return printed

    def print_own_due(self, now: datetime | None = None) -> list[Edition]:
        """Print each reader's own edition whose moment has come, once; returns those that this call
        printed. Two queries where nobody's has. Raises StorageBusyError."""
        printed = self._own.print_due(now or self._clock())
        if printed:
            self._own.forget()
        return printed

    def print_now(self, period: Period, now: datetime) -> Edition:
        """Print the edition of a period as of a moment, whether its time has come or not; returns
        the one of its name that was printed before, where there is one."""
        edition = self.compose(period, now)
        with self._store.write() as transaction:
            printed = transaction.print_edition(edition)
        self.forget()
        return printed

    def _print(self, editions: Sequence[Edition]) -> list[Edition]:
        """Those of them that nobody had printed, as they were printed."""
        with self._store.write() as transaction:
            printed = [
                transaction.print_edition(edition)
                for edition in editions
                if not transaction.is_printed(edition)
            ]
        self.forget()  # proofs of the days, weeks and months to come are made of these
        return printed

    def forget(self) -> None:
        """Put everything that is not printed together anew when it is asked for next."""
        self._proofs.forget()
        self._trends.forget()
        self._own.forget()

    def _make_material(self, period: Period, now: datetime, gathered: Gathered) -> Material:
        receipts = self._newsroom.get_receipts(period.first, period.last)
        topics: Sequence[Topic] = ()
        if period.scope is Scope.DAY and gathered.news:
            topics = find_topics(gathered.news, self._count, self._index.state().works)
        return Material(
            period=period,
            at=now,
            news=gathered.news,
            earlier=gathered.earlier,
            topics=topics,
            printed=self._find_printed(period),
            receipt=self._newsroom.summarise(receipts) if receipts else "",
            quiet=tell_quiet(period, now.date(), receipts),
            counted=gathered.counted,
            example=any(each.news[2:4] == EXAMPLE for each in gathered.news),
        )

    def _count(self, text: str) -> int:
        return self._index.matches(parse(text), limit=1)[1]

    def _find_printed(self, period: Period) -> Mapping[date, Edition]:
        """What was printed of the days of a week, or of the weeks of a month."""
        if period.scope not in (Scope.WEEK, Scope.MONTH):
            return {}
        part = Scope.DAY if period.scope is Scope.WEEK else Scope.WEEK
        names = {calendar.period_of(part, day).name: day for day in reversed(period.days)}
        editions = {day: self._store.get_edition(part, name) for name, day in names.items()}
        return {day: edition for day, edition in editions.items() if edition}
