"""One letter on its way: whose it is, and which address what became of it is said of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.errors import MailRefusedError
from broadsheet.mailing import Reply, State
from broadsheet.post.delivery import never
from broadsheet.post.errand import Errand
from outgoing import HOUR, SENDER, Outgoing

Act = Callable[[], None]


@pytest.fixture
def outgoing(tmp_path: Path) -> Iterator[Outgoing]:
    """A reader with a letter that is due."""
    made = Outgoing.begin(tmp_path / "library")
    made.send_round([1])
    yield made
    made.store.close()


class Relay:
    """Takes what it is handed, and lets a test do something before the dot, and after it."""

    def __init__(self, before: Act = lambda: None, after: Act = lambda: None) -> None:
        self.taken: list[str] = []
        self._before, self._after = before, after

    @contextmanager
    def open(self) -> Iterator[Relay]:
        yield self

    def hand_over(self, sender: str, recipient: str, message: bytes, *, before_dot: Act) -> Reply:
        self._before()
        before_dot()
        self._after()
        self.taken.append(recipient)
        return Reply(250, "Taken")


def test_a_letter_that_has_changed_meanwhile_is_left_alone(outgoing: Outgoing) -> None:
    """Another process has put it off since it was read. Break: leave the look at `get_letter` out
    of `Errand.run`: the letter leaves before its time."""
    (letter,) = outgoing.store.get_letters()
    with outgoing.store.write() as transaction:
        transaction.change_letter(
            replace(letter, tries=1, due_at=letter.due_at + HOUR), letter.state
        )
    relay = Relay()
    errand = Errand(outgoing.store, outgoing.clock, letter, SENDER, never)
    assert errand.run(relay) is None
    assert not relay.taken


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_who_is_shut_out_gets_nothing_more(outgoing: Outgoing, when: str) -> None:
    """Break: leave `disabled` out of `_find_hindrance`."""

    def shut_out() -> None:
        with outgoing.store.write() as transaction:
            transaction.put_reader(replace(outgoing.readers[0], disabled=True))

    relay = Relay(shut_out if when == "meanwhile" else lambda: None)
    if when == "before":
        shut_out()
    assert outgoing.deliver(relay).expired == 1
    assert not relay.taken and outgoing.states() == [State.EXPIRED]


@pytest.mark.parametrize("taken", [True, False])
def test_what_became_of_a_letter_says_nothing_of_another_address(
    outgoing: Outgoing, taken: bool
) -> None:
    """The reader changes it while the letter is on its way. Break: leave the comparison out of
    `_judge_address`: the new address is blamed, or forgiven, for the one of before."""

    def move() -> None:
        moved = replace(outgoing.subscription(outgoing.readers[0]), address="new@r.test", score=2.0)
        outgoing.change_subscription(moved)
        if not taken:
            raise MailRefusedError("550 no such mailbox", about_address=True)

    assert outgoing.deliver(Relay(after=move)).sent == int(taken)
    assert outgoing.states() == [State.SENT if taken else State.FAILED]
    assert outgoing.subscription(outgoing.readers[0]).score == 2.0
