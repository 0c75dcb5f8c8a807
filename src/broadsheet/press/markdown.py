"""An edition as Markdown. What authors wrote is escaped here, and nowhere else for this format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.press.calendar import spell
from broadsheet.press.matches import say_within

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&@])")
_AT_START = re.compile(r"^([-+=]|\d{1,9}[.)])")
_ADDRESS = re.compile(r"(?i)(www)\.|(https?|ftp|mailto|xmpp):")


def write(edition: Edition) -> str:
    """A whole edition; papers are numbered as on its page."""
    return "\n".join(_lines(edition)).rstrip("\n") + "\n"


def title_of(edition: Edition) -> str:
    """The date, week or month as people say it."""
    if edition.scope in (Scope.DAY, Scope.READER):
        return spell(edition.last)
    if edition.scope is Scope.WEEK:
        return f"Week {int(edition.name[-2:])}, {edition.name[:4]}"
    return f"{edition.first:%B} {edition.first.year}"


def escape(text: str) -> str:
    """Text that Markdown shows as it is: nothing in it is a mark, an address or a tag."""
    text = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    text = _ADDRESS.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text)
    return _AT_START.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text)


def _lines(edition: Edition) -> Iterator[str]:
    whose = "Your Broadsheet" if edition.scope is Scope.READER else "Broadsheet"
    yield f"# {whose}: {title_of(edition)}"
    yield ""
    yield " · ".join(
        [
            f"No. {edition.number}" if edition.number else "Proof, not printed",
            *(["Example"] if edition.example else []),
            *([escape(edition.receipt)] if edition.receipt else []),
        ]
    )
    yield ""
    if edition.quiet:
        yield escape(edition.quiet)
    for section in edition.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield f"## {escape(section.title)}"
    yield ""
    if section.note:
        yield f"*{escape(section.note)}*"
        yield ""
    for entry in section.entries:
        yield from _entry(entry, say_within(section, entry))
    if section.more:
        yield f"And {section.more:,} more."
        yield ""


def _entry(entry: Entry, reason: str) -> Iterator[str]:
    yield f"{entry.rank}. **{escape(entry.title)}** (paper {entry.work_id})  "
    about = [escape(", ".join(entry.authors)), escape(entry.kicker)]
    if entry.late_from:
        about.append(f"late, of {entry.late_from}")
    yield "   " + " · ".join(filter(None, about)) + "  "
    if entry.excerpt:
        yield f"   {escape(entry.excerpt)}  "
    match = "" if entry.match is None else f"{entry.match:.0%}: "
    yield f"   *{match}{escape(reason)}*"
    yield ""
