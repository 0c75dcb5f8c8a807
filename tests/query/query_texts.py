"""Query texts for property tests: pieces of the grammar in any order, and any text at all."""

from __future__ import annotations

from hypothesis import strategies as st

_PIECES = (
    '"', "“", "(", ")", "-", " ", "OR", " OR ", "NOT ", " AND ", "title:", "id:", "Author:",
    "year:", "date:", "has:", "code", "2020", "..", "2024-03", "-05", "word", "x", "two words",
    ":", ".", ",", "é", "²", "🎉", "\x00", "\ud800", "\u2028", "\u200b", "a(b)", "2106.09685",
    "https://github.com/a/b", "10.1000/x",
)  # fmt: skip


def query_texts() -> st.SearchStrategy[str]:
    """Texts that exercise the parser."""
    pieces = st.lists(st.sampled_from(_PIECES), max_size=20).map("".join)
    return st.one_of(pieces, st.text(max_size=40))
