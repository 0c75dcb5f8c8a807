"""The way of letters: none twice, none lost, whatever the relay, the store or the reader does.

The sweeps over faults and crashes are in `tests/slow/test_mail_*.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import NoReturn

import pytest

from broadsheet.errors import RelayDownError, StorageBusyError, StorageFullError
from broadsheet.mailing import Ended, Reply, State
from broadsheet.post.delivery import Report
from broadsheet.post.outbox import KEEP_BYTES, Outbox
from fakesmtp import Fault, Outcome, Stage, running
from fakesmtp import Relay as FakeRelay
from outgoing import DAY, HOUR, MINUTE, SENDER, Outgoing, open_again, papers_in, postman_to
from quickly import not_made


@pytest.fixture(scope="module")
def served() -> Iterator[FakeRelay]:
    with running() as relay:
        yield relay


@pytest.fixture
def relay(served: FakeRelay) -> FakeRelay:
    """The relay as if it had just begun."""
    served.fault, served.answer, served.at = None, "", frozenset()
    served.when_taken = lambda taken: None
    served.taken.clear()
    served.asked.clear()
    return served


@pytest.fixture
def outgoing(tmp_path: Path) -> Iterator[Outgoing]:
    """Three readers and no letters."""
    made = Outgoing.begin(tmp_path / "library", readers=3)
    yield made
    made.store.close()


class Scripted:
    """A postman whose rounds do what a test says, letter by letter: for what no server can do."""

    def __init__(self, outgoing: Outgoing, *acts: Callable[[], Reply]) -> None:
        self._outgoing = outgoing
        self._acts = list(acts)
        self.handed: list[str] = []

    @contextmanager
    def open(self) -> Iterator[Scripted]:
        yield self

    def hand_over(
        self, sender: str, recipient: str, message: bytes, *, before_dot: Callable[[], None]
    ) -> Reply:
        assert sender == SENDER
        before_dot()
        self.handed.append(recipient)
        return self._acts.pop(0)() if self._acts else Reply(250, "Taken")


def test_letters_go_out_once(outgoing: Outgoing, relay: FakeRelay) -> None:
    """Break to see it fail: leave the record of what was SENT out of `_record`."""
    outgoing.send_round([1, 2])
    assert outgoing.deliver(postman_to(relay)) == Report(sent=3)
    assert outgoing.deliver(postman_to(relay)) == Report()
    assert [each.recipient for each in relay.taken] == [f"r{n}@readers.test" for n in range(3)]
    assert outgoing.states() == [State.SENT] * 3


def test_before_the_dot_it_is_kept_that_the_letter_goes(
    outgoing: Outgoing, relay: FakeRelay
) -> None:
    """Break to see it fail: drop the commit of SENDING."""
    outgoing.send_round([1])
    seen: list[list[State]] = []
    relay.when_taken = lambda taken: seen.append(outgoing.states())
    outgoing.deliver(postman_to(relay))
    assert [states.count(State.SENDING) for states in seen] == [1, 1, 1]


def test_what_was_begun_and_not_ended_is_uncertain_and_never_sent_again(
    outgoing: Outgoing, relay: FakeRelay, caplog: pytest.LogCaptureFixture
) -> None:
    """Break to see it fail: queue what is found in SENDING."""
    begun, *_ = outgoing.send_round([1, 2])
    with outgoing.store.write() as transaction:
        transaction.change_letter(replace(begun, state=State.SENDING), State.QUEUED)
    with caplog.at_level(logging.WARNING):
        assert outgoing.deliver(postman_to(relay)) == Report(sent=2, uncertain=1)
    assert "is not known" in caplog.text
    for _ in range(3):
        outgoing.now += HOUR
        outgoing.deliver(postman_to(relay))
    assert begun.address not in [each.recipient for each in relay.taken]
    outgoing.now += DAY
    outgoing.send_round([1, 2, 3])
    outgoing.deliver(postman_to(relay))
    assert papers_in(e.content for e in relay.taken if e.recipient == begun.address) == {1, 2, 3}


def test_that_it_goes_is_on_the_disk_and_not_on_its_way_there(outgoing: Outgoing) -> None:
    """A power cut after the dot finds the letter in SENDING: SQLite waits for the disk at the end
    of each transaction (with synchronous = NORMAL it would not). Break: leave the pragma out."""
    with not_made(), open_again(outgoing.folder) as there, there.store.write() as transaction:
        ask = transaction._connection.exec_driver_sql
        assert ask("PRAGMA synchronous").scalar_one() == 2
        assert ask("PRAGMA journal_mode").scalar_one() == "wal"


def test_the_bytes_of_letters_are_forgotten_some_time_after_their_end(outgoing: Outgoing) -> None:
    """Those of a letter that may still leave are not. Breaks: drop by `made_at`, or whatever the
    state."""
    sent, *_ = outgoing.send_round([1])
    outgoing.now += 10 * HOUR
    delivery = outgoing.delivery(Scripted(outgoing))
    delivery.deliver_due()
    outgoing.now += 35 * DAY - HOUR
    waiting = outgoing.queue(outgoing.print_own(outgoing.readers[0], [2]))
    with outgoing.store.write() as transaction:
        long_ago = replace(waiting, changed_at=waiting.changed_at - 60 * DAY)
        transaction.change_letter(long_ago, State.QUEUED)
    with outgoing.store.write() as transaction:
        assert transaction.drop_payloads(outgoing.now - KEEP_BYTES) == 0
    delivery.deliver_due()
    assert outgoing.store.get_payload(sent.id)
    outgoing.now += DAY
    delivery.deliver_due()
    assert _count_payloads(outgoing) == 1
    assert outgoing.states() == [State.SENT] * 4


def _count_payloads(outgoing: Outgoing) -> int:
    with outgoing.store.write() as transaction:
        query = "SELECT count(*) FROM letter_payload"
        return int(transaction._connection.exec_driver_sql(query).scalar_one())


def test_a_disk_that_is_full_sends_nothing(
    outgoing: Outgoing, relay: FakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: send the dot whatever `before_dot` raises."""
    outgoing.send_round([1])

    def fail() -> NoReturn:
        raise StorageFullError("There is no space left.")

    with monkeypatch.context() as patch:
        patch.setattr(outgoing.store, "write", fail)
        with pytest.raises(StorageFullError):
            outgoing.deliver(postman_to(relay))
    assert relay.taken == []
    assert outgoing.deliver(postman_to(relay)).sent == 3


