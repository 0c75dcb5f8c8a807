"""How much one client may ask: tokens, addresses behind proxies, sizes of bodies, guessing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab import MODES, PASSWORD, Lab, doors_of, knock
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from broadsheet.errors import ConfigError
from broadsheet.web import limits
from broadsheet.web.limits import GUESSING, RATES, Limits, client_address
from broadsheet.web.proxies import Proxies, read_proxies


class Tick:
    """A clock of seconds that stands still."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tick() -> Tick:
    return Tick()


def passes(limits: Limits, budget: str, who: str) -> bool:
    try:
        limits.take(budget, who)
    except HTTPException as error:
        assert error.status_code == 429 and int((error.headers or {})["Retry-After"]) >= 1
        return False
    return True


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
@pytest.mark.parametrize("budget", sorted(GUESSING))
def test_processes_together_allow_no_more_guesses_than_one(
    tick: Tick, budget: str, processes: int
) -> None:
    """Break: leave `_share` out of `Limits`."""
    rate = RATES[budget]
    found = [Limits(tick, processes) for _ in range(processes)]
    at_once = sum(passes(each, budget, "a") for each in found for _ in range(100))
    assert 0 < at_once <= max(rate.burst, processes)
    for _ in range(processes * 10):
        tick.now += rate.seconds
        at_once += sum(passes(each, budget, "a") for each in found)
    assert at_once <= max(rate.burst, processes) + processes * 10


def test_a_bucket_empties_and_fills_again(tick: Tick) -> None:
    """Break: count the tokens of a refused request, too, and it never opens again."""
    found, rate = Limits(tick), RATES["sign-in"]
    assert sum(passes(found, "sign-in", "a") for _ in range(100)) == rate.burst
    assert passes(found, "sign-in", "b") and passes(found, "comment", "a")
    tick.now += rate.seconds
    assert passes(found, "sign-in", "a") and not passes(found, "sign-in", "a")
    tick.now += 1e6
    assert sum(passes(found, "sign-in", "a") for _ in range(100)) == rate.burst


def test_who_is_told_to_wait_may_come_then(tick: Tick) -> None:
    found = Limits(tick)
    while passes(found, "sign-up", "a"):
        pass
    with pytest.raises(HTTPException) as caught:
        found.take("sign-up", "a")
    tick.now += int((caught.value.headers or {})["Retry-After"])
    assert passes(found, "sign-up", "a")


def test_everybody_has_a_limit_but_who_is_alone(lab: Lab, tick: Tick) -> None:
    """Break: leave the general budget out of `spend`."""
    for mode, most in (("off on 0.0.0.0", RATES[""].burst), ("off on loopback", 700)):
        app = lab.app(MODES[mode], Limits(tick))
        told = [status for status, _ in knock(app, [("GET", "/healthz", {})] * 700)]
        assert told.count(200) == most and set(told) <= {200, 429}


