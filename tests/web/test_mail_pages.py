"""The pages of mail: an address asked for and confirmed, a schedule, buttons of letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import read, text
from postroom import HTTPS, PostRoom

from broadsheet.config import Settings
from broadsheet.errors import MailRefusedError, RelayDownError
from broadsheet.learning import Opinion
from broadsheet.mailing import Ended
from broadsheet.web import create_app
from broadsheet.web.limits import RATES

OWN = "/account/mail"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    room = PostRoom(tmp_path)
    with room.library:
        yield room


def test_an_address_is_asked_for_and_confirmed(room: PostRoom) -> None:
    """Breaks: let `ask` put `confirmed_at`; let the GET of the link confirm."""
    ada = room.add("ada")
    browser = room.browse(ada)
    assert "Nowhere yet" in browser.get(OWN).text
    answer = browser.post(f"{OWN}/ask", data={"address": " Ada@Example.org "})
    assert answer.status_code == 303 and answer.headers["location"].startswith(OWN)
    (letter,) = room.relay.taken
    assert letter[:2] == ("papers@papers.example", "Ada@example.org")
    assert "on its way to" in browser.get(OWN).text
    room.print_own(ada)
    room.library.post.queue_missed()
    assert not room.store.get_letters()
    link, stranger = room.link("/mail/confirm/"), room.browse()
    for _ in range(3):
        assert text(read(stranger, link), "h1") == "Is this address yours?"
    assert not room.get(ada).is_active
    assert "It is yours" in stranger.post(link).text and room.get(ada).is_active
    assert "It is yours" in stranger.get(link).text
    assert "To <strong>Ada@example.org</strong>, every day" in browser.get(OWN).text


def test_one_mail_goes_to_an_address_a_day_whoever_asks(room: PostRoom) -> None:
    """Breaks: ask only the reader's own acts, or only the other subscriptions."""
    ada, ben = room.browse(room.add("ada")), room.browse(room.add("ben"))
    assert ada.post(f"{OWN}/ask", data={"address": "a@example.org"}).status_code == 303
    again = ((ada, "A@example.org"), (ben, "a@example.org"), (ada, "a@EXAMPLE.org"))
    for browser, address in again:
        answer = browser.post(f"{OWN}/ask", data={"address": address})
        assert answer.status_code == 409 and "within the last day" in answer.text
    ada.post(f"{OWN}/ask", data={"address": "b@example.org"})
    assert ada.post(f"{OWN}/ask", data={"address": "a@example.org"}).status_code == 409
    ada.post(f"{OWN}/ask", data={"address": "c@example.org"})
    told = ada.post(f"{OWN}/ask", data={"address": "d@example.org"})
    assert told.status_code == 409 and "Three addresses" in told.text
    assert [to for _, to, _ in room.relay.taken] == [f"{c}@example.org" for c in "abc"]
    room.pass_by(days=1, seconds=1)
    assert ben.post(f"{OWN}/ask", data={"address": "a@example.org"}).status_code == 303


def test_a_mail_that_is_not_taken_leaves_all_as_it_was(room: PostRoom) -> None:
    """Break: leave `_take_back` out."""
    ada = room.add("ada", "old@example.org")
    browser, before = room.browse(ada), room.get(ada)
    for trouble in (RelayDownError("The relay is away."), MailRefusedError("No such box.", 550)):
        room.relay.trouble = trouble
        answer = browser.post(f"{OWN}/ask", data={"address": "new@example.org"})
        assert answer.status_code == 502 and str(trouble) in answer.text
        assert 'value="new@example.org"' in answer.text
        assert room.get(ada) == before
    room.relay.trouble = None
    assert browser.post(f"{OWN}/ask", data={"address": "new@example.org"}).status_code == 303
    assert room.get(ada).address == "new@example.org" and not room.get(ada).is_active


def test_what_is_no_address_gets_a_sentence(room: PostRoom) -> None:
    browser = room.browse(room.add("ada"))
    for address in ("", "ada", "<script>@x.org", "a@b.example\nBcc: c@d.example"):
        answer = browser.post(f"{OWN}/ask", data={"address": address})
        assert answer.status_code == 400 and "not a mail address" in answer.text
        assert "<script>@" not in answer.text
    assert not room.relay.taken


