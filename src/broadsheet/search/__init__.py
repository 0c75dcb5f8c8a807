"""Search: words by tantivy, meaning by vectors, and the two as one index."""

from __future__ import annotations

from broadsheet.search.hybrid import HybridIndex

__all__ = ["HybridIndex"]
