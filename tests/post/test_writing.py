"""The desk: which editions become letters, what goes with them, and the test letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from office import Office

from broadsheet.edition import Section
from broadsheet.errors import ConflictError, MailError, NotFoundError
from broadsheet.mailing import State
from broadsheet.post import headers
from broadsheet.press.own import LIBRARY_KEY
from letterbox import HEADERS, MONDAY, Stub, find_harm, make_earlier, make_edition, make_entry, read

QUIET = Section("shelf-7", "light", note="Nothing new.")


def test_an_edition_is_queued_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    edition = office.print_own(make_edition())
    assert [office.post.queue([edition]) for _ in range(2)] == [1, 0]
    (letter,) = office.store.get_letters()
    assert (letter.state, letter.name) == (State.QUEUED, edition.name)
    payload = office.store.get_payload(letter.id)
    assert not list(find_harm(payload, HEADERS)) and read(payload)["To"] == letter.address
    assert read(payload)["Message-ID"] == letter.message_id
    assert office.post.write_letter(office.ada, edition)[1] == payload


def test_who_gets_no_letter(tmp_path: Path) -> None:
    """Breaks: leave `entries` or `disabled` out of `Post.queue`, or `is_active` of what it asks."""
    office = Office(tmp_path)
    edition, quiet = (
        office.print_own(make_edition()),
        office.print_own(make_edition(QUIET, name="2026-04-18")),
    )
    assert office.post.queue([edition]) == 0
    with pytest.raises(ConflictError):
        office.post.write_letter(office.ada, edition)
    office.subscriptions.ask(office.ada, "ada@example.org")
    assert office.post.queue([edition]) == 0
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    assert office.post.queue([quiet]) == 0
    shared = replace(edition, scope=type(edition.scope).DAY, reader_id=0)
    assert office.post.queue([shared]) == 0
    with office.store.write() as transaction:
        transaction.put_reader(replace(office.ada, disabled=True))
    assert office.post.queue([edition]) == 0
    assert Office(tmp_path / "other", postman=False).post.queue([edition]) == 0


def test_a_quiet_edition_is_not_mailed(tmp_path: Path) -> None:
    """Though it shows what else is new; but the first one is, where it has papers to begin with.
    Break: go by `entries` alone in `is_worth_a_letter`."""
    office = Office(tmp_path)
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    also = replace(make_edition(Section("also", "Also", (make_entry(),))), quiet="Nothing new.")
    older = Section(LIBRARY_KEY, "From the library", (make_entry(2),))
    library = replace(make_edition(older, name="2026-04-18"), quiet="Nothing new.")
    first, second = office.print_own(also), office.print_own(library)
    assert (first.number, second.number) == (1, 2)
    assert office.post.queue([first, second]) == office.post.queue_missed() == 0
    assert office.post.queue([replace(second, number=1)]) == 1


def test_a_letter_that_must_not_leave_counts_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """So that its papers come back. Break: let the MailError of `compose` through."""
    office = Office(tmp_path)
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    edition = office.print_own(make_edition())

    def reject(payload: bytes, names: list[str]) -> NoReturn:
        raise MailError("A letter came out with headers that nobody gave it, and is not sent.")

    monkeypatch.setattr(headers, "check", reject)
    office.post.queue([edition])
    (letter,) = office.store.get_letters()
    assert (letter.state, letter.name) == (State.FAILED, edition.name)
    assert "nobody gave it" in letter.reply and "nobody gave it" in caplog.text
    assert not office.store.find_offered(office.ada.id, [101, 102])
    assert [each.id for each in office.post.get_queue().lost] == [letter.id]
    assert office.post.queue_missed() == 0 and not office.relay.taken


def test_the_first_letter_of_a_week_has_a_picture(tmp_path: Path) -> None:
    """Break: let `begins_week` say True."""
    office = Office(tmp_path, draughtsman=Stub())
    for edition in make_earlier(30):
        office.print_own(edition)

    def kinds(name: str) -> list[str]:
        office.print_own(make_edition(name=name))
        message = read(office.post.preview(office.ada, name).payload)
        return [part.get_content_type() for part in message.walk()]

    assert "image/png" in kinds(MONDAY.isoformat())
    assert "image/png" not in kinds((MONDAY + timedelta(days=1)).isoformat())


def test_a_test_letter_goes_past_everything(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.print_own(make_edition())
    assert office.post.send_test(office.ada, "eve@example.org") == "250 queued"
    ((_, recipient, payload),) = office.relay.taken
    assert recipient == "eve@example.org" and read(payload)["Subject"].startswith("Test: ")
    office.time.pass_by(timedelta(minutes=1))
    office.post.send_test(office.ada, "eve@example.org")
    (first, second) = (read(payload)["Message-ID"] for _, _, payload in office.relay.taken)
    assert first != second
    assert not office.store.get_letters() and not office.store.get_subscriptions()
    with pytest.raises(NotFoundError):
        office.post.preview(office.ada, "2026-W16")
    other = Office(tmp_path / "other", postman=False)
    other.print_own(make_edition())
    with pytest.raises(ConflictError, match="'smtp'"):
        other.post.send_test(other.ada, "eve@example.org")
