"""Sources, how far their streams have come, and the journal of their runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from broadsheet.sources import Outcome, Source, StreamReport, StreamState
from broadsheet.storage import SqlStore
from broadsheet.storage.following import KEPT_REPORTS
from papers import NOW

EXACT = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)
ZULU = Source(
    "zulu", "arxiv", ("cs.LG", "stat.ML"), EXACT, date(2026, 10, 1), "https://mirror.example",
    paused=True, blocked="It said no.", blocked_place="mirror.example",
)  # fmt: skip
ALPHA = Source("alpha", "feed", (), NOW)
STATE = StreamState(
    "zulu", "oai", "page 2", due_at=EXACT, tried_at=NOW, good_at=NOW, failures=3,
    trouble="It was busy.", trouble_since=EXACT, trouble_category="cs.LG",
    trouble_day=date(2026, 11, 20), stale=True,
)  # fmt: skip
REPORT = StreamReport(
    "zulu", "oai", "the harvest", Outcome.WAITING, NOW, EXACT, 1, 2, 3, 4, 5, 6, "Busy.", EXACT,
    "cs.LG", date(2026, 11, 20), True,
)


def test_a_source_comes_back_as_it_went_in_and_keeps_its_place(store: SqlStore) -> None:
    """Break to see it fail: delete and insert in `put_source`."""
    with store.write() as writing:
        writing.put_source(ZULU)
        writing.put_source(ALPHA)
    assert store.get_sources() == [ZULU, ALPHA]
    changed = replace(ZULU, paused=False, blocked="", since=None)
    with store.write() as writing:
        writing.put_source(changed)
    assert store.get_sources() == [changed, ALPHA]


def test_a_stream_comes_back_to_the_microsecond(store: SqlStore) -> None:
    """Break to see it fail: keep `due_at` in seconds; a source is then asked too early."""
    with store.write() as writing:
        assert writing.get_stream("zulu", "oai") is None
        writing.put_stream(STATE)
        assert writing.get_stream("zulu", "oai") == STATE
        writing.put_stream(StreamState("zulu", "rss"))
        writing.put_stream(replace(STATE, cursor=None, due_at=None))
    assert store.get_streams() == [
        replace(STATE, cursor=None, due_at=None),
        StreamState("zulu", "rss"),
    ]


def test_a_source_that_is_dropped_leaves_its_journal(store: SqlStore) -> None:
    with store.write() as writing:
        for source in (ZULU, ALPHA):
            writing.put_source(source)
            writing.put_stream(replace(STATE, source=source.name))
        writing.add_report(REPORT)
        writing.drop_source("zulu")
    assert store.get_sources() == [ALPHA]
    assert [state.source for state in store.get_streams()] == ["alpha"]
    assert store.get_reports() == [REPORT]


def test_each_stream_keeps_its_last_runs(store: SqlStore) -> None:
    """Break to see it fail: forget by source instead of by stream."""
    other = replace(REPORT, stream="rss")
    with store.write() as writing:
        writing.add_report(other)
        for number in range(KEPT_REPORTS + 3):
            writing.add_report(replace(REPORT, requests=number))
    reports = store.get_reports()
    assert len(reports) == KEPT_REPORTS + 1
    assert [report.requests for report in reports[:2]] == [KEPT_REPORTS + 2, KEPT_REPORTS + 1]
    assert reports[-1] == other


def test_runs_of_a_day_and_of_a_source(store: SqlStore) -> None:
    late = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    over_midnight = replace(REPORT, began_at=late, ended_at=late + timedelta(minutes=2))
    with store.write() as writing:
        writing.add_report(over_midnight)
        writing.add_report(replace(over_midnight, source="alpha"))

    def count(first: date | None, last: date | None, source: str = "") -> int:
        return len(store.get_reports(source=source, first=first, last=last))

    before, day, after = (date(2026, 11, number) for number in (19, 20, 21))
    assert count(None, None) == count(day, day) == count(after, None) == count(after, after) == 2
    assert count(None, before) == count(date(2026, 11, 22), None) == 0
    assert count(day, after, "zulu") == 1
