"""Search texts: the tree they mean (`tree`) and the parser that reads them (`parser`). Pure."""

from broadsheet.query.tree import (
    And,
    DateRange,
    FieldIs,
    HasCode,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Word,
)

__all__ = [
    "And",
    "DateRange",
    "FieldIs",
    "HasCode",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "Word",
]
