"""What speaks for or against two descriptions being one paper: titles, authors, abstracts, ids.

Pure. Each function compares one kind of fact and knows nothing of the others; `identity` weighs
them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum
from itertools import islice

from broadsheet.model import Identifier
from broadsheet.text.keys import compact, name_parts, title_key

SUBTITLE = re.compile(r"[:?!.]\s|\s[-–—]+\s|[—;]|\s\(")
"""Where a title may end and a subtitle begin."""
_MOST_HEADS = 16

_ELLIPSIS = re.compile(r"(?:\.\.+|…)\W*$")
_STOPS = (
    "a an and are as at by for from in into is it its not of on or that the their to using via "
    "when what how why with without we all you need"
)
_STOP_WORDS = frozenset(_STOPS.split())
_DANGLERS = "a an and as at between by for from in into of on or the to towards under via with"
_DANGLING = frozenset(_DANGLERS.split())
_MIN_WORDS, _MIN_LENGTH, _MIN_CUT, _MIN_MARKED = 4, 24, 30, 12

# What one title has more than the other may say that it is another paper: a notice or a part
# always does, a numeral, a year or a comment only when the shorter title is not plainly cut off.
_NUMERAL = (
    r"[0-9]{1,2}|i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii|one|two|three|four|five|six|first|second"
    r"|third|fourth|fifth"
)
_SPEAKER = r"comment(?:s|ary)?|repl(?:y|ies)|response|rejoinder|rebuttal|discussion|corrections?"
_OTHER_PAPER = re.compile(
    r"\b(?:errat(?:um|a)|corrigend(?:um|a)|addend(?:um|a)|retract(?:ion|ed)|withdrawn"
    r"|supplement(?:ary|al|s)?|supporting information|appendi(?:x|ces)|expression of concern)\b"
    rf"|\b(?:part|pt|volume|vol|chapter|book|lecture|paper|v[0-9]+) (?:{_NUMERAL})\b"
    r"|\b(?:ii|iii|iv|vi|vii|viii|ix)\b"
)
_MAYBE_OTHER_PAPER = re.compile(
    rf"^(?:(?:a|an|the|authors?) )*(?:{_SPEAKER})\b|\b(?:{_SPEAKER})$|\bcase$"
    rf"|^(?:[0-9]{{1,2}}|i|v|x)\b|(?:^| )(?:{_NUMERAL})$|\b(?:19|20)[0-9]{{2}}\b"
    r"|\b(?:revised|extended|corrected|full|short)(?: version| edition| abstract| report)?$"
)
_ROMAN = re.compile(r"[ivx]+\b")
_SERIAL = re.compile(
    r"^(?:an? |the )?(?:(?:annual|overview|findings|proceedings|report|editorial|preface|foreword"
    r"|in memoriam|obituary|book review|errat(?:um|a)|corrigend(?:um|a)|corrections?|retraction"
    r"|comment on|reply to|response to|letter)\b|(?:introduction|news|summary|discussion)$)"
)
_OTHERS = frozenset({"others", "et al", "et al.", "and others", "..."})


class TitleMatch(Enum):
    """How two titles are alike.

    `CUT` is a title that was cut off (an ellipsis, or the middle of a word); `HEAD` is a title
    without its subtitle; `BEGINNING` is a title that goes on in the other with whole words.
    """

    SAME = "same"
    CUT = "cut"
    HEAD = "head"
    BEGINNING = "beginning"


def compare_titles(a: str, b: str, key_a: str, key_b: str) -> TitleMatch | None:
    """How two titles are alike, given with their title keys; None if they are not.

    None too when what one has more than the other makes it another paper: a part number, a
    year, an erratum, a comment, a supplement.
    """
    short, long = compact(key_a), compact(key_b)
    if short == long:
        return TitleMatch.SAME if short else None
    if len(short) > len(long):
        a, b, key_a, key_b, short, long = b, a, key_b, key_a, long, short
    if not short or not long.startswith(short):
        return None
    rest, whole_words = _rest(key_b, len(short))
    last_word = key_a.rpartition(" ")[2]
    i_of_ii = not whole_words and _ROMAN.fullmatch(last_word) and _ROMAN.match(rest)
    if i_of_ii or _OTHER_PAPER.search(rest):
        return None
    if _is_cut(a, last_word, len(short), rest, whole_words):
        return TitleMatch.CUT
    if not whole_words or is_serial(key_a) or _MAYBE_OTHER_PAPER.search(rest):
        return None
    heads = (b[: end.start()] for end in islice(SUBTITLE.finditer(b), _MOST_HEADS))
    is_head = any(compact(title_key(head)) == short for head in heads)
    return TitleMatch.HEAD if is_head else TitleMatch.BEGINNING


def _is_cut(title: str, last_word: str, letters: int, rest: str, whole_words: bool) -> bool:
    """Whether a title was cut off: it says so, or ends in a word or on "of", "the" and the like.

    "estimate" is no cut "estimates": without a mark both the title and its rest must be long.
    """
    if letters < _MIN_MARKED:
        return False
    if _ELLIPSIS.search(title):
        return True
    if letters < _MIN_CUT or len(rest) < 3:
        return False
    return not whole_words or last_word in _DANGLING


def _rest(key: str, length: int) -> tuple[str, bool]:
    """The words of a key after its first `length` letters, and whether the cut is between words."""
    seen = 0
    words = key.split(" ")
    for place, word in enumerate(words):
        if seen >= length:
            return " ".join(words[place:]), True
        seen += len(word)
        if seen > length:
            return " ".join([word[length - seen :], *words[place + 1 :]]), False
    return "", True


def is_specific(key: str) -> bool:
    """Whether a title says enough to be rare: four telling words and 24 letters."""
    if len(key) < _MIN_LENGTH or is_serial(key):
        return False
    return len({word for word in key.split() if word not in _STOP_WORDS}) >= _MIN_WORDS


def is_serial(key: str) -> bool:
    """Whether a title is of a kind that returns each year, or that every volume has."""
    return _SERIAL.match(key) is not None


class Authors(Enum):
    """How far two author lists agree: `MOST` is half of the shorter list, `SOME` a third of it.

    Less is none: among long lists one common name is chance.
    """

    SAME = "same"
    MOST = "most"
    SOME = "some"
    NONE = "none"
    UNKNOWN = "unknown"


def compare_authors(a: Sequence[str], b: Sequence[str]) -> Authors:
    """How far two lists agree, counted in the shorter one, since lists are often cut."""
    people_a, people_b = _people(a), _people(b)
    if not people_a or not people_b:
        return Authors.UNKNOWN
    fewer = min(len(people_a), len(people_b))
    common = sum(
        any(_may_be_one(given, other) for given in givens for other in people_b.get(key, ()))
        for key, givens in people_a.items()
    )
    if common == len(people_a) == len(people_b):
        return Authors.SAME
    if 3 * common < fewer or not common:
        # "Zhang Yiming" and "Yiming Zhang" have no key in common.
        turned = _words_of_names(a) & _words_of_names(b)
        return Authors.SAME if len(turned) == len(people_a) == len(people_b) else Authors.NONE
    return Authors.MOST if 2 * common >= fewer else Authors.SOME


def _people(authors: Sequence[str]) -> dict[str, set[str]]:
    """The given names of everyone who has the same family name and initial, by those."""
    people: dict[str, set[str]] = {}
    for author in authors:
        family, given = name_parts(author)
        if family and author.lower() not in _OTHERS:
            people.setdefault(f"{family} {given[:1]}", set()).add(given)
    return people


def _may_be_one(a: str, b: str) -> bool:
    """Whether two given names may be one person's: "A" and "Ana", "Sergei" and "Sergey"."""
    return a[:3] == b[:3] or a.startswith(b) or b.startswith(a)


