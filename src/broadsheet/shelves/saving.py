"""Papers on shelves: save and take off, note, mark as read; and how each of that is undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from broadsheet.errors import ConflictError, InvalidInputError
from broadsheet.people import Act, Done, Reader, Saved, Shelf, Signal
from broadsheet.phrases import LONGEST_NOTE, clean_text, list_names, quote
from broadsheet.ports import Transaction
from broadsheet.shelves.base import Owned, check_room, is_as_made, note_of, pack, signal_of, unpack

FIRST_SHELF = "Reading list"
"""The shelf that is made for who saves a paper and has none yet."""

Pair = tuple[Saved | None, Saved | None]
"""A paper on a shelf before and after an act; None: it is not there."""
_MARKS = (Act.READ, Act.UNREAD)
_ACTS = (Act.SAVE, Act.UNSAVE, Act.NOTE, *_MARKS)


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
            held = self._find_saved(reader.id, work.id)
            pairs = _put_on(shelves, work.id, held, note, now, rewrite=bool(note))
            names = list_names([shelf.name for shelf in shelves])
            if not pairs:
                return Done(f"{quote(work.title)} is on {names} already.")
            signal = signal_of(reader, Act.SAVE, now, work.id, shelves[0].id)
            return self._keep(transaction, signal, pairs, f"Saved {quote(work.title)} to {names}.")

    def shelve(
        self,
        reader: Reader,
        reference: str | int,
        shelf_ids: Sequence[int],
        note: str | None = None,
        new: str = "",
    ) -> Done:
        """Have a paper on these shelves, and on a `new` one of that name, and on no other of the
        reader's. A note other than the present one (see `note_of`) is for all of them, an empty
        one takes it away; None leaves it. One act: an error changes nothing, and undoing brings
        all of it back. Raises as `save` and `Shelves.make`, and InvalidInputError for a note that
        no shelf would hold."""
        now = self._clock()
        text = None if note is None else clean_text(note, "A note", LONGEST_NOTE)
        with self._store.write() as transaction:
            work, made = self._find_work(reference), {}
            shelves = self._get_all_own(reader.id, shelf_ids)
            if new.strip():
                shelf = self._make_new(reader, new, "", now)
                self._require_free(shelf)
                shelves.insert(0, replace(shelf, id=transaction.put_shelf(shelf)))
                made = {"made": shelves[0].id, "name": shelf.name}
            held, wanted = self._find_saved(reader.id, work.id), {shelf.id for shelf in shelves}
            off = [saved for number, saved in held.items() if number not in wanted]
            was = note_of(held.values())
            text = was if text is None else text
            if text not in ("", was) and not shelves:
                raise InvalidInputError("Choose a shelf: a note is kept with a paper on it.")
            on = _put_on(shelves, work.id, held, text, now, rewrite=text != was)
            if not off and not on:
                return Done("Everything is as it was.")
            used = shelves[0].id if on else off[0].shelf_id
            act, sentence = Act.SAVE if on else Act.UNSAVE, ""
            if on and not off and all(old for old, _ in on):
                act, sentence = Act.NOTE, _tell_noted(text).replace("{title}", quote(work.title), 1)
            sentence = sentence or self._tell_moved(reader, work.title, shelves if on else [], off)
            signal = signal_of(reader, act, now, work.id, used)
            return self._keep(
                transaction, signal, [*((saved, None) for saved in off), *on], sentence, made
            )

    def _tell_moved(
        self, reader: Reader, title: str, on: Sequence[Shelf], off: Sequence[Saved]
    ) -> str:
        names = {shelf.id: shelf.name for shelf in self._store.get_shelves(reader.id)}
        left = list_names([names[saved.shelf_id] for saved in off]) if off else ""
        if not on:
            return f"Took {quote(title)} off {left}."
        saved = f"Saved {quote(title)} to {list_names([shelf.name for shelf in on])}"
        return f"{saved}, and took it off {left}." if off else f"{saved}."

    def _keep(
        self,
        transaction: Transaction,
        signal: Signal,
        pairs: Sequence[Pair],
        sentence: str,
        made: Mapping[str, Any] | None = None,
    ) -> Done:
        """Make of each first of a pair its second, and write down both."""
        self._require_space(signal.reader_id, _growth(pairs))
        _apply(transaction, pairs)
        packed = [[old and pack(old), new and pack(new)] for old, new in pairs]
        return self._journal.keep(
            transaction, signal, sentence, undo={"pairs": packed, **(made or {})}
        )

    def _choose(
        self, transaction: Transaction, reader: Reader, shelf_ids: Sequence[int], now: datetime
    ) -> list[Shelf]:
        if shelf_ids:
            return self._get_all_own(reader.id, shelf_ids)
        last = self.find_last(reader, self._store.get_shelves(reader.id))
        if last is None:
            first = self._make_new(reader, FIRST_SHELF, "", now)
            return [replace(first, id=transaction.put_shelf(first))]
        return [last]

    def find_last(self, reader: Reader, shelves: Sequence[Shelf]) -> Shelf | None:
        """Of a reader's shelves the one used or made last, where `save` puts a paper if no
        shelf is named; None where there is none. One query."""
        mine = {shelf.id: shelf for shelf in shelves}
        if not mine:
            return None
        used = [Act.SAVE, Act.MAKE_SHELF]
        for signal in self._store.get_signals(reader.id, acts=used, limit=20):
            if signal.shelf_id in mine:
                return mine[signal.shelf_id]
        return max(mine.values(), key=lambda shelf: (shelf.made_at, shelf.id))

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
            names = list_names([shelves[saved.shelf_id].name for saved in taken])
            signal = signal_of(reader, Act.UNSAVE, now, work.id, taken[0].shelf_id)
            pairs: list[Pair] = [(saved, None) for saved in taken]
            return self._keep(transaction, signal, pairs, f"Took {quote(work.title)} off {names}.")

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
        return self._change(
            reader,
            reference,
            shelf_ids,
            Act.NOTE,
            (_tell_noted(note), "The note beside {title} is that already."),
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
            pairs = [(old, new) for old in saved if (new := change(old, now)) != old]
            title = quote(work.title)
            if not pairs:
                return Done(sentences[1].replace("{title}", title))
            signal = signal_of(reader, act, now, work.id, saved[0].shelf_id)
            return self._keep(transaction, signal, pairs, sentences[0].replace("{title}", title, 1))

    # --- Undoing ------------------------------------------------------------------------------

    def _inverses(self) -> Mapping[Act, Callable[[Transaction, Signal, datetime], str]]:
        return dict.fromkeys(_ACTS, self._undo)

    def _undo(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        """Put back what is still as the act left it."""
        work, undo = self._find_work(signal.work_id or 0), signal.detail["undo"]
        pairs = [
            (old and unpack(old, work.id), new and unpack(new, work.id))
            for old, new in undo["pairs"]
        ]
        mine = {shelf.id: shelf for shelf in self._store.get_shelves(signal.reader_id)}
        present = self._find_saved(signal.reader_id, work.id)
        touched = self._touched_since(signal)
        back: list[Pair] = [
            (new, old)
            for old, new in pairs
            if (number := _shelf_of((old, new))) in mine
            and number not in touched
            and present.get(number) == new
        ]
        if not back:
            raise ConflictError(
                f"What you did with {quote(work.title)} has been changed since; nothing is left to "
                "undo."
            )
        for new, old in back:
            if old and not new:
                check_room(mine[old.shelf_id], 1)
        self._require_space(signal.reader_id, _growth(back))
        _apply(transaction, back)
        told = _tell_undone(signal.act, quote(work.title), back, mine)
        if len(back) < len(pairs):
            told += " The rest has been changed since, and stays."
        return told + self._undo_made(transaction, undo, back, now)

    def _touched_since(self, signal: Signal) -> set[int]:
        """The shelves on which a later act of the reader's changed something about this paper."""
        later = self._journal.get_later(signal, _ACTS)
        packed = [
            pair
            for each in later
            if each.work_id == signal.work_id
            for pair in each.detail["undo"]["pairs"]
        ]
        return {old[0] if old else new[0] for old, new in packed}

    def _undo_made(
        self,
        transaction: Transaction,
        undo: Mapping[str, Any],
        back: Sequence[Pair],
        now: datetime,
    ) -> str:
        """Delete the shelf that an act made, unless it has become more than that."""
        shelf = self._store.get_shelf(undo.get("made", 0))
        if shelf is None or shelf.deleted_at:
            return ""
        others = shelf.papers - sum(_shelf_of(pair) == shelf.id for pair in back)
        if others or not is_as_made(shelf, undo["name"], ""):
            return f" The shelf {shelf.name} has been changed since, and stays."
        transaction.put_shelf(replace(shelf, deleted_at=now))
        return f" The shelf {shelf.name} is gone again."


