"""Signing in and out by the browser: cookies, rotation, replay, ways back, who may keep a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lab import HTTPS, MODES, PASSWORD, Lab
from starlette.applications import Starlette
from starlette.testclient import TestClient

from broadsheet.config import Settings
from broadsheet.errors import ConfigError
from broadsheet.web.answers import go_on, read_way
from broadsheet.web.server import check_settings
from broadsheet.web.sessions import PLAIN_COOKIE, SAFE_COOKIE

SECURE = Settings(Path("unused"), sign_in="invite", url=HTTPS)
ENTRY = {"name": "ada", "password": PASSWORD}


@pytest.fixture
def app(lab: Lab) -> Starlette:
    return lab.app(MODES["invite, private"])


def is_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def test_signing_in_keeps_a_cookie_that_pages_cannot_read(lab: Lab, app: Starlette) -> None:
    client = lab.client(app)
    answer = client.post("/sign-in", data={**ENTRY, "next": "/receipts"})
    assert answer.status_code == 303 and answer.headers["location"] == "/receipts"
    parts = answer.headers["set-cookie"].lower().split("; ")
    assert parts[0].startswith(f"{PLAIN_COOKIE}=") and "secure" not in parts
    assert {"httponly", "samesite=lax", "path=/"} <= set(parts)
    assert not any(part.startswith("domain") for part in parts) and is_in(client)


def test_over_https_the_cookie_is_bound_to_this_host(lab: Lab) -> None:
    """Break: leave `secure` out of `set_cookie`."""
    client = lab.client(lab.app(SECURE), address=HTTPS)
    answer = client.post("/sign-in", data=ENTRY)
    first, *rest = answer.headers["set-cookie"].split("; ")
    assert first.startswith(f"{SAFE_COOKIE}=")
    assert {"secure", "httponly", "path=/"} <= {part.lower() for part in rest}
    assert is_in(client)
    client.cookies.clear()
    client.cookies.set(PLAIN_COOKIE, first.partition("=")[2])
    assert not is_in(client), "a cookie that any http page could have set"


def test_every_sign_in_has_a_new_session_and_ends_the_one_before(lab: Lab, app: Starlette) -> None:
    """Against fixation. Break: leave the rest out of `_welcome`."""
    client = lab.client(app)
    client.cookies.set(PLAIN_COOKIE, "chosen-by-somebody-else")
    seen = {"chosen-by-somebody-else"}
    for _ in range(20):
        answer = client.post("/sign-in", data=ENTRY)
        (secret,) = re.findall(rf"{PLAIN_COOKIE}=([^;]+)", answer.headers["set-cookie"])
        assert secret not in seen
        seen.add(secret)
        client.cookies.clear()
        client.cookies.set(PLAIN_COOKIE, secret)
    for old in seen - {secret}:
        client.cookies.clear()
        client.cookies.set(PLAIN_COOKIE, old)
        assert not is_in(client)


@pytest.mark.parametrize("how", ["sign-out", "elsewhere", "password", "reset", "closed", "deleted"])
def test_a_session_that_has_ended_cannot_be_replayed(lab: Lab, app: Starlette, how: str) -> None:
    """Break: let `find_session` trust the cookie's secret without the store."""
    accounts = lab.library.accounts
    reader = accounts.add(f"ben.{how}", PASSWORD)
    lab.secrets["mark"] = accounts.open_session(reader, "")
    ben, thief = lab.client(app, "mark"), lab.client(app, "mark")
    assert is_in(ben) and is_in(thief)
    if how == "sign-out":
        ben.post("/sign-out")
    elif how == "elsewhere":
        ben.post("/account/sessions")
    elif how == "password":
        ben.post("/account/password", data={"old": PASSWORD, "new": "another good one"})
    elif how == "reset":
        accounts.set_password(reader, "another good one")
    elif how == "closed":
        accounts.disable(reader)
    else:
        ben.post("/account/delete", data={"password": PASSWORD})
    assert not is_in(thief)
    api = thief.get("/api/search")
    assert api.status_code == 401 and api.json()["ok"] is False
    assert is_in(ben) == (how in ("elsewhere", "password"))


def test_cookies_that_are_none(lab: Lab, app: Starlette) -> None:
    for value in ("", "x", "x" * 100_000, "\xff", '"quoted"', lab.secrets["closed"]):
        headers = {b"Cookie": f"{PLAIN_COOKIE}={value}".encode("latin-1")}
        assert lab.client(app).get("/account", headers=headers).status_code == 303


HOSTILE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "https://evil.example", "http:evil.example", "https:evil.example", "HTTPS://evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "ftp://evil",
    "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example",
    " //evil.example", "/ /evil.example", "/\x00/evil.example", "\x01https://evil.example",
    "evil.example", "evil.example/path", "@evil.example", ":80", "?next=//evil.example", "#x", "",
    ".", "..", "../x", "//127.0.0.1:8000@evil.example", "/\r\nSet-Cookie: a=b", "/x\r\n\r\n<b>",
    "/\u2028/evil.example", "/\x85/evil.example", "／evil.example", "⁄⁄evil.example",
    "/" + "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("way", HOSTILE)
