"""`sync`, `receipts`, `fetch`, `enrich`: real libraries that follow a source of our making."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from broadsheet import wiring
from broadsheet.cli import codes
from broadsheet.errors import SourceBusyError, SourceRefusedError
from broadsheet.jobs import Watch
from broadsheet.model import Record
from broadsheet.newsroom import Newsroom
from kin import Kin
from newsstand import News, one_sentence, press_ctrl_c
from toy import START, paper

# --- Syncing ----------------------------------------------------------------------------------


def test_sync_tells_a_line_a_stream_and_then_when(bees: News) -> None:
    done = bees("sync")
    assert done.code == codes.OK
    assert done.out.splitlines() == [
        "toy papers: 2 new, 1 rejected in 1 request",
        "toy sweep: nothing new in 1 request",
    ]
    done = bees("sync")
    assert (done.code, done.out) == (
        codes.OK,
        "Nothing is due before 2026-03-02 09:00 UTC (toy).\n",
    )
    assert "toy papers: 1 rejected in 1 request" in bees("sync", "toy").out
    assert bees("search", "nature").code == codes.OK


def test_sync_for_programs(bees: News) -> None:
    told = bees.json("sync")
    assert told["ok"] is True and told["next_at"] == "2026-03-02T09:00:00+00:00"
    papers, _ = told["streams"]
    assert (papers["outcome"], papers["added"], papers["rejected"]) == ("done", 2, 1)
    assert bees.json("sync") == {"ok": True, "streams": [], "next_at": told["next_at"]}


def test_sync_that_got_nothing_fails_and_names_the_next_attempt(bees: News) -> None:
    bees.web.lay("papers/start", SourceBusyError("The toy asks for patience."))
    done = bees("sync")
    assert done.code == codes.FAILED
    assert done.out == (
        "toy papers: The toy asks for patience. Next attempt: 2026-03-02 08:10 UTC.\n"
    )
    assert bees("source", "list").out.endswith("\n  The toy asks for patience.\n")
    assert bees.json("source", "list")["sources"][0]["state"] == "trouble"


def test_what_is_not_due_is_still_in_trouble(bees: News) -> None:
    """Break to see it fail: let `_code` hear only of what was asked."""
    bees.web.lay("papers/start", SourceBusyError("The toy asks for patience."))
    bees("sync")
    said = "toy: The toy asks for patience. Next attempt: 2026-03-02 08:10 UTC.\n"
    for command in ("sync", "receipts"):
        done = bees(command)
        assert done.code == codes.ATTENTION and done.out.startswith(said)
        assert bees(command, "--json").code == codes.ATTENTION
    assert len(bees.web.asked) == 1


def test_what_was_held_back_is_no_failure_and_says_once_when(bees: News) -> None:
    """As where another source of the same host is refused for now. Break to see it fail: let
    `StreamReport.held_back` be False."""

    def hold_back(url: str) -> None:
        bees.web.requests -= 1

    bees.web.listener = hold_back
    trouble = "The toy asks for patience; next attempt at 08:20 UTC."
    bees.web.lay("papers/start", SourceBusyError(trouble))
    done = bees("sync")
    assert (done.code, done.out) == (codes.ATTENTION, f"toy papers: not asked: {trouble}\n")
    assert bees("sync").out == f"toy: {trouble}\n"


def test_a_source_that_another_process_asks_is_left_to_it(bees: News) -> None:
    def move_on(url: str) -> None:
        bees.web.listener = lambda url: None
        assert bees("sync").out.startswith("toy: another process is asking it, and goes on")

    bees.web.listener = move_on
    assert bees("sync").code == codes.OK


def test_sync_with_something_amiss_wants_attention(bees: News) -> None:
    bees.web.lay("papers/start", {"papers": [paper("a")], "trouble": "It is stale.", "more": False})
    done = bees("sync")
    assert done.code == codes.ATTENTION
    assert "toy papers: 1 new in 1 request. It is stale." in done.out


def test_refusal_is_told_until_a_person_resumes(bees: News) -> None:
    bees.web.lay("papers/start", SourceRefusedError("The toy answers 403.", "toy.example"))
    done = bees("sync")
    assert done.code == codes.FAILED and "broadsheet source resume toy" in done.out
    bees.time.pass_by(timedelta(days=9))
    again = bees("sync")
    assert again.code == codes.ATTENTION and "The toy answers 403." in again.out
    assert len(bees.web.asked) == 1
    assert bees.json("source", "list")["sources"][0]["state"] == "refused"
    bees("source", "resume", "toy")
    assert bees.web.released == ["toy.example"]
    assert bees("sync").code == codes.FAILED and len(bees.web.asked) == 2


@pytest.mark.parametrize("args", [["sync"], ["sync", "toy", "--json"], ["sync", "--watch"]])
def test_ctrl_c_keeps_what_came_and_the_next_sync_goes_on(bees: News, args: list[str]) -> None:
    """Break to see it fail: let `_resumable` not catch KeyboardInterrupt, or keep the cursor in a
    transaction of its own after the run."""
    bees.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    bees.web.lay("papers/2", {"papers": [paper("b")], "more": False, "next": "3"})
    bees.web.listener = lambda url: press_ctrl_c(url) if url.endswith("/2") else None
    done = bees(*args)
    assert done.code == codes.INTERRUPTED and done.out == ""
    assert "Stopped." in done.err and "goes on where this one was" in done.err
    assert bees.json("stats")["works"] == 1
    bees.web.listener = lambda url: None
    assert "toy papers: 1 new in 1 request" in bees("sync").out
    assert bees.web.asked == ["papers/start", "papers/2", "papers/2", "sweep/start"]


def test_watch_prints_each_stream_as_it_ends(bees: News, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_twice(self: Watch) -> None:
        assert self.look() > 0
        bees.time.pass_by(timedelta(hours=1))
        self.look()
        raise KeyboardInterrupt

    monkeypatch.setattr(Watch, "run", look_twice)
    done = bees("sync", "--watch")
    assert done.code == codes.INTERRUPTED
    assert [line.split(":")[0] for line in done.out.splitlines()] == [
        "toy papers",
        "toy sweep",
        "toy papers",
    ]
    bees.time.pass_by(timedelta(hours=1))
    lines = bees("sync", "--watch", "--json").out.splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["unchanged"] * 2
    assert bees("sync", "--watch", "toy").code == codes.USAGE


def test_hostile_titles_and_troubles_cannot_act_on_the_terminal(bees: News) -> None:
    """Break to see it fail: print `report.trouble`, or a trial's titles, without `printable`."""
    trick = "\x1b]0;owned\x07\x9b31m\u202e"
    bees.web.lay(
        "papers/start",
        {"papers": [paper("a", title=trick)], "trouble": trick, "rejected": [[trick, trick]],
         "told": [[trick, 1], ["a", 1]], "more": False},
    )  # fmt: skip
    for command in (
        ["source", "test", "toy"], ["sync"], ["source", "list"],
        ["receipts", "--day", "2026-03-02"], ["show", "10.1000/a"],
    ):  # fmt: skip
        done = bees(*command)
        assert "owned" in done.out
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(done.out + done.err)


