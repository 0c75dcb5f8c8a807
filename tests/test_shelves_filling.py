"""Whole files onto a shelf: what goes on it, what comes off again, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from broadsheet import bringing
from broadsheet.errors import BadFileError, ConflictError, InvalidInputError
from broadsheet.people import Reader
from broadsheet.shelves import Upload
from papers import make_record, write_lines
from shelfmarks import TITLES, Readers

BIBTEX = (
    "@article{known, title={Graph networks for goats}, eprint={2401.10002}, "
    "archiveprefix={arXiv}}\n"
    "@article{new, title={A census of lighthouses}, author={Cy Keeper}, doi={10.1000/light}}\n"
)
RIS = (
    "TY  - JOUR\r\nTI  - The tides of small harbours\r\nAU  - Moor, Dan\r\nPY  - 2021\r\nER  - \r\n"
)
CSL = b'[{"type": "article", "title": "Bells under water", "DOI": "10.1000/bells"}, {"type": "x"}]'
OPML = b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="All">
<outline text="One &amp; only" xmlUrl="https://one.example.org/feed.xml"/>
<outline text="Two" xmlUrl="https://two.example.org/atom"/>
<outline text="Two again" xmlUrl="https://two.example.org/atom"/></outline></body></opml>"""


def bibtex(text: str = BIBTEX, name: str = "refs.bib") -> Upload:
    return Upload(name, text.encode())


def titles(readers: Readers, shelf_id: int, reader: Reader | None = None) -> list[str]:
    shelf = readers.library.shelves.get_shelf(reader or readers.ada, shelf_id)
    return sorted(entry.work.title for entry in readers.library.shelves.get_papers(shelf))


def test_three_kinds_of_files_at_once(readers: Readers) -> None:
    number = readers.shelf("Sea", 2)
    done = readers.library.shelves.fill(
        readers.ada, number, [bibtex(), Upload("tides.ris", RIS.encode()), Upload("b.json", CSL)]
    )
    assert done.sentence == (
        "Put 3 papers on Sea; 1 was there already; 1 row could not be read, the first in line 2: "
        "it has no title."
    )
    assert titles(readers, number) == [
        "A census of lighthouses",
        "Bells under water",
        TITLES[2],
        "The tides of small harbours",
    ]


def test_what_was_brought_is_found(searching_readers: Readers) -> None:
    readers = searching_readers
    number = readers.shelf("Sea", 2)
    readers.library.shelves.fill(readers.ada, number, [bibtex()])
    found = readers.library.shelves.search(readers.ada, number, "lighthouses")
    assert [shown.work.title for shown in found.shown] == ["A census of lighthouses"]


def test_undo_takes_exactly_those_off_that_it_put_there(readers: Readers) -> None:
    """Break to see it fail: take off all of `works` in `_undo_fill`."""
    number = readers.shelf("Sea", 2)
    done = readers.library.shelves.fill(readers.ada, number, [bibtex(BIBTEX + BIBTEX)])
    (new,) = set(readers.on(number)) - {2}
    second = readers.library.shelves.fill(readers.ada, number, [Upload("b.json", CSL)])
    assert readers.undo(done) == "Took 1 paper off Sea again."
    assert titles(readers, number) == ["Bells under water", TITLES[2]]
    assert readers.library.get_work(new).title == "A census of lighthouses"  # stays here
    assert readers.undo(second) == "Took 1 paper off Sea again." and readers.on(number) == [2]


def test_what_was_taken_off_and_saved_again_stays(readers: Readers) -> None:
    number = readers.shelf("Sea")
    done = readers.library.shelves.fill(readers.ada, number, [bibtex()])
    readers.later(1)
    readers.library.shelves.unsave(readers.ada, 2)
    readers.library.shelves.save(readers.ada, 2, [number])
    assert readers.undo(done) == "Took 1 paper off Sea again." and readers.on(number) == [2]
    again = readers.library.shelves.fill(readers.ada, number, [bibtex()])
    readers.library.shelves.unsave(readers.ada, "10.1000/light")
    with pytest.raises(ConflictError, match="Nothing of that is on Sea any more"):
        readers.undo(again)


