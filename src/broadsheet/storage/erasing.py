"""Erasing an account: everything that it kept goes, what it said stays without its words."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, or_, select, update

from broadsheet.storage.numbers import grow_stamp
from broadsheet.storage.schema_learning import (
    answers,
    judgements,
    letter_payloads,
    letters,
    schedules,
    steerings,
    subscriptions,
)
from broadsheet.storage.schema_people import (
    comments,
    editions,
    follows,
    invitations,
    printed,
    reader_keys,
    readers,
    saved,
    searches,
    sessions,
    shelves,
    signals,
    votes,
)

_KEPT = (
    shelves, searches, follows, votes, signals, sessions, reader_keys, editions, printed,
    answers, judgements, schedules, subscriptions, letters,
)  # fmt: skip


def erase_reader(connection: Connection, reader_id: int) -> None:
    """Delete an account; its comments stay as deleted ones, so that threads stay whole."""
    if connection.scalar(select(readers.c.id).where(readers.c.id == reader_id)) is None:
        return  # what lies under a number that is nobody's is the instance's
    own = select(shelves.c.id).where(shelves.c.reader_id == reader_id)
    for table in (saved, steerings):
        connection.execute(delete(table).where(table.c.shelf_id.in_(own)))
    sent = select(letters.c.id).where(letters.c.reader_id == reader_id)
    connection.execute(delete(letter_payloads).where(letter_payloads.c.letter_id.in_(sent)))
    for table in _KEPT:
        connection.execute(delete(table).where(table.c.reader_id == reader_id))
    theirs = or_(invitations.c.made_by == reader_id, invitations.c.used_by == reader_id)
    connection.execute(delete(invitations).where(theirs))
    deleted_at = func.coalesce(comments.c.deleted_at, comments.c.edited_at, comments.c.at)
    connection.execute(
        update(comments)
        .where(comments.c.reader_id == reader_id)
        .values(text="", deleted_at=deleted_at)
    )
    connection.execute(delete(readers).where(readers.c.id == reader_id))
    grow_stamp(connection)
