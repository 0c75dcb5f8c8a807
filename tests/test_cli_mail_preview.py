"""`mail preview`, `send-test`, `subscribe` and `unsubscribe`, as they are typed."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_string
from pathlib import Path

import pytest

from broadsheet import wiring
from broadsheet.cli import codes
from broadsheet.config import Settings
from broadsheet.edition import Section
from broadsheet.wiring import open_library
from letterbox import NOW, Relay, make_edition, make_entry
from papers import make_empty_library
from shell import Shell

SETTINGS = 'mail_from = "Papers <papers@example.org>"\nurl = "https://papers.example.org"\n'


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def mailed(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    relay: Relay,
) -> Shell:
    """A library whose one reader had an edition printed, with a relay."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "library.db").write_bytes(make_empty_library())
    (folder / "broadsheet.toml").write_text(SETTINGS + 'embedder = "none"\n', encoding="utf-8")
    monkeypatch.setattr(wiring, "open_postman", lambda address, password: relay)
    monkeypatch.setattr(
        wiring, "open_library", lambda *a, **k: open_library(*a, **{**k, "clock": lambda: NOW})
    )
    with wiring.open_library(Settings(library=folder, embedder="none")) as library:
        you = library.accounts.alone()
        hostile = make_entry(2, "Red \x1b[31m and \u202eback")
        edition = make_edition(Section("shelf-7", "light", (make_entry(1), hostile)))
        with library._store.write() as transaction:
            transaction.print_edition(replace(edition, reader_id=you.id, number=0))
    return Shell(folder, capsys)


def test_a_letter_is_looked_at(mailed: Shell, relay: Relay) -> None:
    done = mailed("mail", "preview")
    assert done.code == codes.OK
    assert done.out.startswith("Subject: Broadsheet, Friday 17 April 2026: 2 papers\n\nBROADSHEET")
    assert "On lanterns" in done.out and "\x1b" not in done.out and "\u202e" not in done.out
    assert "<h3 " in mailed("mail", "preview", "2026-04-17", "--html").out
    assert mailed("mail", "preview", "2026-04-16").code == codes.NOTHING
    assert mailed("mail", "preview", "yesterday").code not in (codes.OK, codes.NOTHING)
    assert not relay.taken


def test_the_whole_letter_is_for_a_mail_program(mailed: Shell) -> None:
    message = message_from_string(mailed("mail", "preview", "--eml").out)
    assert message["To"] == "reader@example.org" and message.is_multipart()


def test_a_test_letter_goes_out_at_once(mailed: Shell, relay: Relay) -> None:
    done = mailed("mail", "send-test", "ada@example.org")
    assert done.code == codes.OK and "250 queued" in done.out
    ((sender, recipient, payload),) = relay.taken
    assert (sender, recipient) == ("papers@example.org", "ada@example.org")
    assert b"\r\nSubject: Test: Broadsheet, Friday" in payload
    assert mailed("mail", "send-test", "nobody").code not in (codes.OK, codes.NOTHING)
    assert len(relay.taken) == 1


def test_an_operator_subscribes_and_stops(mailed: Shell) -> None:
    done = mailed("mail", "subscribe", "ada@example.org")
    assert done.code == codes.OK and "go to ada@example.org" in done.out
    assert "mail unsubscribe" in done.out
    other = mailed("mail", "subscribe", "new@example.org").out
    assert "no more to ada@example.org; the buttons of earlier letters end." in other
    assert "To go back:" in other and "mail subscribe ada@example.org" in other
    assert "unsubscribe" not in other, "which would not bring the first address back"
    mailed("mail", "subscribe", "ada@example.org")
    assert "asked for it at ada@example.org" in mailed("mail", "preview").out
    assert "No more mail goes out." in mailed("mail", "unsubscribe").out
    assert "No mail went out before" in mailed("mail", "unsubscribe").out
    missing = mailed("mail", "subscribe", "ada@example.org", "--reader", "nobody")
    assert missing.code != codes.OK and "no reader nobody" in missing.err


def test_without_a_relay_it_says_so(mailed: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "open_postman", lambda address, password: None)
    assert "has not set 'smtp'" in mailed("mail", "send-test", "ada@example.org").err
    assert "has not set 'smtp'" in mailed("mail", "subscribe", "ada@example.org").out
