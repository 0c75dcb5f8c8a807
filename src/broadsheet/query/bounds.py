"""What one query may cost: phrases are dear, so they are counted, each one once.

A word with a hyphen in it means a phrase wherever it has to match (beside an OR, behind a minus).
Beyond the bound it means its parts instead: a pasted text is never refused for its hyphens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from broadsheet.errors import InvalidQueryError
from broadsheet.query.tree import And, FieldIs, Node, Not, Or, Phrase, Word

MAX_PHRASES = 24
_PART = re.compile(r"[^\W_]+")
_PHRASE_FIELDS = ("title", "abstract", "author", "venue")


def join(kind: type[And] | type[Or], nodes: Iterable[Node]) -> Node | None:
    """One node for several, with groups of the same kind opened up; None for none.

    What stands there twice says nothing new, save for plain words, which then rank higher.
    """
    flat: list[Node] = []
    seen: set[Node] = set()
    for node in nodes:
        for each in node.nodes if isinstance(node, kind) else (node,):
            if each not in seen or (kind is And and isinstance(each, Word)):
                flat.append(each)
            seen.add(each)
    return kind(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def bound_phrases(node: Node | None, positions: dict[int, int]) -> Node | None:
    """The tree with at most `MAX_PHRASES` phrases, given where each leaf stands (by its `id`).

    Raises InvalidQueryError at the phrase, or field with several words, that is one too many.
    """
    phrases = [leaf for leaf in _leaves(node) if _is_phrase(leaf)]
    if len(phrases) > MAX_PHRASES:
        raise InvalidQueryError(
            f"A query has at most {MAX_PHRASES} phrases and fields with several words.",
            positions[id(phrases[MAX_PHRASES])],
        )
    terms = node.nodes if isinstance(node, And) else (node,) if node else ()
    inside = _leaves(*(term for term in terms if not isinstance(term, Word)))
    hyphened = [leaf for leaf in inside if isinstance(leaf, Word) and _parts(leaf.text)[1:]]
    if len(phrases) + len(hyphened) <= MAX_PHRASES:
        return node
    return join(And, (term if isinstance(term, Word) else _take_apart(term) for term in terms))


def _leaves(*nodes: Node | None) -> Iterator[Node]:
    for node in nodes:
        match node:
            case And(inner) | Or(inner):
                yield from _leaves(*inner)
            case Not(one):
                yield from _leaves(one)
            case None:
                pass
            case _:
                yield node


def _is_phrase(node: Node) -> bool:
    match node:
        case Phrase(text):
            return len(_parts(text)) > 1
        case FieldIs(field, value):
            return field in _PHRASE_FIELDS and len(_parts(value)) > 1
    return False


def _parts(text: str) -> list[str]:
    return _PART.findall(text)


def _take_apart(node: Node, within: type[And] | type[Or] = And) -> Node:
    """The node with every hyphened word in it as its parts: any of them beside an OR, else all."""
    match node:
        case Word(text):
            return join(within, map(Word, _parts(text))) or node
        case Not(inner):
            return Not(_take_apart(inner))
        case And(nodes):
            return join(And, (_take_apart(each) for each in nodes)) or node
        case Or(nodes):
            return join(Or, (_take_apart(each, Or) for each in nodes)) or node
    return node
