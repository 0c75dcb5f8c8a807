"""An index that an older program made is built anew by itself, and nothing is lost meanwhile."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from broadsheet.config import Settings
from broadsheet.search import schema
from broadsheet.wiring import open_library
from papers import make_record


def test_the_next_opening_builds_the_index_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: keep `VERSION` when a field is added to the schema."""
    records = [make_record(1), make_record(2, withdrawn=True), make_record(3, kind="news")]
    file = tmp_path / "papers.jsonl"
    file.write_bytes(b"".join(record.to_json() + b"\n" for record in records))
    settings = Settings(library=tmp_path / "library", embedder="none")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "FLAGS", ("code",))  # what version 1 had
        patch.setattr(schema, "_flags", lambda work: (work.has_code,))
        patch.setattr("broadsheet.search.files.VERSION", 1)
        with open_library(settings) as library:
            library.import_files([file])
    make = settings.library / "index" / "lexical" / "make.json"
    assert orjson.loads(make.read_bytes())["version"] == 1
    with open_library(settings) as library:
        assert library.index_behind()
        library.catch_up()
        found = {
            text: [hit.work_id for hit in library.search(text).results.hits]
            for text in ("is:withdrawn", "is:news", "-is:withdrawn is:paper")
        }
        assert found == {"is:withdrawn": [2], "is:news": [3], "-is:withdrawn is:paper": [1]}
        assert library.verify().ok
