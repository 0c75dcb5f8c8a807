"""A store with readers that get mail, letters in its outbox, and a clock that a test sets.

The letters are a few lines with the numbers of their papers; how real ones are written is tested
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.mail import Patience, Relay, Security, SmtpPostman
from broadsheet.mailing import Letter, State, Subscription
from broadsheet.people import Reader, Role
from broadsheet.ports import Postman
from broadsheet.post.delivery import Delivery, Report, never
from broadsheet.post.outbox import make_letter
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from fakesmtp import PASSWORD, USER, make_contexts
from fakesmtp import Relay as FakeRelay
from papers import make_record, open_empty

MORNING = datetime(2026, 4, 17, 6, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SENDER = "papers@broadsheet.test"
BRIEF = Patience(opening=1.0, letter=1.0, answer=1.0, farewell=0.1)


def postman_to(relay: FakeRelay, patience: Patience = BRIEF, *, secure: bool = False) -> Postman:
    """Knows the way to a relay of `fakesmtp`, as `running` made it."""
    if not secure:
        return SmtpPostman(Relay(relay.host, relay.port, Security.NONE), patience=patience)
    there = Relay(relay.host, relay.port, Security.STARTTLS, USER, PASSWORD)
    return SmtpPostman(there, patience=patience, trust=make_contexts()[1])


def papers_in(contents: Iterable[bytes]) -> set[int]:
    """The papers in letters."""
    return {int(found) for each in contents for found in re.findall(rb"^paper: (\d+)", each, re.M)}


class Outgoing:
    """The store, and short ways to fill the outbox and to empty it."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.now = MORNING
        self.readers: list[Reader] = []
        self.size = 0
        self.folder = Path()

    @classmethod
    def begin(cls, folder: Path, readers: int = 1, papers: int = 3) -> Outgoing:
        """With so many readers, and papers numbered from 1."""
        made = cls(open_empty(folder))
        made.folder = folder
        made.add_papers(papers)
        made.add_readers(readers)
        return made

    def clock(self) -> datetime:
        return self.now

    def add_papers(self, papers: int) -> None:
        with self.store.write() as transaction:
            numbers = transaction.reserve_work_ids(papers)
            works = [compose(number, [make_record(number)]) for number in numbers]
            transaction.put_works((work, []) for work in works)

    def add_readers(self, count: int) -> list[Reader]:
        """Readers with an address that was confirmed yesterday."""
        first, asked_at = len(self.readers), self.now - DAY
        with self.store.write() as transaction:
            for number in range(first, first + count):
                reader = Reader(0, f"r{number}", f"R {number}", Role.READER, asked_at)
                reader = replace(reader, id=transaction.put_reader(reader))
                address = f"r{number}@readers.test"
                transaction.put_subscription(Subscription(reader.id, address, asked_at, asked_at))
                self.readers.append(reader)
        return self.readers[first:]

    def print_own(self, reader: Reader, papers: Sequence[int]) -> Edition:
        """Print an edition of today with those of these papers that were not offered before."""
        offered = self.store.find_offered(reader.id, papers)
        entries = [
            Entry(rank, paper, f"Paper {paper}")
            for rank, paper in enumerate(sorted(set(papers) - offered), 1)
        ]
        today = self.now.date()
        edition = Edition(
            Scope.READER,
            today.isoformat(),
            today,
            today,
            self.now,
            reader_id=reader.id,
            sections=(Section("all", "All", tuple(entries)),),
        )
        with self.store.write() as transaction:
            return transaction.print_edition(edition)

    def queue(self, edition: Edition) -> Letter:
        """Put an edition's letter into the outbox."""
        address = self.store.get_subscriptions([edition.reader_id])[edition.reader_id].address
        name = f"<edition.{edition.reader_id}.{edition.name}.t@broadsheet.test>"
        letter = make_letter(edition.reader_id, edition.name, address, name, edition.made_at)
        lines = [f"Message-ID: {name}", f"To: {address}", "Subject: Your edition", ""]
        lines += [f"paper: {entry.work_id}" for entry in edition.entries]
        lines += ["filler " * 10] * (self.size // 70)
        with self.store.write() as transaction:
            number = transaction.put_letter(letter, "\r\n".join(lines).encode())
        return replace(letter, id=number)

    def send_round(self, papers: Sequence[int], readers: Sequence[Reader] = ()) -> list[Letter]:
        """Print and queue today's edition of these readers, or of all."""
        return [self.queue(self.print_own(each, papers)) for each in readers or self.readers]

    def delivery(self, postman: Postman | None) -> Delivery:
        return Delivery(self.store, self.clock, postman, lambda: SENDER)

    def deliver(self, postman: Postman | None, stopping: Callable[[], bool] = never) -> Report:
        """One pass of a process that has just begun."""
        return self.delivery(postman).deliver_due(stopping)

    def subscription(self, reader: Reader) -> Subscription:
        return self.store.get_subscriptions([reader.id])[reader.id]

    def change_subscription(self, subscription: Subscription) -> None:
        with self.store.write() as transaction:
            transaction.put_subscription(subscription)

    def states(self) -> list[State]:
        """The state of each letter, in the order in which they were made."""
        letters = self.store.get_letters(limit=None)
        return [each.state for each in sorted(letters, key=lambda each: each.id)]


@contextmanager
def open_again(folder: Path) -> Iterator[Outgoing]:
    """The store in a folder, with its readers, for a look at it."""
    store = SqlStore.open(folder, create=False, compose=compose)
    try:
        found = Outgoing(store)
        found.folder = folder
        found.readers = list(store.get_readers(list(store.get_subscriptions())).values())
        yield found
    finally:
        store.close()
