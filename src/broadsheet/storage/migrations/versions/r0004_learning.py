"""Shelves that learn, and the mail: answers, steering, judgements, facts, the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_learning()
    _create_facts()
    _create_subscriptions()
    _create_outbox()


def _key(name: str, points_to: str = "") -> sa.Column[int]:
    keys = [sa.ForeignKey(points_to)] if points_to else []
    return sa.Column(name, NUMBER, *keys, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _floats(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float, nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _create_learning() -> None:
    op.create_table(
        "answer",
        _key("reader_id", "reader.id"),
        _key("shelf_id"),
        _key("work_id", "work.id"),
        *_texts("opinion"),
        *_moments("at"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answer_work_id", "answer", ["work_id"])
    op.create_index("answer_order", "answer", ["reader_id", "at"])
    op.create_table(
        "steering",
        _key("shelf_id", "shelf.id"),
        *_integers("per_day", "minutes"),
        *_floats("floor", "explore", "rare"),
        *_texts("only", "never"),
        sa.Column("muted_until", sa.Integer),
        sa.Column("in_edition", sa.Boolean, nullable=False),
        *_texts("ranker", "challenger"),
        *_moments("trial_since", nullable=True),
    )
    op.create_table(
        "judgement",
        _key("reader_id", "reader.id"),
        sa.Column("query", sa.Text, primary_key=True),
        _key("work_id", "work.id"),
        sa.Column("relevant", sa.Boolean, nullable=False),
        *_moments("at"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_judgement_work_id", "judgement", ["work_id"])


def _create_facts() -> None:
    op.create_table(
        "fact",
        sa.Column("name", sa.Text, primary_key=True),
        *_texts("value"),
        *_moments("at"),
        sqlite_with_rowid=False,
    )


def _create_subscriptions() -> None:
    op.create_table(
        "schedule",
        _key("reader_id", "reader.id"),
        *_texts("zone", "time", "weekdays"),
    )
    op.create_table(
        "subscription",
        _key("reader_id", "reader.id"),
        *_texts("address"),
        *_moments("asked_at"),
        *_moments("confirmed_at", nullable=True),
        *_texts("ended"),
        *_moments("ended_at", nullable=True),
        *_floats("score"),
        *_moments("scored_at", nullable=True),
        *_integers("generation"),
    )


def _create_outbox() -> None:
    op.create_table(
        "letter",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("reader_id", NUMBER, sa.ForeignKey("reader.id"), nullable=False),
        *_texts("name", "address", "message_id"),
        *_moments("made_at", "due_at", "expires_at", "changed_at"),
        *_texts("state"),
        *_integers("tries"),
        *_texts("reply"),
        sa.UniqueConstraint("reader_id", "name"),
        sqlite_autoincrement=True,
    )
    op.create_index("letter_due", "letter", ["state", "due_at"])
    op.create_table(
        "letter_payload",
        _key("letter_id", "letter.id"),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
