"""More traps by name: pairs that look like one paper and are two, and the other way round."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadsheet.identity import Decision, decide
from broadsheet.model import Identifier, PaperDate
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
    """Break to see it fail: empty `_OTHER_PAPER`, or let `is_serial` be false."""
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
