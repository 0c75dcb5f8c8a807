"""The pages of one's own account, as a person uses them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented import open_invented, read, text
from lab import MODES, PASSWORD, Lab
from selectolax.lexbor import LexborHTMLParser as Html
from starlette.testclient import TestClient

from broadsheet.people import Role
from broadsheet.web.accountpages import say_agent


@pytest.fixture
def ada(lab: Lab) -> TestClient:
    return member(lab, "ada")


@pytest.fixture
def alone(lab: Lab) -> TestClient:
    return lab.client(lab.app(MODES["off on loopback"]))


def member(lab: Lab, name: str) -> TestClient:
    """A browser of a reader who is signed in anew."""
    lab.secrets[name] = lab.library.accounts.open_session(lab.readers[name], "A test's browser")
    return lab.client(lab.app(MODES["invite, private"]), name)


def test_the_profile_is_changed_and_said_so(ada: TestClient) -> None:
    form = {"display": "Ada <b>L.</b>", "theme": "dark"}
    answer = ada.post("/account/profile", data=form)
    assert answer.headers["location"] == "/account?said=profile"
    page = read(ada, "/account?said=profile")
    assert "Your profile is kept." in text(page, ".said")
    box = page.css_first("#display")
    assert box is not None and box.attributes["value"] == "Ada <b>L.</b>"
    html, ticked = page.css_first("html"), page.css_first("#open")
    assert html is not None and html.attributes["data-theme"] == "dark"
    assert ticked is not None and "checked" not in ticked.attributes


def test_what_the_page_says_is_ours_to_choose(ada: TestClient) -> None:
    """Break: print the parameter `said` itself."""
    assert "You won" not in ada.get("/account?said=You+won").text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"old": "a guess of mine", "new": "another good one"}, "not your password of now"),
        ({"old": PASSWORD, "new": "short"}, "at least 8"),
        ({"old": PASSWORD, "new": "password1"}, "tried first"),
        ({}, "not your password of now"),
    ],
)
def test_a_password_that_will_not_do(ada: TestClient, form: dict[str, str], told: str) -> None:
    answer = ada.post("/account/password", data=form)
    assert answer.status_code == 400 and told in text(Html(answer.text), ".mistake")
    assert "another good one" not in answer.text


def test_the_sessions_are_listed_and_ended(lab: Lab) -> None:
    ada, other = member(lab, "ada"), member(lab, "ada")
    page = read(ada, "/account")
    lines = [node.text() for node in page.css("section[aria-labelledby=sessions] li")]
    assert len(lines) >= 2 and sum("this browser" in line for line in lines) == 1
    assert ada.post("/account/sessions").status_code == 303
    assert other.get("/account").status_code == 303
    assert len(read(ada, "/account").css("section[aria-labelledby=sessions] li")) == 1


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/19 Safari/604.1", "Safari on iPhone"),
        ("curl/8.9.1", "curl/8.9.1"),
        ("", "A browser that does not say its name"),
    ],
)
def test_a_browser_has_a_name_that_people_know(agent: str, name: str) -> None:
    assert say_agent(agent) == name


def test_a_key_is_shown_once(lab: Lab, ada: TestClient) -> None:
    answer = ada.post("/account/keys", data={"label": "<i>Zotero</i>", "password": PASSWORD})
    key = text(Html(answer.text), "code.secret")
    headers = {"Authorization": f"Bearer {key}"}
    program = lab.client(lab.app(MODES["invite, private"]))
    assert program.get("/api/search", headers=headers).status_code == 200
    page = read(ada, "/account")
    assert not page.css("code.secret") and key not in (page.html or "")
    form = page.css_first('form[action="/account/revoke-key"]')
    assert form is not None
    number = form.css_first("input")
    assert number is not None
    ada.post("/account/revoke-key", data={"key": number.attributes["value"] or ""})
    assert program.get("/api/search", headers=headers).status_code == 401


def test_new_addresses_make_the_old_ones_void(lab: Lab, ada: TestClient) -> None:
    before = lab.library.accounts.get_reader("ada").generation
    assert ada.post("/account/addresses").status_code == 303
    assert lab.library.accounts.get_reader("ada").generation == before + 1


def test_an_account_is_taken_along(ada: TestClient, lab: Lab) -> None:
    answer = ada.get("/account/export.json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
    ben = member(lab, "ben")
    told = ben.post("/account/import", files={"file": ("account.json", answer.content)})
    assert told.status_code == 200 and text(Html(told.text), ".said")
    for content in (b"", b"nonsense", b"[]"):
        told = ben.post("/account/import", files={"file": ("account.json", content)})
        assert told.status_code == 400 and text(Html(told.text), ".mistake")
    assert ben.post("/account/import").status_code == 400


def test_an_account_is_deleted_when_one_is_sure(lab: Lab) -> None:
    accounts = lab.library.accounts
    lab.readers["gone"] = accounts.add("gone", PASSWORD)
    client = member(lab, "gone")
    assert "Delete your account?" in text(read(client, "/account/delete"), "h1")
    assert client.get("/account").status_code == 200
    told = client.post("/account/delete", data={"password": "a guess of mine"})
    assert told.status_code == 400 and "not your password" in text(Html(told.text), ".mistake")
    assert client.post("/account/delete", data={"password": PASSWORD}).status_code == 303
    assert client.get("/account").status_code == 303
    assert "gone" not in {each.name for each in accounts.get_readers().values()}


def test_the_only_operator_cannot_go(lab: Lab) -> None:
    lab.library.accounts.set_role(lab.library.accounts.alone(), Role.READER)
    told = member(lab, "operator").post("/account/delete", data={"password": PASSWORD})
    assert told.status_code == 409 and "only operator" in told.text
    lab.library.accounts.set_role(lab.library.accounts.alone(), Role.OPERATOR)


def test_who_is_alone_needs_no_account(alone: TestClient) -> None:
    page = read(alone, "/account")
    assert not page.css("input[type=password]") and "sign_in" in text(page, "main")
    assert alone.post("/account/password", data={}).status_code == 409
    assert alone.post("/account/keys", data={"label": "x"}).status_code == 409
    assert alone.post("/account/delete", data={"sure": "perhaps"}).status_code == 400
    assert "No accounts here" in text(read(alone, "/sign-up"), "h1")
    assert alone.post("/sign-in", data={}).status_code == 409
    assert alone.get("/account/export.json").status_code == 200


# --- Signing up -----------------------------------------------------------------------------------


def test_an_invitation_leads_to_an_account(lab: Lab) -> None:
    client = lab.client(lab.app(MODES["invite, private"]))
    assert "By invitation" in text(read(client, "/sign-up"), "h1")
    code = lab.library.accounts.invite(lab.readers["operator"])
    page = read(client, f"/sign-up?code={code}")
    hidden = page.css_first("input[name=code]")
    assert hidden is not None and hidden.attributes["value"] == code
    form = {"code": code, "name": "dora", "password": "short"}
    told = client.post("/sign-up", data=form)
    assert told.status_code == 400 and "at least 8" in told.text and "short" not in told.text
    answer = client.post("/sign-up", data={**form, "password": PASSWORD})
    assert answer.status_code == 303 and read(client, "/account")
    again = client.post("/sign-up", data={**form, "name": "eve", "password": PASSWORD})
    assert again.status_code == 400 and "not valid" in again.text


def test_without_an_invitation_nobody_signs_up(lab: Lab) -> None:
    """Break: ask for the code in the form only."""
    client = lab.client(lab.app(MODES["invite, private"]))
    told = client.post("/sign-up", data={"name": "eve", "password": PASSWORD})
    assert told.status_code == 400 and "by an invitation" in told.text


def test_where_it_is_open_anybody_signs_up(lab: Lab) -> None:
    client = lab.client(lab.app(replace(MODES["invite, private"], sign_in="open")))
    assert "Make an account" in text(read(client, "/sign-up"), "h1")
    form = {"name": "fay", "password": PASSWORD, "role": "operator"}
    assert client.post("/sign-up", data=form).status_code == 303
    assert not lab.library.accounts.get_reader("fay").is_operator
    told = lab.client(lab.app(MODES["invite, private"])).post("/sign-in", data={"name": "fay"})
    assert told.status_code == 400 and PASSWORD not in told.text


def test_a_wrong_password_and_an_unknown_name_look_the_same(lab: Lab) -> None:
    """Byte for byte but for the name. Break: say which of the two is wrong."""
    client = lab.client(lab.app(MODES["invite, private"]))
    pages = []
    for name in ("ada", "zzz", "closed"):
        answer = client.post("/sign-in", data={"name": name, "password": "a guess of mine"})
        headers = {k: v for k, v in answer.headers.items() if k != "content-length"}
        pages.append((answer.status_code, headers, answer.text.replace(f'"{name}"', '"N"')))
    assert pages[0] == pages[1] == pages[2] and pages[0][0] == 400


def test_the_first_account_is_made_at_the_machine(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("nobody")
    with open_invented(folder, ()) as library:
        empty = Lab(library, folder)
        client = empty.client(empty.app(MODES["invite, private"]))
        assert "broadsheet reader add NAME --operator" in client.get("/sign-in").text
        library.accounts.add("ada", PASSWORD, role=Role.OPERATOR)
        assert "reader add" not in client.get("/sign-in").text


@pytest.mark.parametrize("mode", ["invite", "open"])
def test_a_void_invitation_is_told_before_anything_is_typed(lab: Lab, mode: str) -> None:
    """Used, too old, withdrawn and made up are told alike. Break: let `is_invited` say True."""
    settings = replace(MODES["invite, private"], sign_in=mode)
    client, accounts = lab.client(lab.app(settings)), lab.library.accounts
    olga = lab.readers["operator"]
    good = accounts.invite(olga)
    page = read(client, f"/sign-up?code={good}")
    assert page.css("#password") and page.css(f"input[name=code][value='{good}']")
    used, withdrawn = accounts.invite(olga), accounts.invite(olga)
    accounts.sign_up(f"guest-{mode}", PASSWORD, code=used)
    accounts.withdraw(accounts.get_invitations()[0].id)
    told = {
        text(read(client, f"/sign-up?code={code}"), "main")
        for code in (used, withdrawn, "made-up", "é" * 300)
    }
    assert len(told) == 1 and "This invitation is not valid" in (said := told.pop())
    if mode == "open":
        assert "without one" in said and page.css("#password")
    else:
        assert "Ask whoever sent you the link" in said
        page = read(client, f"/sign-up?code={used}")
        assert not page.css("#password") and page.css("main a[href='/sign-in']")
