"""Search text to tokens: words, "phrases", field:values, parentheses and OR. Linear in its length.

NOT negates the token after it, as a hyphen does; AND says what is so anyway, and is passed over.

Nothing is wrong here but a known field without a value: a quote that nobody closes, a hyphen on
its own, a colon after any other word, and a bracket inside a word are ordinary text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from broadsheet.errors import InvalidQueryError

FIELDS = ("title", "author", "abstract", "category", "venue", "source", "id")
FILTERS = ("year", "date", "within", "has", "is")

_QUOTES = '"“”„‟'
_QUOTE = re.compile(f"[{_QUOTES}]")
_SPACE = re.compile(r"\s*")
_FIELD = re.compile(rf"({'|'.join((*FIELDS, *FILTERS))}):", re.IGNORECASE | re.ASCII)
# A bracket pair without a space inside belongs to the word: f(x), S0140-6736(20)30183-5.
_WORD = re.compile(r"(?:[^\s()]|\([^\s()]*\))+")
# One for one, so that positions stay those of the text that was typed.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Kind(Enum):
    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    OR = auto()
    NOT = auto()
    OPEN = auto()
    CLOSE = auto()


_OPERATORS = {"OR": Kind.OR, "NOT": Kind.NOT}


class Token(NamedTuple):
    """`text` is a word, the inside of a phrase, or a field's value, which begins at `position`."""

    kind: Kind
    position: int
    text: str = ""
    negated: bool = False
    field: str = ""
    quoted: bool = False


def clean(text: str) -> str:
    """The text with control characters and lone surrogates blanked, as long as before."""
    return _UNPRINTABLE.sub(" ", text)


def tokenize(text: str) -> Iterator[Token]:
    """Tokens of a cleaned text, in order. Raises InvalidQueryError for a field without value."""
    at = _skip(text, 0)
    after_not = False
    while at < len(text):
        dash = text[at] == "-" and _can_be_negated(text, at + 1)
        negated = dash and (at == 0 or text[at - 1] == "(" or text[at - 1].isspace())
        token, at = _read(text, at + dash)
        if token and token.kind is Kind.NOT:
            after_not = not after_not
        elif token:
            able = token.kind not in (Kind.OR, Kind.CLOSE)
            yield token._replace(negated=negated != (after_not and able))
            after_not = False
        at = _skip(text, at)


def is_searchable(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(map(str.isalnum, text))


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _can_be_negated(text: str, at: int) -> bool:
    """-word, -"phrase" and -(group) are negations; -5, (pre)-training and a lone dash are text."""
    return at < len(text) and (text[at].isalpha() or text[at] in _QUOTES or text[at] == "(")


def _read(text: str, at: int) -> tuple[Token | None, int]:
    """The token that begins at `at`, if it means anything, and where reading goes on."""
    if text[at] == "(":
        return Token(Kind.OPEN, at), at + 1
    if text[at] == ")":
        return Token(Kind.CLOSE, at), at + 1
    if text[at] in _QUOTES:
        inside, end = _read_quoted(text, at)
        return (Token(Kind.PHRASE, at, inside) if is_searchable(inside) else None), end
    if match := _FIELD.match(text, at):
        return _read_field(text, match)
    match = _WORD.match(text, at)
    word, end = (match[0], match.end()) if match else (text[at], at + 1)
    if word == "AND":
        return None, end
    return Token(_OPERATORS.get(word, Kind.WORD), at, word), end


def _read_quoted(text: str, at: int) -> tuple[str, int]:
    """What stands between a quote and the next one; a quote that is never closed is skipped."""
    closing = _QUOTE.search(text, at + 1)
    if closing is None:
        return "", at + 1
    return " ".join(text[at + 1 : closing.start()].split()), closing.end()


def _read_field(text: str, match: re.Match[str]) -> tuple[Token, int]:
    """A field with its value, or the field's name as a plain word where a space follows it.

    A title may well say "the first year: a study"; a value follows its colon at once.
    """
    name, start = match[1].lower(), match.end()
    if start < len(text) and text[start] in _QUOTES:
        value, end = _read_quoted(text, start)
        if value:
            return Token(Kind.FIELD, start + 1, value, field=name, quoted=True), end
        start = end
    word = _WORD.match(text, start)
    value = word[0].lstrip(_QUOTES).rstrip(",;" + _QUOTES) if word else ""
    if word and value:
        return Token(Kind.FIELD, start + word[0].index(value), value, field=name), word.end()
    after = _skip(text, start)
    if after > match.end() == start and after < len(text):
        return Token(Kind.WORD, match.start(), match[1]), start
    raise InvalidQueryError(
        f"{name}: needs a value right after the colon, as in {name}:{_EXAMPLES[name]}.",
        match.start(),
    )


_EXAMPLES = {
    "title": "transformer",
    "author": "hinton",
    "abstract": "benchmark",
    "category": "cs.LG",
    "venue": "neurips",
    "source": "arxiv",
    "id": "1706.03762",
    "year": "2024",
    "date": "2024-03",
    "within": "2024-03",
    "has": "code",
    "is": "withdrawn",
}
