"""What a host can do to others by sending us to them: nothing, and what is left of it: little."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import START, Clock, client

from broadsheet.connectors.http import HttpClient, folder, network
from broadsheet.connectors.http.budget import MARGIN, budget_of
from broadsheet.connectors.http.state import State
from broadsheet.errors import (
    ForbiddenAddressError,
    SourceBrokenError,
    SourceBusyError,
    SourceRefusedError,
)
from sites import Answering, Asked, Site, reply

EVIL, GOOD = "http://evil.example/", "http://good.example/"
OLD = folder.KEPT.total_seconds() + 60


class Public:
    """Hosts by name, each with an address that is public and leads to a site on loopback."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._sites: dict[str, Site] = {}
        self._plain = network.dial

    def add(self, host: str, answer: Answering) -> Site:
        self._sites[host] = self._stack.enter_context(Site(answer))
        return self._sites[host]

    def resolve(self, host: str) -> list[str]:
        return [f"93.184.215.{1 + list(self._sites).index(host)}"]

    def dial(self, address: str, port: int, seconds: float) -> object:
        if address.startswith("127."):
            return self._plain(address, port, seconds)
        site = list(self._sites.values())[int(address.rpartition(".")[2]) - 1]
        return self._plain(site.host, site.port, seconds)

    def client(self, folder: Path, clock: Clock | None = None, **options: Any) -> HttpClient:
        options = {"resolve": self.resolve, **({"clock": clock} if clock else {}), **options}
        return client(folder, **options)


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[Public]:
    with ExitStack() as stack:
        made = Public(stack)
        monkeypatch.setattr(network, "dial", made.dial)
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sends(location: str) -> Callable[[Asked], bytes]:
    return lambda asked: reply(302, location=location)


def says(status: int, **headers: str) -> Callable[[Asked], bytes]:
    return lambda asked: reply(200 if asked.path == "/fine" else status, b"", **headers)


def state_of(folder: Path, host: str, name: str = "") -> State:
    state = State.read(folder / f"{budget_of(host, name).name}.json")
    assert state is not None
    return state


# --- Whose fault it is ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_after_a_redirect_shuts_the_host_that_sent_us(
    tmp_path: Path, public: Public, status: int
) -> None:
    """Break to see it fail: let `_turn` settle in the turn of the target."""
    public.add("evil.example", sends(f"{GOOD}secret"))
    good = public.add("good.example", says(status))
    web = public.client(tmp_path)
    with pytest.raises(SourceRefusedError) as refusal:
        web.get(EVIL)
    assert refusal.value.place == budget_of("evil.example").name
    assert str(refusal.value).startswith("evil.example redirects, and good.example ")
    assert web.get(f"{GOOD}fine").status == 200
    with pytest.raises(SourceRefusedError):
        web.get(EVIL)
    assert len(good.asked) == 2
    web.release(refusal.value.place)
    with pytest.raises(SourceRefusedError, match="redirects, and"):
        web.get(EVIL)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry_after": "86400"}, timedelta(days=1)),
        (503, {}, timedelta(minutes=1)),
        (200, {"RateLimit": '"a";r=0;t=7200'}, timedelta(hours=2)),
    ],
)
def test_a_pause_after_a_redirect_is_one_of_the_host_that_sent_us(
    tmp_path: Path,
    public: Public,
    clock: Clock,
    status: int,
    headers: dict[str, str],
    wait: timedelta,
) -> None:
    """Break to see it fail: call `turn.succeed` in the turn of a target that answered well."""
    public.add("evil.example", sends(f"{GOOD}slow"))
    public.add("good.example", says(status, **headers))
    web = public.client(tmp_path, clock)
    if status == 200:
        web.get(EVIL)
    for _ in range(2):
        with pytest.raises(SourceBusyError) as busy:
            web.get(EVIL)
        assert busy.value.retry_at == START + wait
    assert state_of(tmp_path, "good.example").not_before == 0


def test_a_target_that_cannot_be_reached_costs_the_host_that_sent_us(
    tmp_path: Path, public: Public, clock: Clock
) -> None:
    """And its pauses double, although it answers itself each time. Break to see it fail: let a
    redirect count as success in `settle`."""
    public.add("evil.example", sends(GOOD))
    public.add("good.example", lambda asked: b"")
    web, minutes = public.client(tmp_path, clock), []
    for _ in range(3):
        with pytest.raises(SourceBusyError, match=r"redirects, and good\.example could") as busy:
            web.get(EVIL)
        assert busy.value.retry_at is not None
        minutes.append((busy.value.retry_at - clock.now) / timedelta(minutes=1))
        clock.now = busy.value.retry_at
    assert minutes == [1, 2, 4]
    assert state_of(tmp_path, "good.example").failures == 0


