"""Commands on a library that follows a source of our making."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

from broadsheet import wiring
from broadsheet.cli import codes
from shell import Done, Shell
from toy import Time, Toy, ToyWeb, paper


class News(Shell):
    """Commands on a library whose only kind of source is the toy, in a time of its own."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        super().__init__(folder, capsys)
        self.time = Time()
        self.web = ToyWeb(self.time)
        open_library = wiring.open_library
        patch.setattr(wiring, "Connectors", lambda: {"toy": Toy()})
        patch.setattr(wiring, "HttpClient", lambda *_, **__: self.web)
        patch.setattr(
            wiring,
            "open_library",
            lambda settings, *, create: open_library(
                settings, create=create, clock=self.time.now, sleep=self.time.sleep
            ),
        )
        self.web.lay("sweep/start", {"listed": []})

    def json(self, *args: str) -> Any:
        return json.loads(self(*args, "--json").out)


def follow_bees(news: News) -> News:
    """Follow the toy, which has two papers and one that cannot go in."""
    news.web.lay(
        "papers/start",
        {
            "papers": [paper("a"), paper("b", 2)],
            "rejected": [["c", "it has no title"]],
            "told": [["a", 1], ["b", 2], ["c", 1]],
            "stars": [["a", 7]],
            "more": False,
        },
    )
    assert news("source", "add", "toy", "bees", "--since", "2026-03-01").code == codes.OK
    return news


def press_ctrl_c(url: str) -> NoReturn:
    raise KeyboardInterrupt


def one_sentence(done: Done) -> str:
    assert done.code == codes.FAILED and len(done.err.splitlines()) == 1
    assert done.err.startswith("broadsheet: ")
    return done.err
