"""Searches that readers keep: each has a name, an address, a feed, and a place in an edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.journal import Journal
from broadsheet.people import Act, Done, Reader, SavedSearch, Signal
from broadsheet.phrases import LONGEST_NAME, clean_name
from broadsheet.ports import Store, Transaction
from broadsheet.query.parser import parse
from broadsheet.signing import Signer
from broadsheet.sync import Clock
from broadsheet.text import clean_line

MOST_SEARCHES = 500
LONGEST_QUERY = 2_000


class Searches:
    """Every verb about saved searches. Those of others are as ones that are not there."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, signer: Signer) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._signer = signer
        journal.register(
            {
                Act.KEEP_SEARCH: self._undo_keep,
                Act.CHANGE_SEARCH: self._undo_change,
                Act.DELETE_SEARCH: self._undo_delete,
            }
        )

    def keep(self, reader: Reader, name: str, query: str, in_edition: bool = True) -> Done:
        """Keep a search; without a name, under its words. `target` is its number.

        Raises InvalidQueryError with the place of a mistake, InvalidInputError for a name that
        cannot be, for a search of nothing, and where there are too many.
        """
        query = _clean_query(query)
        name = clean_name(name if name.strip() else query[:LONGEST_NAME], "A search's name")
        now = self._clock()
        with self._store.write() as transaction:
            self._require_room(reader.id)
            number = transaction.put_search(SavedSearch(0, reader.id, name, query, now, in_edition))
            made = {"is": {"name": name, "query": query, "in_edition": in_edition}}
            sentence = f"Kept the search {name}."
            return self._keep(transaction, reader, Act.KEEP_SEARCH, now, number, sentence, made)

    def change(
        self,
        reader: Reader,
        search_id: int,
        *,
        name: str | None = None,
        query: str | None = None,
        in_edition: bool | None = None,
    ) -> Done:
        """Change a search; None leaves a thing as it is. Raises as `keep`, and NotFoundError."""
        given: dict[str, Any] = {}
        if name is not None:
            given["name"] = clean_name(name, "A search's name")
        if query is not None:
            given["query"] = _clean_query(query)
        if in_edition is not None:
            given["in_edition"] = in_edition
        now = self._clock()
        with self._store.write() as transaction:
            old = self._get_own(reader, search_id)
            new = replace(old, **given)
            if new == old:
                return Done(f"{old.name} is as it was.")
            transaction.put_search(new)
            changed = [key for key in given if getattr(old, key) != getattr(new, key)]
            undo = {
                "was": {key: getattr(old, key) for key in changed},
                "is": {key: getattr(new, key) for key in changed},
            }
            sentence = _tell_change(old, new)
            return self._keep(
                transaction, reader, Act.CHANGE_SEARCH, now, search_id, sentence, undo
            )

    def delete(self, reader: Reader, search_id: int) -> Done:
        """Delete a search. Raises NotFoundError."""
        now = self._clock()
        with self._store.write() as transaction:
            search = self._get_own(reader, search_id)
            transaction.put_search(replace(search, deleted_at=now))
            sentence = f"Deleted the search {search.name}."
            return self._keep(transaction, reader, Act.DELETE_SEARCH, now, search_id, sentence)

    def _require_room(self, reader_id: int) -> None:
        if len(self._store.get_searches(reader_id)) >= MOST_SEARCHES:
            raise InvalidInputError(f"A reader keeps at most {MOST_SEARCHES} searches.")

    def _keep(
        self,
        transaction: Transaction,
        reader: Reader,
        act: Act,
        now: datetime,
        number: int,
        sentence: str,
        undo: dict[str, Any] | None = None,
    ) -> Done:
        return self._journal.keep(
            transaction,
            Signal(reader.id, act, now),
            sentence,
            undo={"search": number, **(undo or {})},
            target=number,
        )

    # --- Looking ------------------------------------------------------------------------------

    def get(self, reader: Reader) -> Sequence[SavedSearch]:
        """A reader's searches, by name."""
        return self._store.get_searches(reader.id)

    def get_one(self, viewer: Reader | None, search_id: int, token: str = "") -> SavedSearch:
        """A search of the viewer's own, or one whose token they have. Raises NotFoundError."""
        search = self._store.get_search(search_id)
        if search is None or search.deleted_at:
            raise NotFoundError("search", search_id)
        own = viewer is not None and viewer.id == search.reader_id
        if not own and not (token and self._is_linked(search, token)):
            raise NotFoundError("search", search_id)
        return search

    def _is_linked(self, search: SavedSearch, token: str) -> bool:
        """Whether a token gives this search, whose reader's account is open."""
        owner = self._store.get_readers([search.reader_id]).get(search.reader_id)
        if owner is None or owner.disabled:
            return False
        return self._signer.check(token, *self._parts(search, owner))

    def link_of(self, search: SavedSearch, owner: Reader | None = None) -> str:
        """The token of a search's own feed; one query, none where its `owner` is given."""
        return self._signer.sign(*self._parts(search, owner))

    def new_link(self, reader: Reader, search_id: int) -> Done:
        """Make the addresses of a search's feed that were given out void. For good."""
        with self._store.write() as transaction:
            search = self._get_own(reader, search_id)
            transaction.put_search(replace(search, generation=search.generation + 1))
        return Done(f"The feed of {search.name} has a new address; the old one is void.")

    def _parts(self, search: SavedSearch, owner: Reader | None = None) -> tuple[object, ...]:
        owner = owner or self._store.get_readers([search.reader_id])[search.reader_id]
        return "search", search.id, search.generation, owner.generation

    def _get_own(self, reader: Reader, search_id: int) -> SavedSearch:
        return self.get_one(reader, search_id)

    # --- Undoing ------------------------------------------------------------------------------

    def _find(self, signal: Signal) -> SavedSearch:
        number = signal.detail["undo"]["search"]
        search = self._store.get_search(number)
        if search is None or search.reader_id != signal.reader_id:
            raise NotFoundError("search", number)
        return search

    def _undo_keep(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        search = self._find(signal)
        if search.deleted_at:
            raise ConflictError(f"The search {search.name} is deleted already.")
        if not _is(search, signal.detail["undo"]["is"]):
            raise ConflictError(f"{search.name} has been changed since; delete it instead.")
        transaction.put_search(replace(search, deleted_at=now))
        return f"The search {search.name} is gone again."

    def _undo_change(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        search, undo = self._find(signal), signal.detail["undo"]
        later = self._journal.get_later(signal, [Act.CHANGE_SEARCH])
        again = any(
            each.detail["undo"]["search"] == search.id
            and each.detail["undo"]["was"].keys() & undo["was"].keys()
            for each in later
        )
        if search.deleted_at or again or not _is(search, undo["is"]):
            raise ConflictError(f"{search.name} has been changed since; nothing was undone.")
        old = replace(search, **undo["was"])
        transaction.put_search(old)
        return f"{old.name} is as it was."

    def _undo_delete(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        search = self._find(signal)
        if search.deleted_at != signal.at:
            raise ConflictError(f"{search.name} has been dealt with since; nothing was undone.")
        self._require_room(search.reader_id)
        transaction.put_search(replace(search, deleted_at=None))
        return f"The search {search.name} is back."


def _is(search: SavedSearch, facts: dict[str, Any]) -> bool:
    return all(getattr(search, key) == value for key, value in facts.items())


def _clean_query(text: str) -> str:
    """A query on one line that can be asked again and again."""
    query = clean_line(text) if len(text) <= LONGEST_QUERY else text
    if len(query) > LONGEST_QUERY:
        raise InvalidInputError(f"A search has at most {LONGEST_QUERY:,} characters.")
    if not query:
        raise InvalidInputError("There is nothing to search for; type some words first.")
    parse(query)
    return query


def _tell_change(old: SavedSearch, new: SavedSearch) -> str:
    if old.query != new.query:
        return f"{new.name} searches for something else now."
    if old.name != new.name:
        return f"Renamed {old.name} to {new.name}."
    return f"{new.name} is {'' if new.in_edition else 'not '}in your edition now."