def test_a_good_answer_after_a_redirect_ends_the_failures(
    tmp_path: Path, public: Public, clock: Clock
) -> None:
    answers = [reply(503), reply(200)]
    public.add("evil.example", sends(GOOD))
    public.add("good.example", lambda asked: answers.pop(0))
    web = public.client(tmp_path, clock)
    with pytest.raises(SourceBusyError):
        web.get(EVIL)
    clock.turn(minutes=1)
    assert web.get(EVIL).status == 200
    assert state_of(tmp_path, "evil.example").failures == 0


def test_a_pause_that_another_noted_meanwhile_stands(
    tmp_path: Path, public: Public, clock: Clock
) -> None:
    """Break to see it fail: drop `_is_paused` from `succeed`."""
    web = public.client(tmp_path, clock)

    def pause(asked: Asked) -> bytes:
        return reply(429) if asked.path == "/other" else reply(302, location=GOOD)

    def meanwhile(asked: Asked) -> bytes:
        with pytest.raises(SourceBusyError):
            web.get(f"{EVIL}other")
        return reply(200)

    public.add("evil.example", pause)
    public.add("good.example", meanwhile)
    assert web.get(EVIL).status == 200
    with pytest.raises(SourceBusyError):
        web.get(EVIL)


def test_the_target_s_own_gap_pause_and_refusal_are_kept(
    tmp_path: Path, public: Public, clock: Clock
) -> None:
    """Break to see it fail: ask a target outside of its turn, or let a guest in where others may
    not be."""
    statuses, slept = [200, 200, 503, 403], list[float]()
    public.add("evil.example", sends(f"{GOOD}x"))
    good = public.add("good.example", lambda asked: reply(statuses.pop(0)))
    web = public.client(tmp_path, clock, pace=1, sleep=slept.append)
    web.get(GOOD)
    web.get(EVIL)
    assert len(slept) == 1 and 0 < slept[0] <= 1 + MARGIN
    with pytest.raises(SourceBusyError, match="^good") as paused:
        web.get(GOOD)
    with pytest.raises(SourceBusyError, match="^good") as guest:
        web.get(EVIL)
    assert guest.value.retry_at == paused.value.retry_at == START + timedelta(minutes=1)
    clock.turn(minutes=1)
    with pytest.raises(SourceRefusedError, match="^good") as shut:
        web.get(GOOD)
    with pytest.raises(SourceBusyError, match="until you say so"):  # nothing to release at evil
        web.get(EVIL)
    assert len(good.asked) == 4
    assert not state_of(tmp_path, "evil.example").blocked
    assert shut.value.place == budget_of("good.example").name


def test_a_named_budget_stays_with_its_host(tmp_path: Path, public: Public) -> None:
    """Break to see it fail: give `budget_of` the name for every host in `_turn`."""
    public.add("mirror.example", sends(f"{GOOD}x"))
    public.add("good.example", says(429))
    web = public.client(tmp_path)
    with pytest.raises(SourceBusyError):
        web.get("http://mirror.example/", budget="arxiv")
    assert state_of(tmp_path, "", "arxiv").failures == 1
    assert state_of(tmp_path, "good.example").failures == 0
    assert len(list(tmp_path.glob("*.json"))) == 2


# --- Private hosts ----------------------------------------------------------------------------


def test_nobody_may_send_us_to_a_private_host_but_itself(tmp_path: Path, public: Public) -> None:
    """Break to see it fail: keep `private` over a redirect to another host in `_ask`, or let
    `follow` judge the port by all of them."""

    def answer(asked: Asked) -> bytes:
        target = {"/a": "/b", "/there": f"{EVIL}back"}.get(asked.path)
        return reply(302, location=target) if target else reply(200, b"secret")

    with Site(answer) as site:
        evil = public.add("evil.example", lambda asked: reply(302, location=site.url("/b")))
        hosts = f"{site.netloc} 127.0.0.1:25"
        web = public.client(tmp_path, private_hosts=hosts, resolve=lambda host: by_name(host))

        def by_name(host: str) -> list[str]:
            return [host] if host[0].isdigit() else public.resolve(host)

        assert web.get(site.url("/a")).body == b"secret"
        asked = len(site.asked)
        with pytest.raises(ForbiddenAddressError, match="private_hosts"):
            web.get(EVIL)
        assert len(site.asked) == asked
        with pytest.raises(ForbiddenAddressError, match="private_hosts"):
            web.get(site.url("/there"))
        assert len(site.asked) == asked + 1
        evil.answer = sends("http://127.0.0.1:25/")
        with pytest.raises(ForbiddenAddressError, match="port"):
            web.get(EVIL)


