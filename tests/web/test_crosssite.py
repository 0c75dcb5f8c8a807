"""No page of another site changes anything here: a matrix over every door that changes things."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented import ADDRESS
from lab import HTTPS, MODES, Lab, address_of, doors_of, knock, unsafe

from broadsheet.config import Settings

OWN = {"Origin": ADDRESS}
FOREIGN: dict[str, dict[str, str]] = {
    "nothing": {},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "cross-site, own origin": {"Sec-Fetch-Site": "cross-site", **OWN},
    "same-site": {"Sec-Fetch-Site": "same-site", "Origin": "http://evil.127.0.0.1:8000"},
    "none": {"Sec-Fetch-Site": "none"},
    "empty": {"Sec-Fetch-Site": ""},
    "null": {"Origin": "null"},
    "foreign": {"Origin": "https://evil.example"},
    "other port": {"Origin": "http://127.0.0.1:9000"},
    "other scheme": {"Origin": "https://127.0.0.1:8000"},
    "longer": {"Origin": f"{ADDRESS}.evil.example"},
    "referer only": {"Referer": f"{ADDRESS}/"},
}
ONE_CLICK = "/mail/unsubscribe/{token}"
"""The one door that programs knock at from anywhere, with nothing but its token (RFC 8058)."""
OURS: dict[str, dict[str, str]] = {
    "own origin": OWN,
    "same-origin": {"Sec-Fetch-Site": "same-origin"},
}


@pytest.mark.parametrize("mode", ["off on loopback", "invite, private"])
def test_what_comes_from_elsewhere_changes_nothing(lab: Lab, mode: str) -> None:
    """Every door that changes something, sign-in included, with every set of headers. Break: leave
    `is_own` out of `Gate.admit`, or let Sec-Fetch-Site "none" or "same-site" pass."""
    app = lab.hollow_app(MODES[mode])
    doors = [door for door in unsafe(doors_of(app)) if door.path != ONE_CLICK]
    assert {"/sign-in", "/sign-up", "/sign-out"} <= {door.path for door in doors}
    cookie = lab.headers("operator")["Cookie"]
    for how, headers in FOREIGN.items():
        asked = [(door.method, address_of(door), {"Cookie": cookie, **headers}) for door in doors]
        assert {status for status, _ in knock(app, asked)} == {403}, how
    for how, headers in OURS.items():
        asked = [(door.method, address_of(door), {"Cookie": cookie, **headers}) for door in doors]
        assert {status for status, _ in knock(app, asked)} == {204}, how


def test_one_door_is_open_from_anywhere(lab: Lab) -> None:
    """Break: declare another door `foreign`."""
    app = lab.hollow_app(MODES["invite, private"])
    (door,) = [door for door in doors_of(app) if door.foreign]
    assert (door.path, door.method) == (ONE_CLICK, "POST")
    asked = [("POST", address_of(door), headers) for headers in FOREIGN.values()]
    assert {status for status, _ in knock(app, asked)} == {204}


def test_a_refused_form_says_what_to_do(lab: Lab) -> None:
    client = lab.client(lab.app(MODES["invite, private"]), site="cross-site")
    answer = client.post("/sign-in", data={"name": "ada"})
    assert answer.status_code == 403 and "load the page again" in answer.text


def test_the_address_that_readers_use_is_ours_behind_a_proxy(lab: Lab) -> None:
    """Which asks us over plain http, and may not tell how it was asked."""
    app = lab.app(Settings(Path("unused"), sign_in="invite", url=HTTPS))
    client = lab.client(app, site="", address="http://papers.example")
    for origin, status in ((HTTPS, 400), ("https://papers.example.evil.example", 403)):
        answer = client.post("/sign-in", data={"name": "x"}, headers={"Origin": origin})
        assert answer.status_code == status


def test_a_key_changes_nothing_and_brings_no_cookie_along(lab: Lab) -> None:
    """Break: let `Sessions` look at the cookie where the key is void."""
    app = lab.app(MODES["invite, private"])
    client = lab.client(app, "operator")
    headers = {"Authorization": f"Bearer {lab.secrets['key']}"}
    answer = client.post("/account/profile", headers=headers)
    assert answer.status_code == 403 and "A key is for reading" in answer.text
    for secret in ("", "x", lab.secrets["revoked key"]):
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/search", headers=headers).status_code == 401


def test_reading_is_not_asked_where_it_comes_from(lab: Lab) -> None:
    """A link from elsewhere leads here."""
    client = lab.client(lab.app(MODES["invite, private"]), "ada", site="cross-site")
    assert client.get("/search?q=graph").status_code == 200
