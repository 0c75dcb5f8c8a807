"""What was printed and never queued, and what was queued and never left."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from office import Office

from broadsheet.errors import StorageBusyError
from broadsheet.mailing import Schedule, State
from broadsheet.people import Reader, Role
from broadsheet.ports import Transaction
from broadsheet.post.outbox import BEGIN_WITHIN
from broadsheet.post.queueing import PAUSE, Unqueued
from fakesmtp import Fault, Outcome, Stage, running
from letterbox import make_edition, read
from outgoing import DAY, HOUR, MINUTE, Outgoing
from ownroom import search
from pressroom import FRIDAY, Template, at, open_pressroom
from queries import counting


def find_names(unqueued: Unqueued, outgoing: Outgoing) -> list[str]:
    return [each.name for each in unqueued.find(outgoing.now)]


def test_what_was_printed_and_not_queued_is_found(tmp_path: Path) -> None:
    """The oldest first, a fortnight back, until there is a letter of it. Breaks: forget names once
    they were found, whatever became of them; or leave LOOK_BACK out."""
    outgoing = Outgoing.begin(tmp_path / "library", readers=1, papers=30)
    ada, names = outgoing.readers[0], []
    outgoing.now += DAY
    for day in range(17):
        names.append(outgoing.print_own(ada, [1 + day]).name)
        outgoing.now += DAY
    outgoing.now -= DAY
    unqueued = Unqueued(outgoing.store)
    assert find_names(unqueued, outgoing) == find_names(unqueued, outgoing) == names[2:]
    outgoing.now += DAY
    tomorrow = outgoing.print_own(ada, [20])
    for name in names[2:]:
        edition = outgoing.store.get_edition(tomorrow.scope, name, reader_id=ada.id)
        assert edition and outgoing.queue(edition)
    assert find_names(unqueued, outgoing) == [tomorrow.name]
    assert find_names(Unqueued(outgoing.store), outgoing) == [tomorrow.name]
    outgoing.queue(tomorrow)
    assert find_names(unqueued, outgoing) == []
    outgoing.store.close()


def test_what_is_settled_costs_one_query_a_reader(tmp_path: Path) -> None:
    """Break: forget what is settled."""
    outgoing = Outgoing.begin(tmp_path / "library", readers=2)
    outgoing.send_round([1])
    unqueued = Unqueued(outgoing.store)
    for expected in (5, 3):  # addresses; names and letters of each
        with counting(outgoing.store) as asked:
            assert find_names(unqueued, outgoing) == []
        assert len(asked) == expected
    outgoing.store.close()


def test_nothing_of_before_an_address_was_confirmed_becomes_a_letter(tmp_path: Path) -> None:
    """Not even one that expires: its papers would come once more. What is printed in the very
    second does. Break: leave `confirmed_at` out of `_get_wanted`."""
    office = Office(tmp_path)
    for name in ("2026-04-15", "2026-04-16"):
        office.print_own(make_edition(name=name))
        office.time.pass_by(MINUTE)
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    assert office.post.queue_missed() == 0
    office.print_own(make_edition(name="2026-04-17"))
    assert office.post.queue_missed() == 1
    assert [each.name for each in office.store.get_letters()] == ["2026-04-17"]


def test_nothing_of_while_mail_was_stopped_becomes_a_letter(tmp_path: Path) -> None:
    """Break: let `resume` leave `confirmed_at` as it was."""
    office = Office(tmp_path)
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    office.subscriptions.stop(office.ada)
    office.print_own(make_edition(name="2026-04-15"))
    office.time.pass_by(MINUTE)
    office.subscriptions.resume(office.ada)
    assert office.post.queue_missed() == 0 and not office.store.get_letters()
    office.print_own(make_edition(name="2026-04-16"))
    office.subscriptions.resume(office.ada)  # nothing had stopped it
    assert office.post.queue_missed() == 1


# --- Nobody's letter hangs on another's -----------------------------------------------------------


def print_for_two(office: Office) -> None:
    """Ada and Ben have an edition of today each, and get mail."""
    ben = Reader(0, "ben", "Ben", Role.READER, office.time.now())
    with office.store.write() as transaction:
        ben = replace(ben, id=transaction.put_reader(ben))
    for reader in (office.ada, ben):
        office.subscriptions.subscribe(reader, f"{reader.name}@example.org")
        office.print_own(make_edition(), reader)


def readers_of(office: Office) -> list[int]:
    return sorted(each.reader_id for each in office.store.get_letters())


def test_a_store_that_is_busy_once_costs_nobody_a_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: take the editions of a reader for settled while they are found."""
    office = Office(tmp_path)
    print_for_two(office)
    write, calls = office.store.write, count()

    def busy_once() -> AbstractContextManager[Transaction]:
        if next(calls) == 1:
            raise StorageBusyError("busy")
        return write()

    monkeypatch.setattr(office.store, "write", busy_once)
    with pytest.raises(StorageBusyError):
        office.post.deliver_due()
    assert office.post.deliver_due().sent == 2
    assert len(readers_of(office)) == 2


