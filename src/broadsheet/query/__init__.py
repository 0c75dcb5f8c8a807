"""Search texts: the tree they mean (`tree`) and the parser that reads them (`parser`). Pure."""

from broadsheet.query.tree import (
    IS,
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

__all__ = [
    "IS",
    "And",
    "DateRange",
    "FieldIs",
    "HasCode",
    "Is",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "Word",
]
