"""What the teacher is asked: vectors of tokens, titles, sentences and whole papers."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embed.wordpiece import CONTINUATION
from corpus import Paper
from teacher import Teacher

CHUNK = 4096
DOCUMENT_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Lessons:
    """Teacher vectors (float16); row i of each belongs to training paper i.

    There are more titles than papers with the other two: a title costs the teacher a fifth of a
    whole paper.
    """

    tokens: NDArray[np.float16]
    titles: NDArray[np.float16]
    sentences: NDArray[np.float16]
    documents: NDArray[np.float16]
    sentence_places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many titles and whole papers the teacher reads, and the seed that picks sentences."""

    titles: int
    documents: int
    seed: int


def take(
    work: Path,
    teacher: Teacher,
    vocabulary: Sequence[str],
    papers: Sequence[Paper],
    wanted: Wanted,
) -> Lessons:
    """Ask the teacher, once: answers are kept in `work` and read from there the next time."""
    few = papers[: wanted.documents]
    chooser = random.Random(wanted.seed)
    places = [chooser.randrange(len(paper.sentences)) for paper in few]
    words = [token.removeprefix(CONTINUATION) for token in vocabulary]
    return Lessons(
        tokens=_answers(work / "tokens.npy", teacher, words),
        titles=_answers(work / "titles.npy", teacher, [p.title for p in papers[: wanted.titles]]),
        sentences=_answers(
            work / "sentences.npy",
            teacher,
            [paper.sentences[place] for paper, place in zip(few, places, strict=True)],
        ),
        documents=_answers(
            work / "documents.npy", teacher, [f"{p.title}. {p.abstract}" for p in few]
        ),
        sentence_places=np.asarray(places, np.int64),
    )


def _answers(path: Path, teacher: Teacher, texts: Sequence[str]) -> NDArray[np.float16]:
    # Other questions, another file: a changed vocabulary or seed never meets old answers.
    asked = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
    path = path.with_stem(f"{path.stem}-{asked}")
    if not path.exists():
        chunks = []
        for start in range(0, len(texts), CHUNK):
            chunks.append(teacher.encode(texts[start : start + CHUNK]).astype(np.float16))
            print(f"  {path.stem}: {start + len(chunks[-1]):,} of {len(texts):,}", flush=True)
        np.save(path, np.concatenate(chunks))
    vectors: NDArray[np.float16] = np.load(path)
    return vectors
