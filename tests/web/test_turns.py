"""How many files are read at once: two, and a few more wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from broadsheet.errors import StorageBusyError
from broadsheet.turns import Turns
from broadsheet.web import bodies, learningturns
from broadsheet.web.bodies import BODY, BUSY, Form, posted


def few(at_once: int, waiting: int, patience: float) -> Turns:
    return Turns(BUSY, at_once=at_once, waiting=waiting, patience=patience)


def answer_after(barrier: threading.Barrier, running: list[int]) -> Callable[..., Response]:
    """A handler that says how many of it run, once two do."""

    def handle(request: Request, form: Form) -> Response:
        running[0] += 1
        barrier.wait(5)
        time.sleep(0.05)  # whoever would run besides has the time to begin
        most = running[0]
        running[0] -= 1
        return PlainTextResponse(str(most))

    return handle


def client_of(handle: Callable[..., Response]) -> TestClient:
    async def answer(request: Request) -> Response:
        request.scope[BODY] = 1000
        return await posted(handle)(request)  # type: ignore[no-any-return,misc]

    app = Starlette()
    app.add_route("/", answer, methods=["POST"])
    return TestClient(app)


def test_two_files_at_once_and_the_others_wait() -> None:
    """Break to see it fail: raise FILES_AT_ONCE, or take no turn in `_answer`."""
    client = client_of(answer_after(threading.Barrier(2), [0]))
    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _: client.post("/", files={"file": b"x"}), range(4)))
    assert all(int(answer.text) <= 2 for answer in answers)


def test_forms_without_files_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_READING_FILES", few(1, 0, 0.01))
    client = client_of(lambda request, form: PlainTextResponse("done"))
    with bodies._READING_FILES.take():
        assert client.post("/", data={"paper": "1"}).text == "done"
        with pytest.raises(StorageBusyError, match="Too many files are being read just now"):
            client.post("/", files={"file": b"x"})
    assert client.post("/", files={"file": b"x"}).text == "done"


def test_who_would_wait_behind_too_many_or_too_long_is_turned_away() -> None:
    """Break to see it fail: let `_queue` have no bound, or `_places` no timeout."""
    turns, held, done = few(1, 1, 5), threading.Event(), threading.Event()

    def hold() -> None:
        with turns.take():
            held.set()
            done.wait(5)

    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(hold)
        held.wait(5)
        second = hands.submit(hold)
        for _ in range(1000):
            if not turns._queue._value:
                break
            time.sleep(0.001)
        assert not turns._queue._value, "there is room for more than one to wait"
        with pytest.raises(StorageBusyError), turns.take():
            pass
        done.set()
        first.result(), second.result()
    impatient = few(1, 1, 0.01)
    with impatient.take(), pytest.raises(StorageBusyError), impatient.take():
        pass


def test_shelves_learn_for_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ninety requests of one reader hold no thread that others need. Break to see it fail: let
    `in_turn` call the handler without a turn."""
    monkeypatch.setattr(learningturns, "_TURNS", few(1, 0, 0.01))
    page = learningturns.in_turn(lambda request: PlainTextResponse("learned"))
    request = Request({"type": "http", "path_params": {}})
    assert page(request).body == b"learned"
    with learningturns._TURNS.take(), pytest.raises(StorageBusyError):
        page(request)
    assert learningturns.AT_ONCE + learningturns.MOST_WAITING < 40 / 2
    assert page(request).body == b"learned"


def test_a_reader_who_asks_for_many_leaves_a_turn_to_others() -> None:
    """Break to see it fail: leave `_turns_of` out of `in_turn`: the first one takes both places."""
    go, begun = threading.Event(), threading.Event()

    def learn(request: Request) -> Response:
        if request.path_params["token"] == "ada":
            begun.set()
            go.wait(5)
        return PlainTextResponse("learned")

    def ask(who: str) -> Response:
        return page(Request({"type": "http", "path_params": {"token": who}}))

    page = learningturns.in_turn(learn)
    with ThreadPoolExecutor(10) as hands:
        first = hands.submit(ask, "ada")
        assert begun.wait(5)
        others = [hands.submit(ask, "ada") for _ in range(learningturns.OWN_WAITING + 3)]
        for refused in islice(as_completed(others, 5), 3):
            assert isinstance(refused.exception(), StorageBusyError)
        assert ask("ben").body == b"learned"
        go.set()
        assert first.result(5).body == b"learned"
    assert sum(each.exception() is None for each in others) == learningturns.OWN_WAITING