def test_a_link_to_confirm_gets_old(room: PostRoom) -> None:
    """Breaks: leave CONFIRM_WITHIN, `generation` or `asked_at` out."""
    ada = room.add("ada")
    room.subscriptions.ask(ada, "ada@example.org")
    link, stranger = room.link("/mail/confirm/"), room.browse()
    room.pass_by(days=7, seconds=1)
    assert stranger.get(link).status_code == stranger.post(link).status_code == 404
    room.subscriptions.ask(ada, "ada@example.org")
    assert stranger.post(link).status_code == 404
    link = room.link("/mail/confirm/")
    room.subscriptions.ask(ada, "other@example.org")
    assert stranger.post(link).status_code == 404 and not room.get(ada).is_active
    assert stranger.post(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    assert stranger.post("/mail/confirm/7").status_code == 404


def test_it_is_stopped_and_goes_on(room: PostRoom) -> None:
    ada = room.add("ada", "ada@example.org")
    browser = room.browse(ada)
    browser.post(f"{OWN}/stop")
    assert room.get(ada).ended is Ended.READER and "you have stopped" in browser.get(OWN).text
    browser.post(f"{OWN}/resume")
    assert room.get(ada).is_active
    room.subscriptions.unsubscribe(room.subscriptions._tokens.for_stop(ada.id, "ada@example.org"))
    assert "unsubscribed by the link" in browser.get(OWN).text
    assert browser.post(f"{OWN}/resume").status_code == 409 and not room.get(ada).is_active
    told = browser.post(f"{OWN}/ask", data={"address": "ada@example.org"})
    assert told.status_code == 409 and "half a year" in told.text
    browser.post(f"{OWN}/ask", data={"address": "other@example.org"})
    assert room.browse().post(room.link("/mail/confirm/")).status_code == 200
    assert room.get(ada).is_active


def test_who_is_asked_can_have_it_stop(room: PostRoom) -> None:
    """Breaks: let the GET of the link refuse; ask for a session at that door."""
    ada = room.add("ada")
    room.subscriptions.ask(ada, "ada@example.org")
    link, stranger = room.link("/mail/refuse/"), room.browse()
    for _ in range(2):
        assert text(read(stranger, link), "h1") == "Never be asked again?"
    assert room.subscriptions.get(ada)
    assert "Nobody asks you again" in stranger.post(link).text
    assert "Nobody asks you again" in stranger.get(link).text
    assert room.subscriptions.get(ada) is None
    told = room.browse(ada).post(f"{OWN}/ask", data={"address": "ada@example.org"})
    assert told.status_code == 409 and "half a year" in told.text
    assert (
        stranger.post(f"{link}x").status_code == stranger.get("/mail/refuse/1").status_code == 404
    )


def test_asking_in_vain_uses_up_what_a_reader_may_ask(room: PostRoom) -> None:
    """Break: leave "mail" out of the door of asking: each failed ask holds a thread for as long as
    a slow relay likes."""
    room.app = create_app(room.library, Settings(room.folder, sign_in="invite", url=HTTPS))
    room.relay.trouble = RelayDownError("The relay is away.")
    browser = room.browse(room.add("ada"))
    codes = [
        browser.post(f"{OWN}/ask", data={"address": "ada@example.org"}).status_code
        for _ in range(RATES["mail"].burst + 1)
    ]
    assert codes == [502] * RATES["mail"].burst + [429]


def test_who_comes_while_the_relay_is_slow_gets_a_sentence(room: PostRoom) -> None:
    """Break: leave StorageBusyError out of what the page tells."""
    browser = room.browse(room.add("ada"))
    with room.subscriptions._turns.take(), room.subscriptions._turns.take():
        told = browser.post(f"{OWN}/ask", data={"address": "ada@example.org"})
    assert told.status_code == 503 and "takes its time" in told.text
    assert 'value="ada@example.org"' in told.text and not room.relay.taken


def test_a_schedule_is_chosen_and_undone(room: PostRoom) -> None:
    ada = room.add("ada")
    browser = room.browse(ada)
    form = {"zone": "Europe/Berlin", "time": "07:30", "weekday": ["1", "5"]}
    answer = browser.post(f"{OWN}/schedule", data=form)
    page = browser.get(answer.headers["location"]).text
    assert "on Mondays and Fridays at 07:30 (Europe/Berlin)" in page and "Undo" in page
    number = answer.headers["location"].rpartition("=")[2]
    told = browser.post("/act/undo", data={"done": number, "back": OWN})
    assert "every day" in browser.get(told.headers["location"]).text
    again = browser.post("/act/undo", data={"done": number, "back": OWN})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [("zone", "Mars/Olympus"), ("zone", "../etc/passwd"), ("time", "25:00"), ("weekday", "8")],
)
def test_a_schedule_that_is_none_gets_a_sentence(room: PostRoom, field: str, value: str) -> None:
    ada = room.add("ada")
    form = {"zone": "UTC", "time": "06:00", "weekday": "1"} | {field: value}
    answer = room.browse(ada).post(f"{OWN}/schedule", data=form)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert not room.store.get_schedules()