def _put_on(
    shelves: Sequence[Shelf],
    work_id: int,
    held: Mapping[int, Saved],
    note: str,
    now: datetime,
    *,
    rewrite: bool,
) -> list[Pair]:
    """A paper onto shelves; to `rewrite` is to put the note also where it is `held` already.

    Raises InvalidInputError where a shelf is full.
    """
    pairs: list[Pair] = []
    for shelf in shelves:
        old = held.get(shelf.id)
        if old is None:
            check_room(shelf, 1)
            pairs.append((None, Saved(shelf.id, work_id, now, note)))
        elif rewrite and old.note != note:
            pairs.append((old, replace(old, note=note)))
    return pairs


def _growth(pairs: Sequence[Pair]) -> int:
    """How many more papers there are on shelves after an act than before."""
    return sum((new is not None) - (old is not None) for old, new in pairs)


def _apply(transaction: Transaction, pairs: Sequence[Pair]) -> None:
    for old, new in pairs:
        if old and not new:
            transaction.drop_saved(old.shelf_id, [old.work_id])
    transaction.put_saved([new for _, new in pairs if new])


def _shelf_of(pair: Pair) -> int:
    return next(saved.shelf_id for saved in pair if saved)


def _tell_undone(act: Act, title: str, back: Sequence[Pair], mine: Mapping[int, Shelf]) -> str:
    on = list_names([mine[new.shelf_id].name for old, new in back if new and not old])
    off = list_names([mine[old.shelf_id].name for old, new in back if old and not new])
    if on:
        return f"{title} is back on {on}, and off {off}." if off else f"{title} is back on {on}."
    if off:
        return f"Took {title} off {off} again."
    return f"The {'mark on' if act in _MARKS else 'note beside'} {title} is as it was."


def _tell_noted(note: str) -> str:
    if not note:
        return "Took your note off {title}."
    begin = note.partition("\n")[0].strip()
    return f"Noted beside {{title}}: {quote(begin)}"
