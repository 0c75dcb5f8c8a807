"""The community of a planted library: whatever its readers can write holds a payload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from planted import key_of, mark

from broadsheet.config import Settings
from broadsheet.credentials import digest_of
from broadsheet.learning import Steering
from broadsheet.learning import Wish as Unwanted
from broadsheet.people import (
    Act,
    Comment,
    Follow,
    Invitation,
    Key,
    Reader,
    Role,
    Saved,
    SavedSearch,
    Session,
    Sharing,
    Shelf,
    Signal,
    Vote,
)
from broadsheet.ports import Transaction, WorkKey
from broadsheet.post.tokens import Button, Wish
from broadsheet.storage import SqlStore
from broadsheet.text import clean_line
from broadsheet.wiring import open_library
from broadsheet.works import compose

Put = Callable[[str], str]
SECRET = "a-session-secret-of-the-planted-library"
IN_EDITION = 4
"""Saved searches that are sections of an edition; more would make a page that nobody reads."""


@dataclass
class Planted:
    """The numbers under which what was planted can be opened."""

    works: list[int]
    shelves: list[int]
    searches: list[int]
    signals: list[int]
    everything: int


def plant_people(folder: Path, payloads: Sequence[str]) -> Planted:
    """Readers, shelves, notes, searches, comments and all else, in the words of the payloads."""
    store = SqlStore.open(folder, create=False, compose=compose)
    try:
        keys = [WorkKey("arxiv", key_of(number)) for number in range(len(payloads))]
        found = store.find_works(keys)
        works = [found[key][0] for key in keys]
        with store.write() as transaction:
            return _Planting(transaction, datetime.now(UTC)).plant(payloads, works)
    finally:
        store.close()


def link_buttons(folder: Path, planted: Planted) -> list[str]:
    """Addresses that buttons in letters of yours would have, each of another shelf and paper, and
    one of no shelf."""
    with open_library(Settings(library=folder, embedder="none")) as library:
        you, tokens = library.accounts.alone(), library.post.subscriptions._tokens
        buttons = [
            Button(list(Wish)[n % 2], you.id, planted.shelves[n], planted.works[n])
            for n in range(1, len(planted.shelves), 4)
        ]
        buttons.append(Button(Wish.SAVE, you.id, 0, planted.works[0]))
        return [f"/mail/act/{tokens.for_button(each, you, None)}" for each in buttons]


class _Planting:
    def __init__(self, write: Transaction, now: datetime) -> None:
        self._write = write
        self._now = now
        self._you = write.put_reader(Reader(0, "you", "You", Role.OPERATOR, now))

    def plant(self, payloads: Sequence[str], works: Sequence[int]) -> Planted:
        write, now = self._write, self._now
        write.put_session(Session(digest_of(SECRET), self._you, now, now, "this browser"))
        everything = write.put_shelf(Shelf(0, self._you, "Everything", now))
        made = Planted(list(works), [], [], [], everything)
        parent: int | None = None
        for number, (payload, work) in enumerate(zip(payloads, works, strict=True)):
            line = clean_line(payload)

            def put(field: str, text: str = line, number: int = number) -> str:
                return mark(text, field, number)

            reader = write.put_reader(
                Reader(0, f"planted{number}", put("display"), Role.READER, now)
            )
            owner = self._you if number % 2 else reader
            shelf = Shelf(0, owner, put("shelf"), now, put("about"), Sharing.INSTANCE)
            made.shelves.append(write.put_shelf(shelf))
            on = (made.shelves[-1], everything)
            write.put_saved([Saved(each, work, now, put("note", payload)) for each in on])
            unwanted = (Unwanted("author", put("wish")), Unwanted("category", put("wish")))
            write.put_steering(Steering(made.shelves[-1], never=unwanted))
            made.searches.append(self._keep_search(put, number))
            write.put_votes([Vote(work, reader, now), Vote(works[number // 9], reader, now)])
            text = f"{payload}\n\n{put('remark')}"
            write.put_comment(Comment(0, work, reader, text, now))
            told = write.put_comment(Comment(0, works[1], reader, text, now, parent))
            parent = told if number % 2 else None
            self._leave_traces(put, number)
            said = Signal(
                self._you,
                Act.SAVE,
                now,
                work,
                detail={"said": put("said"), "undo": {}, "target": 0},
            )
            made.signals += write.add_signals([said])
        return made

    def _keep_search(self, put: Put, number: int) -> int:
        kept = SavedSearch(
            0, self._you, put("search"), put("query"), self._now, in_edition=number < IN_EDITION
        )
        return self._write.put_search(kept)

    def _leave_traces(self, put: Put, number: int) -> None:
        """What stands on the pages of accounts and of the operator."""
        write, now, you = self._write, self._now, self._you
        write.put_follow(Follow(you, put("follow"), now))
        digest = digest_of(f"other {number}")
        write.put_session(Session(digest, you, now, now, put("agent")))
        write.put_key(Key(0, digest, you, put("label"), now))
        later = now.replace(year=now.year + 1, day=1)
        write.put_invitation(Invitation(0, digest, you, Role.READER, now, later, put("invited")))
