"""A paper that a shelf has found, as an edition shows it: why it is there, from what the ranker
really used. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from broadsheet.edition import Entry, Part, Section
from broadsheet.learning import Because, Match
from broadsheet.model import Work
from broadsheet.press.candidates import Candidate
from broadsheet.press.sections import join_words, make_entry

LESSON, REST, TERM = "because", "rest", "term"
"""The names of the parts of a match: lessons and the rest add up to its score; terms say the same
score in words, and are no summands beside them."""

NAMED, WORDS = 2, 3
"""As many lessons and words are named in a reason."""

STRONG = 0.5
"""A lesson or word after the first is named if it adds at least this share of what that adds."""


LONGEST_TITLE = 72
"""A longer title is cut in a reason, between words; what a score is made of names it in full."""


class Told(NamedTuple):
    """What a reason is told with: the shelf's name, the papers that it has learned from, those of
    them that the reader has saved, and the shelf's number."""

    shelf: str
    lessons: Mapping[int, Work]
    saved: Collection[int]
    shelf_id: int


def make_match_entry(place: int, candidate: Candidate, match: Match, told: Told) -> Entry:
    """A match as an entry of an edition."""
    lessons = [each for each in match.because if each.work_id in told.lessons]
    return replace(
        make_entry(place, candidate, say_why(match, lessons, told)),
        score=round(match.score, 4),
        parts=_make_parts(match, lessons, told),
        match=match.chance,
        team=match.team,
        shelf_id=told.shelf_id,
    )


def say_why(match: Match, lessons: Collection[Because], told: Told) -> str:
    """Why a paper is there, in a sentence: "Your shelf “Bees”: near “Hives”, which you saved;
    honey, summer meadows."""
    near = [each for each in lessons if each.points > 0]
    near = [each for each in near[:NAMED] if each.points >= STRONG * near[0].points]
    words = [term for term in match.terms if term.points > 0]
    words = [each for each in words[:WORDS] if each.points >= STRONG * words[0].points]
    said = f"near {_name(near, told)}" if near else ""
    why = "; ".join(filter(None, (said, ", ".join(each.name for each in words))))
    shelf = f"Your shelf “{told.shelf}”"
    if match.explored:
        begun = f"{shelf} knows little about papers like this one; your answer will teach it"
        return f"{begun} ({why})." if why else f"{begun}."
    return f"{shelf}: {why}." if why else f"{shelf}."


def say_within(section: Section, entry: Entry) -> str:
    """The reason of an entry as its section tells it: a shelf's own section has said whose it is.

    "Near “Hives”, which you saved; honey." A reason that is of no shelf, or stands elsewhere, is
    told as it is.
    """
    if not section.key.startswith("shelf-"):
        return entry.reason
    name = section.title.removeprefix("Near “").removesuffix("”")
    told = entry.reason.removeprefix(f"Your shelf “{name}”")
    if told.startswith(" "):
        return f"This shelf{told}"
    if told.startswith(": "):
        return told[2:3].upper() + told[3:]
    return entry.reason


def _name(near: Collection[Because], told: Told) -> str:
    said: dict[str, list[str]] = {}
    for each in near:
        did = "saved" if each.work_id in told.saved else "liked"
        title = _shorten(told.lessons[each.work_id].title)
        said.setdefault(did, []).append(f"“{title}”")
    parts = (f"{join_words(titles)}, which you {did}" for did, titles in said.items())
    return ", and ".join(parts)


def _shorten(title: str) -> str:
    """A title, or its beginning, which ends neither within a word nor within a formula."""
    if len(title) <= LONGEST_TITLE:
        return title
    begun = title[: title.rfind(" ", LONGEST_TITLE // 2, LONGEST_TITLE)]
    if begun.count("$") % 2:
        begun = begun[: begun.rindex("$")]
    return f"{begun.rstrip(' ,;:-–')} …"


def _make_parts(match: Match, lessons: Collection[Because], told: Told) -> tuple[Part, ...]:
    parts = [
        Part(LESSON, _say_lesson(each, told), round(each.points, 4), each.work_id)
        for each in lessons
    ]
    if parts:
        left = round(match.score, 4) - sum(part.points for part in parts)
        parts.append(Part(REST, "all else that the shelf has learned", round(left, 4)))
    return (*parts, *(Part(TERM, each.name, round(each.points, 4)) for each in match.terms))


def _say_lesson(lesson: Because, told: Told) -> str:
    title = told.lessons[lesson.work_id].title
    if lesson.work_id in told.saved:
        return f"“{title}”, which you saved"
    return f"“{title}”, which {'you liked' if lesson.points > 0 else 'is not for you'}"
