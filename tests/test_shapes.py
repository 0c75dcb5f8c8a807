"""The shapes of `--json` and the API: keys that programs rely on, and JSON all the way down."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from broadsheet import shapes
from broadsheet.library import Page, Shown, Stats
from broadsheet.model import (
    BadRow,
    FacetCount,
    Hit,
    Identifier,
    ImportReport,
    Link,
    Listing,
    Matching,
    MonthCount,
    PaperDate,
    Record,
    Results,
    Sort,
    Span,
    Spoke,
    StoredRecord,
    VerifyReport,
    Work,
    WorkEvent,
)
from broadsheet.query import Query

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
WORK = Work(7, "T", summary="S", ids=(Identifier("arxiv", "2401.00001"),), sources=("demo",))
SHOWN = Shown(Hit(7, 0.5, Spoke.BOTH, 0.25, 0.75), WORK, (Span(0, 1),), (Span(0, 1), Span(2, 3)))
RECORD = Record(
    "demo", "a", "T", ids=(Identifier("doi", "10.1/a"), Identifier("doi", "10.1/b")),
    date=PaperDate("2024-03", "listed"), links=(Link("code", "https://a.example"),),
    listing=Listing("page", 3), extra=(("volume", "4"),),
)  # fmt: skip


def through_json(data: dict[str, Any]) -> dict[str, Any]:
    """What a program reads; both of our writers must agree on it."""
    assert json.loads(json.dumps(data)) == orjson.loads(orjson.dumps(data))
    read: dict[str, Any] = json.loads(json.dumps(data))
    return read


def test_page() -> None:
    results = Results(
        (SHOWN.hit,), 41, Matching.ANY, {"venue": (FacetCount("ICLR", 40),), "source": ()},
        (MonthCount("2024-01", 41),), True, ("A note.",),
    )  # fmt: skip
    page = Page(Query(), results, (SHOWN,))
    data = through_json(shapes.page(page, text="x -y", sort=Sort.NEWEST, limit=1, offset=4))
    hits = data.pop("hits")
    assert data == {
        "query": "x -y",
        "sort": "newest",
        "limit": 1,
        "offset": 4,
        "total": 41,
        "more": True,
        "matching": "any",
        "notes": ["A note."],
        "facets": {"venue": [{"value": "ICLR", "count": 40}], "source": []},
        "months": [{"month": "2024-01", "count": 41}],
    }
    assert hits == [through_json(shapes.hit(SHOWN))]


def test_empty_page_has_the_same_keys() -> None:
    page = Page(Query(), Results((), 0, Matching.ALL))
    data = shapes.page(page, text="", sort=Sort.RELEVANCE, limit=10, offset=0)
    assert (data["hits"], data["facets"], data["months"], data["more"]) == ([], {}, [], False)


def test_hit_says_what_each_side_said() -> None:
    """Break to see it fail: print the enum, or spans as objects."""
    data = through_json(shapes.hit(SHOWN))
    assert (data["spoke"], data["lexical"], data["dense"]) == ("both", 0.25, 0.75)
    assert data["highlights"] == {"title": [[0, 1]], "text": [[0, 1], [2, 3]]}
    silent = through_json(shapes.hit(Shown(Hit(7, 1.0, Spoke.WORDS), WORK)))
    assert (silent["lexical"], silent["dense"]) == (None, None)
    assert through_json(shapes.related([SHOWN, SHOWN])) == {"related": [data, data]}


def test_work_with_what_every_source_said() -> None:
    stored = StoredRecord(3, 7, NOW, RECORD)
    history = [WorkEvent(NOW, "merge", 9, "same title"), WorkEvent(NOW, "split", None, "by hand")]
    data = through_json(shapes.work_with_records(WORK, [stored], history))
    (record,) = data["records"]
    assert set(record) == {field.name for field in fields(Record)} | {"id", "seen_at"}
    assert (record["id"], record["seen_at"]) == (3, "2026-03-01T08:00:00+00:00")
    assert record["ids"] == [  # a list, as a source can name two of one scheme
        {"scheme": "doi", "value": "10.1/a"},
        {"scheme": "doi", "value": "10.1/b"},
    ]
    assert record["date"] == {"value": "2024-03", "kind": "listed"}
    assert record["listing"] == {"page": "page", "position": 3, "date_line": None}
    assert record["extra"] == {"volume": "4"}
    assert [(event["act"], event["other_id"]) for event in data["history"]] == [
        ("merge", 9),
        ("split", None),
    ]
    assert data["history"][0]["at"] == "2026-03-01T08:00:00+00:00"
    assert data.items() >= through_json(WORK.as_dict()).items()


def test_record_of_little() -> None:
    stored = StoredRecord(1, 1, NOW, Record("demo", "a", "T"))
    (record,) = through_json(shapes.work_with_records(WORK, [stored], ()))["records"]
    assert (record["date"], record["listing"], record["extra"]) == (None, None, {})


def test_import_report() -> None:
    report = ImportReport(
        rows=9, added=4, updated=1, unchanged=1, new_works=2, merged=1, bad=3,
        bad_rows=(BadRow("a.bib", 3, "it has no title"),), bad_files=("There is no file b.bib.",),
    )  # fmt: skip
    data = through_json(shapes.import_report(report, 1.23456))
    assert set(data) == {field.name for field in fields(ImportReport)} | {"joined", "seconds"}
    assert (data["joined"], data["seconds"]) == (2, 1.235)
    assert data["bad_rows"] == [{"file": "a.bib", "line": 3, "reason": "it has no title"}]
    assert data["rows"] == data["added"] + data["updated"] + data["unchanged"] + data["bad"]


def test_verify_report() -> None:
    data = through_json(shapes.verify_report(VerifyReport(9, 9, stale_in_index=(4,))))
    assert (data["ok"], data["stale_in_index"], data["damaged_records"]) == (False, [4], [])
    assert shapes.verify_report(VerifyReport(0, 0))["ok"] is True


def test_stats(tmp_path: Path) -> None:
    stats = Stats(3, 4, 1000, {"demo": 4}, 3, 0, {"static": 3})
    data = through_json(shapes.stats(stats, tmp_path))
    assert data["library"] == str(tmp_path)
    assert (data["sources"], data["spaces"], data["works"]) == ({"demo": 4}, {"static": 3}, 3)
