"""Query trees to tantivy queries.

Plain words rank as a disjunction under BM25. They all have to occur when enough works have them
all, else one of them does (`Matching`). Phrases and OR-groups must match and add to the score;
filters must hold and add nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

from broadsheet.ids import parse_identifier
from broadsheet.model import Matching
from broadsheet.query import (
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
from broadsheet.search.bounded import Bounded
from broadsheet.search.schema import identifier_names, last_day, normalize
from broadsheet.search.stopwords import STOP_WORDS

if TYPE_CHECKING:
    import tantivy

# Plain words are all asked for where enough works have them all: some, and one in a hundred, but
# never more than fill the fused head of a list.
SHARE_WITH_ALL = 0.01
FEWEST_WITH_ALL, ENOUGH_WITH_ALL = 20, 1000
MAX_RANKED_WORDS = 48
TITLE_PHRASE_BOOST = 2.0
_CACHED = 64
_STEMS = 32_768

Tokens = Callable[[str], list[str]]
Clauses = list[tuple["tantivy.Occur", "tantivy.Query"]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A query made ready for one state of the index.

    `query` matches and ranks; `required` is what every result has to satisfy whoever found it
    (filters, phrases, OR-groups), or None when there is nothing of the kind.
    """

    query: tantivy.Query
    matching: Matching
    required: tantivy.Query | None


class Analysis:
    """Text to tokens, as the index does it."""

    def __init__(self, analyzers: dict[str, tantivy.TextAnalyzer]) -> None:
        self.english = analyzers["english"]
        self._analyzers = analyzers
        self.stem = lru_cache(_STEMS)(self._stem)
        self._stop_stems = frozenset(self.stems(STOP_WORDS))

    def stems(self, text: str) -> list[str]:
        """The stems of a text, in order, with stop words and repetitions."""
        return self.english.analyze(normalize(text))

    def _stem(self, word: str) -> str:
        """The stem of one word; "" for one that is too long to be indexed."""
        return "".join(self.stems(word))

    def names(self, text: str) -> list[str]:
        """Words as they are, folded: for authors and venues."""
        return self._analyzers["name"].analyze(normalize(text))

    def value(self, text: str) -> str:
        """A whole value, folded: for categories, sources, identifiers."""
        return "".join(self._analyzers["value"].analyze(normalize(text)))

    def plain_stems(self, terms: Iterable[Node]) -> dict[str, int]:
        """Stems of the plain words among `terms`, and how often; no stop words, unless all are."""
        words = [term.text for term in terms if isinstance(term, Word)]
        stems = Counter(self.stems(" ".join(words)))
        telling = {stem: count for stem, count in stems.items() if stem not in self._stop_stems}
        return telling or dict(stems)


def any_number(schema: tantivy.Schema, numbers: Iterable[int]) -> tantivy.Query:
    """Works with one of these numbers: five times as fast as tantivy's query for a set of terms."""
    import tantivy

    should = tantivy.Occur.Should
    terms = [(should, tantivy.Query.term_query(schema, "id", number)) for number in numbers]
    return tantivy.Query.const_score_query(tantivy.Query.boolean_query(terms), 0.0)


