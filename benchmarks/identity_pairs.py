"""Labelled pairs for the identity benchmark, made from real papers by seeded perturbation.

Each maker takes a random generator and a paper and gives a `Pair`: a work that is in the library,
a record that comes in, and whether they are one paper. None where a paper does not lend itself
(no subtitle to drop). TeX and Unicode variants are made with pylatexenc, which the code under
test does not use.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from benchmarks.corpora import Paper
from broadsheet.model import Identifier, PaperDate, Record

ROMAN = {2: ("II", "2", "Two"), 3: ("III", "3", "Three"), 4: ("IV", "4", "Four")}
GENERIC = ("Introduction", "Deep Learning", "Editorial", "Preface", "Quantum Computing", "Survey")


class Pair(NamedTuple):
    """A record, the record of a work in the library, and the truth."""

    record: Record
    work: Record
    same: bool


Maker = Callable[[random.Random, Record, Record], Pair | None]


def as_record(paper: Paper) -> Record:
    """A corpus row as the arXiv connector gives it, near enough for identity."""
    return Record(
        source="arxiv",
        key=paper["id"],
        title=" ".join(paper["title"].split()),
        abstract=paper["abstract"],
        authors=tuple(" ".join(name.split()) for name in paper["authors"]),
        ids=(Identifier("arxiv", paper["id"]),),
        date=PaperDate(paper["date"], paper["date_kind"]),
    )


def as_entry(paper: Record, **changes: object) -> Record:
    """A bibliography entry for a paper: no identifier, no abstract, only the year."""
    year = PaperDate(paper.date.value[:4], "published") if paper.date else None
    entry = replace(paper, source="bibtex", ids=(), abstract="", date=year)
    return replace(entry, **changes)  # type: ignore[arg-type]


def _year(paper: Record, shift: int) -> PaperDate:
    assert paper.date is not None
    return PaperDate(str(paper.date.year + shift), "published")


# --- One paper, said differently --------------------------------------------------------------


def new_version(rng: random.Random, paper: Record, other: Record) -> Pair:
    words = paper.title.split()
    words[rng.randrange(len(words))] = rng.choice(other.title.split())
    return Pair(replace(paper, title=" ".join(words), version=2), paper, True)


def plain_entry(rng: random.Random, paper: Record, other: Record) -> Pair:
    return Pair(as_entry(paper), paper, True)


def other_case(rng: random.Random, paper: Record, other: Record) -> Pair:
    title = rng.choice((str.upper, str.lower, str.title, str.capitalize))(paper.title)
    return Pair(as_entry(paper, title=title), paper, True)


def initials(rng: random.Random, paper: Record, other: Record) -> Pair:
    form = rng.choice(("{i}. {f}", "{f}, {i}.", "{f}, {g}"))
    return Pair(as_entry(paper, authors=tuple(map(_rewrite(form), paper.authors))), paper, True)


def _rewrite(form: str) -> Callable[[str], str]:
    def rewrite(name: str) -> str:
        given, _, family = name.partition("(")[0].strip().rpartition(" ")
        if not given or "\\" in given[:2] or "," in name:
            return name
        return form.format(i=given[0], g=given, f=family)

    return rewrite


def missing_year(rng: random.Random, paper: Record, other: Record) -> Pair:
    return Pair(as_entry(paper, date=None), paper, True)


def missing_authors(rng: random.Random, paper: Record, other: Record) -> Pair:
    return Pair(as_entry(paper, authors=()), paper, True)


def first_author_only(rng: random.Random, paper: Record, other: Record) -> Pair:
    return Pair(as_entry(paper, authors=(paper.authors[0], "others")), paper, True)


def journal_later(rng: random.Random, paper: Record, other: Record) -> Pair:
    """The journal's entry: its DOI, a later year, initials."""
    doi = Identifier("doi", f"10.1016/j.{rng.randrange(10**8)}")
    form = _rewrite("{f}, {i}.")
    entry = as_entry(
        paper,
        ids=(doi,),
        date=_year(paper, rng.randint(0, 3)),
        authors=tuple(map(form, paper.authors)),
    )
    return Pair(entry, paper, True)