def test_after_an_act_nobody_is_led_elsewhere(lab: Lab, app: Starlette, way: str) -> None:
    """Forty ways that lead out, or would. Break: accept what begins with "/"."""
    assert len(HOSTILE) == 40
    assert read_way(way, "/safe") == "/safe"
    client = lab.client(app)
    assert client.post("/sign-in", data={**ENTRY, "next": way}).headers["location"] == "/"
    answer = client.get("/sign-in", params={"next": way})
    assert answer.status_code == 303 and answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "way", ["/", "/search?q=a%20b&page=2", "/paper/1#x", "/é", "/x//y", "/.//y"]
)
def test_ways_of_ours_are_kept(way: str) -> None:
    assert read_way(way) == way
    assert go_on(way).headers["location"].startswith("/")


def test_what_was_done_is_named_once() -> None:
    answer = go_on("/search?q=a%26b&done=3&empty=#top", done="17")
    assert answer.headers["location"] == "/search?q=a%26b&empty=&done=17#top"


def test_who_must_sign_in_first_comes_back_afterwards(lab: Lab, app: Starlette) -> None:
    client = lab.client(app)
    answer = client.get("/search?q=a&page=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fsearch%3Fq%3Da%26page%3D2"
    assert 'value="/search?q=a&amp;page=2"' in client.get(answer.headers["location"]).text
    assert client.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("who", ["nobody", "ada"])
def test_nobody_between_keeps_a_page_for_others(lab: Lab, who: str) -> None:
    """Break: leave `mark_personal` out of `Sessions`."""
    client = lab.client(lab.app(MODES["invite, public"]), who)
    for address in ("/search", "/receipts", "/nope", "/export.bib?q=graph", "/api/search"):
        answer = client.get(address)
        assert {"Cookie", "Authorization"} <= set(answer.headers["vary"].split(", "))
        assert ("private" in answer.headers["cache-control"]) == (who == "ada")


def test_https_is_for_good_where_readers_come_by_it(lab: Lab, app: Starlette) -> None:
    secure = lab.client(lab.app(SECURE), address=HTTPS)
    for address in ("/sign-in", "/nope", "/static/icon.svg"):
        assert "max-age=" in secure.get(address).headers["strict-transport-security"]
        assert "strict-transport-security" not in lab.client(app).get(address).headers


@pytest.mark.parametrize(
    ("changes", "fine"),
    [
        ({}, True),
        ({"sign_in": "invite"}, True),
        ({"sign_in": "invite", "host": "::1"}, True),
        ({"sign_in": "invite", "host": "0.0.0.0"}, False),
        ({"sign_in": "open", "host": "192.168.1.7"}, False),
        ({"sign_in": "invite", "host": "0.0.0.0", "url": "http://papers.example"}, False),
        ({"sign_in": "invite", "url": "http://papers.example"}, False),
        ({"sign_in": "invite", "proxies": "10.0.0.1"}, False),
        ({"sign_in": "invite", "host": "0.0.0.0", "url": HTTPS}, True),
        ({"sign_in": "on"}, False),
        ({"public": "yes"}, False),
        ({"url": "papers.example"}, False),
        ({"url": f"{HTTPS}/papers"}, False),
        ({"proxies": "the one in front"}, False),
    ],
)
def test_it_does_not_start_where_passwords_could_be_read(
    changes: dict[str, str], fine: bool
) -> None:
    """Break: leave the check of https out of `check_settings`."""
    settings = Settings(Path("unused"), **changes)  # type: ignore[arg-type]
    if fine:
        check_settings(settings)
        return
    with pytest.raises(ConfigError) as caught:
        check_settings(settings)
    assert str(caught.value).endswith(".") and "'" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "headers", "alone"),
    [
        ({}, {}, True),
        ({}, {"Host": "localhost:8000"}, True),
        ({}, {"X-Forwarded-For": "192.0.2.1"}, False),
        ({}, {"Via": "1.1 proxy"}, False),
        ({"url": HTTPS}, {}, False),
        ({"hosts": "papers.example"}, {"Host": "papers.example"}, False),
        ({"host": "0.0.0.0"}, {}, False),
        ({"proxies": "127.0.0.1"}, {}, False),
    ],
)
def test_who_is_alone_is_at_this_machine(
    lab: Lab, settings: dict[str, str], headers: dict[str, str], alone: bool
) -> None:
    """What comes by a proxy may come from anywhere. Break: go by the setting `host` alone."""
    client = lab.client(lab.app(Settings(Path("unused"), **settings)))  # type: ignore[arg-type]
    assert client.get("/account", headers=headers).status_code == (200 if alone else 403)
    assert client.get("/search", headers=headers).status_code == 200
