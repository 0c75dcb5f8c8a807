"""Services asked about papers that are here: in what order, how often, and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import offline
from broadsheet.batch import encode, store_batch
from broadsheet.enrich import PART, ROUND, STREAM
from broadsheet.errors import (
    InvalidInputError,
    SourceBrokenError,
    SourceBusyError,
    SourceRefusedError,
    SourceRequestError,
)
from broadsheet.model import Identifier, Record
from broadsheet.newsroom import Newsroom
from broadsheet.ports import Web
from broadsheet.sources import (
    Answer,
    Batch,
    Item,
    Measure,
    Outcome,
    Raw,
    Rejected,
    Source,
    StreamReport,
    StreamState,
    Verdict,
)
from broadsheet.storage import SqlStore
from broadsheet.sync import FIRST_DELAY
from papers import NOW, DictIndex, make_record, open_empty
from toy import START, Time, ToyWeb


class Lens:
    """A service that knows the citations of every paper, or does what a test tells it."""

    kind = "lens"
    summary = "Citations."
    schemes: tuple[str, ...] = ("arxiv",)
    size = 2

    def __init__(self, time: Time) -> None:
        self.time = time
        self.missing = ""
        self.asked: list[list[str]] = []
        self.web = ToyWeb(time)
        self.citations = 5
        self.before: Callable[[], None] = lambda: None
        self.spoil: Callable[[Batch], Batch] = lambda batch: batch

    def ready(self) -> str:
        return self.missing

    def fetch(self, ids: Sequence[Identifier], web: Web, *, mirror: str = "") -> Raw:
        self.asked.append([value for _, value in ids])
        self.web.requests += 1
        self.before()
        return Raw("works", None, Answer("https://lens.example", 200, {}, b"", self.time.now()))

    def parse(self, ids: Sequence[Identifier], raw: Raw) -> Batch:
        keys = [f"{scheme}:{value}" for scheme, value in ids]
        records = (
            Record("lens", key, "?", ids=(each,)) for key, each in zip(keys, ids, strict=True)
        )
        batch = Batch(
            records=tuple(replace(record, title=f"Lens on {record.key}") for record in records),
            items=tuple(Item(key) for key in keys),
            measures=tuple(Measure(key, "citations", self.citations) for key in keys),
        )
        return self.spoil(batch)


class Desk:
    """A library of some papers, and the service beside it."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.time, self.index = store, Time(), DictIndex()
        self.lens = Lens(self.time)
        wires = offline.wires(self.time.now, sleep=self.time.sleep)
        wires = replace(wires, enrichers=lambda: [self.lens], web=self.lens.web)
        self.newsroom = Newsroom(store, self.index, wires)

    def add(self, *numbers: int) -> None:
        records = [make_record(number) for number in numbers]
        with self.store.write() as writing:
            store_batch(writing, [(each, *encode(each)) for each in records], now=NOW)

    def run(self, limit: int = 100) -> StreamReport:
        return self.newsroom.enrich("lens", limit=limit)

    def state(self) -> StreamState:
        (state,) = self.store.get_streams()
        return state


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_empty(tmp_path)
    yield Desk(store)
    store.close()


def raising(error: Exception, times: int = 10**6) -> Callable[[], None]:
    left = [times]

    def before() -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise error

    return before


def numbers(*values: int) -> list[str]:
    return [f"2401.{10_000 + value}" for value in values]


def test_each_paper_is_asked_about_once_a_round(desk: Desk) -> None:
    desk.add(1, 2, 3, 4, 5)
    report = desk.run()
    assert desk.lens.asked == [numbers(1, 2), numbers(3, 4), numbers(5)]
    assert (report.outcome, report.requests, report.added) == (Outcome.DONE, 3, 5)
    assert report.next_at == START + STREAM.every
    again = desk.run()
    assert (again.outcome, again.requests) == (Outcome.UNCHANGED, 0)
    assert len(desk.lens.asked) == 3


def test_what_it_says_joins_the_paper_and_has_its_source_and_day(desk: Desk) -> None:
    desk.add(1, 2)
    desk.run()
    desk.time.pass_by(ROUND)
    desk.lens.citations = 8
    desk.run()
    (works,) = list(desk.store.iterate_works())
    assert [work.sources for work in works] == [("arxiv", "lens")] * 2
    assert desk.index.works[works[0].id] == works[0]
    assert desk.newsroom.get_series(works[0])["lens citations"] == (
        (START, 5.0),
        (START + ROUND, 8.0),
    )
    assert len(desk.store.get_work_records(works[0].id)) == 2  # nothing new but the number


def test_a_run_has_a_limit_and_the_next_goes_on_there(desk: Desk) -> None:
    """Break to see it fail: begin at 0 in `_Walk.find`."""
    desk.add(1, 2, 3, 4, 5, 6)
    report = desk.run(limit=3)
    assert desk.lens.asked == [numbers(1, 2), numbers(3)]
    assert report.next_at == START + PART
    desk.run(limit=2)
    assert desk.lens.asked[2:] == [numbers(4, 5)]
    desk.run(limit=0)  # as good as one
    assert desk.lens.asked[3:] == [numbers(6)]


