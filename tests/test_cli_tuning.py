"""`broadsheet tune` on a terminal that a test plays."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.cli import codes
from broadsheet.config import Settings
from broadsheet.library import Library
from broadsheet.model import Record
from broadsheet.wiring import open_library
from shell import RECORDS, Done, Shell, write

MORE = [
    Record(
        "demo",
        f"{animal} {thing}",
        f"{animal.title()} and {thing}",
        summary=f"Large {animal} climb over {thing}; a graph of {thing} follows the {animal}.",
    )
    for animal in ("goats", "sheep", "whales", "bees", "cattle")
    for thing in ("networks", "meadows", "mountains", "oceans")
]
Type = Callable[..., Done]


class Terminal(io.StringIO):
    """Somebody types these lines."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path / "library", capsys)
    assert shell("import", write(tmp_path / "papers.jsonl", *RECORDS, *MORE)).code == 0
    return shell


@pytest.fixture
def type_in(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Runs `tune` with what is typed."""

    def run(typed: str, *args: str) -> Done:
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        return shell("tune", *args)

    return run


def look(shell: Shell) -> Iterator[Library]:
    library = open_library(Settings(shell.folder), create=False)
    with library:
        yield library


def keep_search(shell: Shell, *queries: str) -> None:
    for library in look(shell):
        for query in queries:
            library.searches.keep(library.accounts.alone(), query, query)


def judgements(shell: Shell) -> list[tuple[str, bool]]:
    return [
        (each.query, each.relevant)
        for library in look(shell)
        for each in library._store.get_judgements()
    ]


def test_without_a_terminal_it_says_what_to_do(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    done = shell("tune")
    assert done.code == codes.FAILED
    assert "Questions are asked on a terminal" in done.out
    assert "tune --status" in done.out
    assert judgements(shell) == []


def test_without_searches_there_is_nothing_to_ask(type_in: Type) -> None:
    done = type_in("")
    assert done.code == codes.NOTHING
    assert "keep a search, or save a few papers first" in done.out


def test_questions_are_answered_undone_and_left(shell: Shell, type_in: Type) -> None:
    keep_search(shell, "graph networks sheep", "large whales climb")
    done = type_in("maybe\ny\nu\nu\nn\ns\nq\n")
    assert done.code == codes.OK
    assert "1. Searching for:" in done.out
    assert "There is nothing to undo." in done.out
    assert "more searches are needed" in done.out
    assert [relevant for _, relevant in judgements(shell)] == [False]


def test_status_for_people_and_programs(shell: Shell, type_in: Type) -> None:
    keep_search(shell, "graph networks sheep", "large whales climb")
    type_in("y\nq\n")
    people, program = shell("tune", "--status"), shell("tune", "--json")
    assert "Search goes as it is shipped." in people.out
    assert "1 answer to 1 search so far." in people.out
    told = json.loads(program.out)
    assert (told["answers"], told["queries"], told["can_change"]) == (1, 1, False)


def test_only_what_is_sure_is_applied(shell: Shell) -> None:
    refused = shell("tune", "--apply")
    assert refused.code == codes.FAILED
    assert refused.err.startswith("broadsheet: There is nothing to ask about yet")
    for library in look(shell):
        with library._store.write() as transaction:
            transaction.put_fact("tuned", "words", now=library.newsroom.now())
    reset = shell("tune", "--reset")
    assert (reset.code, "Search goes as it is shipped from now on." in reset.out) == (0, True)
    assert "Undo:" in reset.out
    assert "as it is shipped already" in shell("tune", "--reset").out


def test_one_thing_at_a_time(shell: Shell) -> None:
    assert shell("tune", "--apply", "--reset").code == codes.USAGE
