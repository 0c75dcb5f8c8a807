"""Texts that are moved in below what they belong to. Needs rich; imported late."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

INDENT = " " * 5
"""As far as what is told of a paper is moved in below its number."""


def print_indented(
    out: Console, text: Text, indent: str = INDENT, *, first: str | None = None
) -> None:
    """Wrapped text with `indent` before each line, or `first` before the first one, and no blanks
    at the ends."""
    lead = indent if first is None else first
    for line in text.wrap(out, out.width - len(indent)):
        line.rstrip()
        out.print(Text.assemble(lead, line), soft_wrap=True)
        lead = indent