# --- Receipts ---------------------------------------------------------------------------------


def test_receipts_for_people(bees: News) -> None:
    bees("sync")
    done = bees("receipts")
    assert done.code == codes.ATTENTION  # c was announced, and is not here
    monday, sunday = done.out.index("Monday 2026-03-02"), done.out.index("Sunday 2026-03-01")
    assert monday < sunday
    assert "3 announced · 2 here" in done.out and "✗ missing" in done.out
    assert "The toy rests on Sundays." in done.out
    assert "missing: c" not in done.out
    day = bees("receipts", "--day", "2026-03-02", "--source", "toy").out
    assert "missing: c" in day and "rejected: toy c: it has no title" in day
    assert "Sunday" not in day


def test_receipts_say_what_stands_in_their_way(bees: News) -> None:
    assert bees("receipts").out.startswith("toy: not asked yet; run  broadsheet sync toy\n")
    bees.web.lay("papers/start", {"papers": [paper("a")], "next": "2"})
    bees.web.lay("papers/2", SourceBusyError("It is closed.", bees.time.now() + timedelta(days=1)))
    bees.web.listener = lambda url: press_ctrl_c(url) if url.endswith("/2") else None
    bees("sync")
    done = bees("receipts")
    assert done.out.startswith("toy: still filling; run  broadsheet sync toy\n")
    assert done.code == codes.OK
    bees.web.listener = lambda url: None
    bees("sync")
    done = bees("receipts")
    assert done.code == codes.ATTENTION and done.out.startswith("toy: It is closed. Next attempt")
    assert "It is closed" not in bees("receipts", "--source", "toy", "--json").out
    bees("source", "pause", "toy")
    assert bees("receipts").out.startswith("toy: paused. Go on:  broadsheet source resume toy\n")


