"""JSON from strangers: bounded as a whole, and each field typed or absent."""

from __future__ import annotations

import pytest

from broadsheet.connectors import json_answers
from broadsheet.connectors.json_answers import (
    count_of,
    date_of,
    dump_cursor,
    link_of,
    list_of,
    load_cursor,
    object_of,
    objects_of,
    parse_json,
    parse_list,
    parse_object,
    text_of,
    texts_of,
)
from broadsheet.connectors.rows import RowError
from broadsheet.errors import SourceBrokenError
from broadsheet.model import Link, PaperDate

STRANGE: list[object] = [None, True, 1, -1, 1.5, 1e300, 2**63, "", "x", [], [[]], {}, {"a": {}}]


@pytest.mark.parametrize(
    "body",
    [b"", b"nope", b'{"a": 1', b"NaN", b"[1e999]", b"[" * 100_000, b"<html>busy</html>",
     b"  <?xml version='1.0'?><a/>", b"9" * 5000, b'{"a": 1} {"b": 2}', b"\xff\xfe\x00"],
)  # fmt: skip
def test_what_is_no_json_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(SourceBrokenError, match=r"answer"):
        parse_json(body)


def test_the_whole_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break to see it fail: parse before the length is compared."""
    with pytest.raises(SourceBrokenError, match="more than 1 MB"):
        parse_json(b" " * (1 << 20) + b"[]", limit=1 << 20)
    with pytest.raises(SourceBrokenError, match="1,000,000 parts"):
        parse_json(b"[" * 500_000 + b"," * 600_000)
    monkeypatch.setattr(json_answers, "MAX_ITEMS", 3)
    with pytest.raises(SourceBrokenError, match="more than 3 things"):
        parse_list(b"[1, 2, 3, 4]")
    assert list_of({"a": [1, 2, 3, 4]}, "a") == [1, 2, 3]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'["a\\ud800b"]', ["a�b"]),
        (b'["\\ud83d\\ude00 \\uDE00"]', ["😀 �"]),
        (b'["\\\\ud800 \\ud800"]', ["\\ud800 �"]),
        (b'["\\\\\\ud800"]', ["\\�"]),
        (b'["a\xffb"]', ["a�b"]),
        (b"\xef\xbb\xbf[1]", [1]),
    ],
)
def test_one_broken_letter_does_not_cost_the_page(body: bytes, value: object) -> None:
    """Break to see it fail: leave the second attempt out of `parse_json`."""
    assert parse_json(body) == value


def test_the_whole_is_of_the_type_asked_for() -> None:
    assert parse_object(b'{"a": 1}') == {"a": 1}
    with pytest.raises(SourceBrokenError, match="not the object"):
        parse_object(b"[]")
    with pytest.raises(SourceBrokenError, match="not the list"):
        parse_list(b"{}")


@pytest.mark.parametrize("value", STRANGE)
def test_a_field_of_another_type_is_as_if_absent(value: object) -> None:
    raw = {"f": value}
    assert isinstance(text_of(raw, "f"), str)
    assert count_of(raw, "f") in (None, 1)
    assert isinstance(list_of(raw, "f"), list) and isinstance(texts_of(raw, "f"), list)
    assert isinstance(object_of(raw, "f"), dict) and isinstance(objects_of(raw, "f"), list)
    assert date_of(raw, "f", "published") is None


def test_numbers() -> None:
    given = {"a": 7, "b": 7.0, "c": 7.5, "d": True, "e": "7", "f": -1, "g": 1e30, "h": 0}
    assert {name: count_of(given, name) for name in given} == {
        "a": 7, "b": 7, "c": None, "d": None, "e": None, "f": None, "g": None, "h": 0,
    }  # fmt: skip


def test_a_text_that_is_too_long_is_said_and_not_cut() -> None:
    with pytest.raises(RowError, match="its f has more than 3 characters"):
        text_of({"f": "long"}, "f", 3)


def test_dates_and_links() -> None:
    assert date_of({"d": "2026-02-25T11:03:46.000Z"}, "d", "k") == PaperDate("2026-02-25", "k")
    assert link_of("pdf", "HTTPS://Kites.example.org/a.pdf") == Link(
        "pdf", "https://kites.example.org/a.pdf"
    )
    for url in ("", "javascript:alert(1)", "kites.example.org", "https://u:p@x.org/", "ftp://a.b/"):
        assert link_of("pdf", url) is None


@pytest.mark.parametrize("cursor", [None, "", "null", "[]", "{", "\x00", "{" + " " * 70_000 + "}"])
def test_a_damaged_cursor_is_as_none(cursor: str | None) -> None:
    assert load_cursor(cursor) == {}
    assert load_cursor(dump_cursor({"b": 1, "a": "x"})) == {"a": "x", "b": 1}
