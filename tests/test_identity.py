"""Which records are one paper: identifiers and titles, bridging, bars, and the founding pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.identity import LOOKUP_ONLY, NO_MATCH, Decision, decide, keys_of
from broadsheet.model import Identifier, Link, PaperDate, Record
from broadsheet.ports import Candidate, WorkKey
from broadsheet.works import compose

PAGES = Path(__file__).parents[1] / "../shared/data/pages"
TITLE = "Slow Flows of Sand in Rotating Drums with Rough Walls"
ABSTRACT = (
    "Sand that turns slowly within a rough drum flows in thin layers. We measured forty drums, "
    "found layers of constant thickness, and explain their thickness by friction between grains "
    "and walls. Experiments with rice, gravel and glass agree within seven percent."
)
OTHER_ABSTRACT = (
    "Proteins fold while ribosomes still assemble them. Using optical tweezers together with "
    "simulated chains, this letter reports how translation speed selects intermediate structures, "
    "which codons matter most, and why synonymous mutations sometimes cause disease."
)
AUTHORS = ("Ana Example", "Bo Sample", "Cy Muster")
OTHERS = ("Dee Nobody", "Eli Noone")
PAPER = Record(
    "arxiv", "2401.00001", TITLE, ABSTRACT,
    authors=AUTHORS, ids=(Identifier("arxiv", "2401.00001"),),
    date=PaperDate("2024-01-03", "submitted"),
)  # fmt: skip
ENTRY = Record("bibtex", "sand24", TITLE, authors=AUTHORS, date=PaperDate("2024", "published"))
ROW = Record("huggingface", "page#1", TITLE, ABSTRACT)


def doi(value: str) -> Identifier:
    return Identifier("doi", value)


def candidate(record: Record, number: int = 1) -> Candidate:
    year = record.date.year if record.date else None
    return Candidate(number, record.title, record.authors, year, record.ids, record.abstract)


def ask(
    record: Record,
    *works: Record,
    barred: Mapping[int, frozenset[int]] | None = None,
    known: int | None = None,
) -> Decision:
    """The decision on a record in a library of works 1, 2, …: those it shares a key with."""
    keys = {key for key in keys_of(record) if key.kind not in LOOKUP_ONLY}
    near = [
        candidate(work, number)
        for number, work in enumerate(works, 1)
        if not keys.isdisjoint(keys_of(work))
    ]
    return decide(record, near, barred or {}, known=known)


# --- One paper --------------------------------------------------------------------------------

JOINS = {
    "a new version with another title": (
        replace(PAPER, title="Rough Drums", version=2), "same arXiv id 2401.00001"),
    "an entry": (ENTRY, "same title and authors"),
    "an entry in other case": (replace(ENTRY, title=TITLE.upper()), "same title and authors"),
    "an entry with initials": (
        replace(ENTRY, authors=("Example, A.", "Sample, B.", "Muster, C.")),
        "same title and authors"),
    "an entry with the first author only": (
        replace(ENTRY, authors=("Ana Example", "others")), "same title and authors"),
    "an entry without a year": (replace(ENTRY, date=None), "same title and authors"),
    "a journal's entry three years later": (
        replace(ENTRY, ids=(doi("10.1016/j.1"),), date=PaperDate("2027", "published")),
        "same title and authors"),
    "an entry without authors": (
        replace(ENTRY, authors=()), "same title, and nothing contradicts"),
    "a listing row": (ROW, "same title and abstract"),
    "a listing row without its abstract": (
        replace(ROW, abstract=""), "same title, and nothing contradicts"),
    "a listing row with a new form of the abstract": (
        replace(ROW, abstract=ABSTRACT.replace("forty drums, found", "many drums and found")),
        "same title and abstract"),
    "a cut title": (replace(ENTRY, title=TITLE[:33] + "…"), "cut title, same authors"),
    "a title cut in a word": (replace(ENTRY, title=TITLE[:42]), "cut title, same authors"),
    "a title cut between words": (
        replace(ENTRY, title="Slow Flows of Sand in Rotating Drums with"),
        "cut title, same authors"),
    "a listing row with a cut title": (
        replace(ROW, title=TITLE[:50] + "..."), "beginning of the title and abstract agree"),
}  # fmt: skip


@pytest.mark.parametrize("name", JOINS)
def test_joins(name: str) -> None:
    record, reason = JOINS[name]
    assert ask(record, PAPER) == Decision((1,), (reason,))


def test_a_title_without_its_subtitle_joins() -> None:
    work = replace(PAPER, title="SandNet: Learning How Drums Turn Slowly")
    entry = replace(ENTRY, title="SandNet")
    assert ask(entry, work).reasons == ("title without its subtitle, same authors",)
    assert ask(replace(entry, authors=OTHERS), work) == Decision()


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        (doi("10.1000/x"), "same DOI 10.1000/x"),
        (Identifier("openreview", "AbC_12-xyz"), "same OpenReview forum AbC_12-xyz"),
        (Identifier("acl", "P19-1001"), "same ACL id P19-1001"),
        (Identifier("venue", "ICML2024:q"), "same venue id ICML2024:q"),
    ],
)
def test_an_identifier_joins_whatever_the_title(identifier: Identifier, reason: str) -> None:
    work = replace(PAPER, ids=(*PAPER.ids, identifier))
    record = replace(ENTRY, title="Sand", ids=(identifier,))
    assert ask(record, work) == Decision((1,), (reason,))


def test_a_short_title_joins_with_strong_witnesses_only() -> None:
    """Break to see it fail: let `is_specific` be true of every title."""
    work = replace(PAPER, title="Deep Learning")
    assert ask(replace(ENTRY, title="Deep learning"), work).joins == (1,)
    assert ask(replace(ROW, title="Deep learning"), work).joins == (1,)
    assert ask(replace(ROW, title="Deep learning", abstract=""), work) == Decision()
    assert ask(replace(ENTRY, title="Deep learning", authors=()), work) == Decision()
    later = PaperDate("2029", "published")
    assert ask(replace(ENTRY, title="Deep learning", date=later), work) == Decision()


@pytest.mark.parametrize(
    ("one", "other", "joins"),
    [
        ("10.1101/2024.01.01.123456", "10.1038/s1", True),
        ("10.21203/rs.3.rs-1/v1", "10.21203/rs.3.rs-1/v2", True),
        ("10.1101/2024.01.01.123456", "10.2139/ssrn.1", True),
        ("10.1016/j.1", "10.1016/j.2", False),
        ("10.1016/j.1", "10.1007/s1", False),
        ("10.5281/zenodo.1", "10.5281/zenodo.2", True),
        ("10.2139/ssrn.1", "10.2139/ssrn.2", False),
    ],
)
def test_two_dois_may_be_a_preprint_and_its_journal(one: str, other: str, joins: bool) -> None:
    """Break to see it fail: leave DOIs out of `ids_contradict`."""
    work, entry = replace(PAPER, ids=(doi(one),)), replace(ENTRY, ids=(doi(other),))
    assert bool(ask(entry, work).joins) is joins


# --- Two papers -------------------------------------------------------------------------------


def test_a_shared_repository_is_no_reason_to_join() -> None:
    links = (Link("code", "https://github.com/Lab/Model"),)
    one, other = replace(PAPER, links=links), replace(ENTRY, title="Rice", links=links)
    assert WorkKey("github", "lab/model") in keys_of(one)
    assert decide(other, [candidate(one)], {}) == Decision()


# --- Several works ----------------------------------------------------------------------------


def test_a_record_bridges_two_works() -> None:
    """The journal's entry names both the arXiv id and the DOI that were apart until now."""
    journal = replace(ENTRY, title="Sand in Drums", ids=(doi("10.1000/x"),))
    bridge = replace(ENTRY, ids=(*PAPER.ids, doi("10.1000/x")))
    assert ask(bridge, journal, PAPER) == Decision(
        (2, 1), ("same arXiv id 2401.00001", "same DOI 10.1000/x")
    )