def test_a_reader_changes_no_paper(readers: Readers) -> None:
    """Break to see it fail: take "reader" out of `model.BY_READERS`."""
    rogue = (
        "@article{x, title={Graph networks for goats}, author={Mal Lory}, year={1999}, "
        f"journal={{Nature}}, abstract={{{'All of this is wrong. ' * 40}}}, eprint={{2401.10002}}}}"
    )
    before = readers.library.get_work(2)
    readers.library.shelves.fill(readers.ada, readers.shelf("Sea"), [bibtex(rogue)])
    after = readers.library.get_work(2)
    assert after.sources == ("arxiv", "reader")
    for fact in ("title", "abstract", "authors", "date", "venue"):
        assert getattr(after, fact) == getattr(before, fact)


def test_an_operators_file_is_an_import(readers: Readers) -> None:
    number = readers.shelf("Sea", reader=readers.olga)
    readers.library.shelves.fill(readers.olga, number, [bibtex()])
    assert "bibtex" in readers.library.get_work("10.1000/light").sources


def test_an_export_of_a_library_is_not_taken_from_readers(readers: Readers, tmp_path: Path) -> None:
    """It could speak in the name of arXiv, or merge papers. Break to see it fail: give `Intake`
    all formats in `library.py`."""
    lines = b'{"source":"arxiv","key":"2401.10002","title":"Owned","version":99}\n'
    with pytest.raises(BadFileError, match="all.jsonl is none of BibTeX, RIS, CSL-JSON or OPML"):
        readers.library.shelves.fill(
            readers.ada, readers.shelf("Sea"), [Upload("all.jsonl", lines)]
        )
    path = write_lines(tmp_path / "papers", [make_record(5)])
    with pytest.raises(BadFileError, match="is none of"):
        readers.library.shelves.fill(readers.ada, 1, [path])


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (Upload("", b""), "the file is empty."),
        (Upload("a\nb\x1b\u202e.bib", b"  "), "a b.bib is empty."),
        (Upload("x.exe", b"MZ\x90\x00"), "x.exe is none of BibTeX, RIS, CSL-JSON or OPML."),
        (Upload("b.json", b'[{"title": "half'), "b.json"),
        (Upload("f.opml", b"<opml><body/></opml>"), "f.opml has no feeds in it."),
        (Upload("g.opml", b"<opml>" * 300), "g.opml"),
    ],
)
def test_files_that_are_none(readers: Readers, upload: Upload, sentence: str) -> None:
    number = readers.shelf("Sea")
    before = readers.store.last_change()
    with pytest.raises(InvalidInputError) as error:
        readers.library.shelves.fill(readers.ada, number, [bibtex(), upload])
    assert sentence in str(error.value) and "\n" not in str(error.value)
    assert (readers.on(number), readers.store.last_change()) == ([], before)


def test_files_with_nothing_in_them(readers: Readers) -> None:
    empty = Upload("e.json", b'[{"type": "x", "title": ""}]')
    with pytest.raises(InvalidInputError, match=r"no papers in e.json; 1 row could not be read"):
        readers.library.shelves.fill(readers.ada, readers.shelf("Sea"), [empty])
    with pytest.raises(InvalidInputError, match="Choose a file"):
        readers.library.shelves.fill(readers.ada, 1, [])


