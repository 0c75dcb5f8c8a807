"""Which stretches of a text a query's words match. Offsets count characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from broadsheet.query import And, FieldIs, Node, Or, Phrase, Query, Word
from broadsheet.search.compile import Analysis
from broadsheet.search.schema import encodable

Stems = tuple[str, ...]
_BLANKED = {code: " " for code in range(128) if not chr(code).isalnum()}


class Marker:
    """Marks the words and phrases of one query; words inside a phrase only as part of it."""

    def __init__(self, query: Query, analysis: Analysis) -> None:
        self._english = analysis.english
        self._words = set(analysis.plain_stems(query.terms))
        self._phrases: dict[str, list[Stems]] = {}
        for text in _sought(query):
            stems = tuple(analysis.stems(text))
            if len(stems) == 1:
                self._words.update(stems)
            elif stems:
                self._phrases.setdefault(stems[0], []).append(stems)
        self._beginnings = self._words | self._phrases.keys()
        self._stem = analysis.stem

    def mark_all(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """For each text the stretches [start, end) in order, none overlapping."""
        if not self._beginnings:
            return [[] for _ in texts]
        plain = [not self._phrases and text.isascii() for text in texts]
        lower = [text.lower() if easy else "" for text, easy in zip(texts, plain, strict=True)]
        words = self._find_marked(" ".join(lower))
        return [
            _find_words(low, words) if easy else self._mark_tokens(text)
            for text, low, easy in zip(texts, lower, plain, strict=True)
        ]

    def _find_marked(self, lower: str) -> list[str]:
        """The words of ASCII text that are to be marked. What is a word there needs no tokeniser,
        and of all texts together it is found several times as fast."""
        words = set(lower.translate(_BLANKED).split())
        # A stem begins like its word, so most words need not be stemmed.
        firsts = {stem[:1] for stem in self._words}
        return [word for word in words if word[0] in firsts and self._stem(word) in self._words]

    def _mark_tokens(self, text: str) -> list[tuple[int, int]]:
        tokens = self._english.pre_tokenize(encodable(text)).tokens
        stems = [token.text for token in tokens]
        spans: list[tuple[int, int]] = []
        for first, last in self._matches(stems):
            start, end = tokens[first].char_offset_from, tokens[last].char_offset_to
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return spans

    def _matches(self, stems: Sequence[str]) -> Iterator[tuple[int, int]]:
        """First and last token of each match, in order of the first."""
        for place, stem in enumerate(stems):
            if stem in self._beginnings:
                here = [
                    phrase
                    for phrase in self._phrases.get(stem, ())
                    if tuple(stems[place : place + len(phrase)]) == phrase
                ]
                if longest := max(map(len, here), default=int(stem in self._words)):
                    yield place, place + longest - 1


def _find_words(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where words stand by themselves in an ASCII text."""
    spans = []
    for word in words:
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                spans.append((start, end))
            start = text.find(word, end)
    return sorted(spans)


def _sought(query: Query) -> Iterator[str]:
    """Texts that must stand somewhere as they are: phrases, words in groups, values of fields."""
    yield from _positive(term for term in query.terms if not isinstance(term, Word))
    yield from _positive(query.filters)


def _positive(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Word(text) | Phrase(text) | FieldIs("title" | "abstract", text):
                yield text
            case And(inner) | Or(inner):
                yield from _positive(inner)
