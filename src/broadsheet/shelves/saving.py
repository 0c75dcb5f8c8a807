"""Papers on shelves: save and take off, note, mark as read; and how each of that is undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from broadsheet.errors import ConflictError, InvalidInputError
from broadsheet.people import Act, Done, Reader, Saved, Shelf, Signal
from broadsheet.phrases import LONGEST_NOTE, clean_text, list_names, quote
from broadsheet.ports import Transaction
from broadsheet.shelves.base import Owned, check_room, pack, signal_of, unpack

FIRST_SHELF = "Reading list"
"""The shelf that is made for who saves a paper and has none yet."""


class Saving(Owned):
    """What a reader does with a paper and shelves."""

    def save(
        self, reader: Reader, reference: str | int, shelf_ids: Sequence[int] = (), note: str = ""
    ) -> Done:
        """Put a paper on shelves; on those that hold it already, a note given replaces its note.

        Without shelves named, on the one that the reader used or made last; who has none gets a
        first one, which undoing leaves. Raises NotFoundError, and InvalidInputError for a note
        too long or a shelf that is full.
        """
        note, now = clean_text(note, "A note", LONGEST_NOTE), self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            shelves = self._choose(transaction, reader, shelf_ids, now)
            before = self._find_saved(reader.id, work.id)
            added = [shelf for shelf in shelves if shelf.id not in before]
            there = [before[shelf.id] for shelf in shelves if shelf.id in before]
            noted = [saved for saved in there if note and saved.note != note]
            names = list_names([shelf.name for shelf in shelves])
            if not added and not noted:
                return Done(f"{quote(work.title)} is on {names} already.")
            for shelf in added:
                check_room(shelf, 1)
            transaction.put_saved(
                [Saved(shelf.id, work.id, now, note) for shelf in added]
                + [replace(saved, note=note) for saved in noted]
            )
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.SAVE, now, work.id, shelves[0].id),
                f"Saved {quote(work.title)} to {names}.",
                undo={
                    "added": [shelf.id for shelf in added],
                    "noted": [[saved.shelf_id, saved.note] for saved in noted],
                    "note": note,
                },
            )

    def _choose(
        self, transaction: Transaction, reader: Reader, shelf_ids: Sequence[int], now: datetime
    ) -> list[Shelf]:
        if shelf_ids:
            return self._get_all_own(reader.id, shelf_ids)
        mine = {shelf.id: shelf for shelf in self._store.get_shelves(reader.id)}
        if not mine:
            first = self._make_new(reader, FIRST_SHELF, "", now)
            return [replace(first, id=transaction.put_shelf(first))]
        used = [Act.SAVE, Act.MAKE_SHELF]
        for signal in self._store.get_signals(reader.id, acts=used, limit=20):
            if signal.shelf_id in mine:
                return [mine[signal.shelf_id]]
        return [max(mine.values(), key=lambda shelf: (shelf.made_at, shelf.id))]

    def unsave(self, reader: Reader, reference: str | int, shelf_ids: Collection[int] = ()) -> Done:
        """Take a paper off shelves; off all of the reader's where none is named."""
        now = self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            shelves = {shelf.id: shelf for shelf in self._choose_any(reader, shelf_ids)}
            before = self._find_saved(reader.id, work.id)
            taken = [saved for number, saved in before.items() if number in shelves]
            if not taken:
                return Done(f"{quote(work.title)} was not there.")
            for saved in taken:
                transaction.drop_saved(saved.shelf_id, [work.id])
            names = list_names([shelves[saved.shelf_id].name for saved in taken])
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.UNSAVE, now, work.id, taken[0].shelf_id),
                f"Took {quote(work.title)} off {names}.",
                undo={"taken": [pack(saved) for saved in taken]},
            )

    def _choose_any(self, reader: Reader, shelf_ids: Collection[int]) -> Sequence[Shelf]:
        if shelf_ids:
            return self._get_all_own(reader.id, shelf_ids)
        return self._store.get_shelves(reader.id)

    def note(
        self, reader: Reader, reference: str | int, text: str, shelf_ids: Collection[int] = ()
    ) -> Done:
        """Write a note beside a paper, on these shelves or on all of the reader's that hold it;
        an empty one takes the note away. Raises InvalidInputError where none holds it."""
        note = clean_text(text, "A note", LONGEST_NOTE)
        done = f"Noted beside {{title}}: {_begin(note)}" if note else "Took your note off {title}."
        return self._change(
            reader,
            reference,
            shelf_ids,
            Act.NOTE,
            (done, "The note beside {title} is that already."),
            lambda saved, now: replace(saved, note=note),
        )

    def mark_read(self, reader: Reader, reference: str | int, read: bool) -> Done:
        """Mark a paper as read, or as unread, on all of the reader's shelves that hold it.

        Raises InvalidInputError where none does.
        """
        word = "read" if read else "unread"

        def mark(saved: Saved, now: datetime) -> Saved:
            return replace(saved, read_at=(saved.read_at or now) if read else None)

        sentences = (f"Marked {{title}} as {word}.", f"{{title}} is marked as {word} already.")
        return self._change(reader, reference, (), Act(word), sentences, mark)

    def _change(
        self,
        reader: Reader,
        reference: str | int,
        shelf_ids: Collection[int],
        act: Act,
        sentences: tuple[str, str],
        change: Callable[[Saved, datetime], Saved],
    ) -> Done:
        """Change a saved paper; `sentences` are for when that is something new, and when not."""
        now = self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            shelves = {shelf.id for shelf in self._choose_any(reader, shelf_ids)}
            found = self._find_saved(reader.id, work.id)
            saved = [each for number, each in found.items() if number in shelves]
            if not saved:
                raise InvalidInputError(
                    f"Save {quote(work.title)} first: notes, and what was read, are kept with the "
                    "papers on your shelves."
                )
            pairs = [(old, change(old, now)) for old in saved]
            pairs = [(old, new) for old, new in pairs if new != old]
            title = quote(work.title)
            if not pairs:
                return Done(sentences[1].replace("{title}", title))
            transaction.put_saved([new for _, new in pairs])
            return self._journal.keep(
                transaction,
                signal_of(reader, act, now, work.id, saved[0].shelf_id),
                sentences[0].replace("{title}", title, 1),
                undo={"pairs": [[pack(old), pack(new)] for old, new in pairs]},
            )

    # --- Undoing ------------------------------------------------------------------------------

    def _inverses(self) -> Mapping[Act, Callable[[Transaction, Signal, datetime], str]]:
        changes = dict.fromkeys([Act.NOTE, Act.READ, Act.UNREAD], self._undo_change)
        return {Act.SAVE: self._undo_save, Act.UNSAVE: self._undo_unsave, **changes}

    def _undo_save(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        """Take off what is there by this very act, and put back the notes that it replaced."""
        work = self._find_work(signal.work_id or 0)
        undo, present = signal.detail["undo"], self._find_saved(signal.reader_id, work.id)
        gone = [
            number
            for number in undo["added"]
            if number in present and present[number].saved_at == signal.at
        ]
        for number in gone:
            transaction.drop_saved(number, [work.id])
        back = [
            replace(present[number], note=note)
            for number, note in undo["noted"]
            if number in present and present[number].note == undo["note"]
        ]
        transaction.put_saved(back)
        _require([*gone, *back], work.title)
        if not gone:
            return f"The note beside {quote(work.title)} is as it was."
        mine = {shelf.id: shelf.name for shelf in self._store.get_shelves(signal.reader_id)}
        names = list_names([mine[number] for number in gone])
        return f"Took {quote(work.title)} off {names} again."

    def _undo_unsave(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        work = self._find_work(signal.work_id or 0)
        present = self._find_saved(signal.reader_id, work.id)
        mine = {shelf.id: shelf.name for shelf in self._store.get_shelves(signal.reader_id)}
        taken = [unpack(packed, work.id) for packed in signal.detail["undo"]["taken"]]
        back = [
            saved for saved in taken if saved.shelf_id in mine and saved.shelf_id not in present
        ]
        _require(back, work.title)
        transaction.put_saved(back)
        names = list_names([mine[saved.shelf_id] for saved in back])
        return f"{quote(work.title)} is back on {names}."

    def _undo_change(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        work = self._find_work(signal.work_id or 0)
        present = self._find_saved(signal.reader_id, work.id)
        pairs = [
            (unpack(old, work.id), unpack(new, work.id))
            for old, new in signal.detail["undo"]["pairs"]
        ]
        back = [old for old, new in pairs if present.get(new.shelf_id) == new]
        _require(back, work.title)
        transaction.put_saved(back)
        what = "note beside" if signal.act is Act.NOTE else "mark on"
        return f"The {what} {quote(work.title)} is as it was."


def _require(changed: Sequence[object], title: str) -> None:
    if not changed:
        raise ConflictError(
            f"What you did with {quote(title)} has been changed since; nothing is left to undo."
        )


def _begin(note: str) -> str:
    return quote(note.split("\n", 1)[0].strip())
