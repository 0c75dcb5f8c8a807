"""Schedules, subscriptions and the outbox, as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from community import add_readers
from filling import fill

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.mailing import LOST, Ended, Letter, Schedule, State, Subscription
from broadsheet.storage import SqlStore
from papers import LATER, NOW, make_record
from queries import counting

HOUR = timedelta(hours=1)


def write_letter(
    store: SqlStore, reader_id: int, name: str = "2026-03-01", **changes: object
) -> Letter:
    """A letter in the outbox."""
    letter = Letter(0, reader_id, name, "ada@example.org", f"<{name}@here>", NOW, NOW, LATER, NOW)
    letter = replace(letter, **changes)  # type: ignore[arg-type]
    with store.write() as writing:
        number = writing.put_letter(letter, f"the letter of {name}".encode())
    return replace(letter, id=number)


# --- Schedules and subscriptions --------------------------------------------------------------


def test_schedules_and_subscriptions_are_kept_as_told(store: SqlStore) -> None:
    one, two, three = add_readers(store, "ada", "bo", "cy")
    schedules = {
        one: Schedule(one, "Europe/Oslo", "06:30", (1, 3, 7)),
        two: Schedule(two, weekdays=()),
    }
    told = Subscription(one, "ada@example.org", NOW)
    full = Subscription(
        two, "bo@example.org", NOW, LATER, Ended.BOUNCED, LATER + HOUR, 4.5, LATER, 3
    )
    with store.write() as writing:
        for reader_id in (one, two):
            writing.put_schedule(Schedule(reader_id, "UTC", "05:00"))
            writing.put_schedule(schedules[reader_id])
        writing.put_subscription(replace(told, address="other@example.org", generation=7))
        writing.put_subscription(told)
        writing.put_subscription(full)
    with counting(store) as asked:
        assert store.get_schedules() == schedules
        assert store.get_subscriptions() == {one: told, two: full}
    assert len(asked) == 2
    assert store.get_schedules([two, three]) == {two: schedules[two]}
    assert store.get_subscriptions([one, three]) == {one: told}
    with store.write() as writing:
        writing.drop_subscription(one)
    assert store.get_subscriptions() == {two: full}


# --- Letters ----------------------------------------------------------------------------------


def test_a_letter_is_written_once(store: SqlStore) -> None:
    """Break to see it fail: replace the letter that is there in `put_letter`."""
    one, two = add_readers(store, "ada", "bo")
    letter = write_letter(store, one, tries=2, reply="450 later", state=State.SENT)
    assert write_letter(store, one, address="another@example.org").id == 0
    assert write_letter(store, two).id > letter.id
    assert store.get_letter(letter.id) == letter
    assert store.get_payload(letter.id) == b"the letter of 2026-03-01"
    assert store.get_letters(reader_id=one) == [letter]


@pytest.mark.parametrize("number", [0, -1, 99, 1 << 63])
def test_no_letter_has_such_a_number(store: SqlStore, number: int) -> None:
    assert store.get_letter(number) is None


def test_letters_come_in_the_order_in_which_they_are_due(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    late = write_letter(store, one, "2026-03-01", due_at=NOW + 2 * HOUR)
    first = write_letter(store, one, "2026-03-02", due_at=NOW + HOUR)
    sent = write_letter(store, one, "2026-03-03", state=State.SENT)
    with counting(store) as asked:
        assert store.get_letters() == [sent, first, late]
    assert len(asked) == 1
    assert store.get_letters(states=[State.QUEUED]) == [first, late]
    assert store.get_letters(states=[State.QUEUED], due_by=NOW + HOUR) == [first]
    assert store.get_letters(states=[State.QUEUED], limit=1) == [first]
    assert store.get_letters(states=[State.UNCERTAIN]) == []
    assert store.get_letters(reader_id=99) == []


def test_a_letter_changes_only_from_the_state_that_it_was_in(store: SqlStore) -> None:
    """Break to see it fail: leave the state out of `change_letter`."""
    [one] = add_readers(store, "ada")
    letter = write_letter(store, one)
    sending = replace(letter, state=State.SENDING, tries=1, changed_at=LATER)
    with store.write() as writing:
        assert writing.change_letter(sending, State.QUEUED)
        assert not writing.change_letter(letter, State.QUEUED)
        assert not writing.change_letter(replace(letter, id=99), State.QUEUED)
    assert store.get_letter(letter.id) == sending
    assert store.get_payload(letter.id) == b"the letter of 2026-03-01"


# --- What was offered -------------------------------------------------------------------------


def print_own(
    store: SqlStore, reader_id: int, name: str, *work_ids: int, offers: bool = True
) -> None:
    day = date.fromisoformat(name)
    entries = tuple(Entry(place, number, "A title") for place, number in enumerate(work_ids, 1))
    sections = (Section("top", "Top", entries),)
    with store.write() as writing:
        edition = Edition(Scope.READER, name, day, day, NOW, reader_id=reader_id, sections=sections)
        writing.print_edition(edition, offers=offers)


def test_what_was_offered_to_each_of_many(store: SqlStore) -> None:
    """In one query; what is printed without being offered is not. Break: note it all the same."""
    a, b, c = fill(store, *([make_record(number)] for number in range(3)))
    one, two, three = add_readers(store, "ada", "bo", "cy")
    print_own(store, one, "2026-03-01", a, b)
    print_own(store, two, "2026-03-01", b, c)
    print_own(store, two, "2026-03-02", a, offers=False)
    with counting(store) as asked:
        found = store.find_offered_to([one, two, three], [a, b])
    assert found == {one: {a, b}, two: {b}, three: frozenset()}
    assert len(asked) == 1
    assert store.find_offered_to([], [a]) == {}


def test_what_was_offered_and_not_lost(store: SqlStore) -> None:
    """Break to see it fail: leave `is_lost` out, or forget whose letter it is."""
    a, b, c, d = fill(store, *([make_record(number)] for number in range(4)))
    one, two = add_readers(store, "ada", "bo")
    print_own(store, one, "2026-03-01", a, b)
    print_own(store, one, "2026-03-02", b, c)
    print_own(store, two, "2026-03-01", d)
    every = [a, b, c, d, 99]
    assert store.find_offered(one, every) == {a, b, c}
    letter = write_letter(store, one)
    write_letter(store, two)
    for state in State:
        with store.write() as writing:
            assert writing.change_letter(replace(letter, state=state), letter.state)
        letter = replace(letter, state=state)
        with counting(store) as asked:
            found = store.find_offered(one, every)
        assert found == ({b, c} if state in LOST else {a, b, c})
        assert len(store.get_last_editions([one, two], 5)[one]) == 2
        arrived = store.get_last_editions([one, two], 5, arrived=True)
        assert len(arrived[one]) == (1 if state in LOST else 2)
        assert len(arrived[two]) == 1
        assert len(asked) == 1
    assert store.find_offered(two, every) == {d}
    assert store.find_offered(one, []) == frozenset()


def test_a_paper_that_was_merged_was_offered_under_both_numbers(store: SqlStore) -> None:
    """Break to see it fail: look for the numbers as they are asked."""
    a, b = fill(store, [make_record(1)], [make_record(2)])
    [one] = add_readers(store, "ada")
    print_own(store, one, "2026-03-01", b)
    with store.write() as writing:
        writing.merge_works(a, b, reason="the same", now=LATER)
    assert store.find_offered(one, [a, b]) == {a, b}


def test_editions_of_the_instance_offer_nothing_to_a_reader(store: SqlStore) -> None:
    [a] = fill(store, [make_record(1)])
    [one] = add_readers(store, "ada")
    day = date(2026, 3, 1)
    sections = (Section("top", "Top", (Entry(1, a, "A title"),)),)
    with store.write() as writing:
        writing.print_edition(Edition(Scope.DAY, "2026-03-01", day, day, NOW, sections=sections))
    assert store.find_offered(one, [a]) == frozenset()
    assert store.find_offered(0, [a]) == frozenset()
