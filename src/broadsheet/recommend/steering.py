"""What readers set for their shelves: how many papers, how sure, in or out, muted; all undoable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from broadsheet.bringing import FindWork
from broadsheet.errors import ConflictError, InvalidInputError
from broadsheet.journal import Journal
from broadsheet.learning import Steering, Wish
from broadsheet.people import Act, Done, Reader, Shelf, Signal
from broadsheet.phrases import LONGEST_AUTHOR, clean_name, count
from broadsheet.ports import Store, Transaction
from broadsheet.shelves.base import Owned, signal_of
from broadsheet.sync import Clock
from broadsheet.text import clean_line

MOST_A_DAY = 40
MOST_MINUTES = 240
MOST_WISHES = 50
KINDS = ("category", "source", "author")
LONGEST_RANKER = 80

NO_FLOOR = "without a floor, whatever is clearly nearer to it than most of the library"
_SHARES = {"floor": "The least match", "explore": "What is explored", "rare": "Rareness"}


class Steerings(Owned):
    """Reads and changes what is set for a shelf; one of somebody else's is as if not there."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, find_work: FindWork) -> None:
        super().__init__(store, journal, clock, find_work)
        journal.register({Act.STEER: self._undo})

    def get(self, reader: Reader, shelf_id: int) -> Steering:
        """What is set for a shelf; what it starts with, where nothing was. Raises
        NotFoundError."""
        return self._get_set(self._get_own(reader.id, shelf_id).id)

    def steer(self, reader: Reader, steering: Steering, sentence: str = "") -> Done:
        """Set what is told, all of it; the sentence says what changed, unless one is given.

        Raises NotFoundError, and InvalidInputError for what is out of bounds.
        """
        now = self._clock()
        with self._store.write() as transaction:
            shelf = self._get_own(reader.id, steering.shelf_id)
            old, new = self._get_set(shelf.id), clean_steering(steering)
            changed = _find_changes(old, new)
            if not changed:
                return Done(f"{shelf.name} is as it was.")
            transaction.put_steering(new)
            told = sentence or _tell(shelf, new, changed)
            undo = {"was": pack(old, changed), "is": pack(new, changed)}
            signal = signal_of(reader, Act.STEER, now, None, shelf.id)
            return self._journal.keep(transaction, signal, told, undo=undo, target=shelf.id)

    def _get_set(self, shelf_id: int) -> Steering:
        return self._store.get_steerings([shelf_id]).get(shelf_id, Steering(shelf_id))

    def _undo(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        shelf = self._get_own(signal.reader_id, signal.shelf_id or 0)
        present, undo = self._get_set(shelf.id), signal.detail["undo"]
        later = self._journal.get_later(signal, [Act.STEER])
        again = any(
            each.shelf_id == shelf.id and each.detail["undo"]["was"].keys() & undo["was"].keys()
            for each in later
        )
        if again or pack(present, undo["is"]) != undo["is"]:
            raise ConflictError(
                f"What is set for {shelf.name} has been changed since; nothing was undone."
            )
        transaction.put_steering(replace(present, **unpack(undo["was"])))
        return f"{shelf.name} is set as it was."


def clean_steering(steering: Steering) -> Steering:
    """As it can be kept. Raises InvalidInputError for what is out of bounds."""
    if not 1 <= steering.per_day <= MOST_A_DAY:
        raise InvalidInputError(
            f"A shelf shows from 1 to {MOST_A_DAY} papers a day, not {steering.per_day:,}."
        )
    if not 0 <= steering.minutes <= MOST_MINUTES:
        raise InvalidInputError(
            f"Reading takes from 0 to {MOST_MINUTES} minutes a day, not {steering.minutes:,}."
        )
    for name, what in _SHARES.items():
        if not 0 <= getattr(steering, name) <= 1:
            raise InvalidInputError(f"{what} is a share from 0 to 100 %.")
    only, never = _clean_wishes(steering.only), _clean_wishes(steering.never)
    if len(only) + len(never) > MOST_WISHES:
        raise InvalidInputError(f"A shelf has at most {MOST_WISHES} things in or out.")
    if both := set(only).intersection(never):
        wish = min(both)
        raise InvalidInputError(f"The {wish.kind} {wish.value} cannot be both in and out.")
    ranker, challenger = (
        clean_line(name[:LONGEST_RANKER]) for name in (steering.ranker, steering.challenger)
    )
    return replace(steering, only=only, never=never, ranker=ranker, challenger=challenger)


def _clean_wishes(wishes: Iterable[Wish]) -> tuple[Wish, ...]:
    cleaned: dict[Wish, None] = {}
    for kind, value in wishes:
        if kind not in KINDS:
            raise InvalidInputError("Categories, sources and authors can be in or out.")
        if value.strip():
            name = clean_name(value, f"The name of {_with_article(kind)}", LONGEST_AUTHOR)
            cleaned[Wish(kind, name)] = None
    return tuple(cleaned)


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind == "author" else f"a {kind}"


# --- As plain data ----------------------------------------------------------------------------


def pack(steering: Steering, names: Iterable[str]) -> dict[str, Any]:
    """These fields as JSON has them."""
    return {name: _pack_value(getattr(steering, name)) for name in names}


def unpack(packed: Mapping[str, Any]) -> dict[str, Any]:
    """Inverse of `pack`: the values of fields."""
    return {name: _unpack_value(name, value) for name, value in packed.items()}


def _pack_value(value: Any) -> Any:
    if isinstance(value, date):  # a moment is one, too
        return value.isoformat()
    return [list(wish) for wish in value] if isinstance(value, tuple) else value


def _unpack_value(name: str, value: Any) -> Any:
    if value is None:
        return None
    match name:
        case "only" | "never":
            return tuple(Wish(*pair) for pair in value)
        case "muted_until":
            return date.fromisoformat(value)
        case "trial_since":
            return datetime.fromisoformat(value)
    return value


def _find_changes(old: Steering, new: Steering) -> list[str]:
    names = [field.name for field in fields(Steering)]
    return [name for name in names if getattr(old, name) != getattr(new, name)]


# --- In words ---------------------------------------------------------------------------------


def _tell(shelf: Shelf, steering: Steering, changed: Iterable[str]) -> str:
    """What changed, in a sentence."""
    told = [_tell_one(steering, name) for name in changed]
    return f"{shelf.name}: {'; '.join(dict.fromkeys(told))}."


def _tell_one(steering: Steering, name: str) -> str:
    match name:
        case "per_day":
            return f"at most {count(steering.per_day, 'paper')} a day"
        case "minutes":
            return _tell_minutes(steering)
        case "floor" | "explore" | "rare":
            return _tell_share(name, getattr(steering, name))
        case "only" | "never":
            return _tell_wishes("in" if name == "only" else "out", getattr(steering, name))
        case "muted_until":
            return _tell_muted(steering.muted_until)
        case "in_edition":
            return f"{'' if steering.in_edition else 'not '}in your edition"
    return "found by another ranker" if name == "ranker" else "another trial of rankers"


def _tell_minutes(steering: Steering) -> str:
    if steering.minutes:
        return f"as many papers as {count(steering.minutes, 'minute')} of reading hold a day"
    return f"at most {count(steering.per_day, 'paper')} a day, however long they take"


def _tell_share(name: str, share: float) -> str:
    percent = f"{100 * share:.0f} %"
    match name:
        case "floor":
            return f"papers with a match of at least {percent}" if share else NO_FLOOR
        case "explore":
            return f"{percent} of the places for what it knows least about"
    return f"{percent} less weight for famous papers"


def _tell_wishes(where: str, wishes: tuple[Wish, ...]) -> str:
    if not wishes:
        return f"nothing is set to be {where}"
    first, *rest = (wish.value for wish in wishes)
    return f"{where} {'is' if not rest else 'are'} {first}" + (
        f" and {count(len(rest), 'other')}" if rest else ""
    )


def _tell_muted(until: date | None) -> str:
    return f"silent until {until.day} {until:%B %Y}" if until else "not silent any more"
