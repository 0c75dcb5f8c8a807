"""No secret in a log, in an error, or in an address."""

from __future__ import annotations

import logging

import pytest
from lab import MODES, PASSWORD, Lab, doors_of
from starlette.testclient import TestClient

from broadsheet.web.app import without_tokens
from broadsheet.web.sessions import PLAIN_COOKIE

WRONG = "correct horse battery"


def test_nothing_secret_is_logged_or_shown_when_all_goes_wrong(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Break: log the address as it was asked, or the form."""
    accounts = lab.library.accounts
    shelf = lab.library.shelves.make(lab.readers["ada"], "Mine").target
    token = lab.library.shelves.link_of(lab.library.shelves.get_shelf(lab.readers["ada"], shelf))
    code = accounts.invite(lab.readers["operator"])
    secrets = [*lab.secrets.values(), token, code, PASSWORD, WRONG]

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("it broke")

    for name in ("sign_in", "sign_up", "change_password"):
        monkeypatch.setattr(accounts, name, crash)
    monkeypatch.setattr(lab.library.shelves, "get_shelf", crash)
    caplog.set_level(logging.DEBUG)
    ada = lab.client(lab.app(MODES["invite, private"]), "ada")
    answers = [
        ada.post("/sign-in", data={"name": "ada", "password": WRONG}),
        ada.post("/sign-up", data={"name": "x", "password": PASSWORD, "code": code}),
        ada.post("/account/password", data={"old": PASSWORD, "new": WRONG}),
        ada.get(f"/shelf/{shelf}/link.{token}"),
        ada.get("/search", headers={"Authorization": f"Bearer {lab.secrets['key']}"}),
    ]
    assert [answer.status_code for answer in answers] == [500, 500, 500, 500, 200]
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("broadsheet"))
    assert "it broke" in ours
    for secret in secrets:
        assert secret not in ours
        assert not any(secret in answer.text for answer in answers)


def test_tokens_are_cut_out_of_what_is_logged() -> None:
    assert without_tokens("/shelf/12/link.abc-DEF_1.bib") == "/shelf/12/link.….bib"
    assert without_tokens("/mail/unsubscribe/3-abc-DEF_1") == "/mail/unsubscribe/…"
    assert without_tokens("/paper/1") == "/paper/1"


def test_a_mistaken_form_does_not_give_a_password_back(lab: Lab) -> None:
    client = lab.client(lab.app(MODES["invite, private"]))
    ada = lab.client(lab.app(MODES["invite, private"]), "ada")
    asked: list[tuple[TestClient, str, dict[str, str]]] = [
        (client, "/sign-in", {"name": "ada", "password": WRONG}),
        (client, "/sign-up", {"name": "!", "password": WRONG, "code": "x"}),
        (ada, "/account/password", {"old": WRONG, "new": "short"}),
        (ada, "/account/delete", {"password": WRONG}),
    ]
    for browser, address, form in asked:
        answer = browser.post(address, data=form)
        assert answer.status_code == 400 and WRONG not in answer.text, address


def test_a_secret_is_in_no_address_but_those_made_for_it(lab: Lab) -> None:
    """Sessions and keys come in headers: an address is kept in histories and logs."""
    app = lab.app(MODES["invite, private"])
    for name in ("ada", "key"):
        for param in (PLAIN_COOKIE, "key", "token", "access_token", "session"):
            answer = lab.client(app).get("/api/search", params={param: lab.secrets[name]})
            assert answer.status_code == 401
    assert all(door.method != "GET" for door in doors_of(app) if door.path == "/sign-out")
