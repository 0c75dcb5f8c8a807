"""What a community says of papers: votes and comments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.people import Comment, Vote, Votes
from broadsheet.storage.numbers import TARGET, find_numbered, grow_stamp, put_numbered, resolve_all
from broadsheet.storage.parts import Reading, Writing
from broadsheet.storage.reads import resolve
from broadsheet.storage.rows import in_chunks
from broadsheet.storage.schema import work
from broadsheet.storage.schema_people import comments, readers, votes
from broadsheet.storage.values import from_row, to_microseconds, to_moment, to_row

_VOTE = (votes.c.work_id, votes.c.reader_id, votes.c.at)
_STANDING = comments.c.deleted_at.is_(None)
_ASKED = work.c.id.in_(bindparam("asked", expanding=True))
# Every page asks these; to put them together anew would take longer than the answers.
_VOTES_OF = (
    select(work.c.id, func.count(), func.max(votes.c.reader_id == bindparam("reader")))
    .join_from(work, votes, votes.c.work_id == TARGET)
    .join(readers, readers.c.id == votes.c.reader_id)
    .where(_ASKED, ~readers.c.disabled)
    .group_by(work.c.id)
)
_COMMENTS_OF = (
    select(work.c.id, func.count())
    .join_from(work, comments, comments.c.work_id == TARGET)
    .where(_ASKED, _STANDING)
    .group_by(work.c.id)
)


class DiscussionReading(Reading):
    """The part of `ports.PeopleReading` that votes and comments use."""

    def get_votes(self, work_ids: Collection[int], *, reader_id: int = 0) -> Mapping[int, Votes]:
        found: dict[int, Votes] = {}
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                rows = connection.execute(_VOTES_OF, {"asked": chunk, "reader": reader_id})
                found.update((asked, Votes(count, bool(own))) for asked, count, own in rows)
        return found

    def get_votes_since(self, since: datetime) -> Sequence[Vote]:
        query = (
            select(*_VOTE)
            .join(readers, readers.c.id == votes.c.reader_id)
            .where(votes.c.at >= to_microseconds(since), ~readers.c.disabled)
            .order_by(votes.c.at, votes.c.work_id, votes.c.reader_id)
        )
        return self._get_votes(query)

    def get_votes_for(self, work_ids: Collection[int]) -> Sequence[Vote]:
        query = (
            select(work.c.id, votes.c.reader_id, votes.c.at)
            .join_from(work, votes, votes.c.work_id == TARGET)
            .join(readers, readers.c.id == votes.c.reader_id)
            .where(~readers.c.disabled)
        )
        return [
            vote
            for chunk in in_chunks(work_ids)
            for vote in self._get_votes(query.where(work.c.id.in_(chunk)))
        ]

    def get_voted(self, reader_id: int) -> Sequence[Vote]:
        query = select(*_VOTE).where(votes.c.reader_id == reader_id)
        return self._get_votes(query.order_by(votes.c.at.desc(), votes.c.work_id.desc()))

    def _get_votes(self, query: Select[Any]) -> Sequence[Vote]:
        with self._read() as connection:
            return [Vote(work, who, to_moment(at)) for work, who, at in connection.execute(query)]

    def get_comments(self, work_id: int) -> Sequence[Comment]:
        query = (
            select(comments)
            .join_from(work, comments, comments.c.work_id == TARGET)
            .where(work.c.id == work_id)
            .order_by(comments.c.at, comments.c.id)
        )
        return self._get_comments(query)

    def get_comment(self, comment_id: int) -> Comment | None:
        with self._read() as connection:
            row = find_numbered(connection, select(comments), comments, comment_id)
        return Comment(**from_row(row)) if row else None

    def get_comments_of(self, reader_id: int, *, deleted: bool = False) -> Sequence[Comment]:
        query = select(comments).where(comments.c.reader_id == reader_id)
        if not deleted:
            query = query.where(_STANDING)
        return self._get_comments(query.order_by(comments.c.at.desc(), comments.c.id.desc()))

    def count_comments(self, work_ids: Collection[int]) -> Mapping[int, int]:
        counts: dict[int, int] = {}
        with self._read() as connection:
            for chunk in in_chunks(work_ids):
                rows = connection.execute(_COMMENTS_OF, {"asked": chunk})
                counts.update((asked, count) for asked, count in rows)
        return counts

    def get_latest_comments(self, limit: int) -> Sequence[Comment]:
        newest = (comments.c.at.desc(), comments.c.id.desc())
        return self._get_comments(select(comments).where(_STANDING).order_by(*newest).limit(limit))

    def _get_comments(self, query: Select[Any]) -> Sequence[Comment]:
        with self._read() as connection:
            return [Comment(**from_row(row)) for row in connection.execute(query)]


class DiscussionWriting(Writing):
    """The part of `ports.PeopleWriting` that votes and comments use."""

    def put_votes(self, votes: Collection[Vote]) -> None:
        if not votes:
            return
        led = resolve_all(self._connection, [each.work_id for each in votes])
        rows = [to_row(each._asdict()) | {"work_id": led[each.work_id]} for each in votes]
        self._connection.execute(_CAST, rows)
        grow_stamp(self._connection)

    def drop_vote(self, work_id: int, reader_id: int) -> None:
        place = votes.c.work_id == resolve(self._connection, work_id)
        self._connection.execute(delete(votes).where(place, votes.c.reader_id == reader_id))
        grow_stamp(self._connection)

    def put_comment(self, comment: Comment) -> int:
        led = resolve_all(self._connection, [comment.work_id])
        moved = replace(comment, work_id=led[comment.work_id])
        return put_numbered(self._connection, comments, to_row(asdict(moved)))


_CAST = upsert(votes).on_conflict_do_nothing()
