"""Politeness: turns, pauses and refusals, kept for all processes of a library."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import START, Clock, client

from broadsheet.connectors.http.budget import MARGIN, MINUTE, budget_of
from broadsheet.connectors.http.state import State
from broadsheet.errors import (
    ForbiddenAddressError,
    SourceBrokenError,
    SourceBusyError,
    SourceError,
    SourceRefusedError,
)
from sites import Asked, Site, reply

SMALL = 0.02  # the scale of gaps: 20 ms stand for a second


class Script:
    """Answers by turns; the last answer again and again."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)

    def __call__(self, asked: Asked) -> bytes:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def state_file(folder: Path) -> Path:
    [path] = folder.glob("*.json")
    return path


@pytest.mark.parametrize(
    ("host", "name", "gap"),
    [
        ("arxiv.org", "arxiv", 3.0),
        ("oaipmh.arxiv.org", "arxiv", 3.0),
        ("rss.arxiv.org", "arxiv", 3.0),
        ("huggingface.co", "huggingface", 1.0),
        ("api.semanticscholar.org", "semanticscholar", 1.1),
        ("api.openalex.org", "openalex", 0.2),
        ("api.crossref.org", "crossref", 1.0),
        ("api2.openreview.net", "openreview", 10.0),
    ],
)
def test_hosts_have_their_budgets(host: str, name: str, gap: float) -> None:
    assert budget_of(host)[:2] == (name, gap)
    assert budget_of("mirror.example", name) == budget_of(host)


def test_other_hosts_have_one_each_in_a_file_of_its_own() -> None:
    hosts = ["a.example", "a-example", "notarxiv.org", "::1", "x" * 250, "x" * 251, "a/../b"]
    budgets = [budget_of(host) for host in hosts]
    assert len({budget.name for budget in budgets}) == len(hosts)
    assert all(budget.gap == 1.0 and budget.pause == MINUTE for budget in budgets)
    assert all("/" not in budget.name and len(budget.name) < 100 for budget in budgets)


# --- Gaps ---------------------------------------------------------------------------------------


HAMMER = f"""
import sys
from pathlib import Path
from broadsheet.connectors.http import HttpClient
folder, url, netloc = sys.argv[1:]
web = HttpClient(Path(folder), private_hosts=netloc, pace={SMALL})
for _ in range(5):
    web.get(url, budget="arxiv")
"""


def start_process(folder: Path, site: Site) -> subprocess.Popen[bytes]:
    """A process that asks five times as fast as it may."""
    return subprocess.Popen([sys.executable, "-c", HAMMER, str(folder), site.url(), site.netloc])


def pauses(site: Site) -> Iterator[float]:
    log = sorted(site.asked, key=lambda asked: asked.began)
    for one, other in zip(log, log[1:], strict=False):
        yield other.began - one.ended