def test_no_bridge_between_works_that_contradict() -> None:
    """Break to see it fail: let `_apart` be false."""
    one = replace(PAPER, ids=(Identifier("arxiv", "2401.00001"), doi("10.1000/x")))
    other = replace(PAPER, ids=(Identifier("arxiv", "2402.00002"), doi("10.1000/y")))
    assert ask(replace(ENTRY, ids=(doi("10.1000/x"), doi("10.1000/y"))), one, other).joins == (1,)
    twin = replace(PAPER, ids=(Identifier("arxiv", "2402.00002"),))
    assert ask(replace(ENTRY, ids=(doi("10.1000/x"),)), twin, one).joins == (2,)


def test_a_row_that_fits_two_papers_joins_neither() -> None:
    """Break to see it fail: leave `_agree` out."""
    twin = replace(PAPER, ids=(Identifier("arxiv", "2402.00002"),))
    assert ask(ROW, PAPER, twin) == Decision()
    assert ask(ROW, PAPER, replace(twin, abstract=OTHER_ABSTRACT)).joins == (1,)


def test_the_whole_title_goes_before_a_longer_one() -> None:
    longer = replace(PAPER, title=TITLE + ": New Results", ids=(Identifier("arxiv", "2402.00002"),))
    assert ask(ENTRY, longer, PAPER).joins == (2,)


def test_a_split_stays_undone() -> None:
    """Works 1 and 2 were split by a person; no record of either brings them together again.

    Break to see it fail: let `_are_barred` be false.
    """
    barred = {1: frozenset({2})}
    bridge = replace(ENTRY, ids=(*PAPER.ids, doi("10.1000/x")))
    journal = replace(ENTRY, ids=(doi("10.1000/x"),))
    assert ask(bridge, journal, PAPER).joins == (2, 1)
    assert ask(bridge, journal, PAPER, barred=barred).joins == (2,)
    assert ask(bridge, journal, PAPER, barred={2: frozenset({1})}).joins == (2,)


