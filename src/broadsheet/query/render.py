"""The tree back to text, for links that hold a search, whole or narrowed."""

from __future__ import annotations

from broadsheet.query.dates import format_range
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
