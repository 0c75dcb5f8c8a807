"""The journal: whose acts are undone by whom, and impressions that never cost a page."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from broadsheet.errors import ConflictError, NotFoundError, StorageBusyError
from broadsheet.journal import Journal
from broadsheet.journal.impressions import Impressions
from broadsheet.people import Act, Signal
from papers import taking_no_changes
from shelfmarks import Readers


def test_a_notice_is_told_until_the_act_is_undone(readers: Readers) -> None:
    journal = readers.library.journal
    done = readers.library.shelves.make(readers.ada, "Goats")
    assert journal.get_done(readers.ada, done.signal) == done
    readers.undo(done)
    assert journal.get_done(readers.ada, done.signal) is None


def test_anothers_act_is_as_one_that_is_not_there(readers: Readers) -> None:
    """Break to see it fail: drop the comparison of readers in `Journal._get_own`."""
    journal = readers.library.journal
    done = readers.library.shelves.make(readers.ada, "Goats")
    for number in (done.signal, done.signal + 1000, 0, -1, 1 << 62, 1 << 80):
        assert journal.get_done(readers.ben, number) is None
        with pytest.raises(NotFoundError, match=f"There is no act {number}"):
            journal.undo(readers.olga, number)
    assert readers.library.shelves.get(readers.ada)


def test_what_cannot_be_undone_says_so(readers: Readers) -> None:
    number = readers.shelf("Goats")
    readers.library.shelves.new_link(readers.ada, number)
    (signal, *_) = readers.library.journal.get_signals(readers.ada)
    assert readers.library.journal.get_done(readers.ada, signal.id) is None
    with pytest.raises(ConflictError, match="This cannot be undone"):
        readers.library.journal.undo(readers.ada, signal.id)


def test_an_undo_that_fails_leaves_the_act_standing(readers: Readers) -> None:
    """Break to see it fail: mark an act as undone in a transaction of its own."""
    done = readers.library.shelves.make(readers.ada, "Goats")
    readers.library.shelves.save(readers.ada, 2, [done.target])
    for _ in range(2):
        with pytest.raises(ConflictError, match="has 1 paper on it"):
            readers.undo(done)
    readers.library.shelves.unsave(readers.ada, 2)
    assert readers.undo(done) == "The shelf Goats is gone again."


# --- Impressions ------------------------------------------------------------------------------


def seen(readers: Readers) -> list[Signal]:
    return list(readers.library.journal.get_signals(readers.ada, acts=[Act.SHOWN, Act.OPEN]))


def test_impressions_are_kept_in_batches(readers: Readers) -> None:
    journal = readers.library.journal
    journal.note_shown(readers.ada, "front", [3, 1, 2])
    journal.note_shown(readers.ada, "search", [])
    journal.note_open(readers.ada, 3, "front", 1)
    journal.note_open(readers.ada, 2)
    assert seen(readers) == []  # nothing was written yet
    journal.flush()
    shown = [
        (signal.act, signal.work_id, dict(signal.detail)) for signal in reversed(seen(readers))
    ]
    assert shown == [
        (Act.SHOWN, None, {"place": "front", "works": [3, 1, 2]}),
        (Act.OPEN, 3, {"place": "front", "position": 1}),
        (Act.OPEN, 2, {}),
    ]
    assert seen(readers)[0].at == readers.time.now()


def test_closing_keeps_what_waits(readers: Readers) -> None:
    readers.library.journal.note_open(readers.ada, 1)
    readers.library.journal.close()
    assert len(seen(readers)) == 1


def test_what_the_store_cannot_take_now_is_kept_in_order_when_it_can(
    readers: Readers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Breaks to see it fail: let `Impressions.flush` raise; leave out the line that puts back what
    was to be written, or put it behind what came meanwhile."""
    journal = readers.library.journal

    def write() -> NoReturn:
        journal.note_open(readers.ada, 2)  # from a page that is read meanwhile
        raise StorageBusyError("Another process is writing.")

    with taking_no_changes(readers.folder, monkeypatch):
        journal.note_shown(readers.ada, "front", [1])
        journal.flush()
    with readers.store.write():  # somebody else is writing, for long
        journal.note_open(readers.ada, 1)
        journal.flush()
    with monkeypatch.context() as patch:
        patch.setattr(readers.store, "write", write)
        journal.flush()
    journal.note_open(readers.ada, 3)
    assert seen(readers) == [] and not caplog.records
    journal.flush()
    assert [signal.work_id for signal in reversed(seen(readers))] == [None, 1, 2, 3]


