"""What the store keeps of a community and of the press: the questions, and what is written.

`Store` and `Transaction` have these as parts. What is told of a paper names the number that is its
own now, and a merge moves saves, votes, comments and signals along. What is asked for some papers
is answered under the numbers that were asked, as `Store.get_works` does, so that an old edition
finds the votes for what its papers have become; what is written to an old number goes to the new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from broadsheet.edition import Edition, Scope
from broadsheet.people import (
    Act,
    Announced,
    Comment,
    Follow,
    Invitation,
    Key,
    Measured,
    Reader,
    Saved,
    SavedSearch,
    Session,
    Shelf,
    Signal,
    Vote,
    Votes,
)


class PeopleReading(Protocol):
    """Accounts, shelves, votes and comments, as they are."""

    def get_readers(self, reader_ids: Collection[int] | None = None) -> Mapping[int, Reader]:
        """Readers by number, one query; all of them for None, in the order of their numbers."""

    def find_reader(self, name: str) -> Reader | None:
        """The reader of a name, however its letters are written, or None."""

    def get_password(self, reader_id: int) -> str:
        """The hash of a reader's password, or "" where there is none."""

    def get_session(self, digest: bytes) -> tuple[Session, Reader] | None:
        """A session with its reader, one query."""

    def get_sessions(self, reader_id: int) -> Sequence[Session]:
        """A reader's sessions, the last seen first."""

    def find_key(self, digest: bytes) -> tuple[Key, Reader] | None:
        """A key with its reader, revoked ones included, one query."""

    def get_keys(self, reader_id: int) -> Sequence[Key]:
        """A reader's keys, newest first."""

    def get_invitations(self) -> Sequence[Invitation]:
        """All invitations, newest first."""

    def get_shelves(
        self, reader_id: int | None = None, *, deleted: bool = False
    ) -> Sequence[Shelf]:
        """A reader's shelves by name, or, for None, those shared with the instance; one query."""

    def get_shelf(self, shelf_id: int) -> Shelf | None:
        """A shelf, deleted ones included, or None."""

    def get_saved(
        self, shelf_ids: Collection[int], *, limit: int | None = None, offset: int = 0
    ) -> Sequence[Saved]:
        """What is on these shelves, the last saved first."""

    def find_saved(
        self, reader_id: int, work_ids: Collection[int]
    ) -> Mapping[int, Sequence[Saved]]:
        """For each of these papers that is on one of a reader's shelves, where it is."""

    def get_savers(self, work_id: int) -> Mapping[int, Sequence[int]]:
        """For each reader who has a paper on a shelf that is shared with the instance, or who is
        `open`, the shelves shared with the instance that hold it (none: the reader is named)."""

    def get_searches(self, reader_id: int) -> Sequence[SavedSearch]:
        """A reader's searches by name, those deleted left out."""

    def get_search(self, search_id: int) -> SavedSearch | None:
        """A saved search, deleted ones included, or None."""

    def get_follows(self, reader_id: int) -> Sequence[Follow]:
        """Whom a reader follows, by name."""

    def get_shelves_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[Shelf]]:
        """The shelves of each of these readers, by name; who has none is absent. Here and below:
        one query a thousand readers."""

    def get_searches_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[SavedSearch]]:
        """The searches of each of these readers, by name; who has none is absent."""

    def get_follows_of(self, reader_ids: Collection[int]) -> Mapping[int, Sequence[Follow]]:
        """Whom each of these readers follows, by name; who follows nobody is absent."""

    def get_votes(self, work_ids: Collection[int], *, reader_id: int = 0) -> Mapping[int, Votes]:
        """The votes for each of these papers; those without any are absent. One query."""

    def get_votes_since(self, since: datetime) -> Sequence[Vote]:
        """All votes cast since a moment, oldest first; disabled readers' votes do not count."""

    def get_votes_for(self, work_ids: Collection[int]) -> Sequence[Vote]:
        """All votes for these papers; disabled readers' votes do not count. One query a thousand
        papers."""

    def get_voted(self, reader_id: int) -> Sequence[Vote]:
        """A reader's votes, newest first."""

    def get_comments(self, work_id: int) -> Sequence[Comment]:
        """What was said of a paper, oldest first, deleted comments included."""

    def get_comment(self, comment_id: int) -> Comment | None:
        """A comment, or None."""

    def get_comments_of(self, reader_id: int, *, deleted: bool = False) -> Sequence[Comment]:
        """What a reader said, newest first; deleted comments only where they are asked for."""

    def count_comments(self, work_ids: Collection[int]) -> Mapping[int, int]:
        """How much was said of each of these papers; those of which nothing was are absent."""

    def get_latest_comments(self, limit: int) -> Sequence[Comment]:
        """What was said last, newest first, deleted comments left out."""

    def get_signal(self, signal_id: int) -> Signal | None:
        """An act, or None."""

    def get_signals(
        self,
        reader_id: int,
        *,
        acts: Collection[Act] = (),
        limit: int | None = 1000,
        after: int = 0,
        since: datetime | None = None,
    ) -> Sequence[Signal]:
        """A reader's acts, newest first; of all kinds where none is named, only those kept `after`
        the one of a number, or done `since` a moment."""

    def get_shown(
        self, reader_ids: Collection[int], place: str, limit: int
    ) -> Mapping[int, Sequence[Signal]]:
        """What these readers were shown at places whose names begin so, newest first, as far as it
        is among the last `limit` acts of each; who was shown nothing there is absent. One query a
        thousand readers."""

    def find_touched(
        self, reader_ids: Collection[int], acts: Collection[Act], since: datetime
    ) -> Mapping[int, Mapping[int, datetime]]:
        """For each of these readers the papers with which they did any of these `since` a moment,
        undone or not, and when they last did; who did nothing is absent. One query a thousand
        readers."""


