"""Traps by name: pairs that look like one paper and are two, and the other way round."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.identity import Decision, decide
from broadsheet.model import Identifier, PaperDate, Record
from test_identity import (
    AUTHORS,
    ENTRY,
    OTHER_ABSTRACT,
    OTHERS,
    PAPER,
    ROW,
    TITLE,
    ask,
    candidate,
    doi,
)

APART = {
    "two arXiv ids": (replace(PAPER, ids=(Identifier("arxiv", "2402.00002"),)), PAPER),
    "two ids of one venue": (
        replace(ENTRY, ids=(Identifier("venue", "ICML2024:a"),)),
        replace(PAPER, ids=(Identifier("venue", "ICML2024:b"),))),
    "one DOI under two arXiv ids": (
        replace(PAPER, ids=(Identifier("arxiv", "2402.00002"), doi("10.1000/x"))),
        replace(PAPER, ids=(*PAPER.ids, doi("10.1000/x")))),
    "one DOI of a whole volume": (
        replace(ENTRY, title="A Chapter on Rice", authors=OTHERS, ids=(doi("10.1000/x"),)),
        replace(PAPER, ids=(doi("10.1000/x"),))),
    "other authors": (replace(ENTRY, authors=OTHERS), PAPER),
    "others of the same name": (
        replace(ENTRY, authors=("Arno Example",)), replace(PAPER, authors=("Ana Example",))),
    "another abstract": (replace(ROW, abstract=OTHER_ABSTRACT), PAPER),
    "another abstract and cut title": (
        replace(ROW, abstract=OTHER_ABSTRACT, title=TITLE[:50] + "..."), PAPER),
    "part one and part two": (
        replace(ENTRY, title=TITLE + ", Part II"), replace(PAPER, title=TITLE + ", Part I")),
    "part 1 and part 2": (
        replace(ENTRY, title=TITLE + " 2"), replace(PAPER, title=TITLE + " 1")),
    "part one and part two in words": (
        replace(ENTRY, title=TITLE + ". Part Two"), replace(PAPER, title=TITLE + ". Part One")),
    "a sequel": (replace(ENTRY, title=TITLE + ". II: Rice"), PAPER),
    "a sequel in brackets": (replace(ENTRY, title=TITLE + " (III)"), PAPER),
    "a sequel by number": (replace(ENTRY, title=TITLE + ": 2"), PAPER),
    "a special case": (replace(ENTRY, title=TITLE + ": The Wet Case"), PAPER),
    "a companion": (
        replace(ENTRY, title=TITLE + " under Water", authors=AUTHORS[:1]),
        replace(PAPER, authors=AUTHORS[:1])),
    "a longer title, the short one usual": (
        replace(ENTRY, title="Graph Learning for Molecules with Many Rings"),
        replace(PAPER, title="Graph Learning")),
    "a companion two years later": (
        replace(ENTRY, title=TITLE + " under Water", date=PaperDate("2026", "published")), PAPER),
    "an erratum": (replace(ENTRY, title="Erratum: " + TITLE), PAPER),
    "an erratum at the end": (replace(ENTRY, title=TITLE + ": Erratum"), PAPER),
    "a corrigendum": (replace(ENTRY, title=TITLE + " (Corrigendum)"), PAPER),
    "a correction": (replace(ENTRY, title=TITLE + " - Author Correction"), PAPER),
    "a retraction": (replace(ENTRY, title="Retraction: " + TITLE), PAPER),
    "only the word erratum": (
        replace(ENTRY, title="Erratum"), replace(PAPER, title="Erratum: " + TITLE)),
    "a comment": (replace(ENTRY, title=f"Comment on “{TITLE}”", authors=OTHERS), PAPER),
    "a comment at the end": (replace(ENTRY, title=TITLE + ": A Comment"), PAPER),
    "a reply": (replace(ENTRY, title="Reply to: " + TITLE), PAPER),
    "a reply at the end": (replace(ENTRY, title=TITLE + " – Reply"), PAPER),
    "a supplement": (replace(ENTRY, title=TITLE + ": Supplementary Material"), PAPER),
    "a supplement in front": (replace(ENTRY, title="Supplementary Material: " + TITLE), PAPER),
    "an extended version": (replace(ENTRY, title=TITLE + " (Extended Version)"), PAPER),
    "introductions": (
        replace(ENTRY, title="Introduction", authors=OTHERS),
        replace(PAPER, title="Introduction")),
    "introductions of two years": (
        replace(ENTRY, title="Introduction", date=PaperDate("2025", "published")),
        replace(PAPER, title="Introduction")),
    "a series by its year": (
        replace(ENTRY, title="Overview of the Sand Task 2025"),
        replace(PAPER, title="Overview of the Sand Task 2024")),
    "a series without its year": (
        replace(ENTRY, title="Overview of the Third Sand Task on Drums",
                date=PaperDate("2025", "published")),
        replace(PAPER, title="Overview of the Third Sand Task on Drums")),
    "a series, one year named": (
        replace(ENTRY, title="Overview of the Third Sand Task on Drums 2024"),
        replace(PAPER, title="Overview of the Third Sand Task on Drums")),
    "a year too far": (replace(ENTRY, authors=(), date=PaperDate("2019", "published")), PAPER),
    "no title": (replace(ENTRY, title="…"), replace(PAPER, title="—")),
    "an addendum": (replace(ENTRY, title=TITLE + ": Addendum"), PAPER),
    "an expression of concern": (replace(ENTRY, title="Expression of Concern: " + TITLE), PAPER),
    "an appendix": (replace(ENTRY, title=TITLE + " (Appendix)"), PAPER),
    "supporting information": (replace(ENTRY, title=TITLE + ": Supporting Information"), PAPER),
    "a withdrawn notice": (replace(ENTRY, title="WITHDRAWN: " + TITLE), PAPER),
    "a discussion": (replace(ENTRY, title=TITLE + ": Discussion"), PAPER),
    "a rejoinder": (replace(ENTRY, title=TITLE + ": Rejoinder"), PAPER),
    "a response in front": (replace(ENTRY, title="Response to: " + TITLE), PAPER),
    "volume two": (replace(ENTRY, title=TITLE + ", Volume 2"), PAPER),
    "chapter three": (replace(ENTRY, title=TITLE + ": Chapter Three"), PAPER),
    "a lecture": (replace(ENTRY, title=TITLE + ". Lecture 4"), PAPER),
    "two PubMed numbers": (
        replace(ENTRY, ids=(Identifier("pmid", "11"),)),
        replace(PAPER, ids=(Identifier("pmid", "22"),))),
    "two ACL ids": (
        replace(ENTRY, ids=(Identifier("acl", "P19-1001"),)),
        replace(PAPER, ids=(Identifier("acl", "P19-1002"),))),
    "a usual title by others, abstracts alike not known": (
        replace(ENTRY, title="Deep Learning", authors=OTHERS),
        replace(PAPER, title="Deep Learning")),
    "a usual title by one person eight years on": (
        replace(ENTRY, title="Deep Learning", date=PaperDate("2032", "published")),
        replace(PAPER, title="Deep Learning")),
    "a row of a usual title with another abstract": (
        replace(ROW, title="Deep Learning", abstract=OTHER_ABSTRACT),
        replace(PAPER, title="Deep Learning")),
    "an editorial of the next year": (
        replace(ENTRY, title="Editorial", date=PaperDate("2025", "published")),
        replace(PAPER, title="Editorial", abstract="")),
    "proceedings of two years": (
        replace(ENTRY, title="Proceedings of the Sand Workshop", authors=(),
                date=PaperDate("2025", "published")),
        replace(PAPER, title="Proceedings of the Sand Workshop")),
    "a sequel with the same abstract": (replace(ROW, title=TITLE + " II"), PAPER),
    "a cut title by others": (replace(ENTRY, title=TITLE[:42] + "…", authors=OTHERS), PAPER),
    "a cut title five years later": (
        replace(ENTRY, title=TITLE[:42] + "…", date=PaperDate("2029", "published")), PAPER),
    "two words that are a beginning": (replace(ENTRY, title="Slow Flows"), PAPER),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_two_papers(name: str) -> None:
    """Break to see it fail: empty `_OTHER_PAPER`, or let `ids_contradict` or `is_serial` say no."""
    one, other = APART[name]
    assert ask(one, other) == Decision()
    assert decide(one, [candidate(other)], {}) == Decision()
    assert decide(other, [candidate(one)], {}) == Decision()


TOGETHER = {
    "TeX in the title": replace(ENTRY, title=r"Slow {F}lows of \emph{Sand} in Rotating Drums with "
                                             "Rough Walls"),
    "a full stop at the end": replace(ENTRY, title=TITLE + "."),
    "a hyphen more": replace(ENTRY, title=TITLE.replace("Rough Walls", "Rough-Walls")),
    "tags in the title": replace(ENTRY, title=TITLE.replace("Sand", "<i>Sand</i>")),
    "authors in another order": replace(ENTRY, authors=AUTHORS[::-1]),
    "names with the family first": replace(
        ENTRY, authors=("Example, Ana", "Sample, Bo", "Muster, Cy")),
    "a name in capitals": replace(ENTRY, authors=tuple(map(str.upper, AUTHORS))),
    "one author less": replace(ENTRY, authors=AUTHORS[:2]),
    "a year earlier": replace(ENTRY, date=PaperDate("2023", "published")),
    "a preprint's DOI": replace(ENTRY, ids=(doi("10.48550/arxiv.2401.00001"),)),
    "an id of another kind": replace(ENTRY, ids=(Identifier("pmid", "11"),)),
    "an abstract that is cut": replace(ROW, abstract=PAPER.abstract[:180] + "…"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_one_paper(name: str) -> None:
    record = TOGETHER[name]
    assert ask(record, PAPER).joins == (1,)
    assert decide(PAPER, [candidate(record)], {}).joins == (1,)


@pytest.mark.parametrize("name", APART)
def test_the_right_one_of_two_is_chosen(name: str) -> None:
    """The paper itself stands beside what looks like it."""
    one, _ = APART[name]
    twin = replace(one, ids=one.ids or (doi("10.1000/twin"),))
    assert 1 in ask(replace(twin, source="ris", key="again"), twin, PAPER).joins


@settings(max_examples=60, deadline=None)
@given(st.permutations([PAPER, ENTRY, ROW, *(one for one, _ in APART.values())][:12]))
def test_order_of_candidates_does_not_matter(works: list[Record]) -> None:
    numbered = {id(work): n for n, work in enumerate(sorted(works, key=Record.to_json), 1)}
    near = [candidate(work, numbered[id(work)]) for work in works]
    expected = decide(ENTRY, sorted(near), {})
    assert decide(ENTRY, near, {}) == expected
