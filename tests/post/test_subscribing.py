"""Subscriptions: what the pages do not show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from office import SECRET, Office

from broadsheet.errors import ConflictError, MailUncertainError, NotFoundError
from broadsheet.mailing import EVERY_DAY, Schedule
from broadsheet.post import say_schedule
from broadsheet.post.tokens import Button, Tokens, Wish
from broadsheet.signing import Signer


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (Schedule(1), "every day, when the day's edition goes to press"),
        (Schedule(1, "UTC", "06:00", EVERY_DAY[:5]), "from Monday to Friday at 06:00 (UTC)"),
        (Schedule(1, "Asia/Tokyo", "23:30", (7,)), "on Sundays at 23:30 (Asia/Tokyo)"),
        (
            Schedule(1, "UTC", "06:00", (1, 3, 5)),
            "on Mondays, Wednesdays and Fridays at 06:00 (UTC)",
        ),
    ],
)
def test_a_schedule_in_words(schedule: Schedule, said: str) -> None:
    assert say_schedule(schedule) == said


def test_a_mail_that_may_have_come_counts_as_if_it_had(tmp_path: Path) -> None:
    """Break: let MailUncertainError take the asking back."""
    office = Office(tmp_path)
    office.relay.trouble = MailUncertainError("no answer")
    assert "on its way" in office.subscriptions.ask(office.ada, "ada@example.org").sentence
    with pytest.raises(ConflictError, match="within the last day"):
        office.subscriptions.ask(office.ada, "ada@example.org")


def test_without_an_address_of_its_own_an_instance_asks_nobody(tmp_path: Path) -> None:
    office = Office(tmp_path, url="")
    with pytest.raises(ConflictError, match="'url'"):
        office.subscriptions.ask(office.ada, "ada@example.org")
    assert office.post.find_trouble() and office.subscriptions.get(office.ada) is None


def test_who_has_nothing_stops_and_resumes_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    assert office.subscriptions.stop(office.ada).sentence == "No mail went out before, either."
    with pytest.raises(ConflictError):
        office.subscriptions.resume(office.ada)
    office.subscriptions.ask(office.ada, "ada@example.org")
    with pytest.raises(ConflictError):
        office.subscriptions.resume(office.ada)
    office.subscriptions.stop(office.ada)
    assert office.subscriptions.get(office.ada) is None


def test_a_token_fits_one_thing_only(tmp_path: Path) -> None:
    """Break: let `confirms` look at a token's number only."""
    office = Office(tmp_path)
    tokens = Tokens(Signer(SECRET))
    office.subscriptions.subscribe(office.ada, "ada@example.org")
    found = office.subscriptions.get(office.ada)
    assert found
    button = Button(Wish.SAVE, office.ada.id, 0, 1)
    made = {
        "stop": tokens.for_stop(office.ada.id, "ada@example.org"),
        "confirm": tokens.for_confirming(found),
        "button": tokens.for_button(button, office.ada, found),
        "refuse": tokens.for_refusing(office.ada.id, "ada@example.org"),
    }
    verbs: dict[str, Callable[[str], object]] = {
        "stop": office.subscriptions.find_stop,
        "confirm": office.subscriptions.find_asked,
        "button": office.subscriptions.find_pressed,
        "refuse": office.subscriptions.is_refused,
    }
    for kind, token in made.items():
        for name, verb in verbs.items():
            if kind == name:
                assert verb(token) is not None
            else:
                with pytest.raises(NotFoundError):
                    verb(token)
    other = Tokens(Signer(b"another instance"))
    with pytest.raises(NotFoundError):
        office.subscriptions.find_stop(other.for_stop(office.ada.id, "ada@example.org"))


def test_what_was_never_a_token(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for token in (
        "",
        "-",
        "1",
        "save",
        "save-",
        "save-1",
        "save-1-2-3",
        "save-x-y-z-w",
        "\ud800-1",
    ):
        for verb in (
            office.subscriptions.find_stop,
            office.subscriptions.find_asked,
            office.subscriptions.find_pressed,
            office.subscriptions.is_refused,
        ):
            with pytest.raises(NotFoundError):
                verb(token)
