"""Shelves that learn, on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from broadsheet.cli import codes
from broadsheet.ports import Lessons, Pool, Profile
from broadsheet.recommend.guarded import GuardedRanker
from broadsheet.recommend.teaching import Teacher
from shell import Shell


@pytest.fixture
def taught(shell: Shell) -> Shell:
    """A library of three papers, with the first of them on a shelf."""
    shell("shelf", "start", "Flocks", "2401.00001")
    return shell


def undo_of(out: str) -> str:
    """The number that undoes what was just done."""
    return out.splitlines()[-1].rpartition(" ")[2]


def test_a_start_makes_a_shelf_and_says_where_to_look(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = shell("shelf", "start", "Flocks", "2401.00001", "On the nature of whales")
    assert "Made the shelf Flocks." in done.out and "Put 2 papers on Flocks" in done.out
    assert done.out.splitlines()[-1].endswith("shelf new Flocks")
    monkeypatch.setattr("sys.stdin", io.StringIO("Graph networks for goats\n"))
    assert "Put 1 paper on Flocks" in shell("shelf", "start", "flocks").out
    assert "3 papers" in shell("shelf", "list").out


def test_a_start_takes_files(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "two.bib").write_text("@misc{a, title={Of ducks}}\n@misc{b, title={Of drakes}}")
    done = shell("shelf", "start", "Ducks", str(tmp_path / "two.bib"), "2401.00001")
    assert done.code == codes.OK
    assert "3 papers" in shell("shelf", "list").out


def test_a_start_of_nothing_leaves_nothing(shell: Shell) -> None:
    """Break: leave the shelf that was made for it."""
    assert shell("shelf", "start", "Nonsense", "no paper is called so").code == codes.NOTHING
    assert "Nonsense" not in shell("shelf", "list").out


def test_what_is_new_for_a_shelf(taught: Shell) -> None:
    shown = taught("shelf", "new", "Flocks")
    assert shown.code == codes.OK
    goats, why, *_ = shown.out.splitlines()
    assert goats.split(maxsplit=1) == ["2", "Graph networks for goats"]
    assert why.strip().startswith("near “Counting sheep with graph networks”; ")
    assert shown.out.endswith("10 more answers, and each paper carries its match in percent.\n")
    told = json.loads(taught("shelf", "new", "Flocks", "--json").out)
    assert told["matches"][0]["work"]["title"] == "Graph networks for goats"
    assert told["matches"][0]["because"][0]["work_id"] == 1 and told["needed"] == 10
    taught("shelf", "make", "Empty")
    empty = taught("shelf", "new", "Empty")
    assert empty.code == codes.NOTHING and "Nothing to learn from yet" in empty.out


def test_what_the_terminal_showed_counts_for_the_match(taught: Shell) -> None:
    """Break to see it fail: note nothing in `shelf new`; or what a program asked for, too."""

    def needed() -> int:
        count: int = json.loads(taught("shelf", "new", "Flocks", "--json").out)["needed"]
        return count

    both = ("shelf", "dislike", "Flocks", "2", "3")
    assert needed() == 10
    taught(*both)
    assert needed() == 10
    taught(*both, "--undo")
    taught("shelf", "new", "Flocks")
    taught(*both)
    assert needed() == 9


def test_answers_are_given_and_taken_back(taught: Shell) -> None:
    """Break: let `--undo` give the answer."""
    liked = taught("shelf", "like", "Flocks", "2", "3")
    assert liked.out.count("Undo:") == 2
    assert "Took the like of" in taught("shelf", "like", "Flocks", "3", "--undo").out
    assert "is not for it" in taught("shelf", "dislike", "Flocks", "3").out
    taught("shelf", "hide", "Flocks", "2")
    assert taught("shelf", "new", "Flocks").code == codes.NOTHING
    taught("undo", undo_of(taught("shelf", "hide", "Flocks", "2", "--undo").out))
    assert taught("shelf", "new", "Flocks").code == codes.NOTHING
    refused = taught("shelf", "dislike", "Flocks", "1")
    assert refused.code == codes.FAILED and "take it off first" in refused.err


def test_steering_is_shown_set_and_undone(taught: Shell) -> None:
    done = taught(
        "shelf", "steer", "Flocks", "--floor", "40", "--minutes", "10", "--not-in-edition",
        "--only", "category:cs.LG", "--never", "author:Novak: Ada", "--mute",
    )  # fmt: skip
    assert done.code == codes.OK
    lines = taught("shelf", "steer", "Flocks").out.splitlines()
    assert lines[0] == "Flocks: at most 10 minutes of reading a day"
    assert {"  floor 40 %", "  only category:cs.LG", "  never author:Novak: Ada"} <= {*lines}
    assert "  not in the edition" in lines and lines[-1].endswith(
        "not enough yet: 10 more answers."
    )
    told = json.loads(taught("shelf", "steer", "Flocks", "--json").out)
    assert told["steering"]["muted_until"] and told["trade_off"]["needed"] == 10
    assert told["steering"]["only"] == [{"kind": "category", "value": "cs.LG"}]
    taught("undo", undo_of(done.out))
    assert json.loads(taught("shelf", "steer", "Flocks", "--json").out)["steering"]["floor"] == 0.0
    given = json.loads(taught("shelf", "steer", "Flocks", "--only", "none", "--json").out)
    assert given == {"sentence": "Flocks is as it was.", "done": 0, "target": 0}


def test_a_floor_says_that_it_does_not_hold_yet(taught: Shell) -> None:
    """Break to see it fail: leave `_say_when` out of `steer`."""
    done = taught("shelf", "steer", "Flocks", "--floor", "60").out
    assert "once the match is known: 10 more answers. Until then there is none." in done
    assert "once" not in taught("shelf", "steer", "Flocks", "--per-day", "4").out
    assert "once" not in taught("shelf", "steer", "Flocks", "--floor", "0").out


@pytest.mark.parametrize("wish", ["cs.LG", "colour:red", "author:", "none:"])
def test_a_wish_names_its_kind(taught: Shell, wish: str) -> None:
    refused = taught("shelf", "steer", "Flocks", "--only", wish)
    assert refused.code == codes.USAGE and "category:NAME" in refused.err


def test_under_the_hood(taught: Shell) -> None:
    taught("shelf", "dislike", "Flocks", "3")
    shown = taught("shelf", "hood", "Flocks").out
    assert "+1.00  Counting sheep with graph networks" in shown
    assert "-1.00  On the nature of whales" in shown and "  word " in shown
    assert "not enough yet: 10 more answers." in shown
    told = json.loads(taught("shelf", "hood", "Flocks", "--json").out)
    assert [each["work_id"] for each in told["lessons"]] == [3, 1]
    effect = taught("shelf", "hood", "Flocks", "--without", "3")
    assert effect.out.startswith("Without “On the nature of whales”:\n  1 (")
    moved = json.loads(taught("shelf", "hood", "Flocks", "--without", "3", "--json").out)
    assert moved["work_id"] == 3 and moved["before"]
    assert taught("shelf", "hood", "Flocks", "--without", "2").code == codes.FAILED
    taught("shelf", "make", "Empty")
    assert taught("shelf", "hood", "Empty").code == codes.NOTHING


def test_an_experiment(taught: Shell) -> None:
    told = json.loads(taught("shelf", "trial", "Flocks", "--json").out)
    ours, *others = told["rankers"]
    assert told["ranker"] == ours and told["challenger"] == ""
    listed = taught("shelf", "trial", "Flocks").out
    assert all(each in listed for each in (ours, *others))
    assert taught("shelf", "trial", "Flocks", "--end", "ours").code == codes.FAILED
    assert taught("shelf", "trial", "Flocks", "--begin", "no such one").code == codes.FAILED
    if not others:
        pytest.skip("no second ranker is installed")
    assert taught("shelf", "trial", "Flocks", "--begin", others[0]).code == codes.OK
    assert "Nobody is ahead; not decided." in taught("shelf", "trial", "Flocks").out
    assert taught("shelf", "trial", "Flocks", "--end", "challenger").code == codes.OK


def test_a_backlog(taught: Shell) -> None:
    shown = taught("shelf", "review", "Flocks", "graph networks")
    assert shown.out.splitlines()[0] == "1 of 2 judged, 1 kept"
    assert "Graph networks for goats" in shown.out
    taught("shelf", "dislike", "Flocks", "2")
    ended = taught("shelf", "review", "Flocks", "graph networks", "--json")
    assert ended.code == codes.NOTHING and json.loads(ended.out)["seen"] == 2
    assert taught("shelf", "review", "Flocks", "year:x").code == codes.FAILED


class Failing:
    """A plug-in's ranker that cannot learn."""

    id = "failing@1"
    title = "Failing"

    def learn(self, lessons: Lessons, pool: Pool) -> Profile:
        raise ZeroDivisionError("of its own")


def test_a_ranker_that_fails_is_a_sentence(taught: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said itself is a line of the log. Break to see it fail: leave `logging_lines` out of
    `opened`, or the sentence out of `_print_trade_off`."""
    monkeypatch.setattr(Teacher, "find_ranker", lambda *given: GuardedRanker(Failing()))
    for command in ("new", "hood", "steer"):
        told = taught("shelf", command, "Flocks")
        assert "The ranker “Failing” (failing@1), which a plug-in brought, failed (Z" in told.out
        (line,) = told.err.splitlines()
        assert line.startswith(
            "broadsheet: A shelf of reader 1 cannot be ranked (ZeroDivisionError"
        )
        assert "of its own, " in line and "test_cli_learning.py:" in line
    assert taught("shelf", "new", "Flocks").code == codes.NOTHING
    assert taught("shelf", "trial", "Flocks").code == codes.OK
    without = taught("shelf", "hood", "Flocks", "--without", "1")
    assert without.code == codes.FAILED and "The ranker “Failing”" in without.err
