"""When a letter is tried and given up, and when an address gets no more: pure arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.mailing import Ended, Letter, State, Subscription
from broadsheet.post import bounces
from broadsheet.post.outbox import BEGIN_WITHIN, GIVE_UP_AFTER, Outbox, Step, make_letter, plan
from broadsheet.post.outbox import put_off as put_off_once
from outgoing import DAY, HOUR, MINUTE, MORNING, Outgoing

SECOND = timedelta(seconds=1)


def a_letter(number: int = 1) -> Letter:
    return make_letter(number, "2026-04-17", "ada@readers.test", f"<{number}@test>", MORNING)


def put_off(letter: Letter, now: datetime) -> Letter:
    return put_off_once(letter, now, "450 4.2.1 Busy")


def test_a_letter_is_begun_within_twelve_hours_or_not_at_all() -> None:
    """Break to see it fail: `<` in `plan`."""
    letter = a_letter()
    assert plan(letter, MORNING) is Step.TRY
    assert plan(letter, MORNING + BEGIN_WITHIN - SECOND) is Step.TRY
    assert plan(letter, MORNING + BEGIN_WITHIN) is Step.EXPIRE


def test_pauses_grow_and_end_with_the_day() -> None:
    """Break to see it fail: count the day from the last try."""
    letter, now, pauses = a_letter(), MORNING, list[float]()
    while plan(letter, now) is Step.TRY:
        letter = put_off(letter, now)
        assert plan(letter, now) is Step.WAIT
        pauses.append((letter.due_at - now) / MINUTE)
        now = letter.due_at
    assert [round(each, -1) for each in pauses[:2]] == [0, 20] or 13 < pauses[1] < 17
    assert 4.4 < pauses[0] < 5.6
    assert all(53 < each < 67 for each in pauses[3:])
    assert 22 <= len(pauses) <= 28
    assert GIVE_UP_AFTER <= now - MORNING < GIVE_UP_AFTER + 67 * MINUTE


def test_letters_do_not_come_again_all_at_once() -> None:
    """Break to see it fail: leave the jitter out."""
    assert len({put_off(a_letter(number), MORNING).due_at for number in range(50)}) > 45
    assert put_off(a_letter(), MORNING) == put_off(a_letter(), MORNING)


def test_a_clock_that_was_ahead_makes_no_letter_wait_for_it() -> None:
    """Break to see it fail: `due_at > now` alone in `plan`."""
    ahead = replace(a_letter(), due_at=MORNING + 40 * DAY, expires_at=MORNING + 41 * DAY)
    assert plan(ahead, MORNING) is Step.TRY


# --- Bounces --------------------------------------------------------------------------------------

ADA = Subscription(1, "ada@readers.test", MORNING, MORNING)


def after(days: int, points: float, *, times: int = 1) -> Subscription:
    """A subscription that was turned away so often a day."""
    subscription = ADA
    for day in range(days):
        for hour in range(times):
            subscription = bounces.count(subscription, points, MORNING + day * DAY + hour * HOUR)
    return subscription


@pytest.mark.parametrize(
    ("points", "days"), [(bounces.FOR_GOOD, 5), (bounces.FOR_NOW, 10)], ids=["5yz", "4yz"]
)
def test_days_enough_of_being_turned_away_end_it(points: float, days: int) -> None:
    assert after(days - 1, points).is_active
    ended = after(days, points)
    assert (ended.ended, ended.ended_at) == (Ended.BOUNCED, MORNING + (days - 1) * DAY)


def test_a_day_counts_once_however_often_it_bounces() -> None:
    """Break to see it fail: leave `scored_at` out of `count`."""
    assert after(4, bounces.FOR_GOOD, times=10).is_active
    assert after(1, bounces.FOR_GOOD, times=10).score == 1


def test_a_letter_that_is_taken_wipes_the_slate() -> None:
    cleared = bounces.forgive(after(4, bounces.FOR_GOOD))
    assert cleared == ADA


def test_who_unsubscribed_stays_that_way() -> None:
    left = replace(ADA, ended=Ended.UNSUBSCRIBED, score=4.5)
    assert bounces.count(left, 1, MORNING).ended is Ended.UNSUBSCRIBED


# --- What an operator sees ------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_what_was_lost_lately(tmp_path: Path) -> None:
    outgoing = Outgoing.begin(tmp_path / "library", readers=3)
    waits, lately, long_ago = outgoing.send_round([1])
    with outgoing.store.write() as transaction:
        for letter, days in ((lately, 1), (long_ago, 15)):
            lost = replace(letter, state=State.UNCERTAIN, changed_at=MORNING - days * DAY)
            transaction.change_letter(lost, State.QUEUED)
    queue = Outbox(outgoing.store).get_queue(MORNING)
    assert [each.id for each in queue.waiting] == [waits.id]
    assert [each.id for each in queue.lost] == [lately.id]
    assert not queue.held
    outgoing.store.close()