class Compiler:
    """Compiles for one searcher, whose term statistics decide how plain words match."""

    def __init__(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, analysis: Analysis
    ) -> None:
        import tantivy

        self._searcher = searcher
        self._schema = schema
        self._analysis = analysis
        self._query = tantivy.Query
        self._must = tantivy.Occur.Must
        self._should = tantivy.Occur.Should
        self._must_not = tantivy.Occur.MustNot
        self._unsigned = tantivy.FieldType.Unsigned
        self.compile = lru_cache(_CACHED)(self._compile)
        self._have_all = lru_cache(_CACHED)(self._count_all)

    def _compile(self, query: Query) -> Plan:
        counts = self._most_telling(self._analysis.plain_stems(query.terms))
        stems = tuple(counts)
        groups = [term for term in query.terms if not isinstance(term, Word)]
        required: Clauses = [(self._must, self._node(group)) for group in groups]
        filters = self._filters(query.filters) + self._bounds(query)
        matching = self._matching(stems, alone=not groups)
        if query.terms and not (stems or groups):
            ranked: Clauses = [(self._must, self._query.empty_query())]
        else:
            ranked = self._words(counts, matching, optional=bool(groups)) + required
        clauses = ranked + filters
        return Plan(
            query=self._all_of(clauses),
            matching=matching,
            required=self._all_of(required + filters) if required or filters else None,
        )

    def _words(self, counts: Mapping[str, int], matching: Matching, *, optional: bool) -> Clauses:
        """A word that is said twice counts twice: in a pasted abstract that tells its subject."""
        occur = self._must if matching is Matching.ALL else self._should
        words = [(occur, self._weighted(stem, count)) for stem, count in counts.items()]
        if matching is Matching.ALL or optional or not words:
            return words
        return [(self._must, self._query.boolean_query(words))]

    def _matching(self, stems: tuple[str, ...], *, alone: bool) -> Matching:
        if len(stems) < 2 and alone:
            return Matching.ALL
        fewest = min((self._searcher.doc_freq("text", stem) for stem in stems), default=0)
        wanted = min(
            ENOUGH_WITH_ALL, FEWEST_WITH_ALL + int(SHARE_WITH_ALL * self._searcher.num_docs)
        )
        enough = fewest >= wanted and self._have_all(stems) >= wanted
        return Matching.ALL if enough or not stems else Matching.ANY

    def _count_all(self, stems: tuple[str, ...]) -> int:
        words = [(self._must, self._term("text", stem)) for stem in stems]
        return self._searcher.search(self._query.boolean_query(words), limit=1).count  # type: ignore[attr-defined, no-any-return]

    def _weighted(self, stem: str, count: int) -> tantivy.Query:
        term = self._term("text", stem)
        return term if count == 1 else self._query.boost_query(term, float(count))

    def _most_telling(self, counts: dict[str, int]) -> dict[str, int]:
        """A pasted abstract ranks by the words that would add most to a score."""
        if len(counts) <= MAX_RANKED_WORDS:
            return counts
        works = max(self._searcher.num_docs, 1)
        frequency = {stem: self._searcher.doc_freq("text", stem) for stem in counts}
        gains = {
            stem: count * log(1 + works / frequency[stem]) if frequency[stem] else 0.0
            for stem, count in counts.items()
        }
        kept = sorted(gains, key=lambda stem: -gains[stem])[:MAX_RANKED_WORDS]
        return {stem: counts[stem] for stem in kept}

    def _filters(self, nodes: Iterable[Node]) -> Clauses:
        """Clauses that hold or do not, without a say in the score."""
        return [
            (self._must_not, self._node(node.node))
            if isinstance(node, Not)
            else (self._must, self._query.const_score_query(self._node(node), 0.0))
            for node in nodes
        ]

    def _bounds(self, query: Query) -> Clauses:
        if not isinstance(query, Bounded):
            return []
        return [(self._must, any_number(self._schema, query.within))]

    def _all_of(self, clauses: Clauses) -> tantivy.Query:
        """The conjunction of clauses, which may be a single one, only negations, or none."""
        if len(clauses) == 1 and clauses[0][0] == self._must:
            return clauses[0][1]
        if all(occur == self._must_not for occur, _ in clauses):
            everything = self._query.const_score_query(self._query.all_query(), 0.0)
            clauses = [(self._must, everything), *clauses]
        return self._query.boolean_query(clauses)

    # --- Nodes --------------------------------------------------------------------------------

    def _node(self, node: Node) -> tantivy.Query:
        match node:
            case Word(text) | Phrase(text):
                return self._anywhere(text)
            case FieldIs():
                return self._field(node)
            case DateRange():
                return self._dates(node)
            case HasCode():
                return self._query.term_query(self._schema, "code", 1)
            case Is("paper"):
                return self._node(Not(Is("news")))
            case Is(what):
                return self._query.term_query(self._schema, what, 1)
            case Or(nodes):
                return self._any_of(map(self._node, nodes))
            case Not(inner):
                return self._all_of([(self._must_not, self._node(inner))])
            case And(nodes):
                return self._all_of(
                    [
                        (self._must_not, self._node(inner.node))
                        if isinstance(inner, Not)
                        else (self._must, self._node(inner))
                        for inner in nodes
                    ]
                )

    def _anywhere(self, text: str) -> tantivy.Query:
        """One word anywhere, or several next to each other in title, abstract or a name."""
        stems = self._analysis.stems(text)
        if len(stems) < 2:
            return self._in_field("text", stems)
        title = self._query.boost_query(self._in_field("title", stems), TITLE_PHRASE_BOOST)
        name = self._in_field("author", self._analysis.names(text))
        return self._any_of([title, self._in_field("abstract", stems), name])

    def _field(self, node: FieldIs) -> tantivy.Query:
        match node.field:
            case "title" | "abstract":
                return self._in_field(node.field, self._analysis.stems(node.value))
            case "author":
                return self._author(node.value)
            case "venue":
                return self._venue(node)
            case "category":
                return self._category(node.value)
            case "id":
                return self._identifier(node.value)
        return self._term(node.field, self._analysis.value(node.value))

    def _author(self, value: str) -> tantivy.Query:
        """The words of a name next to each other; "Last, First" is turned round."""
        last, _, first = value.partition(",")
        return self._in_field("author", self._analysis.names(f"{first} {last}"))

    def _venue(self, node: FieldIs) -> tantivy.Query:
        """A quoted name means the whole name, when there is a venue of that name."""
        whole = self._analysis.value(node.value)
        if node.phrase and self._searcher.doc_freq("venue", whole):
            return self._term("venue", whole)
        return self._in_field("venue_words", self._analysis.names(node.value))

    def _category(self, value: str) -> tantivy.Query:
        """A category; an archive such as "cs" or "math" stands for all of its categories."""
        whole = self._analysis.value(value)
        within = self._searcher.terms_with_prefix("category", whole + ".")
        names = [whole, *(name for name, _ in within)]
        return self._any_of(self._term("category", name) for name in names)

    def _identifier(self, value: str) -> tantivy.Query:
        known = parse_identifier(value)
        names = {self._analysis.value(value)}
        if known:
            names = {self._analysis.value(identifier_names(*known)[0])}
        found = [self._term("identifier", name) for name in names]
        if value.isascii() and value.isdigit() and len(value) < 12:
            found.append(self._query.term_query(self._schema, "id", int(value)))
        return self._any_of(found)

    def _dates(self, dates: DateRange) -> tantivy.Query:
        """Works whose span of possible days touches the range, or lies in it."""
        if dates.within:
            starts = self._range("first", dates.start, None)
            ends = self._range("last", None, last_day(dates.end))
            return self._all_of([(self._must, starts), (self._must, ends)])
        starts = self._range("first", None, dates.end)
        return self._all_of(
            [(self._must, starts), (self._must, self._range("last", dates.start, None))]
        )

    # --- Leaves -------------------------------------------------------------------------------

    def _in_field(self, field: str, tokens: list[str]) -> tantivy.Query:
        if not tokens:
            return self._query.empty_query()
        if len(tokens) == 1:
            return self._term(field, tokens[0])
        return self._query.phrase_query(self._schema, field, list(tokens))

    def _term(self, field: str, token: str) -> tantivy.Query:
        return self._query.term_query(self._schema, field, token, "freq")

    def _range(self, field: str, low: int | None, high: int | None) -> tantivy.Query:
        return self._query.range_query(self._schema, field, self._unsigned, low, high)

    def _any_of(self, queries: Iterable[tantivy.Query]) -> tantivy.Query:
        return self._query.boolean_query([(self._should, query) for query in queries])
