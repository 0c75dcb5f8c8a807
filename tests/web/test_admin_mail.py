"""What the operator's page says of mail, and the release of mail that is held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import PAPERS, open_invented, read, text
from lab import MODES, Lab
from postroom import PostRoom
from starlette.testclient import TestClient

from broadsheet.errors import MailDeferredError, MailUncertainError
from broadsheet.mailing import State
from broadsheet.people import Reader, Role

MAIL = "section[aria-labelledby=mail]"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    room = PostRoom(tmp_path)
    with room.library:
        yield room


def send(room: PostRoom, reader: Reader) -> None:
    room.print_own(reader)
    room.library.post.deliver_due()


def browse(room: PostRoom) -> TestClient:
    """The page of an operator of theirs."""
    accounts = room.library.accounts
    accounts.set_role(accounts.get_reader("ada"), Role.OPERATOR)
    return room.browse(accounts.get_reader("ada"))


def test_without_a_relay_it_says_how_to_set_one_up(tmp_path: Path) -> None:
    with open_invented(tmp_path, PAPERS[:2]) as library:
        lab = Lab(library, tmp_path)
        told = text(read(lab.client(lab.app(MODES["off on loopback"])), "/admin"), MAIL)
    assert "has not set 'smtp'" in told and "mail send-test" in told
    assert "waiting" not in told and "held" not in told


def test_it_counts_what_waits_and_what_was_lost(room: PostRoom) -> None:
    ada, ben = room.add("ada", "ada@example.org"), room.add("ben", "ben@example.org")
    operator = browse(room)
    assert text(read(operator, "/admin"), MAIL).endswith("none was lost in the last fortnight.")
    room.relay.trouble = MailUncertainError("No answer <b>came</b>.", 0)
    send(room, ada)
    room.relay.trouble = MailDeferredError("Later.", 450)
    send(room, ben)
    told = text(read(operator, "/admin"), MAIL)
    assert "1 waiting, 1 lost in the last fortnight." in told
    assert told.endswith("The last one lost is uncertain: No answer <b>came</b>.")


def test_held_mail_is_released_by_an_operator(room: PostRoom) -> None:
    """What was queued by then is given up. Break: Who.READER at the door."""
    ada, ben = room.add("ada", "ada@example.org"), room.add("ben", "ben@example.org")
    operator = browse(room)
    room.print_own(ben)
    (room.folder / "instance").unlink()
    send(room, ada)
    assert not room.relay.taken
    assert "restored or copied" in text(read(operator, "/admin"), MAIL)
    assert room.browse(ben).post("/admin/release").status_code == 403
    assert room.library.post.get_queue().held
    done = operator.post("/admin/release")
    assert done.headers["location"] == "/admin?said=release"
    page = read(operator, "/admin?said=release")
    assert "Mail leaves from here" in text(page, ".said") and "held" not in text(page, MAIL)
    room.library.post.deliver_due()
    assert not room.relay.taken
    assert {each.state for each in room.store.get_letters()} == {State.EXPIRED}
    room.pass_by(days=1)
    send(room, ada)
    assert [each[1] for each in room.relay.taken] == ["ada@example.org"]
