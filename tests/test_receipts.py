"""Receipts: every verdict is earned, and every sentence is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from broadsheet.receipts import look_ahead
from broadsheet.sources import Outcome, Source, Verdict
from daybook import (
    ADDED,
    FEED,
    FRIDAY,
    MONDAY,
    NEXT,
    PAGE,
    SATURDAY,
    TODAY,
    at,
    only,
    report,
    state,
    tally,
    turned_away,
    write,
)

WORDINGS = [
    "The feed of stat.ML still shows the batch of 2026-11-20, not that of 2026-11-23.",
    "cs.LG: 2026-11-24, as on 2026-11-19 and 2026-11-20.",
    "All is old.",
]

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
    nameless = tally(category="", page="", rejected=1)
    whole, turned = tally(announced=3, arrived=3), [turned_away("?")]
    (only_one,) = write(whole, nameless, rejections=turned)
    assert (only_one.verdict, only_one.rejected) == (Verdict.MISSING, 1)
    assert only_one.sentence.startswith("3 announced, all here; 1 entry that the source sent could")
    two = Source("arxiv", "arxiv", ("cs.LG", "stat.ML"), ADDED)
    other = whole._replace(category="stat.ML")
    received = write(whole, other, nameless, source=two, rejections=turned)
    assert {receipt.verdict for receipt in received} == {Verdict.MISSING}
    assert {r.category: r.rejected for r in received} == {"": 1, "cs.LG": 0, "stat.ML": 0}


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
    (receipt,) = received
    assert (receipt.verdict, receipt.rejected) == (Verdict.MISSING, 2)
    assert "(and 1 more)" in receipt.sentence


def test_late_papers() -> None:
    received = write(tally(announced=912, arrived=912, late=1))
    assert only(received) == (Verdict.LATE, "912 announced, all here; 1 came late.")


def test_estimates_beside_a_page_are_not_what_it_announced() -> None:
    (receipt,) = write(tally(announced=10, arrived=9, estimated=2), missing=["x"])
    said = "8 announced, 7 here, 1 missing; the harvest brought 2 more, not listed there"
    assert receipt.sentence.startswith(said)
    assert (receipt.announced, receipt.ingested) == (8, 9)


@pytest.mark.parametrize(
    ("announced", "more", "verdict"),
    [(900, 2, Verdict.LATE), (8, 11, Verdict.STALE), (4, 3, Verdict.STALE), (0, 5, Verdict.EMPTY)],
)
def test_a_page_that_the_harvest_contradicts_is_not_complete(
    announced: int, more: int, verdict: Verdict
) -> None:
    """The first look may have met an older batch under the new date.

    Break: leave `tally.estimated` out of `_judge_page`.
    """
    both = announced + more
    (receipt,) = write(tally(announced=both, arrived=both, estimated=more))
    assert receipt.verdict is verdict
    assert f"{more} " in receipt.sentence


def test_an_empty_page_on_an_ordinary_day_and_on_a_day_of_rest() -> None:
    friday, saturday = write(tally(), tally(SATURDAY), last=SATURDAY)
    assert only([friday]) == (Verdict.EMPTY, "The feed listed nothing on an ordinary day.")
    assert only([saturday]) == (Verdict.QUIET, "arXiv announces nothing on Saturdays.")
    assert friday.announced == 0


def test_an_empty_page_of_a_year_whose_holidays_are_not_known() -> None:
    """Break: call it an ordinary day."""
    day = date(2027, 1, 5)
    assert only(write(tally(day), first=day, last=day, now=at(date(2027, 1, 8), 6))) == (
        Verdict.EMPTY, "The feed listed nothing; 2027 may have a holiday then."
    )  # fmt: skip
    (receipt,) = write(tally(day), first=day, last=day, now=at(day, 6))
    assert receipt.sentence.startswith("Nothing was listed for this day so far; 2027 may have a")


def test_a_list_that_grows_through_its_day_is_complete_only_after_it() -> None:
    """Break: let `_is_whole` say True."""
    own = tally(day=TODAY, category="daily", announced=12, arrived=12)._replace(source=FEED.name)
    streams = [state(source=FEED.name)]
    assert only(write(own, source=FEED, streams=streams, first=TODAY, last=TODAY)) == (
        Verdict.WAITING,
        "12 announced so far, all here; next attempt 06:40 UTC.",
    )
    for seen, good, verdict in (
        (at(MONDAY, 20), at(MONDAY, 20), Verdict.WAITING),
        (at(TODAY, 1), at(TODAY, 1), Verdict.COMPLETE),
        (at(MONDAY, 20), at(TODAY, 1), Verdict.UNKNOWN),  # it no longer reached back that far
    ):
        then = own._replace(day=MONDAY, seen_at=seen)
        streams = [state(source=FEED.name, good_at=good)]
        (receipt,) = write(then, source=FEED, streams=streams, first=MONDAY, last=MONDAY)
        assert receipt.verdict is verdict
    assert receipt.sentence.endswith("so others may have been missed.")


def test_a_list_whose_next_look_failed_says_so() -> None:
    """Break: leave the trouble out of `_judge_part`."""
    own = tally(day=TODAY, category="feed", announced=2, arrived=2)._replace(source=FEED.name)
    why = "It was not reached; next attempt at 04:11 UTC."
    runs = [report(TODAY, 4, Outcome.WAITING, why, source=FEED.name)]
    streams = [state(source=FEED.name)]
    (receipt,) = write(own, source=FEED, streams=streams, reports=runs, first=TODAY, last=TODAY)
    assert receipt.verdict is Verdict.FAILED
    said = "2 announced so far, all here; no attempt succeeded: It was not reached; next attempt"
    assert receipt.sentence.startswith(said) and receipt.sentence.count("next attempt") == 1


def test_what_a_source_lists_of_the_time_before_it_was_followed() -> None:
    day = date(2026, 11, 10)
    old = tally(day, "feed", announced=2, arrived=2)._replace(
        source=FEED.name, seen_at=at(TODAY, 1)
    )
    received = write(old, source=FEED, first=date(2026, 11, 9), last=date(2026, 11, 11))
    assert [(r.day, r.verdict) for r in received] == [(day, Verdict.COMPLETE)]


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
        reports=[report(TODAY, hour, Outcome.UNCHANGED, text, stale=True) for hour in (5, 4)],
        first=TODAY,
        last=TODAY,
    )
    assert only([receipt]) == (
        Verdict.STALE,
        "The feed still showed the batch of 2026-11-23 since 04:10 UTC; next attempt 06:40 UTC; "
        "212 papers of this day are here through the harvest.",
    )
    assert receipt.stale_since == at(TODAY, 4, 10)


@pytest.mark.parametrize("words", WORDINGS)
def test_staleness_is_of_its_category_however_it_is_worded(words: str) -> None:
    """Break: let `_concerns` look for the category in the sentence."""
    source = Source("arxiv", "arxiv", ("cs.LG", "stat.ML"), ADDED)
    about = {"trouble_category": "stat.ML", "stale": True}
    stale = report(MONDAY, 4, Outcome.UNCHANGED, words, **about)
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
        (
            date(2026, 11, 13),
            Verdict.WAITING,
            "The harvest has not come to an end yet, so this day is not known; "
            "next attempt 06:40 UTC.",
        ),
        (TODAY, Verdict.WAITING, "Not announced yet; next attempt 06:40 UTC."),
        (TODAY + timedelta(days=1), Verdict.WAITING, "Not announced yet."),
    ],
)
def test_silence_is_told_apart(day: date, verdict: Verdict, said: str) -> None:
    """A day on which the program did not run is unknown. Break: return COMPLETE for it."""
    source = Source("arxiv", "arxiv", ("cs.LG",), ADDED, since=date(2026, 1, 1))
    assert only(write(source=source, first=day, last=day)) == (verdict, said)


def test_a_day_that_the_harvest_has_passed_without_a_paper() -> None:
    """Break: leave `source.since` out of `harvested_past`, and every old day looks harvested."""
    source = Source("arxiv", "arxiv", ("cs.LG",), ADDED, since=date(2026, 11, 2))
    passed = [state(good_at=at(FRIDAY, 5))]
    first = date(2026, 11, 2)
    (receipt,) = write(source=source, streams=passed, first=first, last=first)
    said = "No page of this day was seen; the harvest up to 2026-11-20 brought no paper of it."
    assert only([receipt]) == (Verdict.HARVESTED, said)
    before = first - timedelta(days=3)
    assert all(r.day >= first for r in write(source=source, first=before, last=first))
    assert only(write(source=source, streams=passed))[0] is Verdict.UNKNOWN  # it is that Friday


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
    assert said.startswith("2 announced, all here; the feed at https://example.org/feed is damaged")


@pytest.mark.parametrize("words", WORDINGS)
@pytest.mark.parametrize("hours", [{MONDAY: 9, TODAY: 2}, {TODAY: 2}])
def test_a_trouble_is_of_its_day_however_it_is_worded(words: str, hours: dict[date, int]) -> None:
    """What is said after midnight UTC of the batch of the day before is not said of today.

    Break: sort what a run tells by the day on which it ended.
    """
    about = {"trouble_day": MONDAY, "stale": True}
    runs = [report(day, hour, Outcome.UNCHANGED, words, **about) for day, hour in hours.items()]
    monday, today = write(reports=runs, first=MONDAY, last=TODAY)
    assert (monday.verdict, today.verdict) == (Verdict.STALE, Verdict.WAITING)
    assert look_ahead(MONDAY) >= TODAY and look_ahead(date.max) == date.max


def test_a_trouble_that_is_remembered_is_of_its_day_and_category() -> None:
    since = at(FRIDAY, 4)
    stale = state(
        trouble="x.", trouble_since=since, tried_at=at(TODAY, 2), trouble_category="cs.LG",
        trouble_day=MONDAY, stale=True,
    )  # fmt: skip
    *earlier, monday, today = write(streams=[stale], last=TODAY)
    assert (monday.verdict, today.verdict) == (Verdict.STALE, Verdict.WAITING)
    assert all(each.verdict is not Verdict.STALE for each in earlier)
    other = replace(stale, trouble_category="stat.ML")
    assert write(streams=[other], first=MONDAY, last=MONDAY)[0].verdict is Verdict.UNKNOWN


def test_only_the_day_that_a_trouble_is_about_waits_for_it() -> None:
    """Break: take `lasting` from `trouble_since` alone."""
    about: dict[str, Any] = {"trouble_since": at(FRIDAY, 4), "stale": True, "trouble": "x."}
    runs = [
        report(FRIDAY, 5, Outcome.UNCHANGED, "x.", stale=True, trouble_day=FRIDAY),
        report(MONDAY, 5, Outcome.UNCHANGED, "x.", stale=True, trouble_day=MONDAY),
    ]
    received = write(streams=[state(trouble_day=MONDAY, **about)], reports=runs, last=MONDAY)
    assert [each.verdict for each in (received[0], received[-1])] == [Verdict.STALE] * 2
    assert (received[0].next_at, received[-1].next_at) == (None, NEXT)


@pytest.mark.parametrize("words", WORDINGS)
def test_an_answer_that_broke_off_is_a_failure_and_not_stale(words: str) -> None:
    broken = report(FRIDAY, 5, Outcome.DONE, words)
    verdict, said = only(write(reports=[broken]))
    assert verdict is Verdict.FAILED and said == words


def test_a_due_attempt_and_one_of_another_day() -> None:
    lacking = tally(announced=2, arrived=1)
    assert "; the next attempt is due." in write(lacking, streams=[])[0].sentence
    later = state(due_at=at(TODAY + timedelta(days=1), 4))
    assert "next attempt 2026-11-25 04:00 UTC" in write(lacking, streams=[later])[0].sentence
