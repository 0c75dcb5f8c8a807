"""The tree back to text, for links that hold one filter more or less than the page shows."""

from __future__ import annotations

from dataclasses import replace

from broadsheet.query.dates import format_range
from broadsheet.query.parser import parse
from broadsheet.query.tree import (
    And,
    DateRange,
    FieldIs,
    HasCode,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Word,
)


def render(query: Query) -> str:
    """A text that parses to the same tree: the terms as they were typed, then the filters."""
    return " ".join(map(_render, (*query.terms, *query.filters)))


def field_filter(field: str, value: str) -> str:
    """The text of a filter for a facet's value: category:cs.LG, venue:"NeurIPS 2023"."""
    plain = field != "venue" and value.isascii() and not set(value) & set(' "()\t\n,;')
    return f"{field}:{value}" if plain else f'{field}:"{value.translate(_UNQUOTED)}"'


def with_filter(text: str, added: str) -> str:
    """The search `text` narrowed by the filter `added`; a new date range replaces an old one.

    Raises InvalidQueryError when either has a mistake in it.
    """
    query, new = parse(text), parse(added).filters
    kept = [node for node in query.filters if node not in new]
    if any(isinstance(node, DateRange) for node in new):
        kept = [node for node in kept if not isinstance(node, DateRange)]
    return render(replace(query, filters=(*kept, *new)))


def without_filter(text: str, removed: str) -> str:
    """The search `text` without the filter `removed`, if it has it.

    Raises InvalidQueryError when either has a mistake in it.
    """
    query, old = parse(text), parse(removed).filters
    return render(replace(query, filters=tuple(n for n in query.filters if n not in old)))


_UNQUOTED = {ord(quote): "'" for quote in '"“”„‟'}


def _render(node: Node) -> str:
    match node:
        case Word(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case FieldIs(field, value, phrase):
            return f'{field}:"{value}"' if phrase else f"{field}:{value}"
        case DateRange():
            return format_range(node)
        case HasCode():
            return "has:code"
        case Is(what):
            return f"is:{what}"
        case Not(inner):
            return _render_not(inner)
        case And(nodes):
            return f"({' '.join(map(_render, nodes))})"
        case Or(nodes):
            return " OR ".join(map(_render, nodes))


def _render_not(node: Node) -> str:
    text = _render(node)
    if isinstance(node, Or) or not (text[0].isalpha() or text[0] in '("'):
        return f"-({text})"
    return "-" + text
