"""What ingest asks of and tells a transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from filling import Opener, fill, new_record, put
from sqlalchemy import event

from broadsheet.errors import StorageFullError
from broadsheet.model import Act, content_hash
from broadsheet.ports import WorkKey
from broadsheet.sources import StreamState
from broadsheet.storage import SqlStore, transaction
from broadsheet.works import compose
from papers import LATER, NOW, make_record


def test_a_record_comes_back_as_it_went_in(store: SqlStore) -> None:
    record = make_record(1)
    [number] = fill(store, [record])
    [stored] = store.get_work_records(number)
    assert stored.record == record
    assert (stored.work_id, stored.seen_at) == (number, NOW)
    assert store.get_works([number]) == {number: compose(number, [record])}


def test_everything_or_nothing(store: SqlStore) -> None:
    """Break to see it fail: commit inside `put_works`."""
    with pytest.raises(ZeroDivisionError), store.write() as writing:
        put(writing, [make_record(1)])
        writing.put_stream(StreamState("arxiv", "oai", "2024-01-01"))
        raise ZeroDivisionError
    assert store.get_counts()["works"] == store.last_change() == 0
    with store.write() as writing:
        assert writing.get_stream("arxiv", "oai") is None
        assert put(writing, [make_record(2)]) == [1]


def test_known_records_and_their_versions(store: SqlStore) -> None:
    old, new = make_record(1), make_record(1, title="Study 1, revised")
    first, second = fill(store, [old], [new])
    with store.write() as writing:
        digest = content_hash(old.to_json())
        assert writing.find_known([digest, b"?" * 16]) == {digest}
        # Two works may have forms of one record, after a split: the newest form decides.
        versions = writing.find_versions({("arxiv", old.key), ("arxiv", "none"), ("ris", old.key)})
        assert versions == {("arxiv", old.key): second}
        assert first != second


def test_candidates_carry_what_identity_judges_by(store: SqlStore) -> None:
    record = make_record(1)
    twin = replace(record, source="ris", key="x", authors=("Someone Else",))
    numbers = fill(store, [record], [twin])
    key = WorkKey("arxiv", record.ids[0].value)
    with store.write() as writing:
        found = writing.find_candidates([key, WorkKey("doi", "10.1/none")])
    assert set(found) == {key}
    assert [each.work_id for each in found[key]] == numbers
    assert found[key][0][1:] == (
        record.title,
        record.authors,
        2024,
        record.ids,
        record.abstract,
        False,
    )


def test_a_key_that_many_carry_gives_a_bounded_answer(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of equal titles must not take quadratic time."""
    monkeypatch.setattr(transaction, "MAX_CARRIERS", 3)
    twins = [[make_record(1, source=f"s{number}")] for number in range(5)]
    numbers = fill(store, *twins)
    key = WorkKey(*make_record(1).ids[0])
    with store.write() as writing:
        assert [each.work_id for each in writing.find_candidates([key])[key]] == numbers[:3]
    assert store.find_works([key])[key] == numbers


def test_putting_again_replaces_keys_and_moves_the_change_to_the_end(store: SqlStore) -> None:
    one, two = fill(store, [make_record(1)], [make_record(2)])
    assert [change.work_id for change in store.changes(0, 10)] == [one, two]
    other = WorkKey("doi", "10.1/new")
    with store.write() as writing:
        writing.put_works([(compose(one, [make_record(1)]), [other])])
        assert writing.last_change() == 3
    assert store.find_works([other, WorkKey(*make_record(1).ids[0])]) == {other: [one]}
    changes = store.changes(0, 10)
    assert [(c.seq, c.work_id, c.act) for c in changes] == [(2, two, Act.PUT), (3, one, Act.PUT)]
    assert store.changes(2, 10) == changes[1:]


def test_a_join_is_told_in_the_history(store: SqlStore) -> None:
    [number] = fill(store, [make_record(1)])
    with store.write() as writing:
        news = [new_record(number, make_record(1, source="ris"), "ris x: same arXiv id")]
        writing.add_records(news, now=LATER)
    [told] = store.get_history(number)
    assert (told.at, told.act, told.other_id, told.reason) == (
        LATER,
        "join",
        None,
        "ris x: same arXiv id",
    )


def test_counts(store: SqlStore) -> None:
    fill(store, [make_record(1), make_record(1, source="ris")], [make_record(2)])
    counts = dict(store.get_counts())
    assert counts.pop("bytes") > 0
    assert counts == {"works": 2, "records": 3, "source:arxiv": 2, "source:ris": 1}
    fill(store, [make_record(3)])
    assert store.get_counts()["works"] == 3


def test_walking_over_everything(store: SqlStore) -> None:
    numbers = fill(store, *([make_record(number)] for number in range(7)))
    works = [work.id for batch in store.iterate_works(batch=3) for work in batch]
    records = [each.id for batch in store.iterate_records(after=2, batch=3) for each in batch]
    assert works == numbers
    assert records == [3, 4, 5, 6, 7]


def test_a_page_of_works_is_one_query(store: SqlStore) -> None:
    """Break to see it fail: fetch the records of each work by themselves."""
    numbers = fill(store, *([make_record(number)] for number in range(20)))
    asked: list[str] = []
    event.listen(
        store._reader,
        "before_cursor_execute",
        lambda _c, _u, statement, *_: asked.append(statement.split()[0]),
    )
    assert len(store.get_works(numbers)) == 20
    assert asked == ["BEGIN", "SELECT"]


def test_long_lists_fit_into_statements(store: SqlStore) -> None:
    fill(store, [make_record(1)])
    keys = [WorkKey("doi", f"10.1/{number}") for number in range(40_000)]
    assert store.find_works([*keys, WorkKey(*make_record(1).ids[0])]) != {}
    assert set(store.get_works(range(40_000))) == {1}


def test_a_full_disk_loses_nothing_that_was_kept(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: commit although an insert has failed."""
    pragmas = ("journal_mode = WAL", "max_page_count = 100")
    monkeypatch.setattr("broadsheet.storage.engine.WRITE_PRAGMAS", pragmas)
    store, kept = open_store(), 0
    with pytest.raises(StorageFullError, match="no space left"):
        for start in range(0, 10_000, 50):
            fill(store, *([make_record(start + each)] for each in range(50)))
            kept += 50
    assert 0 < kept == store.get_counts()["works"]
    assert store.check() == []
