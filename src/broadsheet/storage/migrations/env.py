"""Run by Alembic: applies revisions over the connection that `storage.migrate` hands over.

The caller has begun the transaction and ends it, so a revision is kept as a whole or not at all.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection)
context.run_migrations()
