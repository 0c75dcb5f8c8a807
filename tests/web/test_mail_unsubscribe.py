"""One-click unsubscribing (RFC 8058): a few of each; `tests/slow` has thousands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from invented import read, text
from postroom import PostRoom

from broadsheet.mailing import Ended, State
from oneclick import BODIES, knock, mutate

ADDRESS = "ada@example.org"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    room = PostRoom(tmp_path)
    with room.library:
        yield room


def send_letter(room: PostRoom) -> str:
    """A letter goes to a reader's address; the path of the link in its header."""
    ada = room.add("ada", ADDRESS)
    room.print_own(ada)
    room.library.post.deliver_due()
    return room.link("/mail/unsubscribe/")


@pytest.mark.parametrize("kind", BODIES)
def test_a_bare_request_unsubscribes_at_once(room: PostRoom, kind: str) -> None:
    """Breaks: leave `foreign` out of the door; answer by `go_on`; let `unsubscribe` only note it
    for later."""
    link = send_letter(room)
    ada = room.library.accounts.get_reader("ada")
    for _ in range(2):
        status, headers = asyncio.run(knock(room.app, "POST", link, kind, BODIES[kind]))
        assert status == 200 and not {"location", "set-cookie"} & headers.keys()
        assert room.get(ada).ended is Ended.UNSUBSCRIBED


def test_what_is_queued_is_not_sent_any_more(room: PostRoom) -> None:
    link = send_letter(room)
    ada = room.library.accounts.get_reader("ada")
    room.pass_by(days=1)
    room.print_own(ada)
    assert room.library.post.queue_missed() == 1
    asyncio.run(knock(room.app, "POST", link))
    taken = len(room.relay.taken)
    room.library.post.deliver_due()
    assert len(room.relay.taken) == taken
    states = {each.state for each in room.store.get_letters()}
    assert states == {State.SENT, State.EXPIRED}


def test_following_the_link_changes_nothing(room: PostRoom) -> None:
    """Break: let `ask_to_stop` unsubscribe."""
    link = send_letter(room)
    ada = room.library.accounts.get_reader("ada")
    before, browser = room.get(ada), room.browse()
    page = read(browser, link)
    assert text(page, "h1") == "Unsubscribe?" and "a…@example.org" in text(page, "main")
    assert ADDRESS not in str(page.html)
    assert browser.head(link).status_code == 200 and room.get(ada) == before
    button = page.css_first("main form")
    assert button and button.attributes["method"] == "post" and "action" not in button.attributes
    assert text(page, "main button") == "Unsubscribe"
    assert text(read(browser, link), "h1") == "Unsubscribe?"
    assert "Unsubscribed" in browser.post(link, data={"List-Unsubscribe": "One-Click"}).text
    assert text(read(browser, link), "h1") == "Unsubscribed"


def test_a_link_of_long_ago_still_works_and_stops_its_own_address_only(room: PostRoom) -> None:
    """Breaks: sign the subscription's generation into the token; leave `mark` out of it."""
    link = send_letter(room)
    ada = room.library.accounts.get_reader("ada")
    room.library.accounts.renew_addresses(ada)
    room.subscriptions.subscribe(ada, "new@example.org")
    room.pass_by(days=4000)
    assert asyncio.run(knock(room.app, "POST", link))[0] == 200
    assert room.get(ada).is_active and room.get(ada).address == "new@example.org"
    room.subscriptions.subscribe(ada, ADDRESS)
    assert asyncio.run(knock(room.app, "POST", link))[0] == 200
    assert not room.get(ada).is_active
    room.library.accounts.disable(ada)
    assert asyncio.run(knock(room.app, "POST", link))[0] == 200
    room.library.accounts.enable(ada)
    room.library.accounts.erase(room.library.accounts.get_reader("ada"))
    assert asyncio.run(knock(room.app, "POST", link))[0] == 200


def test_forged_links_are_all_told_the_same(room: PostRoom) -> None:
    """Break: take a token's first 20 letters of signature for enough."""
    link = send_letter(room)
    ada = room.library.accounts.get_reader("ada")
    path, _, token = link.rpartition("/")
    browser, told = room.browse(), set()
    for forged in [*islice(mutate(token, Random(7)), 60), "x", "-", "--", "9" * 300, "%F0%28"]:
        answer = browser.post(f"{path}/{forged}")
        assert answer.status_code == 404, forged
        told.add(text(read(browser, f"{path}/{forged}", 404), "main p"))
    assert len(told) == 1 and room.get(ada).is_active