def test_too_many_papers(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    number = readers.shelf("Sea", 1)
    monkeypatch.setattr("broadsheet.shelves.filling.MOST_PAPERS", 1)
    with pytest.raises(BadFileError, match="refs.bib has more papers than 1, which is the most"):
        readers.library.shelves.fill(readers.ada, number, [bibtex()])
    monkeypatch.setattr("broadsheet.shelves.base.MOST_PAPERS", 2)
    monkeypatch.setattr("broadsheet.shelves.filling.MOST_PAPERS", 2)
    with pytest.raises(InvalidInputError, match="at most 2 papers; Sea has 1, and 2 would come"):
        readers.library.shelves.fill(readers.ada, number, [bibtex()])


def test_nothing_new_is_nothing_to_undo(readers: Readers) -> None:
    number = readers.shelf("Sea")
    readers.library.shelves.fill(readers.ada, number, [bibtex()])
    again = readers.library.shelves.fill(readers.ada, number, [bibtex()])
    assert again == ("Put 0 papers on Sea; 2 were there already.", 0, 0)


def test_feeds_of_an_outline_are_followed_by_operators(readers: Readers) -> None:
    number = readers.shelf("Feeds", reader=readers.olga)
    outline = Upload("feeds.opml", OPML)
    done = readers.library.shelves.fill(readers.olga, number, [outline])
    assert done == ("2 feeds followed from now on.", 0, 0)
    assert [each.targets for each in readers.store.get_sources()] == [
        ("https://one.example.org/feed.xml",),
        ("https://two.example.org/atom",),
    ]
    again = readers.library.shelves.fill(readers.olga, number, [outline])
    assert again.sentence == "0 feeds followed from now on; 2 followed already."
    with pytest.raises(InvalidInputError, match="a list of 2 feeds; feeds are followed for every"):
        readers.library.shelves.fill(readers.ada, readers.shelf("Mine"), [outline])


def test_a_feed_that_cannot_be_followed(readers: Readers) -> None:
    bad = OPML.replace(b"https://one.example.org/feed.xml", b"javascript:alert(1)")
    number = readers.shelf("Feeds", reader=readers.olga)
    done = readers.library.shelves.fill(readers.olga, number, [Upload("f.opml", bad)])
    assert done.sentence.startswith("1 feed followed from now on; 1 refused, such as “One & only”")


def lighthouses(first: int, last: int) -> Upload:
    return bibtex(
        "".join(
            f"@article{{l{n}, title={{The lighthouse numbered {n} of the north}}}}\n"
            for n in range(first, last)
        )
    )


def test_a_reader_adds_so_many_papers_a_day(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By files and takeouts together. Break to see it fail: leave `room` out in `_bring`."""
    monkeypatch.setattr(bringing, "MOST_NEW", 5)
    monkeypatch.setattr(bringing, "BATCH", 2)
    shelves, number = readers.library.shelves, readers.shelf("Sea")
    takeout = {
        "format": "broadsheet-takeout",
        "version": 1,
        "papers": [{"title": f"Lantern {n} of the south coast"} for n in range(2)],
    }
    shelves.fill(readers.ada, number, [lighthouses(0, 3)])
    upload = Upload("t.json", json.dumps(takeout).encode())
    assert readers.library.takeout.bring_in(readers.ada, upload).brought == 2
    done = shelves.fill(readers.ada, number, [lighthouses(0, 7), bibtex()])
    assert done.sentence == (
        "Put 1 paper on Sea; 3 were there already; 5 papers that this library does not have were "
        "left out, as a reader adds at most 5 in a day: bring the same file again tomorrow."
    )
    takeout["papers"] = [{"title": f"Lantern {n} of the south coast"} for n in range(3)]
    report = readers.library.takeout.bring_in(
        readers.ada, Upload("t.json", json.dumps(takeout).encode())
    )
    assert (report.found, report.brought) == (2, 0)
    assert report.notes[0].startswith("1 paper that this library does not have was left out")
    assert not any("could not be matched" in note for note in report.notes)
    shelves.fill(readers.ben, readers.shelf("His", reader=readers.ben), [lighthouses(7, 9)])
    everything = readers.shelf("All", reader=readers.olga)
    shelves.fill(readers.olga, everything, [lighthouses(9, 20)])
    assert len(readers.on(everything)) == 11  # operators as many as they like
    readers.later(60 * 24 + 1)
    done = shelves.fill(readers.ada, number, [lighthouses(0, 7)])
    assert done.sentence == "Put 4 papers on Sea; 3 were there already."
