"""Texts to terms: the words and pairs of words that say what a paper is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadsheet.model import Work

_MATHEMATICS = re.compile(r"\$[^$]{0,400}\$|\\[a-zA-Z]+|https?://\S+")
_RUN = re.compile(r"[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*)*")
"""Words with nothing but a space between them: no pair goes across a comma."""
_LONGEST = 40
_MOSTLY = 0.8
_STOP_WORDS = """
    a about above across after again against all almost alone along already also although always
    am among an and another any are aren't around as at be became because become been before being
    below between both but by can can't cannot could did do does doing don't done down due during
    each either else enough especially etc even ever every few first for from further furthermore
    get give given gives has have having he hence her here his how however i if in indeed instead
    into is it its itself just last later latter least less let like likely made make makes making
    many may me might more moreover most much must my namely near nearly need needs neither never
    nevertheless new next no nor not nothing now of off often on once one only onto or other others
    our ours out over own part per perhaps quite rather re really same second see several she should
    since so some still such than that the their them then there therefore these they third this
    those though three through throughout thus to together too toward towards two under until up
    upon us use used useful uses using various very via was we well were what when where whereas
    whether which while who whole whom whose why will with within without would yet you your

    paper papers work works study studies propose proposes proposed proposing present presents
    presented show shows showed shown demonstrate demonstrates demonstrated introduce introduces
    introduced result results resulting approach approaches method methods experiment experiments
    experimental evaluate evaluated evaluates evaluation based novel existing recent recently state
    art state-of-the-art significantly significant outperform outperforms performance achieve
    achieves achieved improve improves improved improving provide provides provided find finds found
    findings address addresses addressing investigate investigates analysis analyze analyzing
    compared comparing different extensive effective effectively efficient demonstrating enable
    enables enabling leverage leverages leveraging including include includes remain remains often
    challenge challenges challenging problem problems task tasks set sets large high low better
    best code available github com http https www e.g i.e et al first-order
    finally typically exactly consider considered considering certain increasingly particularly
    specifically respectively widely commonly highly fully directly simple simply general generally
    key main major important popular critical settings setting establish
    establishes established aims aim aimed matters methodology introducing developing develop
    developed develops suggest suggests suggesting reveal reveals offer offers offering yield yields
    yielding require requires required requiring allow allows allowing perform performs performing
    obtain obtains obtained contribution contributions prove proves proved
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Counted:
    """In how many of `papers` papers each term is, and each of its spellings."""

    papers: int
    counts: Counter[str]
    spellings: Counter[str]

    def show(self, term: str) -> str:
        """A term as it is mostly written."""
        return max((term, term + "s", term[:-1] + "ies"), key=self.spellings.__getitem__)


def count_terms(works: Iterable[Work]) -> Counted:
    """Count terms in titles and abstracts, each once a paper; singular and plural are one term."""
    papers, counts, spellings = 0, Counter[str](), Counter[str]()
    keys: dict[str, str] = {}
    for work in works:
        papers += 1
        found = set(terms_of(f"{work.title}. {work.text}"))
        for term in found:
            if term not in keys:
                keys[term] = fold(term)
        counts.update({keys[term] for term in found})
        spellings.update(found)
    return Counted(papers, counts, spellings)


def terms_of(text: str) -> Iterator[str]:
    """Words of a text and pairs of neighbours, stop words aside."""
    for run in _RUN.finditer(_MATHEMATICS.sub(" , ", text.lower())):
        words = run[0].split(" ")
        before = ""
        for word in words:
            word = word.strip("'’-").removesuffix("'s").removesuffix("’s")
            if len(word) < 2 or len(word) > _LONGEST or word in STOP_WORDS:
                before = ""
                continue
            yield word
            if before:
                yield f"{before} {word}"
            before = word


def fold(term: str) -> str:
    """A term without the plural of its last word: as a key, not to be read."""
    if term.endswith("ies") and len(term) > 5:
        return term[:-3] + "y"
    if len(term) > 4 and term.endswith("s") and term[-2] not in "suia":
        return term[:-1]
    return term


def leave_out_parts(terms: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """The terms without those that hardly occur but inside a longer one of `terms`."""
    whole: Counter[str] = Counter()
    for pair in terms:
        if " " in pair:
            for part in pair.split(" "):
                whole[part] = max(whole[part], counts[pair])
    return [term for term in terms if whole[term] < _MOSTLY * counts[term]]
