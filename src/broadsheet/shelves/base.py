"""What all verbs about shelves stand on: whose a shelf is, and the bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from broadsheet.bringing import FindWork
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.journal import Journal
from broadsheet.people import Act, Done, Reader, Saved, Sharing, Shelf, Signal
from broadsheet.phrases import clean_name
from broadsheet.ports import Store
from broadsheet.sync import Clock

MOST_SHELVES = 200
MOST_PAPERS = 20_000
MOST_SAVED = 60_000
"""On all shelves of a reader: whoever learns what these want reads all of it."""


class Owned:
    """Shelves and the acts upon them; a shelf of somebody else's is as one that is not there."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, find_work: FindWork) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._find_work = find_work

    def _get_own(self, reader_id: int, shelf_id: int) -> Shelf:
        shelf = self._store.get_shelf(shelf_id)
        if shelf is None or shelf.reader_id != reader_id or shelf.deleted_at:
            raise NotFoundError("shelf", shelf_id)
        return shelf

    def _get_all_own(self, reader_id: int, shelf_ids: Iterable[int]) -> list[Shelf]:
        """These shelves, each once, in one query. Raises NotFoundError for one that is not own."""
        mine = {shelf.id: shelf for shelf in self._store.get_shelves(reader_id)}
        for number in shelf_ids:
            if number not in mine:
                raise NotFoundError("shelf", number)
        return [mine[number] for number in dict.fromkeys(shelf_ids)]

    def _make_new(self, reader: Reader, name: str, about: str, now: datetime) -> Shelf:
        """A shelf that is yet to be put. Raises InvalidInputError where there are too many."""
        self._require_room(reader.id)
        return Shelf(0, reader.id, clean_name(name, "A shelf's name"), now, about=about)

    def _require_room(self, reader_id: int) -> None:
        if len(self._store.get_shelves(reader_id)) >= MOST_SHELVES:
            raise InvalidInputError(f"A reader has at most {MOST_SHELVES} shelves.")

    def _require_space(self, reader_id: int, more: int) -> None:
        """Raises InvalidInputError where a reader's shelves together cannot take more papers."""
        if more <= 0:
            return
        held = sum(shelf.papers for shelf in self._store.get_shelves(reader_id))
        if held + more > MOST_SAVED:
            raise InvalidInputError(
                f"All shelves of a reader hold at most {MOST_SAVED:,} papers together; yours have "
                f"{held:,}, and {more:,} would come on top of them."
            )

    def _require_free(self, wanted: Shelf) -> None:
        for shelf in self._store.get_shelves(wanted.reader_id):
            if shelf.id != wanted.id and shelf.name.casefold() == wanted.name.casefold():
                raise ConflictError(f"You have a shelf {shelf.name} already.")

    def _put_new(
        self,
        reader: Reader,
        shelf_id: int,
        numbers: Collection[int],
        tell: Callable[[str, int, int], str],
        now: datetime,
    ) -> Done:
        """Put those of these papers on a shelf that are not there, as one act. `tell` makes the
        sentence of the shelf's name, how many were put, and how many were there."""
        with self._store.write() as transaction:
            shelf = self._get_own(reader.id, shelf_id)
            there = {saved.work_id for saved in self._store.get_saved([shelf_id])}
            new = [number for number in numbers if number not in there]
            sentence = tell(shelf.name, len(new), len(numbers) - len(new))
            if not new:
                return Done(sentence)
            check_room(shelf, len(new))
            self._require_space(reader.id, len(new))
            transaction.put_saved([Saved(shelf_id, number, now) for number in new])
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.FILL_SHELF, now, shelf_id=shelf_id),
                sentence,
                undo={"works": new},
            )

    def _find_saved(self, reader_id: int, work_id: int) -> dict[int, Saved]:
        """Where a paper is on a reader's shelves, by shelf."""
        found = self._store.find_saved(reader_id, [work_id]).get(work_id, ())
        return {saved.shelf_id: saved for saved in found}


def check_room(shelf: Shelf, more: int) -> None:
    """Raises InvalidInputError where a shelf cannot take so many more papers."""
    if shelf.papers + more > MOST_PAPERS:
        raise InvalidInputError(
            f"A shelf holds at most {MOST_PAPERS:,} papers; {shelf.name} has {shelf.papers:,}, and "
            f"{more:,} would come on top of them."
        )


def note_of(saved: Iterable[Saved]) -> str:
    """The note beside a paper, given all places of it on one reader's shelves. It is the same on
    each, unless one was written beside the paper on one shelf only; then it is the first."""
    return next((each.note for each in saved if each.note), "")


def is_as_made(shelf: Shelf, name: str, about: str) -> bool:
    """Whether a shelf is, but for what lies on it, as it was when it was made."""
    return (shelf.name, shelf.about, shelf.sharing) == (name, about, Sharing.NOBODY)


def signal_of(
    reader: Reader, act: Act, now: datetime, work_id: int | None = None, shelf_id: int | None = None
) -> Signal:
    """A signal yet to be kept."""
    return Signal(reader.id, act, now, work_id, shelf_id)


def pack(saved: Saved) -> list[Any]:
    """A paper on a shelf as plain data, without its work."""
    read_at = saved.read_at.isoformat() if saved.read_at else None
    return [saved.shelf_id, saved.saved_at.isoformat(), saved.note, read_at]


def unpack(packed: list[Any], work_id: int) -> Saved:
    """Inverse of `pack`."""
    shelf_id, saved_at, note, read_at = packed
    return Saved(
        shelf_id,
        work_id,
        datetime.fromisoformat(saved_at),
        note,
        datetime.fromisoformat(read_at) if read_at else None,
    )