@pytest.mark.parametrize("broken", ["write", "get_edition"])
def test_an_unexpected_error_costs_nobody_else_a_letter(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    """Nor the reader, once it is over. Breaks: leave a `Mishap` out of `find`, or of `_queue_one`;
    or try again without a pause, and fill the log."""
    office = Office(tmp_path)
    print_for_two(office)
    on: object = office.post._desk if broken == "write" else office.store
    right, tries = getattr(on, broken), count()

    def fail(*given: object, **named: int) -> object:
        mine = named.get("reader_id") == office.ada.id or given[0] == office.ada
        if mine and next(tries) < 1:
            raise OSError("no such thing")
        return right(*given, **named)

    monkeypatch.setattr(on, broken, fail)
    assert office.post.queue_missed() == 1
    assert "no such thing" in caplog.text and office.ada.id not in readers_of(office)
    if broken == "write":
        assert office.post.queue_missed() == 0
        office.time.pass_by(PAUSE)
    assert office.post.queue_missed() == 1
    assert len(readers_of(office)) == 2


def test_what_cannot_be_written_in_time_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: go on trying to write what is too late to be sent."""
    office = Office(tmp_path)
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    edition = office.print_own(make_edition())
    monkeypatch.setattr(office.post._desk, "write", None)
    assert office.post.queue_missed() == 0
    office.time.pass_by(BEGIN_WITHIN)
    assert office.post.queue_missed() == 1
    (letter,) = office.store.get_letters()
    assert (letter.state, letter.name) == (State.EXPIRED, edition.name)
    assert not office.store.find_offered(office.ada.id, [101, 102])


# --- When things are found ------------------------------------------------------------------------


def test_the_letter_of_today_goes_by_the_calendar_of_its_reader(
    own_template: Template, tmp_path: Path
) -> None:
    """Break: take the date of UTC in `_find_edition`."""
    with own_template.open(tmp_path) as room:
        room.now, ada = at(FRIDAY, 20), room.add_reader("ada")
        post = room.library.post
        post.schedules.change(ada, Schedule(0, "Pacific/Auckland", "06:30"))
        assert "Saturday 18 April 2026" in post.preview(ada).subject


@pytest.mark.parametrize("relay", [True, False], ids=["with a relay", "from a shell without"])
def test_what_was_due_when_mail_is_released_is_not_mailed(
    own_template: Template, tmp_path: Path, relay: bool
) -> None:
    """Printed or not: the library that this is a copy of has sent it. Breaks: leave the printing
    out of `Post.release`; or what is not queued out of `Outbox.release`; or do either only where
    there is a relay."""
    chosen = {"smtp": "smtp+plain://127.0.0.1:9", "mail_from": "a@b.example"}
    with own_template.open(tmp_path, **(chosen if relay else {})) as room:
        post = room.library.post
        room.now = at(FRIDAY) - DAY
        ada = room.add_reader("ada")
        search(room, ada, "Bees", "bees")
        post.subscriptions.subscribe(ada, "ada@example.org")
        (tmp_path / "library" / "instance").unlink()
        room.announce(FRIDAY, ["bees"])
        room.now = at(FRIDAY, 7)
        assert post.get_queue().held and post.release()
        assert not room.press.print_own_due()
        assert [each.state for each in room.store.get_letters()] == [State.EXPIRED]
    with open_pressroom(tmp_path, **chosen) as room:  # as the server does, later
        room.now = at(FRIDAY, 8)
        assert room.library.post.queue_missed() == 0


def test_a_letter_that_waited_too_long_comes_back_as_papers(
    own_template: Template, tmp_path: Path
) -> None:
    """From news to a mailbox: the relay is away for thirteen hours, and the next day's letter has
    the papers of both. Break: count what is in an EXPIRED letter as offered."""
    with running() as relay:
        settings = {
            "smtp": f"smtp+plain://{relay.host}:{relay.port}",
            "mail_from": "papers@example.org",
            "url": "https://papers.example.org",
        }
        with own_template.open(tmp_path, **settings) as room:
            post = room.library.post
            room.now = at(FRIDAY) - DAY
            ada = room.add_reader("ada")
            search(room, ada, "Bees", "bees")
            post.subscriptions.subscribe(ada, "ada@example.org")
            room.announce(FRIDAY, ["bees"])
            room.now = at(FRIDAY, 7)
            assert len(room.press.print_own_due()) == 1
            relay.fault = Fault(Stage.BANNER, Outcome.NEVER)
            assert post.deliver_due().down
            room.now += 13 * HOUR
            assert post.deliver_due().expired == 1
            relay.fault = None
            room.announce(FRIDAY + DAY, ["hives"])
            room.now = at(FRIDAY + DAY, 7)
            room.press.print_own_due()
            assert post.deliver_due().sent == 1
            states = [each.state for each in room.store.get_letters()]
    assert sorted(states) == sorted([State.EXPIRED, State.SENT])
    (taken,) = relay.taken
    body = read(taken.content).get_body(("plain",))
    told = " ".join(body.get_content().split()) if body else ""
    for said in ("Once more", "Honey bees in summer meadows", "The honey of bees in a hive"):
        assert said in told