def test_receipts_for_programs(bees: News) -> None:
    bees("sync")
    told = bees.json("receipts", "--since", "2026-03-01")
    assert (told["first"], told["last"]) == ("2026-03-01", "2026-03-02")
    sunday, monday = told["receipts"]
    assert (sunday["verdict"], sunday["day"]) == ("quiet", "2026-03-01")
    assert (monday["announced"], monday["ingested"], monday["missing"]) == (3, 2, ["c"])
    assert [each["key"] for each in told["rejections"]] == ["c"]


def test_receipts_of_days_without_any(bees: News) -> None:
    done = bees("receipts", "--day", "2026-01-05")
    assert done.code == codes.OK and "receipts begin with a source's first day" in done.out
    assert "yet to come" in one_sentence(bees("receipts", "--since", "2027"))
    assert bees("receipts", "--day", "2026-03").code == codes.USAGE
    assert bees("receipts", "--day", "2026-03-01", "--since", "2026").code == codes.USAGE


# --- Papers and services ----------------------------------------------------------------------


def test_show_tells_when_it_was_seen_and_what_was_counted(bees: News) -> None:
    bees("sync")
    bees.time.pass_by(timedelta(days=1))
    bees.web.lay("papers/start", {"stars": [["a", 1234]], "more": False})
    bees("sync")
    shown = bees("show", "10.1000/a").out
    assert "first seen" in shown and START.date().isoformat() in shown
    assert "1,234 on 2026-03-03, 7 on 2026-03-02" in shown
    data = bees.json("show", "10.1000/a")
    assert data["first_seen_at"] == START.isoformat()
    assert [value for _, value in data["measures"]["toy stars"]] == [7, 1234]


def test_show_marks_what_was_withdrawn(bees: News) -> None:
    bees("sync")
    assert "WITHDRAWN" not in bees("show", "10.1000/a").out
    bees.time.pass_by(timedelta(days=1))
    bees.web.lay("papers/start", {"deleted": ["a"], "more": False})
    bees("sync")
    assert "WITHDRAWN" in bees("show", "10.1000/a").out
    assert "WITHDRAWN" in bees("search", "nature of a").out
    assert bees.json("show", "10.1000/a")["withdrawn"] is True


def test_fetch_names_what_did_not_come(bees: News, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break to see it fail: count what came instead."""
    came = [
        Record("arxiv", "2401.00001", "On bees", version=2),
        Record("arxiv", "math/0309136", "On wasps", version=1),
    ]
    monkeypatch.setattr(Newsroom, "fetch", lambda self, references, *, progress: came)
    here = ["2401.00001", "arXiv:2401.00001v2", "https://arxiv.org/abs/math.GT/0309136v1"]
    assert bees("fetch", *here).code == codes.OK
    asked = [*here, "2401.00001v1", "https://arxiv.org/abs/2401.00009"]
    done = bees("fetch", *asked)
    assert done.code == codes.ATTENTION
    assert "arXiv does not give 2401.00001v1, 2401.00009." in done.out
    assert bees.json("fetch", *asked)["missing"] == ["2401.00001v1", "2401.00009"]


def test_enrich_tells_what_a_service_knew(bees: News, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "make_enrichers", lambda *_: [Kin()])
    bees("sync")
    bees.web.lay("kin", {})
    done = bees("enrich", "kin")
    assert done.code == codes.OK and done.out.startswith("kin ") and "in 1 request" in done.out
    assert "kin kin" in bees("show", "10.1000/a").out
    assert bees.json("enrich", "kin")["outcome"] == "unchanged"
    bees.time.pass_by(timedelta(days=8))
    bees.web.lay("kin", SourceRefusedError("Kin answers 403.", "kin"))
    done = bees("enrich", "kin")
    assert done.code == codes.FAILED
    assert "Kin answers 403." in done.out and "source resume" not in done.out


def test_service_that_cannot_be_asked_is_one_sentence(bees: News) -> None:
    assert "There is no service nobody" in one_sentence(bees("enrich", "nobody"))
    assert "key" in one_sentence(bees("enrich", "openalex"))
    assert bees("enrich", "crossref", "--limit", "0").code == codes.USAGE
