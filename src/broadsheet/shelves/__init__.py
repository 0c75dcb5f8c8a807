"""Shelves: a reader's named interests, what lies on them, and who else may look.

    base.py      whose a shelf is, and the bounds     saving.py    papers on shelves
    filling.py   whole files onto a shelf

Every act is undone by `Journal.undo`. Foreign shelves are as ones that are not there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from broadsheet import exports
from broadsheet.bringing import FindWork, Intake
from broadsheet.errors import ConflictError, NotFoundError
from broadsheet.files import Upload
from broadsheet.journal import Journal
from broadsheet.model import Sort, Work
from broadsheet.people import Act, Done, Reader, Saved, Sharing, Shelf, Signal
from broadsheet.phrases import LONGEST_ABOUT, clean_name, clean_text, count
from broadsheet.ports import Store, Transaction
from broadsheet.shelves.base import (
    MOST_PAPERS,
    MOST_SAVED,
    MOST_SHELVES,
    is_as_made,
    note_of,
    signal_of,
)
from broadsheet.shelves.filling import Filling
from broadsheet.shelves.saving import FIRST_SHELF
from broadsheet.shown import Page
from broadsheet.signing import Signer
from broadsheet.sync import Clock

__all__ = [
    "FIRST_SHELF",
    "MOST_PAPERS",
    "MOST_SAVED",
    "MOST_SHELVES",
    "OnShelf",
    "Search",
    "Shelves",
    "Upload",
    "note_of",
]


_FILES = "files of a shelf"
"""What the token of a private address is signed for, so that it is not the one of a link."""


class OnShelf(NamedTuple):
    """A paper on a shelf, ready to be shown."""

    saved: Saved
    work: Work


class Search(Protocol):
    """`Library.search`, as far as it is needed here."""

    def __call__(
        self,
        text: str,
        *,
        limit: int,
        offset: int,
        sort: Sort,
        facets: bool,
        within: Collection[int] | None,
    ) -> Page: ...


class Shelves(Filling):
    """Every verb about shelves."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        *,
        find_work: FindWork,
        search: Search,
        intake: Intake,
        signer: Signer,
    ) -> None:
        super().__init__(store, journal, clock, find_work, intake)
        self._search = search
        self._signer = signer
        journal.register(
            {
                **self._inverses(),
                Act.FILL_SHELF: self._undo_fill,
                Act.MAKE_SHELF: self._undo_make,
                Act.CHANGE_SHELF: self._undo_change_shelf,
                Act.DELETE_SHELF: self._undo_delete,
            }
        )

    # --- Shelves ------------------------------------------------------------------------------

    def make(self, reader: Reader, name: str, about: str = "") -> Done:
        """Make a shelf; `target` is its number.

        Raises InvalidInputError for a name or text that cannot be, ConflictError for a name that
        another shelf of the reader's has.
        """
        about, now = clean_text(about, "What a shelf is about", LONGEST_ABOUT), self._clock()
        with self._store.write() as transaction:
            shelf = self._make_new(reader, name, about, now)
            self._require_free(shelf)
            number = transaction.put_shelf(shelf)
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.MAKE_SHELF, now, shelf_id=number),
                f"Made the shelf {shelf.name}.",
                undo={"name": shelf.name, "about": about},
                target=number,
            )

    def change(
        self,
        reader: Reader,
        shelf_id: int,
        *,
        name: str | None = None,
        about: str | None = None,
        sharing: Sharing | None = None,
    ) -> Done:
        """Rename a shelf, describe it, or say who may see it; None leaves a thing as it is."""
        given: dict[str, Any] = {}
        if name is not None:
            given["name"] = clean_name(name, "A shelf's name")
        if about is not None:
            given["about"] = clean_text(about, "What a shelf is about", LONGEST_ABOUT)
        if sharing is not None:
            given["sharing"] = sharing
        now = self._clock()
        with self._store.write() as transaction:
            old = self._get_own(reader.id, shelf_id)
            new = replace(old, **given)
            if new == old:
                return Done(f"{old.name} is as it was.")
            self._require_free(new)
            transaction.put_shelf(new)
            changed = [key for key in given if getattr(old, key) != getattr(new, key)]
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.CHANGE_SHELF, now, shelf_id=shelf_id),
                _tell_change(old, new),
                undo={
                    "was": {key: str(getattr(old, key)) for key in changed},
                    "is": {key: str(getattr(new, key)) for key in changed},
                },
            )

    def delete(self, reader: Reader, shelf_id: int) -> Done:
        """Delete a shelf; undoing brings it back with everything on it."""
        now = self._clock()
        with self._store.write() as transaction:
            shelf = self._get_own(reader.id, shelf_id)
            transaction.put_shelf(replace(shelf, deleted_at=now))
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.DELETE_SHELF, now, shelf_id=shelf_id),
                f"Deleted the shelf {shelf.name} with {count(shelf.papers, 'paper')} on it.",
                undo={},
            )

    # --- Looking ------------------------------------------------------------------------------

    def get(self, reader: Reader) -> Sequence[Shelf]:
        """A reader's shelves, by name."""
        return self._store.get_shelves(reader.id)

    def get_shared(self) -> Sequence[Shelf]:
        """The shelves that anybody of this instance may see, by name."""
        return self._store.get_shelves(None)

    def get_shelf(self, viewer: Reader | None, shelf_id: int, token: str = "") -> Shelf:
        """A shelf that a viewer may see: their own, one shared with the instance, or, with the
        token of its link, one shared by link. Raises NotFoundError for every other."""
        shelf = self._store.get_shelf(shelf_id)
        if shelf is None or shelf.deleted_at or not self._may_see(viewer, shelf, token):
            raise NotFoundError("shelf", shelf_id)
        return shelf

    def _may_see(self, viewer: Reader | None, shelf: Shelf, token: str) -> bool:
        if viewer and viewer.id == shelf.reader_id:
            return True
        if shelf.sharing is Sharing.NOBODY:
            return False
        owner = self._store.get_readers([shelf.reader_id]).get(shelf.reader_id)
        if owner is None or owner.disabled:
            return False
        if token:
            return self._signer.check(token, *self._parts(shelf, owner))
        return shelf.sharing is Sharing.INSTANCE

    def get_for_files(self, shelf_id: int, token: str) -> Shelf:
        """The shelf whose files a token opens: that of its link, or of its private address, which
        the owner's programs use whoever else may see it. Raises NotFoundError."""
        shelf = self._store.get_shelf(shelf_id)
        if shelf is None or shelf.deleted_at or not self._opens_files(shelf, token):
            raise NotFoundError("shelf", shelf_id)
        return shelf

    def _opens_files(self, shelf: Shelf, token: str) -> bool:
        if not token:
            return False
        owner = self._store.get_readers([shelf.reader_id]).get(shelf.reader_id)
        if owner is None or owner.disabled:
            return False
        private = self._signer.check(token, *self._parts(shelf, owner, kind=_FILES))
        return private or self._may_see(None, shelf, token)

    def get_papers(
        self, shelf: Shelf, *, limit: int | None = None, offset: int = 0
    ) -> tuple[OnShelf, ...]:
        """What is on a shelf, the last saved first; two queries."""
        saved = self._store.get_saved([shelf.id], limit=limit, offset=offset)
        works = self._store.get_works([each.work_id for each in saved])
        return tuple(OnShelf(each, works[each.work_id]) for each in saved if each.work_id in works)

    def find(self, reader: Reader, work_ids: Collection[int]) -> Mapping[int, tuple[Saved, ...]]:
        """For each of these papers that is on a shelf of the reader's, where it is; one query."""
        found = self._store.find_saved(reader.id, work_ids)
        return {number: tuple(saved) for number, saved in found.items()}

    def search(
        self,
        reader: Reader,
        shelf_id: int | None,
        text: str,
        *,
        limit: int = 20,
        offset: int = 0,
        sort: Sort = Sort.RELEVANCE,
    ) -> Page:
        """Search in one shelf that the reader may see, or in all of the reader's own for None.

        Raises NotFoundError and InvalidQueryError.
        """
        if shelf_id is None:
            numbers = [shelf.id for shelf in self._store.get_shelves(reader.id)]
        else:
            numbers = [self.get_shelf(reader, shelf_id).id]
        within = {saved.work_id for saved in self._store.get_saved(numbers)}
        return self._search(
            text, limit=limit, offset=offset, sort=sort, facets=False, within=within
        )

    def export(self, shelf: Shelf, style: str) -> str:
        """All papers of a shelf in one of `exports.STYLES`, the last saved first: the same papers
        give the same text, so that programs can ask for it again and again."""
        return exports.render((entry.work for entry in self.get_papers(shelf)), style)

    # --- Links --------------------------------------------------------------------------------

    def link_of(self, shelf: Shelf, owner: Reader | None = None) -> str:
        """The token that lets whoever has it see a shelf that is shared by link; one query, none
        where its `owner` is given."""
        return self._signer.sign(*self._parts(shelf, owner))

    def files_link_of(self, shelf: Shelf, owner: Reader | None = None) -> str:
        """The token of a shelf's private address: it opens its files, not its page and its notes;
        one query, none where its `owner` is given."""
        return self._signer.sign(*self._parts(shelf, owner, kind=_FILES))

    def new_link(self, reader: Reader, shelf_id: int) -> Done:
        """Make the addresses of a shelf that were given out void; there are new ones. For good."""
        now = self._clock()
        with self._store.write() as transaction:
            shelf = self._get_own(reader.id, shelf_id)
            transaction.put_shelf(replace(shelf, generation=shelf.generation + 1))
            return self._journal.keep(
                transaction,
                signal_of(reader, Act.CHANGE_SHELF, now, shelf_id=shelf_id),
                f"{shelf.name} has a new address; the old one leads nowhere now.",
            )

    def _parts(
        self, shelf: Shelf, owner: Reader | None = None, *, kind: str = "shelf"
    ) -> tuple[object, ...]:
        owner = owner or self._store.get_readers([shelf.reader_id])[shelf.reader_id]
        return kind, shelf.id, shelf.generation, owner.generation

    # --- Undoing ------------------------------------------------------------------------------

    def _undo_make(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        shelf, undo = self._get_own(signal.reader_id, signal.shelf_id or 0), signal.detail["undo"]
        if not is_as_made(shelf, undo["name"], undo["about"]):
            raise ConflictError(f"{shelf.name} has been changed since; delete it instead.")
        if shelf.papers:
            raise ConflictError(
                f"{shelf.name} has {count(shelf.papers, 'paper')} on it by now; delete it instead."
            )
        transaction.put_shelf(replace(shelf, deleted_at=now))
        return f"The shelf {shelf.name} is gone again."

    def _undo_change_shelf(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        shelf, undo = self._get_own(signal.reader_id, signal.shelf_id or 0), signal.detail["undo"]
        later = self._journal.get_later(signal, [Act.CHANGE_SHELF])
        if any(str(getattr(shelf, key)) != value for key, value in undo["is"].items()) or any(
            each.shelf_id == shelf.id and each.detail["undo"]["was"].keys() & undo["was"].keys()
            for each in later
        ):
            raise ConflictError(f"{shelf.name} has been changed since; nothing was undone.")
        was = dict(undo["was"])
        if "sharing" in was:
            was["sharing"] = Sharing(was["sharing"])
        old = replace(shelf, **was)
        self._require_free(old)
        transaction.put_shelf(old)
        return f"{old.name} is as it was."

    def _undo_delete(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        shelf = self._store.get_shelf(signal.shelf_id or 0)
        if shelf is None or shelf.reader_id != signal.reader_id or shelf.deleted_at is None:
            raise NotFoundError("shelf", signal.shelf_id)
        if shelf.deleted_at != signal.at:
            raise ConflictError(f"{shelf.name} was deleted anew since; nothing was undone.")
        self._require_free(shelf)
        self._require_room(shelf.reader_id)
        papers = len(self._store.get_saved([shelf.id]))
        self._require_space(shelf.reader_id, papers)
        transaction.put_shelf(replace(shelf, deleted_at=None))
        return f"The shelf {shelf.name} is back with {count(papers, 'paper')} on it."


def _tell_change(old: Shelf, new: Shelf) -> str:
    if old.name != new.name:
        return f"Renamed {old.name} to {new.name}."
    if old.sharing is new.sharing:
        return f"Described {new.name}."
    return {
        Sharing.NOBODY: f"Only you see {new.name} now.",
        Sharing.LINK: f"Whoever has its link sees {new.name} now.",
        Sharing.INSTANCE: f"Everybody here sees {new.name} now.",
    }[new.sharing]