def test_a_button_of_a_letter_asks_before_it_does(room: PostRoom) -> None:
    """Break: let the GET save."""
    ada = room.add("ada", "ada@example.org")
    shelf = room.library.shelves.make(ada, "Light").target
    room.print_own(ada, shelf=shelf)
    room.library.post.send_test(ada, "ada@example.org")
    save, stranger = room.link("/mail/act/save-"), room.browse()
    for _ in range(3):
        page = stranger.get(save)
        assert page.status_code == 200 and "Light" in page.text and "Save it" in page.text
        assert page.headers["cache-control"] == "no-store"
    assert not room.library.shelves.find(ada, [1])
    assert "Saved" in stranger.post(save).text
    assert [each.shelf_id for each in room.library.shelves.find(ada, [1])[1]] == [shelf]
    assert "already" in stranger.post(save).text
    told = stranger.post(room.link("/mail/act/pass-"))
    assert told.status_code == 400 and 'role="alert"' in told.text
    skip = next(link for link in room.links() if link.startswith(f"/mail/act/pass-1-{shelf}-2-"))
    assert "not for it" in stranger.get(skip).text
    assert stranger.post(skip).status_code == 200
    (answer,) = room.library.recommender.get_answers(ada, [2])[2]
    assert answer.opinion is Opinion.DISLIKE and answer.shelf_id == shelf


def test_a_button_without_a_shelf_offers_them(room: PostRoom) -> None:
    ada = room.add("ada", "ada@example.org")
    shelves = [room.library.shelves.make(ada, name).target for name in ("Light", "<b>Water")]
    room.print_own(ada)
    room.library.post.send_test(ada, "ada@example.org")
    save, stranger = room.link("/mail/act/save-"), room.browse()
    page = stranger.get(save).text
    assert "&lt;b&gt;Water" in page and f'value="{shelves[0]}"' in page
    stranger.post(save, data={"shelf": str(shelves[1])})
    assert [each.shelf_id for each in room.library.shelves.find(ada, [1])[1]] == [shelves[1]]
    other = room.library.shelves.make(room.add("ben"), "Ben's").target
    assert stranger.post(save, data={"shelf": str(other)}).status_code == 404
    stranger.post(room.link("/mail/act/pass-"))
    assert room.library.recommender.get_answers(ada, [1])[1][0].opinion is Opinion.HIDE


def test_buttons_get_void(room: PostRoom) -> None:
    """Breaks: leave a generation, or the address, out of `Tokens.for_button`."""
    ada, stranger = room.add("ada", "ada@example.org"), room.browse()

    def send() -> str:
        room.pass_by(days=1)
        room.print_own(ada)
        room.library.post.deliver_due()
        return room.link("/mail/act/save-")

    save = send()
    assert stranger.get(save).status_code == 200
    forged = save.replace("-0-1-", "-0-2-")
    assert stranger.post(forged).status_code == stranger.get(forged).status_code == 404
    room.library.accounts.renew_addresses(ada)
    assert stranger.get(save).status_code == stranger.post(save).status_code == 404
    save = send()
    room.subscriptions.subscribe(ada, "new@example.org")
    assert stranger.get(save).status_code == 404
    assert "Buttons of letters end when the address changes" in stranger.post(save).text
    room.subscriptions.subscribe(ada, "ada@example.org")
    assert stranger.get(save).status_code == 404
    ada = room.library.accounts.get_reader("ada")
    room.library.post.send_test(ada, "eve@example.org")
    save = room.link("/mail/act/save-")
    assert stranger.get(save).status_code == 200
    room.library.accounts.disable(ada)
    assert stranger.get(save).status_code == stranger.post(save).status_code == 404
    assert not room.library.shelves.find(ada, [1])


def test_where_no_mail_can_be_sent_the_page_says_so(room: PostRoom) -> None:
    from broadsheet.mailing import HELD

    browser = room.browse(room.add("ada"))
    assert "note" not in text(read(browser, OWN), "#where ~ p")
    room.store.is_held = lambda: True  # type: ignore[method-assign]
    page = browser.get(OWN).text
    assert HELD in page and f"{OWN}/ask" not in page
    assert browser.post(f"{OWN}/ask", data={"address": "a@example.org"}).status_code == 409
    assert not room.relay.taken and HTTPS not in page
