"""What readers answer to papers: like, "not for me", hide; and how each is taken back or undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from broadsheet.bringing import FindWork
from broadsheet.errors import ConflictError, InvalidInputError
from broadsheet.journal import Journal
from broadsheet.learning import Answer, Opinion
from broadsheet.model import Work
from broadsheet.people import Act, Done, Reader, Shelf, Signal
from broadsheet.phrases import list_names, quote
from broadsheet.ports import Store, Transaction
from broadsheet.shelves.base import Owned, signal_of
from broadsheet.sync import Clock

Pair = tuple[Answer | None, Answer | None]
"""An answer before and after an act; None: there is none."""
Packed = list[str] | None

_ACTS = {Opinion.LIKE: Act.LIKE, Opinion.DISLIKE: Act.DISLIKE, Opinion.HIDE: Act.HIDE}
_EVERY_SHELF = 0


class Answers(Owned):
    """Every verb about answers. A shelf of somebody else's is as one that is not there."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, find_work: FindWork) -> None:
        super().__init__(store, journal, clock, find_work)
        journal.register(dict.fromkeys([*_ACTS.values(), Act.TAKE_BACK], self._undo))

    def answer(
        self, reader: Reader, reference: str | int, opinion: Opinion, shelf_id: int = 0
    ) -> Done:
        """Answer to a paper on behalf of a shelf; a like takes the place of a "not for me", and
        the other way. To hide is for all shelves, whichever is named.

        Raises NotFoundError; InvalidInputError where the shelf is not named and not the reader's
        only one, and for a "not for me" to what lies on that very shelf.
        """
        now = self._clock()
        with self._store.write() as transaction:
            work, name = self._find_work(reference), ""
            if opinion is Opinion.HIDE:
                shelf_id = _EVERY_SHELF
            else:
                shelf = self._choose(reader, shelf_id)
                shelf_id, name = shelf.id, shelf.name
            old = self._find(reader, work).get(shelf_id)
            told = _tell(opinion, quote(work.title), name)
            if old and old.opinion is opinion:
                return Done(f"{told} That was so already.")
            if opinion is Opinion.DISLIKE and shelf_id in self._find_saved(reader.id, work.id):
                raise InvalidInputError(f"{quote(work.title)} is on {name}; take it off first.")
            new = Answer(reader.id, shelf_id, work.id, opinion, now)
            signal = signal_of(reader, _ACTS[opinion], now, work.id, shelf_id or None)
            return self._keep(transaction, signal, [(old, new)], told)

    def take_back(
        self, reader: Reader, reference: str | int, opinion: Opinion, shelf_id: int = 0
    ) -> Done:
        """Take an answer back; without a shelf, that of all shelves. Raises NotFoundError."""
        now = self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            if shelf_id:
                self._get_own(reader.id, shelf_id)
            found = [
                each
                for each in self._find(reader, work).values()
                if each.opinion is opinion
                and (opinion is Opinion.HIDE or shelf_id in (0, each.shelf_id))
            ]
            title = quote(work.title)
            if not found:
                return Done(f"There is no such answer to {title}.")
            names = {shelf.id: shelf.name for shelf in self._store.get_shelves(reader.id)}
            where = list_names([names[each.shelf_id] for each in found if each.shelf_id])
            signal = signal_of(reader, Act.TAKE_BACK, now, work.id, found[0].shelf_id or None)
            pairs: list[Pair] = [(each, None) for each in found]
            return self._keep(transaction, signal, pairs, _tell_taken(opinion, title, where))

    def get_answers(
        self, reader: Reader, work_ids: Collection[int]
    ) -> Mapping[int, Sequence[Answer]]:
        """For each of these papers that the reader answered to, the answers; one query."""
        return self._store.find_answers(reader.id, work_ids)

    def _choose(self, reader: Reader, shelf_id: int) -> Shelf:
        if shelf_id:
            return self._get_own(reader.id, shelf_id)
        shelves = self._store.get_shelves(reader.id)
        if len(shelves) == 1:
            return shelves[0]
        if shelves:
            raise InvalidInputError("Say for which of your shelves: each learns by itself.")
        raise InvalidInputError("Make a shelf first: it is shelves that learn from answers.")

    def _find(self, reader: Reader, work: Work) -> dict[int, Answer]:
        """A reader's answers to a paper, by shelf."""
        found = self._store.find_answers(reader.id, [work.id]).get(work.id, ())
        return {each.shelf_id: each for each in found}

    def _keep(
        self, transaction: Transaction, signal: Signal, pairs: Sequence[Pair], sentence: str
    ) -> Done:
        """Make of each first of a pair its second, and write down both."""
        _apply(transaction, pairs)
        packed = [[_place_of(pair), _pack(pair[0]), _pack(pair[1])] for pair in pairs]
        return self._journal.keep(transaction, signal, sentence, undo={"pairs": packed})

    # --- Undoing ------------------------------------------------------------------------------

    def _undo(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        """Put back what is still as the act left it, and no later act has changed since."""
        work = self._find_work(signal.work_id or 0)
        found = self._store.find_answers(signal.reader_id, [work.id]).get(work.id, ())
        present = {each.shelf_id: each for each in found}
        standing = {_EVERY_SHELF, *(each.id for each in self._store.get_shelves(signal.reader_id))}
        standing -= self._touched_since(signal)
        back: list[Pair] = []
        for shelf_id, was, became in signal.detail["undo"]["pairs"]:
            blank = Answer(signal.reader_id, shelf_id, work.id, Opinion.HIDE, now)
            new = _unpack(became, blank)
            if shelf_id in standing and present.get(shelf_id) == new:
                back.append((new, _unpack(was, blank)))
        if not back:
            raise ConflictError(
                f"Your answer to {quote(work.title)} has been changed since; nothing was undone."
            )
        _apply(transaction, back)
        return f"Your answer to {quote(work.title)} is as it was."

    def _touched_since(self, signal: Signal) -> set[int]:
        """The shelves for which a later act of the reader's changed the answer to this paper: what
        is not there might have been taken back by that one."""
        later = self._journal.get_later(signal, [*_ACTS.values(), Act.TAKE_BACK])
        return {
            shelf_id
            for each in later
            if each.work_id == signal.work_id
            for shelf_id, _, _ in each.detail["undo"]["pairs"]
        }


def _apply(transaction: Transaction, pairs: Sequence[Pair]) -> None:
    for old, new in pairs:
        if old and not new:
            transaction.drop_answer(old.reader_id, old.shelf_id, old.work_id)
    transaction.put_answers([new for _, new in pairs if new])


def _place_of(pair: Pair) -> int:
    return next(each.shelf_id for each in pair if each)


def _pack(answer: Answer | None) -> Packed:
    return [str(answer.opinion), answer.at.isoformat()] if answer else None


def _unpack(packed: Packed, blank: Answer) -> Answer | None:
    """Inverse of `_pack`; `blank` has what is not packed."""
    if packed is None:
        return None
    opinion, at = packed
    return replace(blank, opinion=Opinion(opinion), at=datetime.fromisoformat(at))


def _tell(opinion: Opinion, title: str, shelf: str) -> str:
    match opinion:
        case Opinion.LIKE:
            return f"{shelf} learns that {title} is to your liking."
        case Opinion.DISLIKE:
            return f"{shelf} learns that {title} is not for it."
        case Opinion.HIDE:
            return f"{title} is not shown to you again."


def _tell_taken(opinion: Opinion, title: str, shelves: str) -> str:
    match opinion:
        case Opinion.LIKE:
            return f"Took the like of {title} off {shelves}."
        case Opinion.DISLIKE:
            return f"{title} may be for {shelves} again."
        case Opinion.HIDE:
            return f"{title} may be shown to you again."