class PressReading(Protocol):
    """What editions are made of, and those that were printed."""

    def get_announced(self, first: date, last: date) -> Sequence[Announced]:
        """What was announced on these days (both included) and is here; by day, source, place."""

    def get_measured(self, work_ids: Collection[int]) -> Sequence[Measured]:
        """The measures of these papers over time, oldest first; one query a thousand papers."""

    def get_measured_since(self, since: datetime) -> Sequence[Measured]:
        """What was measured since a moment, oldest first, of any paper."""

    def get_standing(self, name: str) -> Mapping[int, float]:
        """For each paper with one, its standing by "votes" (of this instance and, the greatest
        last number of any outside list, together) or by "citations" (the greatest last number)."""

    def standing_stamp(self) -> int:
        """Grows with every vote, measure and announcement: what was worked out from them is good
        until then. Cheap."""

    def get_edition(self, scope: Scope, name: str, *, reader_id: int = 0) -> Edition | None:
        """An edition that was printed, or None."""

    def get_editions(
        self, scope: Scope, *, reader_id: int = 0, until: str, limit: int
    ) -> Sequence[Edition]:
        """The editions that were printed, up to a name, newest first; one query."""

    def get_last_editions(
        self, reader_ids: Collection[int], limit: int, *, arrived: bool = False
    ) -> Mapping[int, Sequence[Edition]]:
        """The last of each of these readers' own editions, newest first, at most so many of each;
        who has none is absent. If they are to have `arrived`, those whose letter was LOST are left
        out, which offered nothing. One query a thousand readers."""

    def get_edition_names(
        self, scope: Scope, *, reader_id: int = 0, until: str = "", limit: int = 1000
    ) -> Sequence[str]:
        """The names of the editions that were printed, newest first; those up to a name only,
        where one is given."""

    def find_printed(
        self, work_ids: Collection[int], scope: Scope, *, reader_id: int = 0
    ) -> Mapping[int, str]:
        """For each of these papers that was in a printed edition of this scope, the name of the
        first."""

    def get_news(self, name: str) -> Sequence[int]:
        """The papers that were among the news of a printed day (`Edition.news`), by number; none
        of one that was printed before these were kept."""

    def find_news(self, work_ids: Collection[int]) -> Mapping[int, Mapping[str, bool]]:
        """For each of these papers that was among the news of a printed day (`Edition.news`), the
        names of those days, each with whether the paper stood on its page."""


class PeopleWriting(Protocol):
    """Accounts, shelves, votes and comments, as they change. Numbers 0 are for what is new."""

    def put_reader(self, reader: Reader) -> int:
        """Insert (number 0) or replace a reader; returns the number. Raises ConflictError where
        another reader has the name, however its letters are written."""

    def put_password(self, reader_id: int, password: str) -> None:
        """Keep the hash of a password; "" for none."""

    def put_session(self, session: Session) -> None:
        """Insert or replace a session, by digest."""

    def drop_sessions(
        self, reader_id: int, *, digest: bytes | None = None, but: bytes | None = None
    ) -> None:
        """End the reader's session of this digest, or all, or all but one."""

    def drop_stale_sessions(self, seen_before: datetime) -> None:
        """End all sessions that were last seen before a moment."""

    def put_key(self, key: Key) -> int:
        """Insert (number 0) or replace a key; returns the number."""

    def put_invitation(self, invitation: Invitation) -> int:
        """Insert (number 0) or replace an invitation; returns the number."""

    def find_invitation(self, digest: bytes) -> Invitation | None:
        """An invitation, used and expired ones included, or None."""

    def put_shelf(self, shelf: Shelf) -> int:
        """Insert (number 0) or replace a shelf (its counts are not kept); returns the number.
        Raises ConflictError where another shelf of the reader that is not deleted has the name."""

    def put_saved(self, saved: Collection[Saved]) -> None:
        """Insert or replace papers on shelves."""

    def drop_saved(self, shelf_id: int, work_ids: Collection[int]) -> None:
        """Take papers off a shelf."""

    def put_search(self, search: SavedSearch) -> int:
        """Insert (number 0) or replace a saved search; returns the number."""

    def put_follow(self, follow: Follow) -> None:
        """Follow an author; who is followed already stays."""

    def drop_follow(self, reader_id: int, author: str) -> None:
        """Follow an author no longer."""

    def put_votes(self, votes: Collection[Vote]) -> None:
        """Cast votes; one that was cast already keeps its moment."""

    def drop_vote(self, work_id: int, reader_id: int) -> None:
        """Take a vote back."""

    def put_comment(self, comment: Comment) -> int:
        """Insert (number 0) or replace a comment; returns the number."""

    def add_signals(self, signals: Collection[Signal]) -> Sequence[int]:
        """Append to the journal of acts; returns the numbers."""

    def mark_undone(self, signal_id: int, at: datetime) -> bool:
        """Say that an act was undone; False where it was undone before."""

    def erase_reader(self, reader_id: int) -> None:
        """Delete an account with all that it kept; comments stay, their text withheld."""


class PressWriting(Protocol):
    """Editions, as they go to press."""

    def is_printed(self, edition: Edition) -> bool:
        """Whether one of its name was printed before."""

    def print_edition(self, edition: Edition, *, offers: bool = True) -> Edition:
        """Keep an edition and give it its number, the next of its scope and reader, or return the
        one that was printed under its name before: what is printed never changes. Unless it
        `offers` its papers, they do not count as shown (`MailReading.find_offered`)."""
