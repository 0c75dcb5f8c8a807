"""The value objects of a community: readers, shelves, searches, votes, comments, signals.

Everything here is frozen and free of I/O. Moments are timezone-aware UTC. What a person wrote
(names, notes, comments) is plain text, cleaned when it came in, and trusted nowhere.

Secrets never lie in the store: of passwords an Argon2id hash, of sessions and keys a SHA-256. What
gives access by its address alone (a shelf's link, a private feed) carries a signature instead (see
`signing`), which a new `generation` makes void.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Role(StrEnum):
    """What an account may do: an operator also sees to the instance."""

    READER = "reader"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Reader:
    """A person with an account. `name` signs in and is in addresses, `display` is shown.

    `open` says that others of the instance may see what this reader saves and follows. An
    `example` was written by us for the demo library, and pages say so. `generation` is counted up
    to make all private addresses of this reader void.
    """

    id: int
    name: str
    display: str
    role: Role
    joined_at: datetime
    open: bool = True
    disabled: bool = False
    example: bool = False
    theme: str = ""
    generation: int = 0

    @property
    def is_operator(self) -> bool:
        return self.role is Role.OPERATOR


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in; `digest` is the SHA-256 of what its cookie holds."""

    digest: bytes
    reader_id: int
    made_at: datetime
    seen_at: datetime
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key for programs ("Authorization: Bearer …"): it reads as its reader does, and no more."""

    id: int
    digest: bytes
    reader_id: int
    label: str
    made_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Lets one person sign up; `digest` is the SHA-256 of its code."""

    id: int
    digest: bytes
    made_by: int
    role: Role
    made_at: datetime
    expires_at: datetime
    note: str = ""
    used_by: int | None = None
    used_at: datetime | None = None


class Sharing(StrEnum):
    """Who may see a shelf besides its reader."""

    NOBODY = "nobody"
    LINK = "link"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A reader's named interest. `papers` counts what is on it; `generation` voids its links."""

    id: int
    reader_id: int
    name: str
    made_at: datetime
    about: str = ""
    sharing: Sharing = Sharing.NOBODY
    generation: int = 0
    deleted_at: datetime | None = None
    papers: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A paper on a shelf."""

    shelf_id: int
    work_id: int
    saved_at: datetime
    note: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a reader kept. With `in_edition` it is a section of the reader's edition."""

    id: int
    reader_id: int
    name: str
    query: str
    made_at: datetime
    in_edition: bool = True
    generation: int = 0
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """A reader follows an author, as the author is spelled in the library."""

    reader_id: int
    author: str
    at: datetime


class Votes(NamedTuple):
    """The upvotes of this instance for a paper, and whether one of them is the asking reader's."""

    count: int = 0  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    mine: bool = False


class Vote(NamedTuple):
    """One upvote."""

    work_id: int
    reader_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reader said about a paper: Markdown as it was typed. Deleted, its text is withheld."""

    id: int
    work_id: int
    reader_id: int
    text: str
    at: datetime
    parent_id: int | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class Act(StrEnum):
    """What a reader did. The first ones can be undone."""

    SAVE = "save"
    UNSAVE = "unsave"
    NOTE = "note"
    READ = "read"
    UNREAD = "unread"
    UPVOTE = "upvote"
    RETRACT = "retract"
    COMMENT = "comment"
    EDIT_COMMENT = "edit-comment"
    DELETE_COMMENT = "delete-comment"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    MAKE_SHELF = "make-shelf"
    CHANGE_SHELF = "change-shelf"
    DELETE_SHELF = "delete-shelf"
    FILL_SHELF = "fill-shelf"
    KEEP_SEARCH = "keep-search"
    CHANGE_SEARCH = "change-search"
    DELETE_SEARCH = "delete-search"
    LIKE = "like"
    DISLIKE = "dislike"
    HIDE = "hide"
    TAKE_BACK = "take-back"
    STEER = "steer"
    JUDGE = "judge"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    SCHEDULE = "schedule"
    MERGE = "merge"
    SPLIT = "split"
    SUBMIT = "submit"
    OPEN = "open"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Signal:
    """One act of a reader, kept for good: what shelves learn from, and what undo goes by.

    `detail` is plain data: what it takes to undo the act, the sentence that told of it (`said`),
    and for OPEN and SHOWN where it happened (`place`, `position` from 1). `id` is 0 before it is
    kept.
    """

    reader_id: int
    act: Act
    at: datetime
    work_id: int | None = None
    shelf_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    undone_at: datetime | None = None
    id: int = 0


class Done(NamedTuple):
    """What an act came to, for the person who did it: a sentence, and what undoes it.

    `signal` is 0 where nothing can be undone; `target` is the number of what was made, if anything.
    """

    sentence: str
    signal: int = 0
    target: int = 0


class Announced(NamedTuple):
    """A paper that a source announced on a day, as far as it is here; `kind` is "new", "cross",
    "replace" or "listed", `position` its place on the page (0: unknown)."""

    work_id: int
    source: str
    category: str
    day: date
    kind: str
    position: int
    arrived_at: datetime


class Measured(NamedTuple):
    """A number that a source showed beside a paper at a moment ("huggingface upvotes")."""

    work_id: int
    name: str
    at: datetime
    value: float