def test_a_record_that_cannot_be_kept_is_kept_later(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long import may hold the store just when the relay has taken a letter. Break to see it
    fail: leave `_unrecorded` out, and the letter becomes uncertain."""
    outgoing.send_round([1], outgoing.readers[:1])
    write = outgoing.store.write

    def fail() -> NoReturn:
        raise StorageBusyError("Another process goes on writing.")

    def take() -> Reply:
        monkeypatch.setattr(outgoing.store, "write", fail)
        return Reply(250, "Taken")

    delivery = outgoing.delivery(Scripted(outgoing, take))
    with pytest.raises(StorageBusyError):
        delivery.deliver_due()
    monkeypatch.setattr(outgoing.store, "write", write)
    assert outgoing.states() == [State.SENDING]
    assert delivery.deliver_due() == Report()
    assert outgoing.states() == [State.SENT]


def test_two_processes_that_both_deliver_send_nothing_twice(
    outgoing: Outgoing, relay: FakeRelay
) -> None:
    """The duty keeps them apart; this holds without it. Break to see it fail: seal a letter in
    whatever state it is."""
    outgoing.send_round([1])
    other = outgoing.delivery(postman_to(relay))
    sent: list[Report] = []

    def take() -> Reply:
        sent.append(other.deliver_due())
        return Reply(250, "Taken")

    scripted = Scripted(outgoing, take)
    outgoing.deliver(scripted)
    assert sent == [Report(sent=2, uncertain=1)]
    assert scripted.handed == ["r0@readers.test"]
    assert [each.recipient for each in relay.taken] == ["r1@readers.test", "r2@readers.test"]
    assert outgoing.states() == [State.SENT] * 3


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_who_stopped_it_gets_nothing_more(outgoing: Outgoing, relay: FakeRelay, when: str) -> None:
    """Breaks that make it fail: look only when the letter is queued; or only before the dot."""
    outgoing.send_round([1], outgoing.readers[:1])
    reader = outgoing.readers[0]
    ended = replace(outgoing.subscription(reader), ended=Ended.UNSUBSCRIBED)

    class Slow(Scripted):
        def hand_over(
            self, sender: str, recipient: str, message: bytes, *, before_dot: Callable[[], None]
        ) -> Reply:
            outgoing.change_subscription(ended)
            return super().hand_over(sender, recipient, message, before_dot=before_dot)

    slow = Slow(outgoing)
    if when == "before":
        outgoing.change_subscription(ended)
        assert outgoing.deliver(postman_to(relay)).expired == 1
    else:
        assert outgoing.deliver(slow).expired == 1
    assert slow.handed == []
    assert relay.taken == []
    assert outgoing.states() == [State.EXPIRED]


def test_a_letter_to_an_address_of_before_is_not_sent(outgoing: Outgoing, relay: FakeRelay) -> None:
    outgoing.send_round([1], outgoing.readers[:1])
    moved = replace(outgoing.subscription(outgoing.readers[0]), address="new@readers.test")
    outgoing.change_subscription(moved)
    assert outgoing.deliver(postman_to(relay)).expired == 1
    assert relay.taken == []


def test_a_relay_that_is_away_for_three_days(outgoing: Outgoing, relay: FakeRelay) -> None:
    """One letter to each reader when it is back, with the papers of all days; nobody is to blame.
    Break to see it fail: count RelayDownError as a try, or against the address."""
    away = Fault(Stage.BANNER, Outcome.NEVER)
    relay.fault = away
    for day in range(1, 4):
        outgoing.send_round(range(1, day + 1))
        for _ in range(5 if day == 3 else 12):
            assert outgoing.deliver(postman_to(relay)).sent == 0
            outgoing.now += 2 * HOUR
    relay.fault = None
    assert outgoing.deliver(postman_to(relay)).sent == 3
    assert {frozenset(papers_in([each.content])) for each in relay.taken} == {frozenset({1, 2, 3})}
    assert relay.most_often == 1
    assert [outgoing.subscription(each).score for each in outgoing.readers] == [0, 0, 0]
    assert max(each.tries for each in outgoing.store.get_letters()) == 0


def test_what_is_refused_is_not_brought_again_and_what_is_put_off_is(
    outgoing: Outgoing, relay: FakeRelay
) -> None:
    """Break to see it fail: put a refused letter off."""
    outgoing.send_round([1])
    relay.at = frozenset({"r0@readers.test"})
    relay.fault = Fault(Stage.RCPT, Outcome.NEVER)
    assert outgoing.deliver(postman_to(relay)) == Report(sent=2, refused=1)
    outgoing.now += DAY
    relay.at, relay.fault = frozenset({"r1@readers.test"}), Fault(Stage.RCPT, Outcome.LATER)
    outgoing.send_round([1, 2])
    assert outgoing.deliver(postman_to(relay)) == Report(sent=2, deferred=1)
    relay.fault = None
    assert outgoing.deliver(postman_to(relay)) == Report()
    outgoing.now += 6 * MINUTE
    assert outgoing.deliver(postman_to(relay)) == Report(sent=1)
    assert relay.asked == {"r0@readers.test": 2, "r1@readers.test": 3, "r2@readers.test": 2}
    assert relay.most_often == 1


def test_thirty_days_of_bounces(outgoing: Outgoing, relay: FakeRelay) -> None:
    """One address is gone; one is refused on every other day; for a week the relay has no space for
    anybody; then one mailbox is full to the end. Breaks that make it fail: count what does not
    speak of the address, or let the slate stand after a letter that was taken."""
    ended: dict[int, int] = {}
    for day in range(30):
        relay.fault, relay.at = _bounce(day)
        outgoing.send_round([1 + day % 3])
        outgoing.deliver(postman_to(relay))
        for number, reader in enumerate(outgoing.readers):
            if not outgoing.subscription(reader).is_active:
                ended.setdefault(number, day)
        outgoing.now += DAY
    assert ended == {0: 4, 2: 26}
    gone = [outgoing.subscription(outgoing.readers[number]) for number in ended]
    assert {each.ended for each in gone} == {Ended.BOUNCED}
    assert relay.most_often == 1


def _bounce(day: int) -> tuple[Fault, frozenset[str]]:
    """What goes wrong on a day, and for whom; nobody is everybody."""
    if 10 <= day < 17:
        return Fault(Stage.DATA, Outcome.LATER), frozenset()
    if day >= 17:
        return Fault(Stage.RCPT, Outcome.LATER), frozenset({"r2@readers.test"})
    every_other = {"r1@readers.test"} if day % 2 else set()
    return Fault(Stage.RCPT, Outcome.NEVER), frozenset({"r0@readers.test", *every_other})


def test_a_relay_without_space_suspends_nobody(outgoing: Outgoing, relay: FakeRelay) -> None:
    """Break to see it fail: count what does not speak of the address."""
    for stage in (Stage.MAIL, Stage.DATA, Stage.DOT_LATER):
        relay.fault = Fault(stage, Outcome.LATER)
        outgoing.send_round([1])
        for _ in range(4):
            outgoing.deliver(postman_to(relay))
            outgoing.now += 6 * HOUR
    assert [outgoing.subscription(each).score for each in outgoing.readers] == [0, 0, 0]
    assert relay.taken == []


def test_a_letter_on_which_the_connection_breaks_holds_up_no_other(
    outgoing: Outgoing, relay: FakeRelay
) -> None:
    """Break to see it fail: leave `cut_off` out."""
    outgoing.send_round([1])
    relay.at = frozenset({"r0@readers.test"})
    relay.fault = Fault(Stage.RCPT, Outcome.HANG_UP)
    assert outgoing.deliver(postman_to(relay)).sent == 2
    assert outgoing.states() == [State.QUEUED, State.SENT, State.SENT]


def test_a_relay_that_hangs_up_after_each_letter_gets_them_all(
    outgoing: Outgoing, relay: FakeRelay
) -> None:
    """Break to see it fail: blame the letter that finds the connection closed."""
    outgoing.send_round([1])
    relay.fault = Fault(Stage.TAKEN, Outcome.HANG_UP)
    assert outgoing.deliver(postman_to(relay)).sent == 3


def test_a_copy_sends_nothing_until_it_is_released(outgoing: Outgoing, relay: FakeRelay) -> None:
    """Break to see it fail: leave `is_held` out of `deliver_due`; or send after the release what
    was queued before."""
    outgoing.send_round([1])
    copy = outgoing.folder.with_name("copy")
    copytree(outgoing.folder, copy)
    with open_again(copy) as there:
        assert there.deliver(postman_to(relay)) == Report(held=True)
        assert outgoing.deliver(postman_to(relay)).sent == 3
        outbox = Outbox(there.store)
        assert outbox.get_queue(there.now).held
        assert outbox.release(there.now)
        assert not outbox.release(there.now)
        assert there.deliver(postman_to(relay)) == Report()
        there.now += DAY
        there.send_round([1, 2])
        assert there.deliver(postman_to(relay)) == Report(sent=3)
    assert relay.most_often == 1


def test_the_end_of_the_process_stops_before_a_dot(outgoing: Outgoing) -> None:
    """Break to see it fail: ask `stopping` before each letter only."""
    outgoing.send_round([1])
    ends = iter([False, False, False, True])
    scripted = Scripted(outgoing)
    outgoing.deliver(scripted, lambda: next(ends, True))
    assert scripted.handed == ["r0@readers.test"] * (outgoing.states()[0] is State.SENT)
    assert State.SENDING not in outgoing.states()


def test_without_a_relay_letters_wait_and_then_expire(outgoing: Outgoing) -> None:
    outgoing.send_round([1])
    assert outgoing.deliver(None) == Report()
    outgoing.now += 12 * HOUR
    assert outgoing.deliver(None) == Report(expired=3)


def test_a_relay_that_is_down_is_said_to_be(outgoing: Outgoing) -> None:
    class Down:
        def open(self) -> NoReturn:
            raise RelayDownError("The relay is away.")

    outgoing.send_round([1])
    assert outgoing.deliver(Down()) == Report(down="The relay is away.")
    assert outgoing.states() == [State.QUEUED] * 3
