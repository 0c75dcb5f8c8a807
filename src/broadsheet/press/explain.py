"""Why a paper is in an edition, and why it stands where it does: from what was stored with it."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.edition import Edition, Entry, Part, Section
from broadsheet.errors import NotFoundError
from broadsheet.press.matches import TERM
from broadsheet.press.trending import FORMULA

TRIED = (
    "Two rankers take turns in this section while they are tried; which of them placed a paper is "
    "told on the page of the trial."
)


def explain(edition: Edition, work_id: int) -> tuple[str, ...]:
    """Sentences for each place where a paper stands in an edition.

    Raises NotFoundError where it is not in it.
    """
    found = [
        (section, entry)
        for section in edition.sections
        for entry in section.entries
        if entry.work_id == work_id
    ]
    if not found:
        raise NotFoundError("paper", work_id, within=f" in the edition {edition.name}")
    return tuple(line for section, entry in found for line in _explain(section, entry))


def _explain(section: Section, entry: Entry) -> list[str]:
    lines = [f"Number {entry.rank} of {len(section.entries)} in “{section.title}”.", entry.reason]
    if entry.late_from:
        told = f"It was announced on {entry.late_from}"
        lines.append(f"{told}; that, or the paper, came too late for the edition of that day.")
    if section.model:
        lines += _explain_match(section, entry)
    elif entry.parts:
        lines += [_say_sum(entry.score, entry.parts), f"The formula: {FORMULA}"]
    lines += [_compare(section, entry, step) for step in (-1, 1)]
    return [line for line in lines if line]


def _explain_match(section: Section, entry: Entry) -> list[str]:
    """What a shelf has to say of a paper that it found."""
    lessons = [part for part in entry.parts if part.name != TERM]
    words = [f"{part.seen} ({part.points:+.2f})" for part in entry.parts if part.name == TERM]
    return [
        _say_sum(entry.score, lessons) if lessons else "",
        f"The words that count for most of that: {', '.join(words)}." if words else "",
        "" if entry.match is None else f"{entry.match:.0%} is how likely it was to be kept.",
        TRIED if entry.team else "",
        f"It was chosen by {section.model}.",
    ]


def _say_sum(score: float, parts: Sequence[Part]) -> str:
    summed = f"{parts[0].points:.2f} ({parts[0].seen})"
    for part in parts[1:]:
        summed += f" {'-' if part.points < 0 else '+'} {abs(part.points):.2f} ({part.seen})"
    return f"Its score is {score:.2f} = {summed}."


def _compare(section: Section, entry: Entry, step: int) -> str:
    """How the paper stands to the one above (-1) or below (1)."""
    place = entry.rank - 1 + step
    if not 0 <= place < len(section.entries):
        return ""
    other, where = section.entries[place], "above" if step < 0 else "below"
    if not (entry.parts or other.parts):
        return ""
    if other.score == entry.score:
        return f"“{other.title}” {where} it has the same score; the lists' own order decides."
    return f"“{other.title}” {where} it has {other.score:.2f}."
