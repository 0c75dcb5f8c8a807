"""Batches of records: the outcome does not depend on where one ends, and is told as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet import batch as batching
from broadsheet.batch import BatchResult, encode, recompose, store_batch
from broadsheet.model import Identifier, Record, content_hash
from broadsheet.ports import WorkKey
from broadsheet.storage import SqlStore
from broadsheet.works import compose
from papers import LATER, NOW, make_record, open_empty


def take(store: SqlStore, *records: Record) -> BatchResult:
    with store.write() as transaction:
        return store_batch(transaction, [(each, *encode(each)) for each in records], now=NOW)


def doi(number: int) -> Identifier:
    return Identifier("doi", f"10.5555/{number}")


def forms(number: int) -> list[Record]:
    """One paper, as several sources tell it; some tie it together, none to another paper."""
    plain = make_record(number)
    return [
        plain,
        make_record(number, version=2, abstract="Rewritten since."),
        make_record(number, source="bibtex", key=f"b{number}", ids=(doi(number),), abstract=""),
        make_record(number, source="ris", key=f"r{number}", ids=(*plain.ids, doi(number))),
        make_record(number, source="csl", key=f"c{number}", ids=(doi(number),), title="Cut…"),
        make_record(number, source="huggingface", key=f"h{number}", ids=(), authors=(), date=None),
    ]


RECORDS = [record for number in range(4) for record in forms(number)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_empty(tmp_path / "library")
    yield store
    store.close()


def outcome(store: SqlStore) -> list[tuple[int, list[Record]]]:
    """Which records each work has, and what it is composed to."""
    works = [work for part in store.iterate_works() for work in part]
    found = []
    for work in works:
        records = [each.record for each in store.get_work_records(work.id)]
        assert work == compose(work.id, records)
        found.append((min(map(RECORDS.index, records)), sorted(records, key=Record.to_json)))
    return sorted(found, key=lambda each: each[0])


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    records=st.lists(st.sampled_from(RECORDS), min_size=1, max_size=14),
    borders=st.sets(st.integers(1, 13), max_size=5),
)
def test_where_batches_end_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], borders: set[int]
) -> None:
    """Break to see it fail: do not make new drafts candidates for the records after them."""
    folder = tmp_path_factory.mktemp("borders")
    outcomes = []
    for name, ends in (("one", []), ("some", sorted(borders)), ("all", list(range(1, 14)))):
        store = open_empty(folder / name)
        results = [take(store, *part) for part in cut(records, ends)]
        outcomes.append(outcome(store))
        new = sum(each.new_works for each in results) - sum(each.merged for each in results)
        assert new == store.get_counts()["works"]
        assert results[-1].position in (0, store.last_change())
        assert store.check() == []
        store.close()
    assert outcomes[0] == outcomes[1] == outcomes[2]


def cut(records: Sequence[Record], ends: Sequence[int]) -> Iterator[Sequence[Record]]:
    for start, end in zip([0, *ends], [*ends, len(records)], strict=True):
        if part := records[start:end]:
            yield part


def test_what_is_told_of_a_batch(store: SqlStore) -> None:
    one, newer, entry, *_ = forms(1)
    first = take(store, one, one, make_record(2))
    assert (first.added, first.unchanged, first.updated) == (2, 1, 0)
    assert (first.new_works, first.merged, first.position) == (2, 0, store.last_change())
    assert {work.id: work for work in first.works} == store.get_works([1, 2, 3])
    second = take(store, one, newer, entry)
    assert (second.added, second.unchanged, second.updated) == (1, 1, 1)
    assert (second.new_works, [work.id for work in second.works]) == (0, [first.works[0].id])


def test_what_is_known_touches_nothing(store: SqlStore) -> None:
    take(store, *forms(1))
    before = store.last_change()
    again = take(store, *forms(1))
    assert (again.unchanged, again.works, again.new_works) == (6, [], 0)
    assert store.last_change() == before


def test_an_empty_batch(store: SqlStore) -> None:
    assert take(store) == BatchResult()
    assert store.last_change() == 0


def test_numbers_of_works_are_given_in_the_order_of_records(store: SqlStore) -> None:
    result = take(store, *(make_record(number) for number in (9, 3, 7)))
    titles = [work.title.split()[1] for work in sorted(result.works, key=lambda work: work.id)]
    assert titles == ["9", "3", "7"]


def test_a_bridge_keeps_the_oldest_number_and_every_record(store: SqlStore) -> None:
    take(store, make_record(1))
    take(store, make_record(5, source="bibtex", key="b", ids=(doi(1),), abstract=""))
    bridge = make_record(1, source="ris", key="r", ids=(*make_record(1).ids, doi(1)))
    result = take(store, bridge)
    assert (result.merged, result.new_works) == (1, 0)
    [kept] = [work.id for part in store.iterate_works() for work in part]
    assert kept == 1
    assert len(store.get_work_records(1)) == 3
    told = store.get_history(1)
    assert {event.act for event in told} == {"merge", "join"}
    assert all(event.reason for event in told)


def test_a_join_says_which_record_and_why(store: SqlStore) -> None:
    one, _, _, tie, *_ = forms(1)
    take(store, one, tie)
    [event] = store.get_history(1)
    assert event.reason == f"ris r1: same arXiv id {one.ids[0].value}"


def test_a_paper_in_very_many_forms_stays_one(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond `MAX_FORMS` the work is not composed anew for each, but loses no record."""
    monkeypatch.setattr(batching, "MAX_FORMS", 4)
    many = [make_record(1, source="ris", key=f"r{number}") for number in range(12)]
    result = take(store, make_record(1), *many)
    assert result.new_works == 1
    assert len(store.get_work_records(1)) == 13
    assert result.works == list(store.get_works([1]).values())


def test_a_batch_that_fails_leaves_nothing(store: SqlStore) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as transaction:
        store_batch(transaction, [(make_record(1), *encode(make_record(1)))], now=NOW)
        raise ZeroDivisionError
    assert store.get_counts()["records"] == store.last_change() == 0
    assert take(store, make_record(1)).new_works == 1


def test_encoding_is_canonical() -> None:
    payload, digest = encode(make_record(1))
    assert (payload, digest) == encode(Record.from_json(payload))
    assert digest == content_hash(payload)
    assert digest != encode(make_record(1, title="Else"))[1]
    with pytest.raises(TypeError):
        encode(make_record(1, title="lone \ud800"))


def test_composing_anew_mends_a_work(store: SqlStore) -> None:
    take(store, make_record(1), make_record(2))
    with store.write() as transaction:
        transaction.merge_works(1, 2, reason="same", now=LATER)
        recompose(transaction, [1, 99])
    [key] = _keys(2)
    assert store.find_works([key]) == {key: [1]}


def _keys(number: int) -> list[WorkKey]:
    return [WorkKey(*make_record(number).ids[0])]
