"""The value objects: canonical bytes, round trips, partial dates, plain data for programs."""

from __future__ import annotations

import json
import string
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.model import (
    Identifier,
    ImportReport,
    Link,
    Listing,
    Matching,
    PaperDate,
    Record,
    Results,
    Spoke,
    VerifyReport,
    Work,
    content_hash,
)

FULL = Record(
    "huggingface", "page#1", r"On $a<b$", "An abstract.", "A summary.", ("Júlia Poe", "Max Ore"),
    (Identifier("doi", "10.1000/x"), Identifier("arxiv", "2401.00001")), ("cs.LG", "stat.ML"),
    "Brass Letters", "Poster", PaperDate("2020-03", "published"),
    (Link("code", "https://github.com/a/b"),), 3, Listing("page", 1, "Mar 11"),
    (("comments", "12 pages"), ("volume", "4")),
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
RECORDS = st.builds(
    Record,
    source=TEXT.filter(bool),
    key=TEXT.filter(bool),
    title=TEXT.filter(bool),
    abstract=TEXT,
    summary=TEXT,
    authors=st.lists(TEXT, max_size=3).map(tuple),
    ids=PAIRS.map(lambda pairs: tuple(Identifier(*pair) for pair in pairs)),
    categories=st.lists(TEXT, max_size=3).map(tuple),
    venue=st.none() | TEXT.filter(bool),
    status=st.none() | TEXT.filter(bool),
    date=st.none() | st.builds(PaperDate, TEXT, TEXT),
    links=PAIRS.map(lambda pairs: tuple(Link(*pair) for pair in pairs)),
    version=st.none() | st.integers(1, 2**53),
    listing=st.none() | st.builds(Listing, TEXT, st.integers(0, 2**31), st.none() | TEXT),
    extra=PAIRS,
)


# --- Records --------------------------------------------------------------------------------------


@settings(max_examples=80)
@given(RECORDS)
def test_a_record_comes_back_from_its_json(record: Record) -> None:
    """Break to see it fail: leave `links` out of `Record.from_json`."""
    data = record.to_json()
    again = Record.from_json(data)
    assert again == record and hash(again) == hash(record)
    assert again.to_json() == data
    assert Record.from_json(data.decode()) == record
    for date in filter(None, (again.date,)):
        assert isinstance(date, PaperDate)
    assert all(isinstance(link, Link) for link in again.links)
    assert all(isinstance(name, Identifier) for name in again.ids)


@settings(max_examples=60)
@given(RECORDS)
def test_json_is_canonical(record: Record) -> None:
    """Break to see it fail: drop `OPT_SORT_KEYS`."""
    data = record.to_json()
    loaded: dict[str, Any] = orjson.loads(data)
    assert list(loaded) == sorted(loaded)
    assert orjson.dumps(loaded, option=orjson.OPT_SORT_KEYS) == data
    assert all(loaded.values())  # what is absent is left out
    assert b"\n" not in data  # so that it can be one line of an export


def test_the_bytes_of_a_record_do_not_change_from_version_to_version() -> None:
    """Hashes in every library rest on these bytes. Break to see it fail: rename a field."""
    assert Record("demo", "a", "T", authors=("Ö",), date=PaperDate("2024", "listed")).to_json() == (
        '{"authors":["Ö"],"date":["2024","listed"],"key":"a","source":"demo","title":"T"}'.encode()
    )
    assert (
        FULL.to_json()
        == (
            '{"abstract":"An abstract.","authors":["Júlia Poe","Max Ore"],'
            '"categories":["cs.LG","stat.ML"],"date":["2020-03","published"],'
            '"extra":[["comments","12 pages"],["volume","4"]],'
            '"ids":[["doi","10.1000/x"],["arxiv","2401.00001"]],"key":"page#1",'
            '"links":[["code","https://github.com/a/b"]],"listing":["page",1,"Mar 11"],'
            '"source":"huggingface","status":"Poster","summary":"A summary.",'
            '"title":"On $a<b$","venue":"Brass Letters","version":3}'
        ).encode()
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Record)])
def test_every_field_counts_in_the_hash(name: str) -> None:
    """A change in any field of a row makes a new record."""
    value = getattr(FULL, name)
    if isinstance(value, str):
        other: Any = value + "!"
    elif isinstance(value, int):
        other = value + 1
    else:
        other = type(value)(*reversed(value)) if hasattr(value, "_fields") else value * 2
    changed = replace(FULL, **{name: other})
    assert changed != FULL
    assert content_hash(changed.to_json()) != content_hash(FULL.to_json())


def test_order_of_authors_counts() -> None:
    turned = replace(FULL, authors=FULL.authors[::-1])
    assert content_hash(turned.to_json()) != content_hash(FULL.to_json())


def test_empty_and_absent_are_one() -> None:
    bare = Record("demo", "a", "T")
    assert replace(bare, venue="", authors=(), version=0).to_json() == bare.to_json()
    assert Record.from_json(b'{"key":"a","source":"demo","title":"T"}') == bare


