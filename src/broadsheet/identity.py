"""Which work does a record belong to? Keys to find candidates by, and the judgement on them.

Pure. In this order: the arXiv id, another identifier, the title with authors, year and abstract
as witnesses. A wrong merge hides a paper and a missed one only shows it twice, so doubt is no.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from enum import IntEnum
from itertools import combinations
from typing import NamedTuple

from broadsheet.ids import parse_github
from broadsheet.model import Record, Work
from broadsheet.ports import Candidate, WorkKey
from broadsheet.text.keys import compact, name_key, title_key
from broadsheet.witnesses import (
    SUBTITLE,
    Authors,
    Texts,
    TitleMatch,
    compare_abstracts,
    compare_authors,
    compare_titles,
    ids_contradict,
    is_serial,
    is_specific,
)

LOOKUP_ONLY = frozenset({"github"})
"""Kinds of keys that find a paper for a person and say nothing about identity."""

TITLE_LETTERS = 40
"""Letters of a title in its key. Of 180,000 arXiv papers the fullest such bucket holds 12."""

LEAD_LETTERS = 12

_OPENREVIEW_OF_VENUE = re.compile(r"[A-Za-z]+[0-9]{4}:([A-Za-z0-9_-]{9,12})")


class Decision(NamedTuple):
    """The works that a record joins, strongest reason first, and one short phrase for each.

    Nothing joined: the record is a work of its own. More than one: the record shows that these
    works are one paper.
    """

    joins: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()


NO_MATCH = Decision()


def keys_of(record: Record | Work) -> tuple[WorkKey, ...]:
    """Everything by which this description of a paper may be found again.

    Identifiers under their own scheme; "title": the first 40 letters of the title, so that a cut
    title meets the whole one; "lead": the first author with the first 12 letters of the title
    before its subtitle; "github": repositories it links to. Keys of the kinds in `LOOKUP_ONLY`
    need not be looked up for `decide`. A work carries the keys of all its records.

    News has keys of a kind of its own, its addresses, so that it never meets a paper: it bears
    the paper's title, and may name the paper's identifiers.
    """
    return tuple(dict.fromkeys(_news_keys(record) if record.kind else _keys(record)))


def _news_keys(record: Record | Work) -> Iterator[WorkKey]:
    for link in record.links:
        if link.rel == "page":
            yield WorkKey("news", link.url.partition("#")[0])


def _keys(record: Record | Work) -> Iterator[WorkKey]:
    for scheme, value in record.ids:
        yield WorkKey(scheme, value)
        if scheme == "venue" and (forum := _OPENREVIEW_OF_VENUE.fullmatch(value)):
            yield WorkKey("openreview", forum[1])
    title = record.title
    if letters := compact(title_key(title)):
        yield WorkKey("title", letters[:TITLE_LETTERS])
        if record.authors:
            subtitle = SUBTITLE.search(title)
            head = compact(title_key(title[: subtitle.start()])) if subtitle else letters
            lead = name_key(record.authors[0])
            yield WorkKey("lead", f"{lead} {(head or letters)[:LEAD_LETTERS]}")
    for link in record.links:
        if "github.com" in link.url and (repository := parse_github(link.url)):
            yield WorkKey(*repository)


class _Rank(IntEnum):
    """How strong a match is; a lower one never overrules a higher one."""

    SHORTENED = 1
    TITLE = 2
    WITNESSED = 3
    IDENTIFIER = 4
    ARXIV = 5
    KNOWN = 6


class _Match(NamedTuple):
    rank: _Rank
    candidate: Candidate
    reason: str


def decide(
    record: Record,
    candidates: Collection[Candidate],
    barred: Mapping[int, frozenset[int]],
    *,
    known: int | None = None,
) -> Decision:
    """Which of the candidates (works that share a key with it) a record belongs to.

    `barred[n]` are works that a person split from work n: never both are joined. `known` is the
    work that holds an earlier form of this very record (same source and key): it is always
    joined, first, and what is barred from it never is. Hearsay joins one work at most, and by an
    identifier only where title or authors agree besides; works that are hearsay only are looked
    at after all others, so that no false word about a paper keeps its records apart.
    """
    if not candidates:
        return NO_MATCH if known is None else Decision((known,), (_NEWER_FORM,))
    key = title_key(record.title)
    year = record.date.year if record.date else None
    this = Candidate(0, record.title, record.authors, year, record.ids, record.abstract)
    matches = []
    for candidate in candidates:
        if candidate.work_id == known:
            matches.append(_Match(_Rank.KNOWN, candidate, _NEWER_FORM))
        elif record.kind:  # shares an address, the only key that news has
            matches.append(_Match(_Rank.IDENTIFIER, candidate, "same address"))
        elif (match := _match(this, candidate, key)) and not (
            record.hearsay and _nothing_in_common(this, candidate, key)
        ):
            matches.append(match)
    if known is not None and all(match.rank is not _Rank.KNOWN for match in matches):
        matches.append(_Match(_Rank.KNOWN, this._replace(work_id=known), _NEWER_FORM))
    decision = _choose(matches, barred)
    if record.hearsay:  # a feed may name any two papers: that does not make them one
        return Decision(decision.joins[:1], decision.reasons[:1])
    return decision


_NEWER_FORM = "newer form of the same record"


def _match(this: Candidate, other: Candidate, key: str) -> _Match | None:
    shared = set(this.ids).intersection(other.ids) if this.ids and other.ids else None
    if not shared:
        return _match_titles(this, other, key)
    scheme, value = min(shared, key=lambda one: (one.scheme != "arxiv", one))
    reason = f"same {_SCHEME_NAMES.get(scheme, scheme)} {value}"
    if scheme == "arxiv":
        return _Match(_Rank.ARXIV, other, reason)
    if _arxiv_contradicts(this, other) or _nothing_in_common(this, other, key):
        return None
    return _Match(_Rank.IDENTIFIER, other, reason)


def _nothing_in_common(this: Candidate, other: Candidate, key: str) -> bool:
    """Neither title nor authors: the shared id is a whole volume's, not a paper's."""
    return (
        compare_authors(this.authors, other.authors) is Authors.NONE
        and compare_titles(this.title, other.title, key, title_key(other.title)) is None
    )


_SCHEME_NAMES = {
    "arxiv": "arXiv id",
    "doi": "DOI",
    "openreview": "OpenReview forum",
    "acl": "ACL id",
    "pmid": "PubMed id",
    "venue": "venue id",
}


def _arxiv_contradicts(a: Candidate, b: Candidate) -> bool:
    return ids_contradict(
        [one for one in a.ids if one.scheme == "arxiv"],
        [one for one in b.ids if one.scheme == "arxiv"],
    )


def _match_titles(this: Candidate, other: Candidate, key: str) -> _Match | None:
    other_key = title_key(other.title)
    alike = compare_titles(this.title, other.title, key, other_key)
    if alike is None or ids_contradict(this.ids, other.ids):
        return None
    facts = _Facts(
        min(key, other_key, key=len),
        compare_authors(this.authors, other.authors),
        min(len(this.authors), len(other.authors)) > 1,
        None if this.year is None or other.year is None else abs(this.year - other.year),
        compare_abstracts(this.abstract, other.abstract),
    )
    if alike is TitleMatch.SAME:
        found = _judge_same_title(facts)
    else:
        found = _judge_part_of_title(alike, facts)
    return _Match(found[0], other, found[1]) if found else None


class _Facts(NamedTuple):
    """The witnesses: `key` of the shorter title, `several` authors in each list, `gap` in years."""

    key: str
    authors: Authors
    several: bool
    gap: int | None
    texts: Texts

    def within(self, years: int) -> bool:
        """Whether the years, where both are known, are that near."""
        return self.gap is None or self.gap <= years

    @property
    def texts_agree(self) -> bool:
        return self.texts in (Texts.SAME, Texts.ALIKE)


_Judgement = tuple[_Rank, str] | None


def _judge_same_title(facts: _Facts) -> _Judgement:
    """The shorter and the more usual a title, the more has to agree besides."""
    if is_serial(facts.key):
        return _judge_serial_title(facts)
    specific = is_specific(facts.key)
    if facts.texts_agree and (specific or facts.authors is not Authors.NONE):
        return _Rank.WITNESSED, "same title and abstract"
    if specific:
        return _judge_specific_title(facts)
    if facts.texts is Texts.OTHER or not facts.within(3 if facts.several else 1):
        return None
    if facts.authors is Authors.SAME and (facts.several or facts.gap is not None):
        return _Rank.WITNESSED, "same title and authors"
    if facts.authors is Authors.MOST and facts.gap is not None:
        return _Rank.WITNESSED, "same title and year, and most authors"
    return None


def _judge_serial_title(facts: _Facts) -> _Judgement:
    """A title that comes back every year: everything has to agree, the year above all."""
    if facts.gap == 0 and facts.texts is not Texts.OTHER and facts.authors is Authors.SAME:
        return _Rank.WITNESSED, "same title, authors and year"
    if facts.texts_agree and facts.within(1) and facts.authors is not Authors.NONE:
        return _Rank.WITNESSED, "same title and abstract"
    return None


def _judge_specific_title(facts: _Facts) -> _Judgement:
    if facts.authors in (Authors.SAME, Authors.MOST) and facts.within(10):
        return _Rank.WITNESSED, "same title and authors"
    if facts.texts is Texts.OTHER:
        return None
    if facts.authors is Authors.SOME and facts.within(1):
        return _Rank.WITNESSED, "same title and some of the authors"
    if facts.authors is Authors.UNKNOWN and facts.within(2):
        return _Rank.TITLE, "same title, and nothing contradicts"
    return None


def _judge_part_of_title(alike: TitleMatch, facts: _Facts) -> _Judgement:
    """One title is the beginning of the other: papers of a series are like that, too."""
    if facts.authors is Authors.NONE or facts.texts is Texts.OTHER or not facts.within(1):
        return None
    if facts.texts is Texts.SAME or (facts.texts is Texts.ALIKE and alike is TitleMatch.CUT):
        return _Rank.SHORTENED, "beginning of the title and abstract agree"
    if alike is TitleMatch.CUT and facts.authors in (Authors.SAME, Authors.MOST):
        return _Rank.SHORTENED, "cut title, same authors"
    if facts.authors is not Authors.SAME or facts.texts is not Texts.UNKNOWN:
        return None
    if alike is TitleMatch.HEAD:
        return _Rank.SHORTENED, "title without its subtitle, same authors"
    if facts.several and facts.gap == 0 and is_specific(facts.key):
        return _Rank.SHORTENED, "beginning of the title, same authors and year"
    return None


# --- Choosing among matches -------------------------------------------------------------------


def _choose(matches: Collection[_Match], barred: Mapping[int, frozenset[int]]) -> Decision:
    """Works that more than hearsay tells of come first, but for the record's own."""
    chosen: list[_Match] = []
    for hearsay in (False, True):
        level = [
            match
            for match in matches
            if (match.candidate.hearsay and match.rank is not _Rank.KNOWN) is hearsay
        ]
        _choose_among(level, barred, chosen)
    return Decision(
        tuple(match.candidate.work_id for match in chosen),
        tuple(match.reason for match in chosen),
    )