def slow_answer(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    time.sleep(0.02)
    yield b"ok"


def test_two_processes_and_two_threads_keep_one_budget(tmp_path: Path) -> None:
    """Never two at once, never a gap too short, by the server's own log.

    Break to see it fail: take `LOCK_SH` in `_locked`, or let `turn` keep the end only once, before
    the request.
    """
    with Site(slow_answer) as site:
        web = client(tmp_path, site, pace=SMALL)

        def ask() -> None:
            for _ in range(5):
                web.get(site.url(), budget="arxiv")

        processes = [start_process(tmp_path, site) for _ in "ab"]
        threads = [threading.Thread(target=ask) for _ in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [process.wait() for process in processes] == [0, 0]
    assert len(site.asked) == 20 and site.busiest == 1
    assert min(pauses(site)) >= 3 * SMALL


def test_each_host_waits_for_itself_only(tmp_path: Path) -> None:
    slept: list[float] = []
    with Site(Script(reply(200))) as site, Site(Script(reply(200)), "::1") as other:
        web = client(tmp_path, site, other, sleep=slept.append, pace=1)
        for url in (site.url(), other.url()):
            web.get(url)
        assert slept == []
        web.get(site.url())
    assert len(slept) == 1 and 0 < slept[0] <= 1 + MARGIN


def test_hops_of_a_redirect_keep_their_distance(tmp_path: Path) -> None:
    """Break to see it fail: hold one turn around the loop in `_ask`."""
    slept: list[float] = []
    with Site(Script(reply(302, location="/b"), reply(200))) as site:
        client(tmp_path, site, sleep=slept.append, pace=1).get(site.url("/a"), budget="arxiv")
    assert len(slept) == 1 and 1 < slept[0] <= 3 + MARGIN


DOUBTFUL = {
    "damaged": b'{"end": 1',
    "empty": b"",
    "binary": b"\xff\x00",
    "a list": b"[]",
    "other keys": b'{"end": 0.0}',
    "other types": json.dumps({**asdict(State()), "failures": "3"}).encode(),
    "of the future": json.dumps({**asdict(State()), "end": 1e12}).encode(),
    "no number": json.dumps({**asdict(State()), "end": float("nan")}).encode(),
    "killed during a request": json.dumps({**asdict(State()), "end": 1.0, "open": True}).encode(),
}


@pytest.mark.parametrize("what", DOUBTFUL)
def test_in_doubt_the_whole_gap_is_waited(tmp_path: Path, what: str) -> None:
    """Break to see it fail: let `State.read` return `cls()` for a damaged file."""
    slept: list[float] = []
    with Site(Script(reply(200))) as site:
        web = client(tmp_path, site, sleep=slept.append, pace=1)
        web.get(site.url())
        state_file(tmp_path).write_bytes(DOUBTFUL[what])
        web.get(site.url())
    assert slept == [1 + MARGIN]


def test_a_killed_process_counts_as_having_just_asked(tmp_path: Path) -> None:
    """Break to see it fail: do not keep the state before the request in `turn`."""
    slept: list[float] = []
    reached = threading.Event()

    def hang(asked: Asked) -> Iterator[bytes]:
        reached.set()
        time.sleep(0.2)
        yield reply(200)

    with Site(hang) as site:
        process = start_process(tmp_path, site)
        assert reached.wait(30)
        process.kill()
        process.wait()
        client(tmp_path, site, sleep=slept.append, pace=1).get(site.url(), budget="arxiv")
    assert slept == [3 + MARGIN]


def test_waiting_for_a_turn_can_be_interrupted(tmp_path: Path) -> None:
    with Site(Script(reply(200))) as site:
        web = client(tmp_path, site)
        web.get(site.url())
        [lock] = tmp_path.glob("*.lock")
        with lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                web.get(site.url())
            timer.join()
    assert len(site.asked) == 1


# --- Patience -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [reply(429), reply(200, b" Rate exceeded.\n"), reply(503), reply(406)],
    ids=["429", "in disguise", "503", "406"],
)
@pytest.mark.parametrize(("budget", "first"), [("arxiv", 10), ("", 1)])
def test_who_asks_for_patience_is_not_asked_early(
    tmp_path: Path, clock: Clock, said: bytes, budget: str, first: int
) -> None:
    """Break to see it fail: drop `_admit` from `turn`."""
    with Site(Script(said)) as site:
        for minutes in (first, first * 2, first * 4):
            web = client(tmp_path, site, clock=clock)  # as another process would
            with pytest.raises(SourceBusyError, match="asks for patience") as caught:
                web.get(site.url(), budget=budget)
            until = clock.now + timedelta(minutes=minutes)
            assert caught.value.retry_at == until
            assert str(caught.value).endswith(f"; next attempt at {until:%H:%M} UTC.")
            count = len(site.asked)
            clock.turn(minutes=minutes, seconds=-1)
            with pytest.raises(SourceBusyError) as again:
                web.get(site.url("/other"), budget=budget)
            assert (again.value.retry_at, str(again.value)) == (until, str(caught.value))
            assert len(site.asked) == count
            clock.turn(seconds=1)


def test_pauses_double_up_to_six_hours_until_success(tmp_path: Path, clock: Clock) -> None:
    answers = [reply(500)] * 12 + [reply(200), reply(500)]
    waits = []
    with Site(Script(*answers)) as site:
        web = client(tmp_path, site, clock=clock)
        for _ in answers:
            try:
                web.get(site.url())
            except SourceBusyError as error:
                assert error.retry_at is not None
                waits.append((error.retry_at - clock.now) / MINUTE)
                clock.now = error.retry_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 1]


@pytest.mark.parametrize(
    ("header", "seconds"), [("90", 90), ("Fri, 20 Nov 2026 06:40:00 GMT", 600), ("9999999", 86400)]
)
def test_the_server_s_own_word_counts(
    tmp_path: Path, clock: Clock, header: str, seconds: int
) -> None:
    with Site(Script(reply(503, retry_after=header), reply(200))) as site:
        web = client(tmp_path, site, clock=clock)
        with pytest.raises(SourceBusyError) as caught:
            web.get(site.url(), budget="arxiv")
        assert caught.value.retry_at == START + timedelta(seconds=seconds)
        assert ("2026-11-21 06:30" in str(caught.value)) == (seconds == 86400)
        clock.turn(seconds=seconds)
        assert web.get(site.url(), budget="arxiv").status == 200


