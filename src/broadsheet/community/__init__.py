"""The community of an instance: votes, comments, whom a reader follows, what readers hand in.

threads.py   comments as they are read      submitting.py   papers that readers hand in
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from broadsheet.bringing import FindWork, Intake
from broadsheet.community.submitting import MOST_A_DAY, Entry, FetchPapers, Submitting
from broadsheet.community.threads import Remark, Sheet, arrange, fold
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.files import Upload
from broadsheet.journal import Journal
from broadsheet.model import Work
from broadsheet.people import Act, Comment, Done, Follow, Reader, Shelf, Signal, Vote, Votes
from broadsheet.phrases import LONGEST_AUTHOR, LONGEST_COMMENT, clean_name, clean_text, quote
from broadsheet.ports import Transaction
from broadsheet.sync import Clock
from broadsheet.text import clean_line

__all__ = [
    "MOST_A_DAY",
    "MOST_COMMENTS",
    "MOST_FOLLOWS",
    "Community",
    "Entry",
    "FetchPapers",
    "Liked",
    "Remark",
    "Said",
    "Saver",
    "Sheet",
    "Upload",
    "fold",
]

MOST_FOLLOWS = 1_000
MOST_COMMENTS = 2_000
"""As many comments as a paper takes; who has more to say writes a paper about it."""
LIKED_DAYS = 30


class Said(NamedTuple):
    """A comment beside the paper that it is about."""

    comment: Comment
    reader: Reader
    work: Work


class Liked(NamedTuple):
    """A paper with its upvotes within a span of days."""

    work: Work
    votes: int


class Saver(NamedTuple):
    """A reader who saved a paper, and the shelves shared with the instance that hold it."""

    reader: Reader
    shelves: tuple[Shelf, ...]


class Community(Submitting):
    """Every verb about votes, comments, authors and papers handed in."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        find_work: FindWork,
        fetch: FetchPapers,
        intake: Intake,
    ) -> None:
        super().__init__(journal, clock, find_work, fetch, intake)
        journal.register(
            {
                Act.UPVOTE: self._undo_upvote,
                Act.RETRACT: self._undo_retract,
                Act.COMMENT: self._undo_comment,
                Act.EDIT_COMMENT: self._undo_edit,
                Act.DELETE_COMMENT: self._undo_delete,
                Act.FOLLOW: self._undo_follow,
                Act.UNFOLLOW: self._undo_unfollow,
            }
        )

    # --- Votes --------------------------------------------------------------------------------

    def upvote(self, reader: Reader, reference: str | int) -> Done:
        """Upvote a paper. Raises NotFoundError."""
        now = self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            if self._find_vote(reader.id, work.id):
                return Done(f"You upvoted {quote(work.title)} already.")
            transaction.put_votes([Vote(work.id, reader.id, now)])
            signal = Signal(reader.id, Act.UPVOTE, now, work.id)
            return self._journal.keep(transaction, signal, f"Upvoted {quote(work.title)}.", undo={})

    def retract(self, reader: Reader, reference: str | int) -> Done:
        """Take an upvote back. Raises NotFoundError."""
        now = self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            vote = self._find_vote(reader.id, work.id)
            if vote is None:
                return Done(f"You have not upvoted {quote(work.title)}.")
            transaction.drop_vote(work.id, reader.id)
            return self._journal.keep(
                transaction,
                Signal(reader.id, Act.RETRACT, now, work.id),
                f"Took back your upvote of {quote(work.title)}.",
                undo={"at": vote.at.isoformat()},
            )

    def votes(self, work_ids: Collection[int], reader: Reader | None) -> Mapping[int, Votes]:
        """The upvotes of each of these papers; those without any are absent. One query."""
        return self._store.get_votes(work_ids, reader_id=reader.id if reader else 0)

    def liked(self, *, days: int = LIKED_DAYS, limit: int = 20) -> tuple[Liked, ...]:
        """The papers with the most upvotes of the last days; two queries."""
        votes = self._store.get_votes_since(self._clock() - timedelta(days=days))
        counted = Counter(vote.work_id for vote in votes).most_common(limit)
        works = self._store.get_works([number for number, _ in counted])
        return tuple(Liked(works[number], count) for number, count in counted if number in works)

    def _find_vote(self, reader_id: int, work_id: int) -> Vote | None:
        if not self._store.get_votes([work_id], reader_id=reader_id).get(work_id, Votes()).mine:
            return None
        voted = self._store.get_voted(reader_id)
        return next((vote for vote in voted if vote.work_id == work_id), None)

    # --- Comments -----------------------------------------------------------------------------

    def comment(
        self, reader: Reader, reference: str | int, text: str, parent_id: int | None = None
    ) -> Done:
        """Say something about a paper, or in reply to a comment on it; `target` is the comment.

        Raises NotFoundError, also where the parent is not on this paper, and InvalidInputError for
        a text that is empty or too long, or where there are too many comments.
        """
        text, now = _clean_comment(text), self._clock()
        with self._store.write() as transaction:
            work = self._find_work(reference)
            if parent_id is not None:
                self._get_standing(parent_id, work.id)
            self._require_room(work.id)
            number = transaction.put_comment(
                Comment(0, work.id, reader.id, text, now, parent_id=parent_id)
            )
            return self._journal.keep(
                transaction,
                Signal(reader.id, Act.COMMENT, now, work.id),
                f"Your comment stands below {quote(work.title)}.",
                undo={"comment": number},
                target=number,
            )

    def _require_room(self, work_id: int) -> None:
        if self._store.count_comments([work_id]).get(work_id, 0) >= MOST_COMMENTS:
            raise InvalidInputError(f"A paper takes at most {MOST_COMMENTS:,} comments.")

    def edit_comment(self, reader: Reader, comment_id: int, text: str) -> Done:
        """Put what one said oneself in other words. Raises as `comment`."""
        text, now = _clean_comment(text), self._clock()
        with self._store.write() as transaction:
            old = self._get_standing(comment_id)
            if old.reader_id != reader.id:
                raise NotFoundError("comment", comment_id)
            if old.text == text:
                return Done("Your comment is as it was.")
            transaction.put_comment(replace(old, text=text, edited_at=now))
            return self._journal.keep(
                transaction,
                Signal(reader.id, Act.EDIT_COMMENT, now, old.work_id),
                "Your comment is changed.",
                undo={
                    "comment": comment_id,
                    "was": old.text,
                    "is": text,
                    "edited_at": old.edited_at.isoformat() if old.edited_at else None,
                },
                target=comment_id,
            )

    def delete_comment(self, reader: Reader, comment_id: int) -> Done:
        """Withhold what one said oneself or, as an operator, what anybody said; replies stay."""
        now = self._clock()
        with self._store.write() as transaction:
            comment = self._get_standing(comment_id)
            if comment.reader_id != reader.id and not reader.is_operator:
                raise NotFoundError("comment", comment_id)
            transaction.put_comment(replace(comment, deleted_at=now))
            whose = "Your" if comment.reader_id == reader.id else "The"
            return self._journal.keep(
                transaction,
                Signal(reader.id, Act.DELETE_COMMENT, now, comment.work_id),
                f"{whose} comment is deleted.",
                undo={"comment": comment_id},
                target=comment_id,
            )

    def get_thread(self, work_id: int) -> tuple[Remark, ...]:
        """What was said of a paper, in the order in which it is read; two queries."""
        comments = self._store.get_comments(work_id)
        readers = self._store.get_readers({comment.reader_id for comment in comments})
        return arrange(comments, readers)

    def counts(self, work_ids: Collection[int]) -> Mapping[int, int]:
        """How many comments each of these papers has; those without any are absent. One query."""
        return self._store.count_comments(work_ids)

    def latest(self, limit: int = 20) -> tuple[Said, ...]:
        """What was said last of any paper, newest first; three queries."""
        return self._beside_papers(self._store.get_latest_comments(limit))

    def said_by(self, reader_id: int, limit: int = 100) -> tuple[Said, ...]:
        """What a reader said, newest first; three queries."""
        return self._beside_papers(self._store.get_comments_of(reader_id)[:limit])

    def _beside_papers(self, comments: Sequence[Comment]) -> tuple[Said, ...]:
        readers = self._store.get_readers({comment.reader_id for comment in comments})
        works = self._store.get_works([comment.work_id for comment in comments])
        return tuple(
            Said(comment, readers[comment.reader_id], works[comment.work_id])
            for comment in comments
            if comment.reader_id in readers and comment.work_id in works
        )

    def _get_standing(self, comment_id: int, work_id: int | None = None) -> Comment:
        """A comment that is not deleted (and is on this paper)."""
        comment = self._store.get_comment(comment_id)
        if comment is None or comment.deleted_at or work_id not in (None, comment.work_id):
            raise NotFoundError("comment", comment_id)
        return comment

    # --- Authors, savers ----------------------------------------------------------------------

    def follow(self, reader: Reader, author: str) -> Done:
        """Follow an author, as the library spells the name. Raises InvalidInputError."""
        author, now = clean_name(author, "An author's name", LONGEST_AUTHOR), self._clock()
        with self._store.write() as transaction:
            follows = self._store.get_follows(reader.id)
            if any(follow.author == author for follow in follows):
                return Done(f"You follow {author} already.")
            _require_few(follows)
            transaction.put_follow(Follow(reader.id, author, now))
            signal = Signal(reader.id, Act.FOLLOW, now)
            return self._journal.keep(
                transaction, signal, f"You follow {author} now.", undo={"author": author}
            )

    def unfollow(self, reader: Reader, author: str) -> Done:
        """Follow an author no longer."""
        now = self._clock()
        with self._store.write() as transaction:
            follows = {follow.author: follow for follow in self._store.get_follows(reader.id)}
            followed = follows.get(author) or follows.get(clean_line(author[:LONGEST_AUTHOR]))
            if followed is None:
                return Done("You do not follow this author.")
            transaction.drop_follow(reader.id, followed.author)
            return self._journal.keep(
                transaction,
                Signal(reader.id, Act.UNFOLLOW, now),
                f"You follow {followed.author} no longer.",
                undo={"author": followed.author, "at": followed.at.isoformat()},
            )

    def get_follows(self, reader: Reader) -> Sequence[Follow]:
        """Whom a reader follows, by name."""
        return self._store.get_follows(reader.id)

    def savers(self, work_id: int) -> tuple[Saver, ...]:
        """Who of this instance saved a paper, as far as they let others know; three queries."""
        found = self._store.get_savers(work_id)
        if not found:
            return ()
        readers = self._store.get_readers(found)
        shared = {shelf.id: shelf for shelf in self._store.get_shelves(None)}
        return tuple(
            Saver(readers[number], tuple(shared[each] for each in shelves if each in shared))
            for number, shelves in found.items()
            if number in readers
        )

    # --- Undoing ------------------------------------------------------------------------------

    def _undo_upvote(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        work = self._find_work(signal.work_id or 0)
        vote = self._find_vote(signal.reader_id, work.id)
        if vote is None or vote.at != signal.at:
            raise ConflictError("That upvote was taken back already.")
        transaction.drop_vote(work.id, signal.reader_id)
        return f"Took back your upvote of {quote(work.title)}."

    def _undo_retract(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        work = self._find_work(signal.work_id or 0)
        if self._find_vote(signal.reader_id, work.id):
            raise ConflictError(f"You have upvoted {quote(work.title)} again since.")
        if any(each.work_id == work.id for each in self._journal.get_later(signal, [Act.RETRACT])):
            raise ConflictError(f"You have taken back another upvote of {quote(work.title)} since.")
        at = datetime.fromisoformat(signal.detail["undo"]["at"])
        transaction.put_votes([Vote(work.id, signal.reader_id, at)])
        return f"Your upvote of {quote(work.title)} counts again."

    def _undo_comment(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        comment = self._get_standing(signal.detail["undo"]["comment"])
        if comment.edited_at:
            raise ConflictError("Your comment has been changed since; delete it instead.")
        transaction.put_comment(replace(comment, deleted_at=now))
        return "Your comment is gone again."

    def _undo_edit(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        undo = signal.detail["undo"]
        comment = self._get_standing(undo["comment"])
        if (comment.text, comment.edited_at) != (undo["is"], signal.at):
            raise ConflictError("Your comment has been changed since; nothing was undone.")
        edited_at = undo["edited_at"] and datetime.fromisoformat(undo["edited_at"])
        transaction.put_comment(replace(comment, text=undo["was"], edited_at=edited_at))
        return "Your comment is as it was."

    def _undo_delete(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        comment = self._store.get_comment(signal.detail["undo"]["comment"])
        if comment is None or comment.deleted_at != signal.at:
            raise ConflictError("The comment has been dealt with since; nothing was undone.")
        self._require_room(comment.work_id)
        if comment.reader_id != signal.reader_id:
            self._require_moderation(signal, comment)
        transaction.put_comment(replace(comment, deleted_at=None))
        return "The comment is back."

    def _require_moderation(self, signal: Signal, comment: Comment) -> None:
        """Who was an operator then need not be one now, and who left took their words along."""
        readers = self._store.get_readers([signal.reader_id, comment.reader_id])
        if signal.reader_id not in readers or not readers[signal.reader_id].is_operator:
            raise ConflictError("Only an operator can undo this.")
        if comment.reader_id not in readers:
            raise ConflictError("Who wrote this comment has left, and it has gone with them.")

    def _undo_follow(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        author = signal.detail["undo"]["author"]
        followed = self._find_follow(signal.reader_id, author)
        if followed is None or followed.at != signal.at:
            raise ConflictError(f"You stopped following {author} since; nothing was undone.")
        transaction.drop_follow(signal.reader_id, author)
        return f"You follow {author} no longer."

    def _undo_unfollow(self, transaction: Transaction, signal: Signal, now: datetime) -> str:
        author = signal.detail["undo"]["author"]
        if self._find_follow(signal.reader_id, author):
            raise ConflictError(f"You have followed {author} again since; nothing was undone.")
        later = self._journal.get_later(signal, [Act.UNFOLLOW])
        if any(each.detail["undo"]["author"] == author for each in later):
            raise ConflictError(f"You have stopped following {author} again since.")
        _require_few(self._store.get_follows(signal.reader_id))
        at = datetime.fromisoformat(signal.detail["undo"]["at"])
        transaction.put_follow(Follow(signal.reader_id, author, at))
        return f"You follow {author} again."

    def _find_follow(self, reader_id: int, author: str) -> Follow | None:
        follows = self._store.get_follows(reader_id)
        return next((follow for follow in follows if follow.author == author), None)


def _require_few(follows: Sequence[Follow]) -> None:
    if len(follows) >= MOST_FOLLOWS:
        raise InvalidInputError(f"A reader follows at most {MOST_FOLLOWS:,} authors.")


def _clean_comment(text: str) -> str:
    if not (cleaned := clean_text(text, "A comment", LONGEST_COMMENT)).strip():
        raise InvalidInputError("There is nothing in this comment yet.")
    return cleaned
