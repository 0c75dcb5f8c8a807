"""BibTeX, RIS and CSL-JSON: what is read, and that one broken entry breaks no other."""

from __future__ import annotations

import json
import logging
import time

import pytest
from reading import claimed_by, read_with
from samples import BIBTEX, ITEMS, RIS_TEXT

from broadsheet.connectors.bibtex import Bibtex
from broadsheet.connectors.csl_json import CslJson
from broadsheet.connectors.ris import Ris
from broadsheet.errors import BadFileError
from broadsheet.model import Identifier, Link, PaperDate

BIB, RIS, CSL = Bibtex(), Ris(), CslJson()


def test_bibtex() -> None:
    assert claimed_by(BIBTEX.encode()) == [BIB.name]
    (widgets, gears, preprint), bad = read_with(BIB, BIBTEX.encode())
    assert bad == []
    assert widgets.title == r"Turning Widgets in Örebro: étude with $a_{i}<\{b\}$ 5%"
    assert widgets.authors == (
        "Júlia Poe", "Anna van der Berg", "The Gear Group, Inc.", "Max Øre", "Martin King Jr.",
    )  # fmt: skip
    assert widgets.venue == "Brass Letters B"
    assert widgets.date == PaperDate("2020-03-07", "published")
    assert widgets.ids == (Identifier("doi", "10.1000/xyz.1"),)
    assert widgets.links == (
        Link("code", "https://github.com/brass/gears"),
        Link("project", "https://gears.example.org/"),
    )
    assert ("publisher", "Gear Press") in widgets.extra
    assert gears.ids == (Identifier("arxiv", "2101.01234"),)
    assert (gears.version, gears.venue, gears.categories) == (2, "Proc. of Things", ("cs.LG",))
    assert preprint.ids == (Identifier("arxiv", "1901.00001"),)
    assert (preprint.venue, preprint.date) == (None, PaperDate("2019-01-02", "published"))


def test_names_that_begin_with_an_accent_keep_their_first_letter() -> None:
    """Breaks when names are split by bibtexparser, which drops what follows the backslash."""
    names = r"Poe, J. AND \L{}ukasz Ore and \'Eve {Sand and Sons} and {\v S}a\v{n}a and others"
    (record,), bad = read_with(BIB, f"@misc{{a, title={{Gears}}, author={{{names}}}}}".encode())
    assert bad == []
    assert record.authors == ("J. Poe", "Łukasz Ore", "Éve Sand and Sons", "Šaňa")


