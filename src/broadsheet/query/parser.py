"""Search text to tree. Any ordinary text is a query; only a wrong field or sheer size is refused.

    query    = clause*                    all of them hold; plain words only as far as they can
    clause   = operand ("OR" operand)*
    operand  = ["-" | "NOT"] ( word | '"' phrase '"' | field ":" value | "(" query ")" )

Brackets without a partner, an OR or a NOT with nothing beside it, empty groups, and AND are passed
over.
"""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.errors import InvalidQueryError
from broadsheet.ids import find_identifiers
from broadsheet.query.bounds import bound_phrases, join
from broadsheet.query.dates import parse_range
from broadsheet.query.tokens import Kind, Token, clean, tokenize
from broadsheet.query.tree import IS, And, FieldIs, HasCode, Is, Node, Not, Or, Phrase, Query, Word

MAX_LENGTH = 4000
MAX_DEPTH = 30
MAX_OPERATORS = 200


def parse(text: str) -> Query:
    """The query that a text means. Raises InvalidQueryError with the position of a mistake.

    Takes time in proportion to the text, and none for a text beyond `MAX_LENGTH` characters.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidQueryError(
            f"A search has at most {MAX_LENGTH:,} characters; this one has {len(text):,}.",
            MAX_LENGTH,
        )
    node = _Parser(tokenize(clean(text))).read()
    nodes = node.nodes if isinstance(node, And) else (node,) if node else ()
    terms = tuple(node for node in nodes if speaks(node))
    filters = tuple(node for node in nodes if not speaks(node))
    spoken = " ".join(_spoken(terms))
    return Query(spoken, terms, filters, ids=() if filters else find_identifiers(spoken))


def speaks(node: Node) -> bool:
    """Whether a node has words to rank by, and is not merely a filter."""
    match node:
        case Word() | Phrase():
            return True
        case And(nodes) | Or(nodes):
            return any(map(speaks, nodes))
    return False


def _spoken(nodes: Iterable[Node]) -> Iterable[str]:
    """The words of the nodes that are asked for, as they were typed."""
    for node in nodes:
        match node:
            case Word(text) | Phrase(text):
                yield text
            case And(inner) | Or(inner):
                yield from _spoken(inner)


class _Parser:
    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = list(tokens)
        self._next = 0
        self._depth = 0
        self._positions: dict[int, int] = {}
        self._check_size()

    def read(self) -> Node | None:
        """Everything there is; brackets that close what was never opened are passed over."""
        nodes: list[Node] = []
        while self._next < len(self._tokens):
            nodes += self._read_clauses()
            self._next += 1
        return bound_phrases(join(And, nodes), self._positions)

    def _check_size(self) -> None:
        structured = (Kind.PHRASE, Kind.FIELD, Kind.OR)
        operators = [token for token in self._tokens if token.kind in structured]
        if len(operators) > MAX_OPERATORS:
            raise InvalidQueryError(
                f"A search has at most {MAX_OPERATORS} phrases, fields and ORs.",
                operators[MAX_OPERATORS].position,
            )

    def _peek(self) -> Kind | None:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else None

    def _read_clauses(self) -> list[Node]:
        """Clauses up to a closing bracket, which stays unread, or to the end."""
        found: list[Node] = []
        while self._peek() not in (None, Kind.CLOSE):
            if clause := self._read_clause():
                found.append(clause)
        return found

    def _read_clause(self) -> Node | None:
        alternatives = [self._read_operand()]
        while self._peek() is Kind.OR:
            self._next += 1
            if self._peek() not in (None, Kind.CLOSE, Kind.OR):
                alternatives.append(self._read_operand())
        return join(Or, [node for node in alternatives if node])

    def _read_operand(self) -> Node | None:
        token = self._tokens[self._next]
        if token.kind is Kind.OR:
            return None
        self._next += 1
        node = self._read_group(token) if token.kind is Kind.OPEN else self._read_leaf(token)
        if not (node and token.negated):
            return node
        return node.node if isinstance(node, Not) else Not(node)

    def _read_leaf(self, token: Token) -> Node:
        node = _leaf(token)
        self._positions[id(node)] = token.position
        return node

    def _read_group(self, opening: Token) -> Node | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidQueryError(
                f"Parentheses can be nested {MAX_DEPTH} deep, no deeper.", opening.position
            )
        node = join(And, self._read_clauses())
        self._next += 1
        self._depth -= 1
        return node


def _leaf(token: Token) -> Node:
    match token.kind:
        case Kind.FIELD:
            return _field(token)
        case Kind.PHRASE:
            return Phrase(token.text)
    return Word(token.text)


def _field(token: Token) -> Node:
    if token.field in ("year", "date", "within"):
        return parse_range(token.field, token.text, token.position)
    if token.field == "has":
        if token.text.lower() != "code":
            raise InvalidQueryError("Only has:code can be asked for.", token.position)
        return HasCode()
    if token.field == "is":
        if token.text.lower() not in IS:
            asked = ", ".join(f"is:{what}" for what in IS[:-1])
            raise InvalidQueryError(
                f"Only {asked} and is:{IS[-1]} can be asked for.", token.position
            )
        return Is(token.text.lower())
    return FieldIs(token.field, token.text, token.quoted)