def test_a_connection_that_fails_is_tried_after_a_minute(tmp_path: Path, clock: Clock) -> None:
    with Site(Script(b"")) as site:
        web = client(tmp_path, site, clock=clock)
        for minutes in (1, 2):
            with pytest.raises(SourceBusyError, match="could not be reached") as caught:
                web.get(site.url(), budget="arxiv")
            assert caught.value.retry_at == clock.now + timedelta(minutes=minutes)
            clock.turn(minutes=minutes)


def test_an_allowance_that_is_used_up_is_waited_for(tmp_path: Path, clock: Clock) -> None:
    with Site(Script(reply(200, RateLimit='"api";r=0;t=120'), reply(200))) as site:
        web = client(tmp_path, site, clock=clock)
        assert web.get(site.url()).status == 200
        with pytest.raises(SourceBusyError, match="allowance .* is used up; next attempt at 06:32"):
            web.get(site.url())
        clock.turn(minutes=2)
        assert web.get(site.url()).status == 200


def test_a_moment_that_no_clock_can_have_meant_is_not_waited_for(
    tmp_path: Path, clock: Clock
) -> None:
    clock.turn(days=40)
    with Site(Script(reply(503), reply(200))) as site:
        with pytest.raises(SourceBusyError):
            client(tmp_path, site, clock=clock).get(site.url())
        clock.turn(days=-40)
        assert client(tmp_path, site, clock=clock).get(site.url()).status == 200


def test_what_is_neither_success_nor_trouble_of_the_host_changes_nothing(
    tmp_path: Path, clock: Clock
) -> None:
    with Site(Script(reply(503), reply(200, b"x", content_length="9"), reply(503))) as site:
        web = client(tmp_path, site, clock=clock)
        kinds: list[type[SourceError]] = [SourceBusyError, SourceBrokenError, SourceBusyError]
        for kind in kinds:
            with pytest.raises(kind):
                web.get(site.url())
            clock.turn(minutes=1)
    assert State.read(state_file(tmp_path)) is not None
    assert json.loads(state_file(tmp_path).read_text())["failures"] == 2


# --- Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_after_a_refusal_nothing_is_asked_until_a_person_says_so(
    tmp_path: Path, clock: Clock, status: int
) -> None:
    """Break to see it fail: let `block` return the error without noting it."""
    with Site(Script(reply(status, b"no"), reply(200))) as site:
        web = client(tmp_path, site, clock=clock)
        with pytest.raises(SourceRefusedError, match=rf"\({status}\)"):
            web.get(site.url(), budget="arxiv")
        clock.turn(days=30)
        for anyone in (web, client(tmp_path, site, clock=clock)):
            with pytest.raises(SourceRefusedError, match="until you say so") as refusal:
                anyone.get(site.url("/other"), budget="arxiv")
        web.release("huggingface")  # that is another budget
        with pytest.raises(SourceRefusedError):
            web.get(site.url(), budget="arxiv")
        assert len(site.asked) == 1
        web.release(refusal.value.place)
        assert web.get(site.url(), budget="arxiv").status == 200


def test_a_challenge_is_named(tmp_path: Path) -> None:
    said = reply(403, b'{"name": "ChallengeRequiredError", "status": 403}')
    with Site(Script(said)) as site, pytest.raises(SourceRefusedError, match="challenge"):
        client(tmp_path, site).get(site.url())


def test_a_refusal_whose_page_is_broken_is_one_all_the_same(tmp_path: Path) -> None:
    """Break to see it fail: drop the `suppress` in `_read_body`."""
    pages = [reply(403, b"x", content_encoding="gzip"), reply(403, b"x", content_length="9")]
    for page in [*pages, reply(403, b"x", content_encoding="br")]:
        with Site(Script(page)) as site:
            web = client(tmp_path, site)
            with pytest.raises(SourceRefusedError) as refusal:
                web.get(site.url())
            web.release(refusal.value.place)


def test_the_rules_on_addresses_come_before_any_turn(tmp_path: Path) -> None:
    web = client(tmp_path / "net")
    with pytest.raises(ForbiddenAddressError):
        web.get("file:///etc/passwd")
    assert not (tmp_path / "net").exists()