def same_doi(rng: random.Random, paper: Record, other: Record) -> Pair:
    doi = Identifier("doi", f"10.1016/j.{rng.randrange(10**8)}")
    work = replace(paper, ids=(*paper.ids, doi))
    return Pair(as_entry(paper, ids=(doi,), title=other.title, date=None), work, True)


def listing_row(rng: random.Random, paper: Record, other: Record) -> Pair:
    title, abstract = _page_text(paper.title), _page_text(paper.abstract)
    row = as_entry(paper, title=title, abstract=abstract, authors=(), date=None)
    return Pair(replace(row, source="huggingface"), paper, True)


def listing_without_abstract(rng: random.Random, paper: Record, other: Record) -> Pair:
    return Pair(as_entry(paper, authors=(), date=None, source="huggingface"), paper, True)


def _page_text(text: str) -> str:
    """Mathematics as listing pages leave it: no dollars, and commands without their backslash."""
    return text.replace("$", "").replace("\\m", "m").replace("\\e", "e")


def to_unicode(rng: random.Random, paper: Record, other: Record) -> Pair | None:
    if not _has_tex(paper):
        return None
    title, *authors = map(_tex_to_unicode(), (paper.title, *paper.authors))
    return Pair(as_entry(paper, title=title, authors=tuple(authors)), paper, True)


def to_tex(rng: random.Random, paper: Record, other: Record) -> Pair | None:
    """The work has Unicode, the entry comes from a BibTeX file that has none."""
    if not _has_tex(paper) and (paper.title + "".join(paper.authors)).isascii():
        return None
    title, *authors = map(_tex_to_unicode(), (paper.title, *paper.authors))
    work = replace(paper, title=title, authors=tuple(authors))
    title, *authors = map(_unicode_to_tex(), (title, *authors))
    return Pair(as_entry(paper, title=title, authors=tuple(authors)), work, True)


def _has_tex(paper: Record) -> bool:
    return "\\" in paper.title + "".join(paper.authors)


@cache
def _tex_to_unicode() -> Callable[[str], str]:
    from pylatexenc.latex2text import LatexNodes2Text

    reader = LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
    return lambda text: " ".join(str(reader.latex_to_text(text)).split())


@cache
def _unicode_to_tex() -> Callable[[str], str]:
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    encoder = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)
    return lambda text: str(encoder.unicode_to_latex(text))


def cut_title(rng: random.Random, paper: Record, other: Record) -> Pair | None:
    length = rng.choice((50, 60, 80, 100))
    if len(paper.title) <= length + 8:
        return None
    mark = rng.choice(("...", "…", " …"))
    return Pair(as_entry(paper, title=paper.title[:length].rstrip() + mark), paper, True)


def cut_title_unmarked(rng: random.Random, paper: Record, other: Record) -> Pair | None:
    """Cut at a fixed width without a mark, in a word or between two."""
    length = rng.choice((50, 60, 80, 100))
    if len(paper.title) <= length + 8:
        return None
    return Pair(as_entry(paper, title=paper.title[:length].rstrip()), paper, True)


def cut_listing_row(rng: random.Random, paper: Record, other: Record) -> Pair | None:
    if len(paper.title) <= 70:
        return None
    title = paper.title[:60].rstrip() + "…"
    return Pair(replace(listing_row(rng, paper, other).record, title=title), paper, True)


def without_subtitle(rng: random.Random, paper: Record, other: Record) -> Pair | None:
    head, colon, rest = paper.title.partition(": ")
    return Pair(as_entry(paper, title=head), paper, True) if colon and len(rest) > 8 else None


# --- Two papers that look like one ------------------------------------------------------------


def parts(rng: random.Random, paper: Record, other: Record) -> Pair:
    number = rng.choice(tuple(ROMAN))
    form = rng.randrange(3)
    pattern = rng.choice(("{t}, Part {n}", "{t} {n}", "{t}. {n}", "{t} ({n})", "{t}: Part {n}"))
    first = pattern.format(t=paper.title, n=("I", "1", "One")[form])
    if rng.random() < 0.4:
        first = paper.title
    second = pattern.format(t=paper.title, n=ROMAN[number][form])
    return Pair(as_entry(paper, title=second), replace(paper, title=first), False)


