"""Works as BibTeX that BibTeX, biber and bibtexparser read alike.

BibTeX counts every brace, `\\{` too, so a brace in a text is written `\\textbraceleft{}`; maths
stays TeX as long as its braces balance by both ways of counting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from broadsheet.exports.entries import WITHDRAWN, Kind, address_of, kind_of, split_name, with_keys
from broadsheet.model import Work
from broadsheet.text import clean_line, split_maths

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TYPES = {
    Kind.JOURNAL: ("article", "journal"),
    Kind.CONFERENCE: ("inproceedings", "booktitle"),
    Kind.PREPRINT: ("misc", "note"),
}
_SPECIAL = {
    r"\$": r"\$",  # how a text that we cleaned writes a dollar sign
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "$": r"\$", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_",
}  # fmt: skip
_SPECIALS = re.compile(r"\\\$|[\\{}~^$%&#_]")
_BRACE = re.compile(r"[{}]")
_PLAIN_BRACE = re.compile(r"(?<!\\)[{}]")
_RAW = "/:?=&;,+~#%()@!*"


def to_bibtex(works: Iterable[Work]) -> str:
    """One entry a work, in UTF-8 text."""
    return "\n".join(_entry(key, work) for key, work in with_keys(works))


def _entry(key: str, work: Work) -> str:
    type_, venue_field = _TYPES[kind_of(work)]
    fields = {
        "title": escape(work.title),
        "author": " and ".join(_name(author) for author in work.authors),
        venue_field: escape(work.venue or ""),
        "note": WITHDRAWN if work.withdrawn else "",
        "year": escape(work.date.value[:4]) if work.date else "",
        "doi": _verbatim(work.identifier("doi") or ""),
        "eprint": _verbatim(work.identifier("arxiv") or ""),
        "archiveprefix": "arXiv" if work.identifier("arxiv") else "",
        "primaryclass": escape(work.categories[0]) if work.categories else "",
        "url": _verbatim(address_of(work)),
        "abstract": escape(work.abstract),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    if work.date and (month := work.date.month) and 1 <= month <= 12:
        lines.append(f"  month = {_MONTHS[month - 1]},\n")
    return f"@{type_}{{{key},\n{''.join(lines)}}}\n"


def escape(text: str) -> str:
    """Plain text as the inside of a braced value; maths in it stays maths."""
    parts = split_maths(clean_line(text))
    for index, part in enumerate(parts):
        if index % 2 == 0 or not (_balanced(_BRACE, part) and _balanced(_PLAIN_BRACE, part)):
            parts[index] = _SPECIALS.sub(lambda found: _SPECIAL[found[0]], part)
    return "".join(parts)


def _balanced(braces: re.Pattern[str], text: str) -> bool:
    depth = 0
    for found in braces.finditer(text):
        depth += 1 if found[0] == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _name(author: str) -> str:
    family, given = split_name(author)
    return f"{escape(family)}, {escape(given)}" if given else f"{{{escape(family)}}}"


def _verbatim(value: str) -> str:
    """For fields that are read as they stand: what is no address character is percent-encoded."""
    return quote(clean_line(value), safe=_RAW)