def test_memory_is_bounded(tick: Tick, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many addresses come. Break: never forget a bucket."""
    monkeypatch.setattr(limits, "MOST_BUCKETS", 100)
    monkeypatch.setattr(limits, "MOST_FAMILIAR", 100)
    found = Limits(tick)
    for number in range(1000):
        found.take("", str(number))
        found.note_familiar("ada", str(number))
    assert len(found._buckets) == len(found._familiar) == 100


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_one_client_is_one_address(host: str, known: str) -> None:
    """Whoever has an IPv6 network has 2**64 addresses, and one bucket."""
    assert client_address(Request({"type": "http", "client": (host, 1)})) == known


def seen(known: str, client: str, *told: str, proto: str = "") -> tuple[str, str]:
    """Whom and which scheme the application sees."""

    def tell(request: Request) -> JSONResponse:
        assert request.client
        return JSONResponse([request.client.host, request.url.scheme])

    app = Proxies(Starlette(routes=[Route("/", tell)]), read_proxies(known))
    headers = [("X-Forwarded-For", each) for each in told]
    headers += [("X-Forwarded-Proto", proto)] if proto else []
    answer = TestClient(app, client=(client, 1)).get("/", headers=headers)
    return tuple(answer.json())


@pytest.mark.parametrize(
    ("known", "client", "told", "who"),
    [
        ("", "192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("127.0.0.1", "192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("127.0.0.1", "127.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1", "127.0.0.1", ["10.6.6.6, 198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1", "127.0.0.1", ["10.6.6.6", "198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1 10.0.0.0/8", "127.0.0.1", ["6.6.6.6, 198.51.100.9, 10.1.2.3"], "198.51.100.9"),
        ("127.0.0.1", "127.0.0.1", ["nonsense"], "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1"], "127.0.0.1"),
        ("::1", "::1", ["2001:db8::9"], "2001:db8::9"),
    ],
)
def test_only_proxies_of_ours_are_believed(
    known: str, client: str, told: list[str], who: str
) -> None:
    """What the client itself wrote stands first in the header, and counts for nothing. Break: take
    the first address of X-Forwarded-For."""
    assert seen(known, client, *told, proto="https") == (
        who,
        "https" if client in known.split() else "http",
    )


@pytest.mark.parametrize("proto", ["javascript", "HTTPS", "https, http", "ftp"])
def test_a_scheme_is_http_or_https(proto: str) -> None:
    assert seen("127.0.0.1", "127.0.0.1", proto=proto)[1] == "http"


def test_the_setting_names_addresses() -> None:
    with pytest.raises(ConfigError, match="'proxies'"):
        read_proxies("nginx")


# --- Guessing -------------------------------------------------------------------------------------


def guess(app: Starlette, address: str, name: str, password: str) -> int:
    client = TestClient(
        app,
        "http://127.0.0.1:8000",
        client=(address, 1),
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    form = {"name": name, "password": password}
    return int(client.post("/sign-in", data=form).status_code)


def test_guesses_from_one_address_are_few(lab: Lab, tick: Tick) -> None:
    """Break: leave the budget off the door of /sign-in."""
    app = lab.app(MODES["invite, private"], Limits(tick))
    told = [guess(app, "192.0.2.1", f"name{n}", "a guess of mine") for n in range(30)]
    assert told.count(400) == RATES["sign-in"].burst and set(told) == {400, 429}
    assert guess(app, "192.0.2.2", "ada", PASSWORD) == 303


def test_guesses_at_one_name_are_few_and_shut_nobody_out(lab: Lab, tick: Tick) -> None:
    """From however many addresses. Break: leave `take_for_name` out of `sign_in`, or ask it of an
    address from which the name signs in."""
    app = lab.app(MODES["invite, private"], Limits(tick))
    assert guess(app, "198.51.100.1", "ada", PASSWORD) == 303
    told = [guess(app, f"192.0.2.{n}", "ADA", "a guess of mine") for n in range(50)]
    assert told.count(400) == RATES["sign-in name"].burst - 1 and set(told) == {400, 429}
    assert guess(app, "198.51.100.1", "ada", PASSWORD) == 303
    assert guess(app, "198.51.100.2", "ada", PASSWORD) == 429
    tick.now += RATES["sign-in name"].seconds
    assert guess(app, "198.51.100.2", "ada", PASSWORD) == 303


def test_every_form_that_could_be_flooded_has_a_budget(lab: Lab) -> None:
    doors = {door.path: door.budget for door in doors_of(lab.app(MODES["invite, private"]))}
    posts = [d for d in doors_of(lab.app(MODES["invite, private"])) if d.method == "POST"]
    assert {door.budget for door in posts} <= set(RATES)
    budgets = {door.path: door.budget for door in posts}
    for path in ("/sign-in", "/sign-up", "/account/password", "/account/delete", "/account/import"):
        assert budgets[path], path
    assert doors["/search"] == ""


@pytest.mark.parametrize(
    "path",
    [
        *(f"/shelf/{{number}}/{page}" for page in ("new", "hood", "steer", "trial", "review")),
        *("/start", "/tune", "/tune/apply"),
        *("/yours", "/yours.{suffix}", "/yours/{name}", "/yours/link.{token}"),
    ],
)
def test_pages_for_which_a_shelf_learns_have_a_budget(lab: Lab, path: str) -> None:
    """Break: leave the budget off the door of one of them."""
    [door] = [d for d in doors_of(lab.app(MODES["invite, private"])) if d.path == path]
    assert door.budget == "learning"


# --- Bodies ---------------------------------------------------------------------------------------


def multipart(parts: int) -> tuple[bytes, str]:
    part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    return (part * parts + "--b--\r\n").encode(), "multipart/form-data; boundary=b"


FORM = "application/x-www-form-urlencoded"
BODIES = {
    "too large": (b"display=" + b"a" * 70_000, FORM, 413),
    "many fields": (b"&".join(b"a=b" for _ in range(5000)), FORM, 400),
    "many parts": (*multipart(1000), 400),
    "no boundary": (b"x", "multipart/form-data", 400),
    "cut off": (multipart(3)[0][:40], "multipart/form-data; boundary=b", 303),
    "nonsense": (bytes(range(256)), FORM, 303),
    "another type": (b'{"display": "x"}', "application/json", 303),
}


@pytest.mark.parametrize("how", BODIES)
def test_strange_bodies_get_a_decent_answer(lab: Lab, how: str) -> None:
    """Break: read the form without its bounds."""
    body, kind, status = BODIES[how]
    client = lab.client(lab.app(MODES["invite, private"]), "ben")
    answer = client.post("/account/profile", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_too(lab: Lab) -> None:
    """Break: look at Content-Length only."""
    sent = 0

    def flood() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield b"a" * 1000

    client = lab.client(lab.app(MODES["invite, private"]), "ben")
    answer = client.post("/account/profile", content=flood(), headers={"Content-Type": FORM})
    assert answer.status_code == 413 and "too large" in answer.text.lower()


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 5000])
def test_a_length_that_is_none(lab: Lab, length: str) -> None:
    client = lab.client(lab.app(MODES["invite, private"]), "ben")
    headers = {"Content-Length": length, "Content-Type": FORM}
    answer = client.post("/account/profile", content=b"display=Ben", headers=headers)
    assert answer.status_code in (303, 400, 413)
