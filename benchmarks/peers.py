"""The peers that `./run bench speed` measures beside us, each with one way to search.

Every peer is used as its own documentation says, on the same title-and-abstract texts, on one
thread. A peer's `search` takes plain words and returns the numbers of its 20 best papers.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

TOP = 20


class Peer(Protocol):
    """One peer: its name for the table, and its search."""

    name: str

    def search(self, words: str) -> Sequence[int]: ...


class Fts5:
    """SQLite FTS5 with its Porter tokenizer and its `rank`, words joined by OR."""

    name = "SQLite FTS5"

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)

    @classmethod
    def build(cls, path: Path, texts: Iterable[str]) -> Fts5:
        path.unlink(missing_ok=True)
        db = sqlite3.connect(path)
        db.execute("PRAGMA journal_mode=OFF")
        db.execute("CREATE VIRTUAL TABLE papers USING fts5(text, tokenize='porter', content='')")
        db.executemany("INSERT INTO papers(rowid, text) VALUES (?, ?)", enumerate(texts, start=1))
        db.commit()
        db.close()
        return cls(path)

    def search(self, words: str) -> Sequence[int]:
        match = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", words))
        rows = self._db.execute(
            "SELECT rowid FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT ?", (match, TOP)
        )
        return [row[0] for row in rows]


class Bm25s:
    """bm25s with PyStemmer's English stemmer, its scores for all papers kept in memory."""

    name = "bm25s"

    def __init__(self, texts: Iterable[str]) -> None:
        import bm25s
        import Stemmer

        self._module = bm25s
        self._stemmer = Stemmer.Stemmer("english")
        tokens = bm25s.tokenize(
            list(texts), stopwords="en", stemmer=self._stemmer, show_progress=False
        )
        self._index = bm25s.BM25()
        self._index.index(tokens, show_progress=False)

    def search(self, words: str) -> Sequence[int]:
        tokens = self._module.tokenize(
            words, stopwords="en", stemmer=self._stemmer, show_progress=False
        )
        found, _ = self._index.retrieve(tokens, k=TOP, show_progress=False, n_threads=0)
        return [int(number) for number in found[0]]


class TfidfScan:
    """scikit-learn TF-IDF and a scan over all papers, the way of arxiv-sanity-lite."""

    name = "scikit-learn TF-IDF scan"

    def __init__(self, texts: Iterable[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(
            max_features=20_000, stop_words="english", dtype=np.float32, sublinear_tf=True
        )
        self._matrix: Any = self._vectorizer.fit_transform(texts)

    def search(self, words: str) -> Sequence[int]:
        query = self._vectorizer.transform([words])
        scores = (self._matrix @ query.T).toarray().ravel()
        best = np.argpartition(-scores, TOP)[:TOP]
        return [int(number) for number in best[np.argsort(-scores[best])]]