def test_errors_about_addresses_show_no_keys(tmp_path: Path, public: Public) -> None:
    """Break to see it fail: let `shown` return the address as it is."""
    public.add("evil.example", lambda asked: reply(302, location=asked.path[1:]))
    for target in ("ftp://x.example/?key=k3y", "http://me:k3y@x.example/", "http://x.example:25/?k3y",
                   "http://[x?k3y", "http://x.example/?" + "k3y" * 3000):  # fmt: skip
        with pytest.raises(ForbiddenAddressError) as error:
            public.client(tmp_path).get(EVIL + target)
        assert "k3y" not in str(error.value)


# --- What is forgotten ------------------------------------------------------------------------


def ever_new(folder: Path, public: Public, rounds: int) -> None:
    """A host that sends us to one new host after another, and they to others."""
    hosts = iter(f"h{number}.example" for number in range(1000))

    def answer(asked: Asked) -> bytes:
        host = next(hosts)
        public.add(host, answer)
        return reply(302, location=f"http://{host}/")

    public.add("evil.example", answer)
    web = public.client(folder)
    for _ in range(rounds):
        with pytest.raises(SourceBrokenError, match="redirects more than"):
            web.get(EVIL)
        for path in folder.iterdir():  # a day later
            os.utime(path, (time.time() - OLD,) * 2)


def test_hosts_that_are_never_met_again_are_forgotten(tmp_path: Path, public: Public) -> None:
    """Break to see it fail: drop `_forget` from `_open`."""
    ever_new(tmp_path, public, 5)
    assert len(list(tmp_path.iterdir())) <= 2 * 7


def test_what_is_shut_in_use_or_new_is_not_forgotten(tmp_path: Path, public: Public) -> None:
    """Break to see it fail: drop the test for `blocked`, or `flock` from `_forget`."""
    names = ("shut", "held", "new", "old")
    for name in names:
        public.add(f"{name}.example", says(403 if name == "shut" else 200))
    public.add("late.example", says(200))
    web = public.client(tmp_path)
    with pytest.raises(SourceRefusedError):
        web.get("http://shut.example/")
    for name in names[1:]:
        web.get(f"http://{name}.example/")
    for path in tmp_path.iterdir():
        if "new" not in path.name:
            os.utime(path, (time.time() - OLD,) * 2)
    [lock] = tmp_path.glob("host-held-*.lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        web.get("http://late.example/")
    left = {path.name.split("-")[1] for path in tmp_path.iterdir()}
    assert left == {"shut", "held", "new", "late"}
    with pytest.raises(SourceRefusedError):
        web.get("http://shut.example/")


def test_a_lock_that_was_forgotten_while_one_waited_for_it_is_none(tmp_path: Path) -> None:
    """Break to see it fail: drop `_is_at` from `locked`: two would hold one budget."""
    budgets = folder.BudgetFolder(tmp_path)
    with budgets.locked("a") as path:
        lock = path.with_suffix(".lock")
    real = fcntl.flock
    calls: list[int] = []

    def drop_first(handle: int, how: int) -> None:
        if not calls:
            lock.unlink()
        calls.append(how)
        real(handle, how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fcntl, "flock", drop_first)
        with budgets.locked("a"), lock.open() as other, pytest.raises(BlockingIOError):
            real(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_damaged_state_is_forgotten_like_any_other(tmp_path: Path) -> None:
    budgets = folder.BudgetFolder(tmp_path)
    for name in ("a", "b"):
        with budgets.locked(name) as path:
            path.write_text(json.dumps([]))
        os.utime(path, (time.time() - OLD,) * 2)
    with budgets.locked("c"):
        assert [path.name for path in tmp_path.iterdir()] == ["c.lock"]
