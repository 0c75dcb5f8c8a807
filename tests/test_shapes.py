"""The shapes of `--json` and the API: keys that programs rely on, and JSON all the way down."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

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
from broadsheet.sources import (
    Outcome,
    Receipt,
    RejectedItem,
    Source,
    SourceStatus,
    StreamReport,
    StreamState,
    SyncReport,
    Trial,
    Verdict,
)

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


# --- Live sources -----------------------------------------------------------------------------

SOURCE = Source("arxiv", "arxiv", ("cs.LG",), NOW, since=date(2026, 2, 1))
STATE = StreamState("arxiv", "oai:cs.LG", cursor="secret", due_at=NOW, good_at=NOW)
REPORT = StreamReport("arxiv", "oai", "harvest", Outcome.DONE, NOW, NOW, added=2, next_at=NOW)
WHEN = "2026-03-01T08:00:00+00:00"


def test_source_with_how_it_stands() -> None:
    status = SourceStatus(SOURCE, (STATE,), 41, good_at=NOW, next_at=NOW)
    data = through_json(shapes.source_status(status))
    assert set(data) == {field.name for field in fields(Source)} | {
        "state", "items", "trouble", "good_at", "next_at", "streams",
    }  # fmt: skip
    assert (data["since"], data["added_at"], data["good_at"]) == ("2026-02-01", WHEN, WHEN)
    assert (data["targets"], data["items"]) == (["cs.LG"], 41)
    (stream,) = data["streams"]
    assert stream["due_at"] == WHEN and stream["tried_at"] is None
    assert "cursor" not in stream  # opaque, and as long as it likes
    assert shapes.sources([status]) == {"sources": [data]}
    assert through_json(shapes.source(SOURCE)).items() <= data.items()


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "new"),
        ({"streams": (STATE,)}, "filling"),
        ({"streams": (STATE,), "good_at": NOW}, "fine"),
        ({"good_at": NOW, "trouble": "It is stale."}, "trouble"),
        ({"trouble": "x", "source": replace(SOURCE, paused=True)}, "paused"),
        ({"source": replace(SOURCE, paused=True, blocked="It answers 403.")}, "refused"),
    ],
)
def test_state_of_a_source_in_a_word(changes: dict[str, Any], state: str) -> None:
    assert shapes.state_of(SourceStatus(**{"source": SOURCE, **changes})) == state


def test_sync_report() -> None:
    data = through_json(shapes.sync_report(SyncReport((REPORT,)), NOW))
    assert (data["ok"], data["next_at"]) == (True, WHEN)
    (stream,) = data["streams"]
    assert stream == through_json(shapes.stream_report(REPORT))
    assert set(stream) == {field.name for field in fields(StreamReport)}
    assert (stream["outcome"], stream["added"], stream["began_at"]) == ("done", 2, WHEN)
    assert shapes.sync_report(SyncReport(), None) == {"ok": True, "streams": [], "next_at": None}


def test_receipts() -> None:
    receipt = Receipt(
        "arxiv", "cs.LG", NOW.date(), Verdict.MISSING, "1 is missing.", announced=2, ingested=1,
        missing=("2603.00001",), stale_since=NOW,
    )  # fmt: skip
    rejected = RejectedItem("arxiv", "2603.00001", "it has no title", NOW.date(), NOW)
    data = through_json(shapes.receipts([receipt], [rejected], NOW.date(), NOW.date()))
    assert (data["first"], data["last"]) == ("2026-03-01", "2026-03-01")
    assert data["receipts"] == [through_json(shapes.receipt(receipt))]
    (told,) = data["receipts"]
    assert set(told) == {field.name for field in fields(Receipt)}
    assert (told["verdict"], told["day"], told["stale_since"]) == ("missing", "2026-03-01", WHEN)
    assert told["missing"] == ["2603.00001"]
    assert data["rejections"][0]["seen_at"] == WHEN
    assert data["rejections"][0]["mended_at"] is None


def test_trials() -> None:
    trial = Trial("harvest", "https://a.example", 2, 1, ("T",))
    data = through_json(shapes.trials("arxiv", [trial]))
    assert data["source"] == "arxiv"
    assert set(data["streams"][0]) == {field.name for field in fields(Trial)}
    assert data["streams"][0]["examples"] == ["T"]


def test_what_the_store_adds_to_a_work() -> None:
    data = through_json(shapes.witnessed(NOW, {"huggingface upvotes": ((NOW, 7.0), (NOW, 9.0))}))
    assert data == {
        "first_seen_at": WHEN,
        "measures": {"huggingface upvotes": [[WHEN, 7.0], [WHEN, 9.0]]},
    }
    assert shapes.witnessed(None, {}) == {"first_seen_at": None, "measures": {}}
