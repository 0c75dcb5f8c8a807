"""Receipts: every verdict is earned, every sentence is true, and no gap is silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.receipts import look_back, summarise, write_receipts
from broadsheet.sources import (
    DayTally,
    Outcome,
    Receipt,
    RejectedItem,
    Source,
    StreamReport,
    StreamState,
    Verdict,
)

FRIDAY = date(2026, 11, 20)
SATURDAY, MONDAY = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=3)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
TODAY = NOW.date()
ADDED = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
ARXIV = Source("arxiv", "arxiv", ("cs.LG",), ADDED)
FEED = Source("example-org", "feed", ("https://example.org/feed",), ADDED)
PAGE = "https://rss.example/rss/cs.LG"
NEXT = NOW + timedelta(minutes=40)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def tally(day: date = FRIDAY, category: str = "cs.LG", **counts: Any) -> DayTally:
    blank = dict.fromkeys(DayTally._fields[4:], 0)
    return DayTally("arxiv", category, day, **{"page": PAGE, **blank, **counts})


def report(day: date, hour: int, outcome: Outcome, trouble: str = "", **facts: Any) -> StreamReport:
    names = {"stream": "feed", "title": "feed of the day", "source": "arxiv", **facts}
    moment = at(day, hour, 10)
    return StreamReport(outcome=outcome, began_at=moment, ended_at=moment, trouble=trouble, **names)


def state(**facts: Any) -> StreamState:
    return StreamState(**{"source": "arxiv", "stream": "feed", "due_at": NEXT, **facts})


def turned_away(key: str, day: date = FRIDAY, mended: bool = False) -> RejectedItem:
    moment = at(day, 5)
    return RejectedItem("arxiv", key, "It has no title.", day, moment, moment if mended else None)


def quiet(source: Source, day: date) -> str:
    if source.kind != "arxiv" or day.weekday() < 5:
        return ""
    return f"arXiv announces nothing on {day:%A}s."


def write(
    *tallies: DayTally,
    source: Source = ARXIV,
    streams: Sequence[StreamState] = (state(),),
    reports: Sequence[StreamReport] = (),
    rejections: Sequence[RejectedItem] = (),
    first: date = FRIDAY,
    last: date = FRIDAY,
    missing: Sequence[str] = (),
) -> tuple[Receipt, ...]:
    return write_receipts(
        tallies,
        sources=[source],
        streams=streams,
        reports=reports,
        rejections=rejections,
        missing=lambda name, category, day: missing,
        quiet=quiet,
        first=first,
        last=last,
        now=NOW,
    )


def only(receipts: Sequence[Receipt]) -> tuple[Verdict, str]:
    (receipt,) = receipts
    return receipt.verdict, receipt.sentence


# --- Days whose page was seen -----------------------------------------------------------------


def test_a_complete_day() -> None:
    (receipt,) = write(tally(announced=912, arrived=912, new=600, cross=200, replaced=112))
    assert only([receipt]) == (Verdict.COMPLETE, "912 announced, all here.")
    assert (receipt.announced, receipt.ingested, receipt.missing) == (912, 912, ())
    assert (receipt.new, receipt.cross, receipt.updated) == (600, 200, 112)
    assert (receipt.page, receipt.next_at) == (PAGE, None)


def test_a_missing_paper_is_named_and_asked_for_again() -> None:
    (receipt,) = write(tally(announced=912, arrived=911), missing=["2611.00007"])
    said = "912 announced, 911 here, 1 missing; next attempt 06:40 UTC."
    assert only([receipt]) == (Verdict.MISSING, said)
    assert (receipt.missing, receipt.next_at) == (("2611.00007",), NEXT)


def test_what_is_missing_because_it_could_not_go_in_says_why() -> None:
    received = write(tally(announced=3, arrived=2), missing=["x"], rejections=[turned_away("x")])
    assert only(received) == (
        Verdict.MISSING,
        "3 announced, 2 here, 1 missing; 1 came and could not go in: It has no title; "
        "next attempt 06:40 UTC.",
    )
    assert received[0].rejected == 1


def test_an_entry_that_could_not_be_read_denies_completeness_to_its_whole_day() -> None:
    """It may have been of any category, and then was never counted as announced.

    Break: leave `or day.loose` out of `_judge_page`.
    """
    first, rest = sorted(
        write(
            tally(announced=3, arrived=3),
            tally(category="", page="", rejected=1),
            rejections=[turned_away("?")],
        ),
        key=lambda each: not each.category,
    )
    assert first.verdict is rest.verdict is Verdict.MISSING
    assert first.sentence.startswith("3 announced, all here; 1 entry that the source sent could")
    assert (first.rejected, rest.rejected) == (0, 1)


def test_a_rejection_that_was_mended_counts_no_more() -> None:
    received = write(tally(announced=3, arrived=3), rejections=[turned_away("x", mended=True)])
    assert only(received) == (Verdict.COMPLETE, "3 announced, all here.")


def test_rejections_that_are_counted_and_not_listed_count_all_the_same() -> None:
    """The store lists a thousand. Break: leave `unlisted` out of `_write_day`."""
    received = write(
        tally(announced=3, arrived=3),
        tally(category="", page="", rejected=2),
        rejections=[turned_away("?")],
    )
    assert [receipt.verdict for receipt in received] == [Verdict.MISSING] * 2
    assert received[1].rejected == 2 and "(and 1 more)" in received[1].sentence


def test_late_papers() -> None:
    received = write(tally(announced=912, arrived=912, late=1))
    assert only(received) == (Verdict.LATE, "912 announced, all here; 1 came late.")


def test_estimates_beside_a_page_are_not_what_it_announced() -> None:
    (receipt,) = write(tally(announced=10, arrived=9, estimated=2), missing=["x"])
    assert receipt.sentence.startswith("8 announced, 7 here, 1 missing; the harvest adds 2 more")
    assert (receipt.announced, receipt.ingested) == (8, 7)


def test_an_empty_page_on_an_ordinary_day_and_on_a_day_of_rest() -> None:
    friday, saturday = write(tally(), tally(SATURDAY), last=SATURDAY)
    assert only([friday]) == (Verdict.EMPTY, "The feed listed nothing on an ordinary day.")
    assert only([saturday]) == (Verdict.QUIET, "arXiv announces nothing on Saturdays.")
    assert friday.announced == 0


def test_a_list_that_grows_through_its_day_is_complete_only_after_it() -> None:
    """Break: let `_is_whole` say True."""
    own = tally(day=TODAY, category="daily", announced=12, arrived=12)._replace(source=FEED.name)
    streams = [state(source=FEED.name)]
    assert only(write(own, source=FEED, streams=streams, first=TODAY, last=TODAY)) == (
        Verdict.WAITING,
        "12 announced so far, all here; next attempt 06:40 UTC.",
    )
    then = own._replace(day=MONDAY)
    for hour, verdict in ((at(MONDAY, 20), Verdict.WAITING), (at(TODAY, 1), Verdict.COMPLETE)):
        streams = [state(source=FEED.name, good_at=hour)]
        (receipt,) = write(then, source=FEED, streams=streams, first=MONDAY, last=MONDAY)
        assert receipt.verdict is verdict


# --- Days whose page was not seen -------------------------------------------------------------


def test_a_harvested_day_does_not_claim_to_know_what_was_announced() -> None:
    streams = [state(good_at=at(MONDAY, 3))]
    (receipt,) = write(tally(page="", announced=640, arrived=640, estimated=640), streams=streams)
    assert only([receipt]) == (
        Verdict.HARVESTED,
        "No page of this day was seen; the harvest up to 2026-11-23 brought 640 papers of it.",
    )
    assert (receipt.announced, receipt.ingested) == (None, 640)


def test_a_stale_feed_with_a_harvest() -> None:
    text = "The feed still showed the batch of 2026-11-23."
    (receipt,) = write(
        tally(TODAY, page="", announced=212, arrived=212, estimated=212),
        streams=[state(trouble=text, trouble_since=at(TODAY, 4, 10), tried_at=at(TODAY, 5, 10))],
        reports=[report(TODAY, hour, Outcome.UNCHANGED, text) for hour in (5, 4)],
        first=TODAY,
        last=TODAY,
    )
    assert only([receipt]) == (
        Verdict.STALE,
        "The feed still showed the batch of 2026-11-23 since 04:10 UTC; next attempt 06:40 UTC; "
        "212 papers of this day are here through the harvest.",
    )
    assert receipt.stale_since == at(TODAY, 4, 10)


def test_staleness_is_of_the_category_that_it_names() -> None:
    source = Source("arxiv", "arxiv", ("cs.LG", "stat.ML"), ADDED)
    stale = report(MONDAY, 4, Outcome.UNCHANGED, "The feed of stat.ML still shows 2026-11-20.")
    known = tally(MONDAY, announced=2, arrived=2)
    first, second = write(known, source=source, reports=[stale], first=MONDAY, last=MONDAY)
    assert (first.verdict, second.verdict) == (Verdict.COMPLETE, Verdict.STALE)
    first, second = write(source=source, reports=[stale], first=MONDAY, last=MONDAY)
    assert (first.verdict, second.verdict) == (Verdict.UNKNOWN, Verdict.STALE)


def test_attempts_that_failed() -> None:
    busy = "arxiv.org asked for patience (429)."
    received = write(reports=[report(FRIDAY, 5, Outcome.WAITING, busy)])
    said = "No attempt succeeded: arxiv.org asked for patience (429)."
    assert only(received) == (Verdict.FAILED, said)
    earlier = report(FRIDAY, 1, Outcome.UNCHANGED)
    later = report(FRIDAY, 5, Outcome.BROKEN, busy)
    assert write(reports=[earlier, later])[0].sentence.startswith("The last attempt of this day")
    healed = report(FRIDAY, 9, Outcome.UNCHANGED)
    assert write(reports=[later, healed])[0].verdict is Verdict.UNKNOWN


def test_a_failure_is_remembered_where_the_journal_is_cut() -> None:
    troubled = state(
        failures=9, trouble="No route.", trouble_since=at(FRIDAY, 4), tried_at=at(MONDAY, 4)
    )
    days = write(streams=[troubled], last=TODAY)
    verdicts = [receipt.verdict for receipt in days]
    assert verdicts == [
        Verdict.FAILED, Verdict.QUIET, Verdict.QUIET, Verdict.FAILED, Verdict.WAITING,
    ]  # fmt: skip


def test_a_source_that_refuses_says_what_mends_it() -> None:
    said = "arXiv refuses (403)."
    source = Source("arxiv", "arxiv", ("cs.LG",), ADDED, blocked=said)
    since = at(MONDAY, 4)
    refused = state(due_at=None, trouble=said, trouble_since=since, tried_at=since)
    journal = [report(MONDAY, 4, Outcome.REFUSED, said)]
    friday, *_, monday, today = write(source=source, streams=[refused], reports=journal, last=TODAY)
    assert only([friday])[0] is Verdict.UNKNOWN
    for receipt in (monday, today):
        assert receipt.verdict is Verdict.FAILED
        assert "arXiv refuses (403)" in receipt.sentence
        assert receipt.sentence.endswith("until `broadsheet source resume arxiv`.")
        assert receipt.next_at is None


def test_a_paused_source_says_what_resumes_it() -> None:
    source = Source("my feed", "feed", (), ADDED, paused=True)
    friday, *_, today = write(source=source, last=TODAY)
    assert only([friday]) == (
        Verdict.UNKNOWN,
        "Nothing is known of this day: no attempt is on record; the source is paused until "
        "`broadsheet source resume 'my feed'`.",
    )
    assert today.verdict is Verdict.WAITING and "paused until" in today.sentence


@pytest.mark.parametrize(
    ("day", "verdict", "said"),
    [
        (SATURDAY, Verdict.QUIET, "arXiv announces nothing on Saturdays."),
        (FRIDAY, Verdict.UNKNOWN, "Nothing is known of this day: no attempt is on record."),
        (date(2026, 11, 13), Verdict.UNKNOWN, "Before this source was followed."),
        (TODAY, Verdict.WAITING, "Not announced yet; next attempt 06:40 UTC."),
        (TODAY + timedelta(days=1), Verdict.WAITING, "Not announced yet."),
    ],
)
def test_silence_is_told_apart(day: date, verdict: Verdict, said: str) -> None:
    """A day on which the program did not run is unknown. Break: return COMPLETE for it."""
    source = Source("arxiv", "arxiv", ("cs.LG",), ADDED, since=date(2026, 1, 1))
    assert only(write(source=source, first=day, last=day)) == (verdict, said)


def test_a_feed_that_had_nothing_new() -> None:
    runs = [report(FRIDAY, h, Outcome.UNCHANGED, source=FEED.name) for h in (1, 2)]
    assert only(write(source=FEED, reports=runs)) == (
        Verdict.QUIET,
        "Nothing was listed for this day, and the source keeps no calendar; asked 2 times.",
    )
    page = tally(category="feed")._replace(source=FEED.name)
    assert only(write(page, source=FEED))[0] is Verdict.QUIET
    page = page._replace(day=TODAY)
    assert only(write(page, source=FEED, first=TODAY, last=TODAY)) == (
        Verdict.WAITING,
        "Nothing was listed for this day so far; the next attempt is due.",
    )


def test_a_feed_that_was_read_in_part_is_not_complete() -> None:
    """Break: leave `trouble` out of `_judge_page`."""
    text = "The feed at https://example.org/feed is damaged: 3 entries could not be read."
    runs = [report(FRIDAY, 9, Outcome.DONE, text, source=FEED.name)]
    page = tally(category="feed", announced=2, arrived=2)._replace(source=FEED.name)
    verdict, said = only(write(page, source=FEED, reports=runs))
    assert verdict is Verdict.MISSING
    assert said.startswith("2 announced, all here; The feed at https://example.org/feed is damaged")


def test_a_trouble_is_of_the_days_that_it_names() -> None:
    """What is said after midnight UTC of the batch of the day before is not said of today."""
    text = "The feed of cs.LG still shows the batch of 2026-11-20, not that of 2026-11-23."
    runs = [report(MONDAY, 9, Outcome.UNCHANGED, text), report(TODAY, 2, Outcome.UNCHANGED, text)]
    monday, today = write(reports=runs, first=MONDAY, last=TODAY)
    assert (monday.verdict, today.verdict) == (Verdict.STALE, Verdict.WAITING)


def test_a_due_attempt_and_one_of_another_day() -> None:
    lacking = tally(announced=2, arrived=1)
    assert "; the next attempt is due." in write(lacking, streams=[])[0].sentence
    later = state(due_at=at(TODAY + timedelta(days=1), 4))
    assert "next attempt 2026-11-25 04:00 UTC" in write(lacking, streams=[later])[0].sentence


# --- Which receipts there are -----------------------------------------------------------------


def test_there_is_one_for_every_day_and_target_from_the_first_day_on() -> None:
    """Break: make receipts of the tallies only."""
    source = Source("arxiv", "arxiv", ("cs.LG", "stat.ML"), ADDED)
    received = write(tally(announced=1, arrived=1), source=source, first=date.min, last=TODAY)
    assert {(r.category, r.day) for r in received} == {
        (category, ADDED.date() + timedelta(days=n))
        for category in source.targets
        for n in range(9)
    }
    assert len(received) == 18


def test_other_sources_have_one_for_every_day_and_category_that_was_seen() -> None:
    seen = tally(category="daily", announced=1, arrived=1)._replace(source=FEED.name)
    assert [r.category for r in write(seen, source=FEED, last=MONDAY)] == ["daily"] * 4
    assert [r.category for r in write(source=FEED, last=MONDAY)] == [""] * 4


def test_a_weekly_list_is_asked_for_on_its_own_days_only() -> None:
    def seen(category: str, day: date) -> DayTally:
        counts = tally(day, category, announced=1, arrived=1)
        return counts._replace(source=FEED.name)

    tallies = [seen("daily", FRIDAY), seen("daily", MONDAY), seen("weekly", MONDAY)]
    received = write(*tallies, source=FEED, last=MONDAY)
    assert [r.category for r in received] == ["daily"] * 4 + ["weekly"]
    before = [seen("daily", FRIDAY - timedelta(days=n)) for n in (1, 2)]
    received = write(*before, seen("weekly", FRIDAY), source=FEED)
    assert [(r.category, r.verdict) for r in received] == [
        ("daily", Verdict.UNKNOWN),
        ("weekly", Verdict.WAITING),
    ]
    assert look_back(FRIDAY) < FRIDAY - timedelta(days=7) and look_back(date.min) == date.min


def test_a_source_that_was_removed_leaves_its_receipts() -> None:
    gone = tally(announced=2, arrived=1)._replace(source="gone")
    received = write(gone, source=FEED)
    assert [(r.source, r.verdict) for r in received] == [
        (FEED.name, Verdict.UNKNOWN),
        ("gone", Verdict.MISSING),
    ]
    assert "followed no longer" in received[1].sentence


def test_the_ends_of_the_calendar() -> None:
    assert write(first=date.min, last=date.min) == ()
    assert len(write(first=date.max, last=date.max)) == 1
    ancient = Source("arxiv", "arxiv", ("cs.LG",), ADDED, since=date.min)
    assert len(write(source=ancient, first=date.min, last=date.min)) == 1


COUNTS = st.integers(0, 3)


@settings(max_examples=200)
@given(
    day=st.sampled_from([FRIDAY, SATURDAY, MONDAY, TODAY]),
    page=st.sampled_from(["", PAGE]),
    arrived=COUNTS,
    lacking=COUNTS,
    late=COUNTS,
    estimated=COUNTS,
    outcomes=st.lists(st.sampled_from(list(Outcome)), max_size=3),
    trouble=st.sampled_from(["", "Something is amiss."]),
    rejected=st.booleans(),
    kind=st.sampled_from(["arxiv", "feed"]),
    paused=st.booleans(),
    blocked=st.sampled_from(["", "It refuses (403)."]),
)
def test_completeness_is_never_claimed_without_proof(
    day: date,
    page: str,
    arrived: int,
    lacking: int,
    late: int,
    estimated: int,
    outcomes: list[Outcome],
    trouble: str,
    rejected: bool,
    kind: str,
    paused: bool,
    blocked: str,
) -> None:
    """Whatever is known: complete means a page, all of it here, and nothing turned away.

    Break: let `_judge_harvest` give COMPLETE.
    """
    counts = tally(
        day,
        page=page,
        announced=arrived + lacking,
        arrived=arrived,
        late=min(late, arrived),
        estimated=min(estimated, arrived) if page else arrived + lacking,
    )
    source = Source("arxiv", kind, ("cs.LG",), ADDED, paused=paused, blocked=blocked)
    received = write(
        counts,
        source=source,
        reports=[report(day, n, each, trouble) for n, each in enumerate(outcomes)],
        rejections=[turned_away("?", day)] if rejected else [],
        first=day,
        last=day,
    )
    for receipt in received:
        assert receipt.sentence.endswith(".") and len(receipt.sentence) > 10
        assert ".;" not in receipt.sentence and ".." not in receipt.sentence
        if receipt.verdict in (Verdict.COMPLETE, Verdict.LATE):
            assert page and not lacking and not rejected
            assert receipt.announced == receipt.ingested > 0
        if not page:
            assert receipt.announced is None
        if receipt.next_at:
            assert not paused and not blocked


# --- A day in one sentence --------------------------------------------------------------------


def make(verdict: Verdict, category: str = "cs.LG", **facts: Any) -> Receipt:
    return Receipt("arxiv", category, FRIDAY, verdict, "arXiv rests.", **facts)


@pytest.mark.parametrize(
    ("receipts", "said"),
    [
        ([], "Nothing is followed."),
        ([make(Verdict.QUIET), make(Verdict.QUIET, "stat.ML")], "arXiv rests."),
        ([make(Verdict.COMPLETE, announced=5, ingested=5)], "5 announced, all here."),
        (
            [
                make(Verdict.COMPLETE, announced=1000, ingested=1000),
                make(
                    Verdict.MISSING, "stat.ML", announced=204, ingested=203, next_at=at(FRIDAY, 7)
                ),
            ],
            "1,204 announced, 1,203 here, 1 missing; next attempt 07:00 UTC.",
        ),
        (
            [
                make(Verdict.LATE, announced=5, ingested=5, late=2),
                make(Verdict.HARVESTED, "a", ingested=9),
                make(Verdict.STALE, "b"),
            ],
            "5 announced, all here; 2 came late; 9 more here through the harvest; "
            "a stale feed for arxiv b.",
        ),
        (
            [make(Verdict.FAILED, name) for name in "abcde"],
            "Attempts failed for arxiv a, arxiv b, arxiv c and 2 more.",
        ),
    ],
)
def test_a_day_in_one_sentence(receipts: list[Receipt], said: str) -> None:
    assert summarise(receipts) == said
