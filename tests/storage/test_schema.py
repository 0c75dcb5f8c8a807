"""The tables in `schema.py` are those that the migrations make, and migrations stand alone."""

from __future__ import annotations

import ast
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from broadsheet.storage import SqlStore, migrate
from broadsheet.storage.engine import open_reader
from broadsheet.storage.schema import HEAD, metadata


def test_migrations_make_the_tables_of_the_schema(store: SqlStore, tmp_path: Path) -> None:
    """Break to see it fail: leave an index out of `r0001_first.py`."""
    reader = open_reader(tmp_path / "library" / "library.db")
    with reader.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    reader.dispose()


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrations_import_nothing_of_ours() -> None:
    """Break to see it fail: import `broadsheet.storage.schema` in a migration."""
    for path in migrate.SCRIPTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("broadsheet"), path
