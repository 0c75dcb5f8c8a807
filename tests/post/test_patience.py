"""How often an address is asked: by the address, whatever its askers do with their accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from office import Office

from broadsheet.errors import ConflictError, NotFoundError, RelayDownError, StorageBusyError
from broadsheet.mailing import Ended
from broadsheet.people import Act, Reader, Role, Signal
from broadsheet.post.subscribing import ASKING_AT_ONCE
from letterbox import Relay

VICTIM = "victim@example.org"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def add(office: Office, name: str) -> Reader:
    made = Reader(0, name, name.title(), Role.READER, office.time.now())
    with office.store.write() as writing:
        return replace(made, id=writing.put_reader(made))


def refusal_of(office: Office) -> str:
    """The token of the link in the mail that asked last."""
    text = office.relay.taken[-1][2].decode().replace("=\r\n", "")
    found = re.search(r"/mail/refuse/(\S+)", text)
    assert found
    return found[1]


def facts_of(office: Office) -> list[str]:
    with office.store._read() as connection:
        return list(connection.exec_driver_sql("SELECT name FROM fact").scalars())


def test_whatever_the_accounts_do_an_address_is_asked_once_a_day(office: Office) -> None:
    """Breaks: count by subscriptions ("Stop it", or another address, drops them), or by acts of
    readers (an account that is deleted takes its own along)."""
    ask, times = office.subscriptions.ask, 0
    for name, after in (("ben", "stop"), ("cy", "other"), ("dee", "delete"), ("eve", "")):
        reader = add(office, name)
        if times:
            with pytest.raises(ConflictError, match="within the last day"):
                ask(reader, VICTIM.upper())
            office.time.pass_by(timedelta(days=1, seconds=1))
        ask(reader, VICTIM)
        times += 1
        if after == "stop":
            office.subscriptions.stop(reader)
        elif after == "other":
            ask(reader, f"{name}@example.org")
        elif after == "delete":
            with office.store.write() as writing:
                writing.erase_reader(reader.id)
    assert [to for _, to, _ in office.relay.taken].count(VICTIM) == times


def test_signals_of_a_takeout_do_not_count_and_hide_none(office: Office) -> None:
    """Break: count with the default limit of `get_signals`, or acts without a mark."""
    for name in "abc":
        office.subscriptions.ask(office.ada, f"{name}@example.org")
    now = office.time.now()
    with office.store.write() as writing:
        brought = Signal(office.ada.id, Act.SUBSCRIBE, now, detail={"brought": True})
        writing.add_signals([brought] * 1001)
    with pytest.raises(ConflictError, match="Three addresses"):
        office.subscriptions.ask(office.ada, "d@example.org")
    office.subscriptions.ask(add(office, "ben"), "d@example.org")


def test_what_is_kept_names_nobody_and_is_dropped(office: Office) -> None:
    """Breaks: keep the address itself; leave `drop_facts` out."""
    office.subscriptions.ask(office.ada, VICTIM)
    (kept,) = facts_of(office)
    assert kept.startswith("asked:") and "victim" not in kept
    office.subscriptions.refuse(refusal_of(office))
    office.time.pass_by(timedelta(days=181))
    office.subscriptions.ask(office.ada, "a@example.org")
    (left,) = facts_of(office)
    assert left.startswith("asked:") and left != kept


def test_who_unsubscribed_by_the_link_is_not_asked_for_half_a_year(office: Office) -> None:
    """Break: leave `note_refused` out of `unsubscribe`."""
    office.subscriptions.subscribe(office.ada, VICTIM)
    stop = office.subscriptions._tokens.for_stop(office.ada.id, VICTIM)
    office.subscriptions.unsubscribe(stop)
    for reader in (office.ada, add(office, "ben")):
        with pytest.raises(ConflictError, match="half a year"):
            office.subscriptions.ask(reader, VICTIM)
    office.subscriptions.subscribe(office.ada, VICTIM)
    found = office.subscriptions.get(office.ada)
    assert found and found.is_active, "an operator knows whose it is"
    office.subscriptions.unsubscribe(stop)
    office.time.pass_by(timedelta(days=180, seconds=1))
    office.subscriptions.ask(add(office, "cy"), VICTIM)
    assert not found.ended


def test_who_never_wants_to_be_asked_again_is_not(office: Office) -> None:
    """Breaks: leave `note_refused`, or the dropping of what was asked for, out of `refuse`."""
    office.subscriptions.ask(office.ada, VICTIM)
    token = refusal_of(office)
    assert not office.subscriptions.is_refused(token) and office.subscriptions.get(office.ada)
    for _ in range(2):
        office.subscriptions.refuse(token)
        assert office.subscriptions.is_refused(token)
        assert office.subscriptions.get(office.ada) is None
    office.time.pass_by(timedelta(days=2))
    with pytest.raises(ConflictError, match="half a year"):
        office.subscriptions.ask(add(office, "ben"), "Victim@EXAMPLE.org")


def test_refusing_ends_what_was_confirmed_and_nothing_else(office: Office) -> None:
    """Break: end whatever the reader has, whichever address it goes to."""
    office.subscriptions.ask(office.ada, VICTIM)
    token, tokens = refusal_of(office), office.subscriptions._tokens
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    office.subscriptions.refuse(token)
    found = office.subscriptions.get(office.ada)
    assert found and found.is_active
    office.subscriptions.refuse(tokens.for_refusing(office.ada.id, "ada@example.org"))
    found = office.subscriptions.get(office.ada)
    assert found and found.ended is Ended.UNSUBSCRIBED
    for forged in ("", "1", token[:-1] + ("A" if token[-1] != "A" else "B"), f"9{token}"):
        with pytest.raises(NotFoundError):
            office.subscriptions.refuse(forged)


def test_a_mail_that_did_not_leave_does_not_count_for_the_address(office: Office) -> None:
    """Break: leave `note_not_asked` out of `_take_back`."""
    office.relay.trouble = RelayDownError("The relay is away.")
    with pytest.raises(RelayDownError):
        office.subscriptions.ask(office.ada, VICTIM)
    office.relay.trouble = None
    assert not facts_of(office)
    office.subscriptions.ask(office.ada, VICTIM)


def test_a_slow_relay_holds_up_two(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break: take no turn in `ask`. Here each asks while the relay is busy with those before, in
    one thread: the sentence comes at once, and nothing is noted of who gets it."""
    told: list[str] = []

    @contextmanager
    def open_slowly(relay: Relay) -> Iterator[Relay]:
        reader = add(office, f"reader{len(told)}")
        told.append(reader.name)
        if len(told) <= ASKING_AT_ONCE:
            with ExitStack() as stack:
                if len(told) == ASKING_AT_ONCE:
                    stack.enter_context(pytest.raises(StorageBusyError, match="takes its time"))
                office.subscriptions.ask(reader, f"{reader.name}@example.org")
        yield relay

    monkeypatch.setattr(Relay, "open", open_slowly)
    office.subscriptions.ask(office.ada, VICTIM)
    assert len(told) == ASKING_AT_ONCE == len(office.relay.taken) == len(facts_of(office))
    office.subscriptions.ask(add(office, "later"), "later@example.org")