def test_what_waits_is_tried_again_without_anybody_asking(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: start no timer where `_write` has failed."""
    impressions = Impressions(readers.store, delay=3600)
    with taking_no_changes(readers.folder, monkeypatch):
        impressions.note(Signal(readers.ada.id, Act.OPEN, readers.time.now(), 1))
        impressions.flush()
    assert impressions._timer
    impressions.close()
    assert not impressions._timer and len(seen(readers)) == 1


def test_a_list_that_is_full_loses_the_oldest_and_says_so_once(
    readers: Readers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once an outage. Breaks to see it fail: say it for each; never say it a second time; drop what
    came last."""
    monkeypatch.setattr("broadsheet.journal.impressions.MOST_WAITING", 3)
    journal = readers.library.journal
    for _ in range(2):
        with taking_no_changes(readers.folder, monkeypatch):
            for number in range(1, 8):
                journal.note_open(readers.ada, number)
                journal.flush()
        journal.flush()
    assert [signal.work_id for signal in reversed(seen(readers))] == [5, 6, 7, 5, 6, 7]
    sentence = "More than 3 impressions wait; the oldest are lost."
    assert [record.getMessage() for record in caplog.records] == [sentence] * 2


def test_what_cannot_be_kept_at_the_end_costs_a_line_in_the_log(
    readers: Readers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Break to see it fail: let `Impressions.close` be `flush`."""
    impressions = Impressions(readers.store, delay=3600)
    with taking_no_changes(readers.folder, monkeypatch):
        impressions.note(Signal(readers.ada.id, Act.OPEN, readers.time.now(), 1))
        impressions.close()
    assert [record.getMessage()[:29] for record in caplog.records] == [
        "1 impressions are not kept: T"
    ]
    assert not impressions._timer


def test_a_reader_who_is_gone_costs_the_others_nothing(readers: Readers) -> None:
    journal = readers.library.journal
    journal.note_open(readers.ben, 1)
    journal.note_open(readers.ada, 1)
    with readers.store.write() as transaction:
        transaction.erase_reader(readers.ben.id)
    journal.flush()
    assert len(seen(readers)) == 1


def test_impressions_are_bounded(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go. Break to see it fail: append to `_waiting` whatever its length."""
    monkeypatch.setattr("broadsheet.journal.impressions.MOST_WAITING", 50)
    impressions = Impressions(readers.store, delay=3600)
    for number in range(55):
        impressions.note(Signal(readers.ada.id, Act.OPEN, readers.time.now(), 1 + number))
    impressions.flush()
    assert [signal.work_id for signal in seen(readers)] == list(range(55, 5, -1))


def test_a_thread_writes_a_moment_later(readers: Readers) -> None:
    impressions = Impressions(readers.store, delay=0)
    impressions.note(Signal(readers.ada.id, Act.OPEN, readers.time.now(), 1))
    timer = impressions._timer
    if timer:  # it may have ended already
        timer.join(10)
    assert len(seen(readers)) == 1


def test_a_page_of_a_thousand_is_noted_in_part(readers: Readers) -> None:
    journal = Journal(readers.store, readers.time.now)
    journal.note_shown(readers.ada, "p" * 1000, list(range(1, 1001)))
    journal.close()
    (signal,) = seen(readers)
    assert len(signal.detail["works"]) == 200 and len(signal.detail["place"]) == 100


def test_what_a_browser_makes_up_is_not_kept(readers: Readers) -> None:
    """Break to see it fail: take the numbers as they come; no batch is written then."""
    journal = readers.library.journal
    journal.note_shown(readers.ada, "\ud800 front\x00", [1 << 80, -1, 0, 2])
    for number, position in ((1 << 80, 1), (-1, 1), (0, 1), (1, 1 << 80), (1, -1), (999, 1)):
        journal.note_open(readers.ada, number, "front", position)
    journal.flush()
    kept = [(signal.act, signal.work_id, dict(signal.detail)) for signal in reversed(seen(readers))]
    assert kept == [
        (Act.SHOWN, None, {"place": "front", "works": [2]}),
        (Act.OPEN, 999, {"place": "front", "position": 1}),
    ]


def test_noting_writes_nothing(readers: Readers, tmp_path: Path) -> None:
    """What a page pays: no lock, no transaction. Break to see it fail: write in `note`."""
    with readers.store.write():  # a second writer would raise at once
        for _ in range(100):
            readers.library.journal.note_shown(readers.ada, "front", [1, 2, 3])
