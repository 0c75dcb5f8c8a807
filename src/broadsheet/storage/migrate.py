"""Brings a library file to today's schema, or says why that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

from broadsheet.errors import LibraryTooNewError
from broadsheet.storage.engine import APPLICATION_ID, not_a_library
from broadsheet.storage.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"


def get_revision(connection: Connection, path: Path) -> str | None:
    """The file's schema revision; None for a new file, or one whose making was cut short.

    Raises StorageError when the file is something else than a library.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if mark != APPLICATION_ID or "alembic_version" not in tables:
        raise not_a_library(path)
    revision: str = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar_one()
    return revision


def require_known(revision: str | None, path: Path) -> None:
    """Raises LibraryTooNewError for a revision that this program does not know."""
    if revision in (None, HEAD) or revision in _get_known_revisions():
        return
    raise LibraryTooNewError(
        f"{path} was made by a newer Broadsheet (schema {revision}, this one knows {HEAD}); "
        "update Broadsheet to open it."
    )


def upgrade(writer: Engine, path: Path) -> None:
    """Apply the missing revisions in one transaction; hold the write lock meanwhile."""
    with writer.begin() as connection:
        revision = get_revision(connection, path)
        require_known(revision, path)
        if revision == HEAD:
            return
        _apply_revisions(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _apply_revisions(connection: Connection) -> None:
    from alembic import command

    config = _make_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _get_known_revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_make_config())
    return {script.revision for script in scripts.walk_revisions()}


def _make_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