def notice(rng: random.Random, paper: Record, other: Record) -> Pair:
    title = rng.choice(
        ("Erratum: {t}", "{t}: Erratum", "Corrigendum to \"{t}\"", "{t} (Corrigendum)",
         "Retraction: {t}", "Retraction Note: {t}", "Addendum to: {t}", "Correction to {t}",
         "{t} - Addendum", "{t}. Errata")
    ).format(t=paper.title)  # fmt: skip
    return Pair(as_entry(paper, title=title), paper, False)


def comment_or_reply(rng: random.Random, paper: Record, other: Record) -> Pair:
    kind = rng.choice(("Comment on", "Reply to", "Response to", "A comment on", "Discussion of"))
    title = rng.choice((f"{kind} “{paper.title}”", f"{paper.title}: {kind.split()[-2]}",
                        f"{kind} {paper.title}"))  # fmt: skip
    authors = paper.authors if kind.startswith("Re") else other.authors
    return Pair(as_entry(paper, title=title, authors=authors), paper, False)


def supplement(rng: random.Random, paper: Record, other: Record) -> Pair:
    title = rng.choice(
        ("{t}: Supplementary", "{t}: Supplementary Material", "{t} - Supplement",
         "Supplementary material for {t}", "{t}: Supporting Information", "{t}: Appendix")
    ).format(t=paper.title)  # fmt: skip
    return Pair(as_entry(paper, title=title), paper, False)


def generic_title(rng: random.Random, paper: Record, other: Record) -> Pair:
    title = rng.choice(GENERIC)
    authors = rng.choice((other.authors, (), other.authors[:1]))
    entry = as_entry(paper, title=title, authors=authors)
    return Pair(entry, replace(paper, title=title), False)


def other_authors(rng: random.Random, paper: Record, other: Record) -> Pair:
    text = rng.choice(("", other.abstract))
    return Pair(as_entry(paper, authors=other.authors, abstract=text), paper, False)


def other_abstract(rng: random.Random, paper: Record, other: Record) -> Pair:
    """A listing row of another paper with the same title: only the abstract tells."""
    row = as_entry(paper, authors=(), date=None, abstract=other.abstract, source="huggingface")
    return Pair(row, paper, False)


def yearly(rng: random.Random, paper: Record, other: Record) -> Pair:
    title = rng.choice(("Overview of the {t} Task", "Findings of the {t} Challenge",
                        "Report on {t}", "Proceedings of the {t} Workshop"))  # fmt: skip
    year = _year(paper, 0).value
    named = rng.random() < 0.5
    first, second = (f" {year}", f" {int(year) + 1}") if named else ("", "")
    title = title.format(t=" ".join(paper.title.split()[:4]))
    work = replace(paper, title=title + first)
    return Pair(as_entry(paper, title=title + second, date=_year(paper, 1)), work, False)


def two_arxiv_ids(rng: random.Random, paper: Record, other: Record) -> Pair:
    return Pair(replace(paper, ids=other.ids, key=other.key), paper, False)


def two_journals(rng: random.Random, paper: Record, other: Record) -> Pair:
    one, two = (
        Identifier("doi", f"10.{rng.choice((1016, 1007))}/{n}") for n in rng.sample(range(9**6), 2)
    )
    return Pair(as_entry(paper, ids=(one,)), as_entry(paper, ids=(two,)), False)


POSITIVE: tuple[Maker, ...] = (
    new_version, plain_entry, other_case, initials, missing_year, missing_authors,
    first_author_only, journal_later, same_doi, listing_row, listing_without_abstract, to_unicode,
    to_tex, cut_title, cut_title_unmarked, cut_listing_row, without_subtitle,
)  # fmt: skip
NEGATIVE: tuple[Maker, ...] = (
    parts, notice, comment_or_reply, supplement, generic_title, other_authors, other_abstract,
    yearly, two_arxiv_ids, two_journals,
)  # fmt: skip
