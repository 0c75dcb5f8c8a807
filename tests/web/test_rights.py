"""Who may come in where: a matrix over every door, every kind of caller and every mode."""

from __future__ import annotations

import pytest
from lab import MODES, PASSWORD, WHO, Lab, address_of, doors_of, knock, unsafe
from starlette.routing import Mount, Route

from broadsheet.errors import StorageReadOnlyError
from broadsheet.web.doors import Door, Who
from broadsheet.web.gate import Guarded
from broadsheet.web.guard import SECURITY_HEADERS

PUBLIC = {"/sign-in", "/sign-up", "/sign-out", "/healthz", "/help"}
"""The doors that are open to everybody whatever the mode, besides addresses with a token."""
LETTERS = {f"/mail/{what}/{{token}}" for what in ("confirm", "refuse", "unsubscribe", "act")}
"""Those that do what a letter's link asks for: whoever has the letter has the right."""
KEYS = ("key", "operator's key", "revoked key")


def is_allowed(door: Door, who: str, mode: str) -> bool:
    """The policy, told again in other words than the code's."""
    if who in KEYS and door.method != "GET":
        return False
    if door.who is Who.ANYONE or mode == "off on loopback":
        return True
    if mode == "off on 0.0.0.0":
        return door.who is Who.READING
    known = who in ("ada", "ben", "operator", "key", "operator's key")
    if door.who is Who.READING:
        return known or mode == "invite, public"
    return known if door.who is Who.READER else who == "operator"


def is_refused(status: int, location: str, door: Door) -> bool:
    return status in (401, 403) or (location.startswith("/sign-in") and door.path != "/sign-in")


@pytest.mark.parametrize("mode", MODES)
def test_every_door_lets_in_whom_it_declares(lab: Lab, mode: str) -> None:
    """Break: let `Gate.is_open` return True, or swap any two of its lines."""
    app = lab.hollow_app(MODES[mode])
    cells = [(door, who) for door in doors_of(app) for who in WHO]
    answers = knock(app, [(door.method, address_of(door), lab.headers(who)) for door, who in cells])
    for (door, who), (status, headers) in zip(cells, answers, strict=True):
        refused = is_refused(status, headers.get("location", ""), door)
        assert refused is not is_allowed(door, who, mode), (door.path, who, status)
        assert refused or status == 204
        assert SECURITY_HEADERS.items() <= {n.title(): v for n, v in headers.items()}.items()


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("who", WHO)
def test_every_door_leads_somewhere(lab: Lab, mode: str, who: str) -> None:
    """The same with everything behind the doors: whoever comes gets a decent answer."""
    app = lab.app(MODES[mode])
    for door in doors_of(app):
        if who in lab.readers and who != "closed":  # signing out is one of the acts
            lab.secrets[who] = lab.library.accounts.open_session(lab.readers[who], who)
        answer = lab.client(app, who).request(door.method, address_of(door))
        refused = is_refused(answer.status_code, answer.headers.get("location", ""), door)
        assert answer.status_code < 500 and refused is not is_allowed(door, who, mode), door.path
        assert all(answer.headers.get(name) == value for name, value in SECURITY_HEADERS.items())


def test_there_is_no_way_in_but_doors(lab: Lab) -> None:
    """Break: append a `Route` to the routes in app.py."""
    app = lab.app(MODES["invite, private"])
    guarded = [route.app for route in app.routes if isinstance(route, Route)]
    assert all(isinstance(each, Guarded) for each in guarded)
    assert len(guarded) == len(doors_of(app))
    others = [route for route in app.routes if not isinstance(route, Route)]
    assert [route.path for route in others if isinstance(route, Mount)] == ["/static"]
    assert len(others) == 1


def test_the_public_doors_are_these(lab: Lab) -> None:
    """A door that is open to everybody, or that changes something without an account, is a
    decision: it is listed here. Break: declare `/account` for Who.ANYONE."""
    doors = doors_of(lab.app(MODES["invite, private"]))
    public = {door.path for door in doors if door.who is Who.ANYONE and "{token}" not in door.path}
    assert public <= PUBLIC
    for door in unsafe(doors):
        assert door.who in (Who.READER, Who.OPERATOR) or door.path in PUBLIC | LETTERS, door.path
    for door in doors:
        assert not door.path.startswith("/admin") or door.who is Who.OPERATOR
    assert len({(door.method, door.path) for door in doors}) == len(doors)


def test_a_refusal_to_a_program_is_json(lab: Lab) -> None:
    client = lab.client(lab.app(MODES["invite, private"]))
    asked = [
        client.get("/api/search"),
        client.get("/search", headers={"Authorization": "Bearer x"}),
        client.post("/account/profile", headers={"Accept": "application/json"}),
    ]
    assert [answer.status_code for answer in asked] == [401, 401, 401]
    assert asked[0].json()["ok"] is asked[2].json()["ok"] is False
    assert asked[0].headers["www-authenticate"] == "Bearer"


def test_one_can_read_where_nothing_can_be_written(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: let an error of the store out of `Sessions`."""

    def fail() -> None:
        raise StorageReadOnlyError("nothing can be written")

    monkeypatch.setattr(lab.library.accounts, "alone", fail)
    client = lab.client(lab.app(MODES["off on loopback"]))
    assert client.get("/search").status_code == 200
    told = client.get("/account")
    assert told.status_code == 503 and "reading goes on" in told.text


def test_a_refusal_says_what_to_do(lab: Lab) -> None:
    ada = lab.client(lab.app(MODES["invite, private"]), "ada")
    assert "for operators" in ada.get("/admin").text
    nobody = lab.client(lab.app(MODES["off on 0.0.0.0"]))
    assert "can only be read" in nobody.get("/account").text


def test_nobody_can_give_themselves_more(lab: Lab) -> None:
    """Fields that a form does not have count for nothing."""
    ada = lab.client(lab.app(MODES["invite, private"]), "ada")
    more = {"role": "operator", "id": "1", "name": "root", "disabled": "", "generation": "9"}
    ada.post("/account/profile", data={"display": "Ada", **more})
    reader = lab.library.accounts.get_reader("ada")
    assert not reader.is_operator and reader.generation != 9 and reader.display == "Ada"
    form = {"name": "eve", "password": PASSWORD, "code": "guessed", **more}
    assert lab.client(lab.app(MODES["invite, private"])).post("/sign-up", data=form).status_code
    assert "eve" not in {each.name for each in lab.library.accounts.get_readers().values()}
