"""The journal of acts: what readers did, what undoes it, and what they were shown.

A room that changes something for a reader writes a signal of it in the same transaction
(`Journal.keep`), and registers how each of its acts is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_bytes
from typing import Any

from broadsheet.errors import ConflictError, NotFoundError
from broadsheet.journal.impressions import Impressions
from broadsheet.people import Act, Done, Reader, Signal
from broadsheet.ports import Store, Transaction
from broadsheet.signing import TOKEN_LENGTH, Signer
from broadsheet.sync import Clock
from broadsheet.text import clean_line

SAID, UNDO, TARGET = "said", "undo", "target"
MOST_SHOWN = 200
LONGEST_PLACE = 100
LONGEST_NOTICE = 300
_NO_NUMBER = 1 << 53
"""No work has a number as great as this; what a browser sends may."""

Inverse = Callable[[Transaction, Signal, datetime], str]
"""Undoes an act in a transaction that is open, and says what it did. Raises ConflictError where
what the act left has changed since, so that undoing would take away more than the act did."""


class Journal:
    """Keeps acts, undoes them, and tells of them."""

    def __init__(self, store: Store, clock: Clock, signer: Signer | None = None) -> None:
        """`signer` seals notices; without one, they can be opened by this journal only."""
        self._store = store
        self._clock = clock
        self._inverses: dict[Act, Inverse] = {}
        self._impressions = Impressions(store)
        self._signer = signer or Signer(token_bytes(32))

    def register(self, inverses: Mapping[Act, Inverse]) -> None:
        """Say how acts are undone."""
        self._inverses.update(inverses)

    def keep(
        self,
        transaction: Transaction,
        signal: Signal,
        sentence: str,
        *,
        undo: Mapping[str, Any] | None = None,
        target: int = 0,
    ) -> Done:
        """Write down what was done. `undo` is what its inverse needs; None: it cannot be undone."""
        detail: dict[str, Any] = {**signal.detail, SAID: sentence}
        if undo is not None:
            detail |= {UNDO: dict(undo), TARGET: target}
        (number,) = transaction.add_signals([replace(signal, detail=detail)])
        return Done(sentence, 0 if undo is None else number, target)

    # --- Undoing ------------------------------------------------------------------------------

    def undo(self, reader: Reader, signal_id: int) -> Done:
        """Undo an act of this reader's.

        Raises NotFoundError for what is no act of the reader's, ConflictError for one that
        cannot be undone, was undone already, or that later acts have built upon.
        """
        now = self._clock()
        with self._store.write() as transaction:
            signal = self._get_own(reader, signal_id)
            inverse = self._inverses.get(signal.act)
            if inverse is None or UNDO not in signal.detail:
                raise ConflictError("This cannot be undone.")
            if not transaction.mark_undone(signal_id, now):
                raise ConflictError("This was undone already.")
            return Done(inverse(transaction, signal, now))

    def get_later(self, signal: Signal, acts: Collection[Act]) -> Sequence[Signal]:
        """What the same reader did after an act, of these kinds, that stands: an inverse asks where
        what there is does not tell whether it is the act's or a later one's of the same words."""
        later = self._store.get_signals(signal.reader_id, acts=acts, after=signal.id, limit=None)
        return [each for each in later if each.undone_at is None and UNDO in each.detail]

    def get_done(self, reader: Reader, signal_id: int) -> Done | None:
        """What an act of this reader's came to, as long as it can be undone; else None."""
        try:
            signal = self._get_own(reader, signal_id)
        except NotFoundError:
            return None
        if signal.undone_at or UNDO not in signal.detail:
            return None
        return Done(signal.detail[SAID], signal.id, signal.detail[TARGET])

    def seal(self, reader: Reader, sentence: str) -> str:
        """A sentence about an act that cannot be undone, to go through an address: nobody but us
        can have made it, and it is for nobody else."""
        if len(sentence) > LONGEST_NOTICE:
            sentence = sentence[: LONGEST_NOTICE - 1].rstrip() + "…"
        return self._signer.sign(*_notice(reader, sentence)) + sentence

    def open_sealed(self, reader: Reader, sealed: str) -> Done | None:
        """What `seal` sealed for this reader; None for anything else."""
        token, sentence = sealed[:TOKEN_LENGTH], sealed[TOKEN_LENGTH:]
        if len(sentence) > LONGEST_NOTICE:
            return None
        own = self._signer.check(token, *_notice(reader, sentence))
        return Done(sentence) if own else None

    def get_signals(
        self, reader: Reader, *, acts: Collection[Act] = (), limit: int = 1000
    ) -> Sequence[Signal]:
        """A reader's acts, newest first."""
        return self._store.get_signals(reader.id, acts=acts, limit=limit)

    def _get_own(self, reader: Reader, signal_id: int) -> Signal:
        signal = self._store.get_signal(signal_id)
        if signal is None or signal.reader_id != reader.id:
            raise NotFoundError("act", signal_id)
        return signal

    # --- What was seen ------------------------------------------------------------------------

    def note_shown(self, reader: Reader, place: str, work_ids: Sequence[int]) -> None:
        """Note that these papers were shown in this order. Costs no write now, and never fails.

        One signal a page: its detail has the `place`, and the papers as `works`, from position 1.
        """
        works = [number for number in work_ids[:MOST_SHOWN] if 0 < number < _NO_NUMBER]
        if works:
            detail = {"place": clean_line(place[:LONGEST_PLACE]), "works": works}
            self._impressions.note(Signal(reader.id, Act.SHOWN, self._clock(), detail=detail))

    def note_open(self, reader: Reader, work_id: int, place: str = "", position: int = 0) -> None:
        """Note that a paper was opened, from where, and at which position (0: unknown) it stood.

        Costs no write now, and never fails.
        """
        place = clean_line(place[:LONGEST_PLACE])
        detail = {"place": place, "position": position} if place else {}
        if 0 < work_id < _NO_NUMBER and 0 <= position < _NO_NUMBER:
            signal = Signal(reader.id, Act.OPEN, self._clock(), work_id, detail=detail)
            self._impressions.note(signal)

    def flush(self) -> None:
        """Write down at once what was noted."""
        self._impressions.flush()

    def close(self) -> None:
        """Write down what was noted, and release the thread that would do so later."""
        self._impressions.close()


def _notice(reader: Reader, sentence: str) -> tuple[str, int, str]:
    return "notice", reader.id, sentence