def _words_of_names(authors: Sequence[str]) -> set[str]:
    return {" ".join(sorted(title_key(name).split())) for name in authors}


class Texts(Enum):
    """How far two abstracts agree: `SAME` but for small edits, `ALIKE` as versions of one are.

    `UNKNOWN` is an abstract that is not there; `UNCLEAR` is neither like nor unlike, or too short.
    """

    SAME = "same"
    ALIKE = "alike"
    OTHER = "other"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


_ABSTRACT_LIMIT = 2000
_FEWEST_WORDS, _ENOUGH_WORDS = 5, 15


def compare_abstracts(a: str, b: str) -> Texts:
    """How far two abstracts agree, by the share of the shorter one's words that the other has.

    Words have four letters or more. Of 3,000 pairs of papers of one arXiv category half share
    under 0.13, one in a hundred over 0.27, one in a thousand over 0.41.
    """
    if not a or not b:
        return Texts.UNKNOWN
    if a == b:
        return Texts.SAME
    words_a, words_b = _telling_words(a), _telling_words(b)
    if words_a == words_b:
        return Texts.SAME
    fewer = min(len(words_a), len(words_b))
    share = len(words_a & words_b) / max(fewer, 1)
    if fewer >= _FEWEST_WORDS and share < 0.4:
        return Texts.OTHER
    if fewer < _ENOUGH_WORDS or share < 0.6:
        return Texts.UNCLEAR
    return Texts.SAME if share >= 0.8 else Texts.ALIKE


def _telling_words(text: str) -> set[str]:
    return {word for word in title_key(text[:_ABSTRACT_LIMIT]).split() if len(word) > 3}


# Preprint servers by DOI registrant: a DOI there and a journal's DOI may name one paper.
_REGISTRANTS = (
    "10.1101 10.64898 10.2139 10.12688 10.20944 10.21203 10.22541 10.26434 10.31219 10.31222 "
    "10.31223 10.31224 10.31234 10.31235 10.35542 10.36227 10.6084 10.48550 10.32388 "
    "10.33774"
)
_PREPRINT_SERVERS = frozenset(_REGISTRANTS.split())
_DOI_VERSION = re.compile(r"(?:[/._]?v|(?<=[0-9])\.)[0-9]{1,2}$")


def ids_contradict(a: Collection[Identifier], b: Collection[Identifier]) -> bool:
    """Whether identifiers say that these are two papers.

    A paper has one arXiv id, one PubMed number, one ACL id, one id of a kind within one year of
    a venue, one DOI of a publisher and one of each preprint server. Two OpenReview forums may be
    one paper submitted twice, and Zenodo gives each version a DOI of its own.
    """
    if not a or not b:
        return False
    slots_a = _slots(a)
    return any(
        not (values & slots_a[slot]) for slot, values in _slots(b).items() if slot in slots_a
    )


def _slots(ids: Collection[Identifier]) -> dict[str, set[str]]:
    slots: dict[str, set[str]] = {}
    for scheme, value in ids:
        if scheme == "openreview" or value.startswith("10.5281/"):
            continue
        if scheme == "venue":
            # One paper of a venue has several names, by as many sites; their lengths differ.
            scheme = f"{value.partition(':')[0].lower()} {len(value)}"
        elif scheme == "doi":
            scheme = value.partition("/")[0]
            if scheme in _PREPRINT_SERVERS:
                value = _DOI_VERSION.sub("", value)
            else:
                scheme = "published"
        slots.setdefault(scheme, set()).add(value)
    return slots
