"""Questions, answers, and the change of search that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ballots import Ballots, of_quality

import offline
from broadsheet.batch import encode, store_batch
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.learning import Judgement
from broadsheet.library import Library
from broadsheet.people import Reader, Role
from broadsheet.tuning.configurations import BY_ID, CONFIGURATIONS
from broadsheet.tuning.contest import FEWEST_QUERIES
from broadsheet.tuning.queries import MOST_QUERIES, as_words, shorten, understand
from broadsheet.tuning.use import GOOD_FOR
from papers import make_record, open_empty
from toy import START, Time

PAPERS = 30
QUERIES = [f"sparse orbit number {number}" for number in range(12)]
RELEVANT = {
    query: {1 + (7 * place + step) % PAPERS for step in range(4)}
    for place, query in enumerate(QUERIES)
}
MORE = BY_ID["more"]
AT_ONCE = 20


class Bench:
    """A library in which one configuration of search is better than all others."""

    def __init__(self, folder: Path) -> None:
        self.time = Time(START)
        self.store = open_empty(folder)
        self.index = Ballots(of_quality({"more": 2.0, "shipped": 0.2}, RELEVANT, PAPERS))
        with self.store.write() as transaction:
            for name, role in (("olga", Role.OPERATOR), ("ben", Role.READER)):
                transaction.put_reader(Reader(0, name, name.title(), role, START))
            records = [make_record(number, title=f"Paper {number}") for number in range(PAPERS)]
            store_batch(transaction, [(each, *encode(each)) for each in records], now=START)
        self.olga, self.ben = self.store.get_readers().values()
        self.library = self.open()
        self.tuning = self.library.tuning

    def open(self) -> Library:
        """The library as another process has it."""
        wires = offline.wires(self.time.now)
        return Library(store=self.store, index=self.index, formats=(), wires=wires)

    def keep(self, reader: Reader, *queries: str) -> None:
        for query in queries:
            self.library.searches.keep(reader, query, query)

    def answer_all(self, reader: Reader, most: int = 1000) -> int:
        """Answer as the truth is, as long as there is a question; how often."""
        for done in range(0, most, AT_ONCE):
            questions = self.tuning.ask(reader, AT_ONCE)
            with self.store.write() as transaction:
                for query, work in questions:
                    right, now = work.id in RELEVANT[query], self.time.now()
                    transaction.put_judgement(Judgement(reader.id, query, work.id, right, now))
            if len(questions) < AT_ONCE:
                return done + len(questions)
        return most


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "library")
    yield made
    made.library.close()


# --- Asking -----------------------------------------------------------------------------------


def test_without_searches_and_papers_there_is_nothing_to_ask(bench: Bench) -> None:
    assert bench.tuning.ask(bench.olga) == []
    state = bench.tuning.state(bench.olga)
    assert (state.answers, state.askable, state.can_change) == (0, 0, False)
    assert state.sentence.startswith("There is nothing to ask about yet: keep a search")


def test_what_a_reader_searches_for_is_asked_about(bench: Bench) -> None:
    """Saved searches first, then names of shelves and words of titles; a query of filters alone
    says nothing."""
    bench.keep(bench.olga, QUERIES[0], "year:2024")
    bench.keep(bench.ben, QUERIES[1])
    shelf = bench.library.shelves.make(bench.olga, "Whales: a (first) look").target
    bench.library.shelves.save(bench.olga, 5, [shelf])
    found = {question.query for question in bench.tuning.ask(bench.olga, 1000)}
    assert found == {QUERIES[0], "whales a first look", "4"}
    assert bench.tuning.state(bench.olga).askable == 3
    assert bench.tuning.state(bench.ben).askable == 1


def test_a_paper_is_not_asked_about_for_its_own_title(bench: Bench) -> None:
    """Break to see it fail: let `_find_own` find nothing."""
    bench.index.rank = lambda name, text: [5, 6] if name == "more" else [5, 7]
    shelf = bench.library.shelves.make(bench.olga, "…!").target
    bench.library.shelves.save(bench.olga, 5, [shelf])
    assert {work.id for _, work in bench.tuning.ask(bench.olga, 9)} == {6, 7}


def test_what_was_answered_or_skipped_is_not_asked_again(bench: Bench) -> None:
    bench.keep(bench.olga, *QUERIES[:2])
    [(query, work)] = bench.tuning.ask(bench.olga)
    bench.tuning.answer(bench.olga, query, work.id, relevant=True)
    [(second, other)] = bench.tuning.ask(bench.olga)
    assert (second, other.id) != (query, work.id)
    [(third, another)] = bench.tuning.ask(bench.olga, skipped=[(second, other.id)])
    assert (third, another.id) not in {(query, work.id), (second, other.id)}


def test_searches_are_asked_once(bench: Bench) -> None:
    """Until the index moves on. Break to see it fail: keep nothing in `_search_all`."""
    bench.keep(bench.olga, *QUERIES[:3])
    bench.tuning.ask(bench.olga)
    bench.tuning.ask(bench.olga)
    assert len(bench.index.asked) == 3 * len(CONFIGURATIONS)
    assert {blend for _, blend in bench.index.asked} == {each.blend for each in CONFIGURATIONS}
    bench.index.position += 1
    bench.tuning.ask(bench.olga)
    assert len(bench.index.asked) == 6 * len(CONFIGURATIONS)


def test_not_too_many_searches_are_asked_about(bench: Bench) -> None:
    bench.keep(bench.olga, *(f"words {number}" for number in range(MOST_QUERIES + 9)))
    assert bench.tuning.state(bench.olga).askable == MOST_QUERIES


# --- Answering --------------------------------------------------------------------------------


def test_answers_are_kept_replaced_and_undone(bench: Bench) -> None:
    bench.keep(bench.olga, QUERIES[0])
    first = bench.tuning.answer(bench.olga, QUERIES[0], 3, relevant=True)
    assert first.sentence == "“Paper 2” is for “sparse orbit number 0”."
    bench.time.pass_by(timedelta(minutes=1))
    second = bench.tuning.answer(bench.olga, QUERIES[0], 3, relevant=False)
    [kept] = bench.store.get_judgements()
    assert (kept.reader_id, kept.work_id, kept.relevant) == (bench.olga.id, 3, False)
    journal = bench.library.journal
    with pytest.raises(ConflictError, match="answered anew since"):
        journal.undo(bench.olga, first.signal)
    journal.undo(bench.olga, second.signal)
    assert [each.relevant for each in bench.store.get_judgements()] == [True]
    journal.undo(bench.olga, first.signal)
    assert bench.store.get_judgements() == []


def test_only_what_is_asked_can_be_answered(bench: Bench) -> None:
    """Break to see it fail: keep an answer to any query."""
    bench.keep(bench.ben, QUERIES[0])
    with pytest.raises(InvalidInputError, match="not asked any more"):
        bench.tuning.answer(bench.olga, QUERIES[0], 3, relevant=True)
    with pytest.raises(NotFoundError):
        bench.tuning.answer(bench.ben, QUERIES[0], 999, relevant=True)
    assert bench.store.get_judgements() == []


def test_readers_who_disagree_count_half(bench: Bench) -> None:
    for reader, relevant in ((bench.olga, True), (bench.ben, False)):
        bench.keep(reader, QUERIES[0])
        bench.tuning.answer(reader, QUERIES[0], 3, relevant)
    assert bench.tuning.state(bench.olga).answers == 1
    assert set(bench.tuning._get_judged().values()) == {0.5}


# --- What follows -----------------------------------------------------------------------------


def test_search_changes_when_the_lead_is_sure_and_goes_back(bench: Bench) -> None:
    """In all processes. Break to see it fail: leave `blend` out of `Library.search`."""
    bench.keep(bench.olga, *QUERIES)
    other = bench.open()
    with pytest.raises(ConflictError, match="Nothing was answered yet"):
        bench.tuning.apply(bench.olga)
    bench.answer_all(bench.olga, 80)
    state = bench.tuning.state(bench.olga)
    assert (state.leader, state.in_use, state.can_change) == (MORE, CONFIGURATIONS[0], True)
    assert 0 < state.lead.low < state.lead.mean < state.lead.high
    assert _blend_of(bench, bench.library) is None
    assert _blend_of(bench, other) is None
    done = bench.tuning.apply(bench.olga)
    assert done.sentence == "Search goes more meaning from now on."
    assert _blend_of(bench, bench.library) == MORE.blend
    bench.time.pass_by(GOOD_FOR)
    assert _blend_of(bench, other) == MORE.blend
    after = bench.tuning.state(bench.olga)
    assert (after.in_use, after.can_change) == (MORE, False)
    assert bench.library.journal.undo(bench.olga, done.signal).sentence == (
        "Search goes as it is shipped again."
    )
    bench.time.pass_by(GOOD_FOR)
    assert _blend_of(bench, bench.library) is None


def test_reset(bench: Bench) -> None:
    assert bench.tuning.reset(bench.olga).signal == 0
    with bench.store.write() as transaction:
        transaction.put_fact("tuned", "more", now=START)
    done = bench.tuning.reset(bench.olga)
    assert bench.store.get_fact("tuned") == ""
    bench.library.journal.undo(bench.olga, done.signal)
    assert bench.store.get_fact("tuned") == "more"
    with bench.store.write() as transaction:
        transaction.put_fact("tuned", "words", now=START)
    bench.tuning.reset(bench.olga)
    with pytest.raises(ConflictError):
        bench.library.journal.undo(bench.olga, done.signal)


def test_who_is_an_operator_no_more_cannot_undo_what_search_goes_by(bench: Bench) -> None:
    """Break to see it fail: leave `_require_operator` out of `_undo`."""
    with bench.store.write() as transaction:
        transaction.put_fact("tuned", "more", now=START)
    done = bench.tuning.reset(bench.olga)
    with bench.store.write() as transaction:
        transaction.put_reader(replace(bench.olga, role=Role.READER))
    with pytest.raises(ConflictError, match="Only an operator"):
        bench.library.journal.undo(bench.olga, done.signal)
    assert bench.store.get_fact("tuned") == ""


def test_a_configuration_of_a_newer_version_is_the_shipped_one(bench: Bench) -> None:
    with bench.store.write() as transaction:
        transaction.put_fact("tuned", "telepathy", now=START)
    assert bench.tuning.blend is None


def test_what_does_best_already_stays(bench: Bench) -> None:
    bench.index.rank = of_quality({"shipped": 3.0}, RELEVANT, PAPERS)
    bench.keep(bench.olga, *QUERIES)
    bench.answer_all(bench.olga, 80)
    state = bench.tuning.state(bench.olga)
    assert state.sentence.endswith("does best; nothing is to be changed.")
    with pytest.raises(ConflictError, match="does best"):
        bench.tuning.apply(bench.olga)


def test_without_a_difference_nothing_changes(bench: Bench) -> None:
    """Lists at random, all equally good. Break to see it fail: apply whatever leads."""
    bench.index.rank = of_quality({}, RELEVANT, PAPERS, seed=3)
    bench.keep(bench.olga, *QUERIES)
    bench.answer_all(bench.olga, 60)
    state = bench.tuning.state(bench.olga)
    assert not state.can_change
    assert "may be chance; about" in state.sentence or "does best" in state.sentence


def test_a_few_searches_decide_nothing(bench: Bench) -> None:
    bench.keep(bench.olga, *QUERIES[: FEWEST_QUERIES - 1])
    assert bench.answer_all(bench.olga) > 20
    state = bench.tuning.state(bench.olga)
    assert state.sentence.startswith("Answers to 1 more search are needed")
    assert not state.can_change


def test_a_title_is_asked_for_by_its_topic() -> None:
    """Nobody types a whole title to find papers of its topic. Break: let `find_queries` yield
    `as_words` of titles."""
    title = "Be careful what you smooth for: label smoothing can be a privacy shield"
    assert shorten(title) == "careful smooth smoothing privacy"
    assert shorten("What is it?") == "what is it"


def test_queries_as_they_are_understood() -> None:
    assert as_words("On P=NP? (NOT a proof): year:2024") == "on p np not a proof year 2024"
    assert understand(as_words("NOT OR AND")).terms
    assert understand('"unfinished').terms


def _blend_of(bench: Bench, library: Library) -> object:
    """What a search of a library is asked with."""
    bench.index.asked.clear()
    library.search("sparse", facets=False, highlights=False)
    [(_, blend)] = bench.index.asked
    return blend