def test_a_citation_key_that_two_papers_share_does_not_join_them() -> None:
    data = b"@misc{smith20, title={Widgets}}\n@misc{smith20, title={Gears}}\n"
    records, bad = read_with(BIB, data + data)
    assert bad == []
    assert len({record.key for record in records}) == 2
    assert len(records) == 4


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("@article{bad, title = {Never closed, year = 2020}", "missing in the entry"),
        ('@article{bad, title = "Never closed, year = 2020}', "missing in the entry"),
        ("@article{bad title = {No comma}}", "missing in the entry"),
        ("@article{bad, year = 2020}", "no title"),
        ("@article{bad, title = nobody # { knows}}", "not defined"),
        ("@article{bad, title = {" + "x" * 3000 + "}}", "more than"),
        ("@article{bad, title = {" + "x" * 1_100_000 + "}}", "1 MB"),
        ("@article{bad, title = {}}", "no title"),
    ],
)
def test_a_bad_entry_is_named_and_the_rest_goes_in(
    entry: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = f"@misc{{a, title={{A}}}}\n\n{entry}\n@misc{{b, title={{B}}}}\n"
    with caplog.at_level(logging.INFO):
        records, bad = read_with(BIB, data.encode())
    assert [record.title for record in records] == ["A", "B"]
    assert [row.line for row in bad] == [3]
    assert reason in bad[0].reason
    assert caplog.messages == []


def test_strings_cannot_grow_without_bound() -> None:
    grow = "".join(f"@string{{s{i} = s{i - 1} # s{i - 1}}}\n" for i in range(1, 60))
    data = f'@string{{s0 = "0123456789"}}\n{grow}@misc{{a, title={{A}}}}\n'
    records, bad = read_with(BIB, data.encode())
    assert [record.title for record in records] == ["A"]
    assert "characters" in bad[0].reason


def many_entries(count: int) -> bytes:
    entry = "@article{{k{0},\n  title = {{On Widget {0}}},\n  author = {{Poe, J and Ore, M}}\n}}\n"
    entries = [entry.format(number) for number in range(count)]
    entries[count // 2] = "@article{broken, title = {Never {closed},\n"
    return "".join(entries).encode()


def test_one_unclosed_brace_costs_one_entry() -> None:
    records, bad = read_with(BIB, many_entries(1000))
    assert (len(records), len(bad)) == (999, 1)


@pytest.mark.slow
def test_one_unclosed_brace_in_100_000_entries() -> None:
    start = time.process_time()
    records, bad = read_with(BIB, many_entries(100_000))
    assert (len(records), len(bad)) == (99_999, 1)
    assert time.process_time() - start < 120


def test_ris() -> None:
    assert claimed_by(RIS_TEXT.encode()) == [RIS.name]
    (widgets, gears), bad = read_with(RIS, RIS_TEXT.replace("\n", "\r\n").encode())
    assert bad == []
    assert widgets.authors == ("Júlia Poe", "Martin King Jr.", "Gear Group")
    assert widgets.ids == (Identifier("doi", "10.1000/xyz.1"), Identifier("arxiv", "2101.01234"))
    assert widgets.date == PaperDate("2020-03-07", "published")
    assert (widgets.venue, widgets.abstract) == ("Brass Letters", "Widgets turn and turn again.")
    assert (gears.title, gears.authors, gears.abstract) == (
        "Holding Gears", ("Max Ore",), "Gears hold.",
    )  # fmt: skip


def test_a_ris_record_that_is_not_closed_is_named() -> None:
    data = "TY  - JOUR\nTI  - Open\n" + RIS_TEXT + "TY  - JOUR\nER  - \nTY  - JOUR\nTI  - Cut"
    records, bad = read_with(RIS, data.encode())
    assert [record.title for record in records] == ["Turning Widgets", "Holding Gears"]
    assert [(row.line, row.reason) for row in bad] == [
        (1, "the record has no ER line"),
        (24, "it has no title"),
        (26, "the record has no ER line"),
    ]


def test_a_ris_record_of_endless_lines_is_refused() -> None:
    data = "TY  - JOUR\nTI  - a\n" + "b\n" * 6000 + "ER  - \n" + RIS_TEXT
    records, bad = read_with(RIS, data.encode())
    assert (len(records), len(bad)) == (2, 1)


def test_csl_json() -> None:
    data = json.dumps(ITEMS).encode()
    assert claimed_by(data) == [CSL.name]
    (widgets, gears), bad = read_with(CSL, data)
    assert bad == []
    assert widgets.title == "Turning Widgets"
    assert widgets.authors == ("Anna van der Berg", "Gear Group")
    assert widgets.ids == (Identifier("doi", "10.1000/xyz.1"), Identifier("arxiv", "2101.01234"))
    assert (widgets.abstract, widgets.date) == (
        "Widgets turn if $a<b$.", PaperDate("2020-03", "published"),
    )  # fmt: skip
    assert (gears.date, gears.extra) == (PaperDate("2021-05-06", "published"), (("volume", "3"),))


def test_bad_csl_items_are_named_by_their_place() -> None:
    items = [ITEMS[0], 5, {"id": "x", "author": "me", "title": "T"}, {"type": "book"}, ITEMS[1]]
    records, bad = read_with(CSL, json.dumps({"items": items}).encode())
    assert len(records) == 2
    assert [row.line for row in bad] == [2, 3, 4]


@pytest.mark.parametrize("data", [b"[{", b'{"items": 3}', b"7", b"[" * 100_000, b'[{"a": "\xff"}]'])
def test_a_broken_csl_file_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(BadFileError, match=r"^file is not .*\.$"):
        read_with(CSL, data)


@pytest.mark.parametrize("form", [BIB, RIS])
def test_a_file_of_another_kind_is_refused(form: Bibtex | Ris) -> None:
    with pytest.raises(BadFileError, match="in it"):
        read_with(form, b"just some words\n")