def _choose_among(
    matches: Collection[_Match], barred: Mapping[int, frozenset[int]], chosen: list[_Match]
) -> None:
    """Strongest first; whatever contradicts what was chosen before it is left out."""
    for rank in sorted({match.rank for match in matches}, reverse=True):
        if rank is _Rank.SHORTENED and chosen:
            break
        group = sorted(
            (match for match in matches if match.rank is rank), key=lambda m: m.candidate.work_id
        )
        group = [one for one in group if not any(_apart(one, c, barred) for c in chosen)]
        if rank <= _Rank.WITNESSED and not _agree(group, barred):
            break  # several papers of this title fit equally well: no telling which
        for match in group:
            if not any(_apart(match, other, barred) for other in chosen):
                chosen.append(match)


def _apart(a: _Match, b: _Match, barred: Mapping[int, frozenset[int]]) -> bool:
    """Whether two works must not become one, though a record fits both."""
    if _are_barred(a.candidate.work_id, b.candidate.work_id, barred):
        return True
    if min(a.rank, b.rank) >= _Rank.IDENTIFIER:
        return _arxiv_contradicts(a.candidate, b.candidate)
    return ids_contradict(a.candidate.ids, b.candidate.ids)


def _are_barred(a: int, b: int, barred: Mapping[int, frozenset[int]]) -> bool:
    return b in barred.get(a, ()) or a in barred.get(b, ())


def _agree(group: Collection[_Match], barred: Mapping[int, frozenset[int]]) -> bool:
    """Whether matches by title could all be one work."""
    return all(
        not _are_barred(a.candidate.work_id, b.candidate.work_id, barred)
        and _match(a.candidate, b.candidate, title_key(a.candidate.title)) is not None
        for a, b in combinations(group, 2)
    )
