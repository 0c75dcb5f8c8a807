"""An edition as people read it in the terminal. Needs rich; imported late."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from broadsheet.cli.indented import INDENT, print_indented
from broadsheet.cli.output import console, printable
from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.press.markdown import title_of
from broadsheet.press.matches import say_within

SHOWN_AUTHORS = 4


def edition(shown: Edition, *, back_issue: bool) -> None:
    """A whole edition: masthead, sections, and where the rest of each is found."""
    out = console()
    whose = "YOUR BROADSHEET" if shown.scope is Scope.READER else "BROADSHEET"
    out.print(Rule(Text(whose, style="bold"), characters="═"))
    facts = [title_of(shown), _describe_number(shown, back_issue)]
    if shown.example:
        facts.append("example")
    out.print(Text(" · ".join(facts), justify="center"))
    if shown.receipt:
        out.print(Text(printable(shown.receipt), style="dim", justify="center"))
    out.print(Rule(characters="═"))
    if shown.quiet:
        out.print(Text(printable(shown.quiet)))
    for section in shown.sections:
        _section(out, section)


def _describe_number(shown: Edition, back_issue: bool) -> str:
    if shown.number:
        return f"No. {shown.number:,}"
    return "back issue, never printed" if back_issue else "proof, not printed yet"


def trending(section: Section, formula: str) -> None:
    """What trends, with what each paper has behind it, and the formula."""
    out = console()
    _section(out, section)
    if section.entries:
        out.print(Text(printable(f"Score: {formula}"), style="dim"))


def _section(out: Console, section: Section) -> None:
    out.print()
    out.print(Text(printable(section.title), style="bold underline"))
    if section.note:
        out.print(Text(printable(section.note), style="dim"))
    for entry in section.entries:
        _entry(out, entry, say_within(section, entry))
    if section.more:
        line = f"{INDENT}and {section.more:,} more"
        if section.query:
            line += f":  broadsheet search '{section.query}'"
        out.print(Text(printable(line), style="dim"), soft_wrap=True)


def _entry(out: Console, entry: Entry, reason: str) -> None:
    heading = Text.assemble((f"{entry.rank:>3}  ", "dim"), (printable(entry.title), "bold"))
    if entry.late_from:
        heading.append(f"  late, of {entry.late_from}", "yellow")
    print_indented(out, heading, first="")
    names = ", ".join(entry.authors[:SHOWN_AUTHORS])
    if len(entry.authors) > SHOWN_AUTHORS:
        names += " and others"
    known = [names, entry.kicker, f"paper {entry.work_id}"]
    print_indented(out, Text(printable(" · ".join(filter(None, known))), style="dim"))
    print_indented(out, Text(printable(_describe_rank(entry, reason)), style="cyan"))


def _describe_rank(entry: Entry, reason: str) -> str:
    """Why a paper stands there, after what its rank goes by."""
    if entry.match is not None:
        return f"{entry.match:.0%}: {reason}"
    lessons = any(part.work_id for part in entry.parts)
    return f"{entry.score:.1f}: {reason}" if entry.score and not lessons else reason