def test_hashes_are_16_bytes_and_of_the_bytes_alone() -> None:
    assert len(content_hash(b"")) == 16
    assert content_hash(b"a") == content_hash(b"a") != content_hash(b"b")
    assert content_hash(b"broadsheet").hex() == "f7e38b26305a46eaa8913103ef644645"


def test_a_record_of_an_unknown_field_is_not_taken_for_ours() -> None:
    with pytest.raises(TypeError, match="colour"):
        Record.from_json(b'{"key":"a","source":"demo","title":"T","colour":"red"}')


def test_records_are_not_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        FULL.title = "Another"  # type: ignore[misc]


# --- Dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "year", "month"),
    [("2024", 2024, None), ("2024-03", 2024, 3), ("2024-12-31", 2024, 12), ("1998-01", 1998, 1)],
)
def test_dates_are_as_exact_as_they_are(value: str, year: int, month: int | None) -> None:
    date = PaperDate(value, "listed")
    assert (date.year, date.month) == (year, month)


# --- Works ----------------------------------------------------------------------------------------

WORK = Work(
    7, "T", "An abstract.", "A summary.", ("Ada",),
    (Identifier("arxiv", "2401.00001"), Identifier("doi", "10.1/a"), Identifier("doi", "10.1/b")),
    ("cs.LG",), "ICLR", "Oral", PaperDate("2024", "venue_year"),
    (Link("page", "https://a.example"), Link("code", "https://b.example")), ("demo",),
    {"title": "demo"},
)  # fmt: skip


def test_the_text_is_the_abstract_or_else_the_summary() -> None:
    assert WORK.text == "An abstract."
    assert replace(WORK, abstract="").text == "A summary."
    assert replace(WORK, abstract="", summary="").text == ""


def test_only_a_code_link_is_code() -> None:
    assert WORK.has_code
    assert not replace(WORK, links=WORK.links[:1]).has_code
    assert not replace(WORK, links=()).has_code


def test_the_first_identifier_of_a_scheme_is_the_paper_s_name() -> None:
    """Break to see it fail: leave `reversed` out of `as_dict`."""
    assert WORK.identifier("doi") == "10.1/a" == WORK.as_dict()["ids"]["doi"]
    assert WORK.identifier("arxiv") == "2401.00001"
    assert WORK.identifier("pmid") is None


def test_plain_data_has_every_field_and_is_json() -> None:
    data = WORK.as_dict()
    assert set(data) == {field.name for field in fields(Work)}
    assert data["date"] == {"value": "2024", "kind": "venue_year"}
    assert data["links"][1] == {"rel": "code", "url": "https://b.example"}
    assert json.loads(json.dumps(data))["authors"] == ["Ada"]
    assert orjson.loads(orjson.dumps(data)) == json.loads(json.dumps(data))


def test_plain_data_of_little_has_the_same_fields() -> None:
    data = Work(1, "T").as_dict()
    assert data.keys() == WORK.as_dict().keys()
    assert (data["date"], data["venue"], data["links"], data["ids"]) == (None, None, [], {})


def test_plain_data_is_a_copy() -> None:
    data = WORK.as_dict()
    data["provenance"]["title"] = "changed"
    assert WORK.provenance == {"title": "demo"}


# --- Answers and reports --------------------------------------------------------------------------


def test_a_pasted_identifier_is_a_full_match_of_all_words() -> None:
    found = Results.of([4, 2])
    assert [hit.work_id for hit in found.hits] == [4, 2]
    assert {(hit.score, hit.spoke) for hit in found.hits} == {(1.0, Spoke.WORDS)}
    assert (found.total, found.matching, found.more) == (2, Matching.ALL, False)
    assert Results.of([]).hits == () and Results.of([]).total == 0


@pytest.mark.parametrize(("added", "new", "joined"), [(5, 5, 0), (5, 3, 2), (1, 4, 0), (0, 0, 0)])
def test_joined_is_never_below_nothing(added: int, new: int, joined: int) -> None:
    """Updates can split off works, so that there are more new works than new records."""
    assert ImportReport(added=added, new_works=new).joined == joined


@pytest.mark.parametrize(
    "name", ["damaged_records", "missing_in_index", "extra_in_index", "stale_in_index", "problems"]
)
def test_any_difference_is_not_ok(name: str) -> None:
    """Break to see it fail: leave the field out of `VerifyReport.ok`."""
    assert VerifyReport(3, 3).ok
    found: Any = ("odd",) if name == "problems" else (1,)
    assert not replace(VerifyReport(3, 3), **{name: found}).ok


def test_choices_print_as_words() -> None:
    """`--json` and the API print them; letters only, so that they need no escape anywhere."""
    for choice in (*Spoke, *Matching):
        assert str(choice) == choice.value and set(choice.value) <= set(string.ascii_lowercase)