def test_a_newer_form_of_a_record_goes_where_the_older_one_is() -> None:
    """Break to see it fail: leave `known` out of the matches."""
    barred = {1: frozenset({2}), 2: frozenset({1})}
    edited = replace(ROW, abstract=ABSTRACT + " More.")
    assert ask(edited, PAPER, ROW, barred=barred, known=2).joins == (2,)
    assert ask(edited, PAPER, ROW, known=2).joins == (2, 1)
    assert ask(replace(ROW, title="Quite Another"), PAPER, known=7).joins == (7,)


TEXT = st.text(max_size=30)
RECORDS = st.builds(
    Record, TEXT, TEXT, TEXT, TEXT, authors=st.tuples(TEXT), ids=st.tuples(st.builds(doi, TEXT)),
    links=st.tuples(st.builds(Link, st.just("code"), TEXT)),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(RECORDS, RECORDS)
def test_any_text_can_be_judged(one: Record, other: Record) -> None:
    assert all(isinstance(key.value, str) for key in keys_of(one))
    decision = decide(one, [candidate(other)], {})
    assert len(decision.joins) == len(decision.reasons)


# --- A small library --------------------------------------------------------------------------


def gather(records: Iterable[Record], *, with_abstracts: bool = True) -> list[list[Record]]:
    """Works of these records as an import makes them, each judged by its first record."""
    works: list[list[Record]] = []
    carriers: dict[WorkKey, list[int]] = defaultdict(list)
    for record in records:
        numbers = {number for key in keys_of(record) for number in carriers[key]}
        near = [candidate(works[number][0], number) for number in sorted(numbers)]
        if not with_abstracts:
            near = [each._replace(abstract="") for each in near]
        joins = decide(record, near, {}).joins
        number = joins[0] if joins else len(works)
        if not joins:
            works.append([])
        works[number].append(record)
        for key in keys_of(record):
            carriers[key].append(number)
    return works


def founding_rows() -> list[Record]:
    from broadsheet.connectors import FILE_FORMATS

    rows: list[Record] = []
    for page in sorted(PAGES.glob("*.txt")):
        with page.open("rb") as stream:
            head = stream.read(65536)
            stream.seek(0)
            kind = next(each for each in FILE_FORMATS if each.recognises(head, page.name))
            rows += [row for row in kind.read(stream, page.name) if isinstance(row, Record)]
    return rows


@pytest.mark.skipif(not PAGES.exists(), reason="the founding pages are not here")
def test_founding_pages() -> None:
    """483 rows are 451 papers, and it takes the abstract to say so of those with short titles."""
    rows = founding_rows()
    assert len(rows) == 483
    assert len(gather(rows)) == 451
    assert len(gather(rows, with_abstracts=False)) > 451


# --- News -------------------------------------------------------------------------------------

ADDRESS = Link("page", "https://news.example/drums")
NEWS = Record(
    "paper-news", "guid:1", TITLE, ABSTRACT, authors=AUTHORS, ids=PAPER.ids, kind="news",
    links=(ADDRESS, Link("code", "https://github.com/lab/drums")),
)  # fmt: skip


def test_news_never_meets_a_paper() -> None:
    """Break to see it fail: give news the keys of a paper."""
    paper = replace(PAPER, links=NEWS.links)
    assert set(keys_of(NEWS)).isdisjoint(keys_of(paper))
    assert ask(NEWS, paper, ENTRY, ROW) == NO_MATCH
    assert ask(paper, NEWS) == NO_MATCH
    assert keys_of(compose(1, [NEWS])) == keys_of(NEWS)


def test_news_of_one_address_is_one_piece() -> None:
    again = replace(
        NEWS, source="other", key="2", title="Drums, a report", links=(ADDRESS,), ids=()
    )
    elsewhere = replace(NEWS, links=(Link("page", "https://news.example/other"),))
    assert ask(again, elsewhere, NEWS) == Decision((2,), ("same address",))
    assert ask(replace(NEWS, links=(Link("page", ADDRESS.url + "#more"),)), NEWS).joins == (1,)
    assert ask(replace(NEWS, links=()), NEWS) == NO_MATCH
    assert ask(again, NEWS, NEWS, barred={1: frozenset({2})}).joins == (1,)
    assert ask(elsewhere, NEWS, known=7).joins == (7,)


def test_hearsay_cannot_make_two_papers_one() -> None:
    """Break to see it fail: give `decide` no rule for hearsay."""
    journal = replace(ENTRY, title="Sand in Drums", ids=(doi("10.1000/x"),))
    bridge = replace(ENTRY, source="feed:evil.example", ids=(*PAPER.ids, doi("10.1000/x")))
    assert ask(bridge, journal, PAPER).joins == (2,)


def test_hearsay_needs_more_than_an_identifier() -> None:
    """Break to see it fail: leave `_nothing_in_common` out of `decide`."""
    claim = Record("feed:evil.example", "x", "Buy our sand", authors=OTHERS, ids=PAPER.ids)
    assert ask(claim, PAPER) == NO_MATCH
    assert ask(replace(claim, title=TITLE), PAPER).joins == (1,)
