"""Which receipts there are, that none claims too much, and many of them in one sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.receipts import look_back, summarise
from broadsheet.sources import DayTally, Outcome, Receipt, Source, Verdict
from daybook import (
    ADDED,
    FEED,
    FRIDAY,
    MONDAY,
    PAGE,
    SATURDAY,
    TODAY,
    at,
    report,
    tally,
    turned_away,
    write,
)

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


def test_a_source_that_was_removed_keeps_the_reasons_of_its_rejections() -> None:
    """Break: give `make_ledgers` no rejections of those that are gone."""
    gone = tally(announced=2, arrived=1)._replace(source="gone")
    reason = turned_away("x")._replace(source="gone")
    loose = tally(MONDAY, "", page="", rejected=1)._replace(source="gone")
    found = [reason, reason._replace(key="y", day=MONDAY)]
    received = write(gone, loose, source=FEED, rejections=found, missing=["x"], last=MONDAY)
    of_gone = [receipt for receipt in received if receipt.source == "gone"]
    assert [(r.verdict, r.rejected) for r in of_gone] == [(Verdict.MISSING, 1)] * 2
    assert all("could not go in: It has no title" in r.sentence for r in of_gone)


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
            assert 0 < (receipt.announced or 0) <= receipt.ingested
            assert receipt.announced == receipt.ingested or receipt.verdict is Verdict.LATE
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