def test_new_papers_are_asked_about_before_the_next_round(desk: Desk) -> None:
    desk.add(1)
    desk.run()
    desk.add(7)
    desk.run()
    assert desk.lens.asked == [numbers(1), numbers(7)]
    desk.time.pass_by(ROUND - timedelta(seconds=1))
    assert desk.run().requests == 0
    desk.time.pass_by(timedelta(seconds=1))
    desk.run()
    assert desk.lens.asked[2:] == [numbers(1, 7)]


def test_an_empty_library_is_nothing_to_ask_about(desk: Desk) -> None:
    report = desk.run()
    assert (report.outcome, report.requests, report.trouble) == (Outcome.UNCHANGED, 0, "")
    assert desk.state().good_at == START and desk.state().due_at == START + STREAM.every


def test_papers_that_it_cannot_know_are_passed_over(desk: Desk) -> None:
    desk.add(1, 2)
    desk.lens.schemes = ("doi",)
    assert desk.run().requests == 0 and desk.lens.asked == []


def test_a_kill_between_two_requests_loses_nothing(desk: Desk) -> None:
    """Break to see it fail: keep the cursor only at the end of a run."""
    desk.add(1, 2, 3, 4)

    def kill() -> None:
        if len(desk.lens.asked) == 2:
            raise KeyboardInterrupt

    desk.lens.before = kill
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    desk.lens.before = lambda: None
    desk.run()
    assert desk.lens.asked == [numbers(1, 2), numbers(3, 4), numbers(3, 4)]
    assert desk.store.count_items() == {"lens": 4}


def test_a_service_that_is_busy_is_asked_later(desk: Desk) -> None:
    desk.add(1)
    midnight = START + timedelta(hours=16)
    desk.lens.before = raising(SourceBusyError("The day's budget is spent.", midnight))
    report = desk.run()
    assert (report.outcome, report.next_at) == (Outcome.WAITING, midnight)
    assert report.trouble == desk.state().trouble == "The day's budget is spent."
    desk.lens.before = lambda: None
    assert desk.run().outcome is Outcome.DONE
    assert desk.state().trouble == ""


def test_a_service_that_refuses_is_no_source_that_could_be_blocked(desk: Desk) -> None:
    """Break to see it fail: leave `_refuse` as a source's run has it."""
    desk.add(1)
    desk.lens.before = raising(SourceRefusedError("The key is wrong (403)."))
    assert desk.run().outcome is Outcome.REFUSED
    assert not desk.store.get_sources()
    assert desk.newsroom.get_status() == ()


def test_an_answer_that_cannot_be_understood_moves_nothing(desk: Desk) -> None:
    desk.add(1)
    desk.lens.before = raising(SourceBrokenError("That is no JSON."))
    report = desk.run()
    assert (report.outcome, report.next_at) == (
        Outcome.BROKEN,
        desk.time.now() + FIRST_DELAY,
    )
    assert desk.state().cursor is None


def test_papers_that_it_cannot_be_asked_about_hold_up_no_others(desk: Desk) -> None:
    """Break to see it fail: raise every SourceRequestError in `_Walk.fetch`."""
    desk.add(1, 2, 3, 4)
    desk.lens.before = raising(SourceRequestError("It finds the request wrong (400).", 400), 1)
    report = desk.run()
    assert (report.added, report.trouble) == (2, "It finds the request wrong (400).")
    desk.time.pass_by(ROUND)
    desk.lens.before = raising(SourceRequestError("It finds the request wrong (400).", 400))
    assert desk.run().trouble == "It finds the request wrong (400)."
    desk.time.pass_by(ROUND)
    desk.lens.before = raising(SourceRequestError("Gone (410).", 410))
    assert desk.run().outcome is Outcome.BROKEN


def test_what_could_not_go_in_is_told_and_receipts_go_on(desk: Desk) -> None:
    desk.add(1)
    reason = "the answer is about another paper"
    desk.lens.spoil = lambda batch: Batch(rejected=(Rejected(batch.records[0].key, reason),))
    report = desk.run()
    assert (report.outcome, report.rejected) == (Outcome.UNCHANGED, 1)
    day = START.date()
    assert [one.reason for one in desk.newsroom.get_rejections(day, day)] == [reason]
    assert desk.newsroom.get_receipts(day, day) == ()


def test_a_service_has_no_receipts_beside_those_of_a_source_that_was_removed(desk: Desk) -> None:
    """Break to see it fail: leave `find_services` out of `Newsroom.get_receipts`."""
    day, reason = START.date(), "it has no title"
    with desk.store.write() as writing:
        writing.put_source(Source("gone", "toy", (), START))
        writing.put_stream(StreamState("gone", "papers"))
        writing.add_rejections("gone", [Rejected("x", reason)], now=START)
    desk.newsroom.remove("gone")
    desk.add(1)
    desk.lens.spoil = lambda batch: Batch(rejected=(Rejected(batch.records[0].key, "?"),))
    desk.run()
    (receipt,) = desk.newsroom.get_receipts(day, day)
    assert (receipt.source, receipt.verdict, receipt.rejected) == ("gone", Verdict.MISSING, 1)
    assert reason in receipt.sentence
    assert {each.source for each in desk.newsroom.get_rejections(day, day)} == {"gone", "lens"}


def test_without_its_key_nothing_is_asked(desk: Desk) -> None:
    desk.lens.missing = "The lens needs a key."
    with pytest.raises(InvalidInputError, match="needs a key"):
        desk.run()
    with pytest.raises(InvalidInputError, match="lens"):
        desk.newsroom.enrich("telescope")
