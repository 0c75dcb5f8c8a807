"""What all readers share: bounded lines, dates as exact as they are possible, keys, names."""

from __future__ import annotations

import io

import pytest

from broadsheet.connectors import rows
from broadsheet.connectors.rows import (
    MAX_LINE,
    RowError,
    clean_names,
    content_key,
    flip_name,
    get_text,
    identifiers_of,
    need_title,
    parse_date,
    parse_json_line,
    parse_month,
    read_lines,
)
from broadsheet.model import Identifier


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("2024/3/17", "2024-03-17"),
        (" 2024-03-17T10:00:00Z", "2024-03-17"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"),
        ("2023-02-31", "2023-02"),
        ("2024-13-01", "2024"),
        ("2024-00", "2024"),
    ],
)
def test_dates_are_as_exact_as_possible(text: str, value: str) -> None:
    found = parse_date(text, "published")
    assert found is not None and (found.value, found.kind) == (value, "published")


@pytest.mark.parametrize("text", ["", "soon", "20245", "0999", "9999", "in 2024", "२०२४"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, "published") is None


@pytest.mark.parametrize(
    ("text", "month"),
    [("3", 3), ("03", 3), ("mar", 3), ("March", 3), ("DEC.", 12), ("", None), ("x", None)],
)
def test_months(text: str, month: int | None) -> None:
    assert parse_month(text) == month


def test_an_endless_line_is_cut_and_the_next_one_keeps_its_number() -> None:
    """Break to see it fail: leave the inner loop of `read_lines` out."""
    data = b"\xef\xbb\xbfone\n" + b"x" * (2 * MAX_LINE) + b"\nthree"
    lines = list(read_lines(io.BytesIO(data)))
    assert [number for number, _ in lines] == [1, 2, 3]
    assert lines[0][1] == b"one\n" and lines[2][1] == b"three"
    assert len(lines[1][1]) == MAX_LINE + 1
    with pytest.raises(RowError, match="longer than 4 MB"):
        parse_json_line(lines[1][1])


@pytest.mark.parametrize(("line", "reason"), [(b"{", "not JSON"), (b"[1]", "not a JSON object")])
def test_a_line_that_is_no_object_says_why(line: bytes, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        parse_json_line(line)


def test_fields_are_text_within_limits() -> None:
    assert get_text({}, "venue") == get_text({"venue": None}, "venue") == ""
    with pytest.raises(RowError, match="its venue is not text"):
        get_text({"venue": 5}, "venue")
    with pytest.raises(RowError, match="its venue has more than 2 characters"):
        get_text({"venue": "abc"}, "venue", 2)
    with pytest.raises(RowError, match="it has no title"):
        need_title(" \u200b\n")
    with pytest.raises(RowError, match="more than 2,000"):
        need_title("x" * (rows.MAX_TITLE + 1))


def test_names_are_cleaned_and_kept_in_order() -> None:
    assert clean_names(["Ada Byron", " Bo  Poe, ", "", r"J{\'u}lia"]) == (
        "Ada Byron",
        "Bo Poe",
        "Júlia",
    )
    assert clean_names(["A|B"]) == ("A|B",)
    assert flip_name("King", " Martin ", "Jr.") == "Martin King Jr."
    assert flip_name("Plato", "") == "Plato"


def test_keys_tell_papers_apart_and_not_spellings() -> None:
    key = content_key("smith20", "Turning Widgets")
    assert key.startswith("smith20#") and key == content_key("smith20", "TURNING widgets")
    assert key != content_key("smith20", "Holding Gears")
    assert len(content_key("x" * 5000, "T")) < 120


def test_code_is_a_link_and_no_identifier() -> None:
    found = identifiers_of("https://github.com/a/b", "10.1000/X", "10.1000/x")
    assert found == (Identifier("doi", "10.1000/x"),)
