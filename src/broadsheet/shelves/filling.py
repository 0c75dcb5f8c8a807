"""Whole files onto a shelf: bibliographies as papers, outlines as feeds to follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from broadsheet.bringing import (
    BATCH,
    Brought,
    File,
    FindWork,
    Intake,
    Rows,
    as_word_of,
    bring_for,
    read_file,
)
from broadsheet.errors import (
    ConflictError,
    ForbiddenAddressError,
    InvalidInputError,
)
from broadsheet.journal import Journal
from broadsheet.people import Done, Reader, Signal
from broadsheet.phrases import count, quote
from broadsheet.ports import Outline, Store, Transaction
from broadsheet.shelves.base import MOST_PAPERS
from broadsheet.shelves.saving import Saving
from broadsheet.sync import Clock

MOST_FEEDS = 500


class Filling(Saving):
    """What a reader does with files and shelves."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        find_work: FindWork,
        intake: Intake,
    ) -> None:
        super().__init__(store, journal, clock, find_work)
        self._intake = intake

    def fill(self, reader: Reader, shelf_id: int, files: Iterable[File]) -> Done:
        """Put the papers of files (BibTeX, RIS, CSL-JSON) on a shelf, those that are new to the
        library into it; undoing takes exactly those off that it put there. The feeds of an
        outline (OPML) are followed, if the reader is an operator.

        A file is taken in whole or not at all. Raises NotFoundError, BadFileError (a sentence
        that names the file), InvalidInputError for too many papers.
        """
        self._get_own(reader.id, shelf_id)
        rows = [read_file(self._intake, file, most=MOST_PAPERS) for file in files]
        if not rows:
            raise InvalidInputError("Choose a file of BibTeX, RIS, CSL-JSON or OPML.")
        if feeds := [feed for each in rows for feed in each.feeds]:
            return self._follow_feeds(reader, feeds)
        records = [record for each in rows for record in each.records]
        if not records:
            raise InvalidInputError(_tell_nothing(rows))
        now = self._clock()
        brought = bring_for(self._intake, reader, as_word_of(reader, records), now=now)
        wanted = dict.fromkeys(number for number in brought.numbers if number)
        return self._put_all(reader, shelf_id, wanted, _tell_rest(brought, rows), now)

    def _put_all(
        self,
        reader: Reader,
        shelf_id: int,
        numbers: Collection[int],
        rest: Sequence[str],
        now: datetime,
    ) -> Done:
        def tell(name: str, new: int, there: int) -> str:
            return _tell(name, new, there, rest)

        return self._put_new(reader, shelf_id, numbers, tell, now)

    def _undo_fill(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        shelf = self._get_own(signal.reader_id, signal.shelf_id or 0)
        put: list[int] = signal.detail["undo"]["works"]
        are = self._resolve(put)
        there = [
            saved
            for saved in self._store.get_saved([shelf.id])
            if saved.saved_at == signal.at and saved.work_id in are
        ]
        gone = [each.work_id for each in there if not each.note and each.read_at is None]
        if not gone:
            raise ConflictError(f"Nothing of that is on {shelf.name} any more.")
        transaction.drop_saved(shelf.id, gone)
        kept = len(there) - len(gone)
        stays = f"; {count(kept, 'paper')} with a note or a mark of yours stayed" if kept else ""
        return f"Took {count(len(gone), 'paper')} off {shelf.name} again{stays}."

    def _resolve(self, numbers: Sequence[int]) -> set[int]:
        """The numbers that works have now, which may have been merged since."""
        chunks = (numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH))
        return {work.id for chunk in chunks for work in self._store.get_works(chunk).values()}

    def _follow_feeds(self, reader: Reader, feeds: Sequence[Outline]) -> Done:
        if not reader.is_operator:
            raise InvalidInputError(
                f"This is a list of {count(len(feeds), 'feed')}; feeds are followed for everybody, "
                "by who runs this instance: hand the file to them."
            )
        if len(feeds) > MOST_FEEDS:
            raise InvalidInputError(f"At most {MOST_FEEDS} feeds are followed at once.")
        followed, known, refused = 0, 0, []
        for feed in feeds:
            try:
                self._intake.follow_feed(feed.url)
                followed += 1
            except ConflictError:
                known += 1
            except (InvalidInputError, ForbiddenAddressError) as error:
                refused.append((feed, error))
        parts = [f"{count(followed, 'feed')} followed from now on"]
        if known:
            parts.append(f"{known:,} followed already")
        if refused:
            first, why = refused[0]
            parts.append(f"{len(refused):,} refused, such as {quote(first.title)}: {why}")
        return Done("; ".join(parts).rstrip(".") + ".")


def _tell(name: str, new: int, there: int, rest: Sequence[str]) -> str:
    parts = [f"Put {count(new, 'paper')} on {name}"]
    if there:
        parts.append(f"{there:,} {'was' if there == 1 else 'were'} there already")
    return "; ".join([*parts, *rest]).rstrip(".") + "."


def _tell_rest(brought: Brought, rows: Sequence[Rows]) -> list[str]:
    return [part for part in (brought.note, *_tell_bad(rows)) if part]


def _tell_nothing(rows: Sequence[Rows]) -> str:
    what = f"There are no papers in {rows[0].name}"
    return "; ".join([what, *_tell_bad(rows)]).rstrip(".") + "."


def _tell_bad(rows: Sequence[Rows]) -> list[str]:
    bad = [row for each in rows for row in each.bad]
    if not bad:
        return []
    what = count(len(bad), "row")
    first = bad[0]
    return [f"{what} could not be read, the first in line {first.line}: {first.reason}"]
