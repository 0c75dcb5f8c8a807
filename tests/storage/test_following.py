"""Sources, how far their streams have come, and the journal of their runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from broadsheet.sources import Outcome, Source, StreamReport, StreamState
from broadsheet.storage import SqlStore
from broadsheet.storage.following import KEPT, MOST_TROUBLES
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
    "zulu",
    "oai",
    "the harvest",
    Outcome.WAITING,
    NOW,
    EXACT,
    1,
    2,
    3,
    4,
    5,
    6,
    "Busy.",
    EXACT,
    "cs.LG",
    date(2026, 11, 20),
    True,
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


def keep(store: SqlStore, *reports: StreamReport) -> None:
    with store.write() as writing:
        for report in reports:
            writing.add_report(report)


def run_at(moment: datetime, outcome: Outcome = Outcome.UNCHANGED, **more: Any) -> StreamReport:
    return replace(REPORT, outcome=outcome, began_at=moment, ended_at=moment, **more)


def test_a_run_is_kept_for_as_many_days_however_often_its_stream_is_asked(store: SqlStore) -> None:
    """Break to see it fail: keep the last 200 runs, which are eight days of an hourly feed."""
    failed = run_at(NOW, Outcome.BROKEN)
    keep(store, failed, replace(failed, stream="rss"))
    hours = [NOW + timedelta(hours=number) for number in range(1, 24 * 12)]
    keep(store, *(run_at(hour, trouble="", requests=2) for hour in hours))
    assert failed in store.get_reports()
    keep(store, run_at(NOW + KEPT, trouble=""))
    assert failed in store.get_reports()
    keep(store, run_at(NOW + KEPT + timedelta(seconds=1), trouble=""))
    assert [each.stream for each in store.get_reports() if each.outcome is Outcome.BROKEN] == [
        "rss"
    ]


def test_of_runs_that_found_nothing_the_last_of_a_day_stays(store: SqlStore) -> None:
    """Break to see it fail: drop what was new, or what was wrong, along with them."""
    idle: dict[str, Any] = {"trouble": "", "requests": 2}
    hours = [NOW + timedelta(hours=number) for number in range(5)]
    news, wrong = run_at(hours[1], Outcome.DONE, trouble=""), run_at(hours[2])
    other = run_at(hours[3], **idle, stream="rss")
    yesterday = run_at(NOW - timedelta(hours=9), **idle)
    keep(store, yesterday, run_at(hours[0], **idle), news, wrong, other, run_at(hours[4], **idle))
    last = run_at(hours[4], trouble="", requests=4)
    assert store.get_reports() == [last, other, wrong, news, yesterday]


def test_of_a_day_full_of_troubles_the_first_and_the_last_stay(store: SqlStore) -> None:
    """Break to see it fail: keep all, or forget how the day began."""
    many = MOST_TROUBLES + 20
    minutes = [NOW + timedelta(minutes=number) for number in range(many)]
    keep(store, *(run_at(minute, Outcome.WAITING) for minute in minutes))
    keep(store, run_at(minutes[-1], Outcome.DONE, trouble=""))
    kept = [each.ended_at for each in store.get_reports() if each.trouble][::-1]
    assert len(kept) == MOST_TROUBLES
    assert kept == [*minutes[: MOST_TROUBLES - 1], minutes[-1]]


def test_what_a_server_wrote_into_a_trouble_is_kept_without_control_characters(
    store: SqlStore,
) -> None:
    """Break to see it fail: store sentences as they come."""
    hostile, clean = "It \x1b[31msaid\x9b \u202eno.\n", "It [31msaid no."
    with store.write() as writing:
        writing.put_source(replace(ZULU, blocked=hostile))
        writing.put_stream(replace(STATE, trouble=hostile))
        writing.add_report(replace(REPORT, trouble=hostile))
    assert store.get_sources()[0].blocked == clean
    assert store.get_streams()[0].trouble == store.get_reports()[0].trouble == clean


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
