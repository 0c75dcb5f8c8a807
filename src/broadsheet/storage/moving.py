"""What readers keep of a paper, and the editions it was in, go where the paper goes."""

from __future__ import annotations

from sqlalchemy import Connection, case, delete, func, literal, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from broadsheet.storage.schema_learning import answers, judgements
from broadsheet.storage.schema_people import comments, printed, saved, signals, votes
from broadsheet.storage.standing import refresh_standing


def move_keepings(connection: Connection, kept: int, gone: int) -> None:
    """Merge what belongs to two papers; what both had in one place stays there once."""
    for table in (comments, signals):
        connection.execute(update(table).where(table.c.work_id == gone).values(work_id=kept))
    for table, join in _JOINED:
        columns = [literal(kept) if each.name == "work_id" else each for each in table.c]
        theirs = select(*columns).where(table.c.work_id == gone)
        connection.execute(join(upsert(table).from_select(table.c.keys(), theirs)))
        connection.execute(delete(table).where(table.c.work_id == gone))
    refresh_standing(connection, (kept, gone))


def _join_saved(put: Insert) -> Insert:
    """Saved once, since the first time; read if either was; with the notes of both."""
    other = put.excluded
    note = case(
        (other.note.in_(("", saved.c.note)), saved.c.note),
        (saved.c.note == "", other.note),
        else_=saved.c.note + "\n" + other.note,
    )
    joined = {
        "saved_at": func.min(saved.c.saved_at, other.saved_at),
        "note": note,
        "read_at": func.coalesce(saved.c.read_at, other.read_at),
    }
    return put.on_conflict_do_update(index_elements=saved.primary_key, set_=joined)


def _join_votes(put: Insert) -> Insert:
    first = {"at": func.min(votes.c.at, put.excluded.at)}
    return put.on_conflict_do_update(index_elements=votes.primary_key, set_=first)


def _join_printed(put: Insert) -> Insert:
    return put.on_conflict_do_nothing()


def _join_answers(put: Insert) -> Insert:
    """The later answer stands."""
    later = {name: put.excluded[name] for name in ("opinion", "at")}
    return put.on_conflict_do_update(
        index_elements=answers.primary_key, set_=later, where=put.excluded.at > answers.c.at
    )


def _join_judgements(put: Insert) -> Insert:
    """What a query is for, it is for under either name."""
    joined = {
        "relevant": func.max(judgements.c.relevant, put.excluded.relevant),
        "at": func.max(judgements.c.at, put.excluded.at),
    }
    return put.on_conflict_do_update(index_elements=judgements.primary_key, set_=joined)


_JOINED = (
    (saved, _join_saved),
    (votes, _join_votes),
    (printed, _join_printed),
    (answers, _join_answers),
    (judgements, _join_judgements),
)
