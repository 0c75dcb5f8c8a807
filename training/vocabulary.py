"""The vocabulary of the table: frequent words whole, pieces for all the others.

A static table knows nothing but its rows, so a word that is frequent enough to be learned gets
one of its own; the usual training by merges would spend a part of the rows on intermediate
merges that never occur as words (and its ties fall differently from run to run).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from broadsheet.search.embed.wordpiece import CONTINUATION, LONGEST_WORD, split_words

ALPHABET = 400
LONGEST_PIECE = 8


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split_words(text))
    return counts


def build(counts: Counter[str], size: int, pieces: int, general: Collection[str] = ()) -> list[str]:
    """`size` tokens: `pieces` word pieces that spell rare words, the rest whole words.

    `general` words get a row of their own however rare they are here: a library may hold papers
    of fields that the training corpus hardly knows, and the teacher knows those words.
    """
    # Ties are broken by spelling, so that the vocabulary does not depend on reading order.
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    ranked = [word for word in ranked if len(word) <= LONGEST_WORD]
    spelled = _train_pieces(ranked[size - pieces :], pieces)
    known = {word for word in general if split_words(word) == [word] and word.isalpha()}
    first = sorted((spelled | known) - set(ranked[: size - pieces - len(known)]))
    chosen = set(first)
    whole = [word for word in ranked if word not in chosen][: size - len(first)]
    return first + whole


def _train_pieces(rare: list[str], count: int) -> set[str]:
    """The `count` beginnings and continuations that save most letters in spelling `rare` words."""
    uses: Counter[str] = Counter()
    for word in rare:
        # Each rare word once: it is spelling that is learned here, not frequency.
        for start in range(len(word)):
            prefix = CONTINUATION if start else ""
            for end in range(start + 1, min(len(word), start + LONGEST_PIECE) + 1):
                uses[prefix + word[start:end]] += 1
    letters = sorted((piece for piece in uses if _length(piece) == 1), key=_by(uses))[:ALPHABET]
    longer = sorted((piece for piece in uses if _length(piece) > 1), key=_by(uses))
    return set(letters + longer[: count - len(letters)])


def _length(piece: str) -> int:
    return len(piece.removeprefix(CONTINUATION))


def _by(uses: Counter[str]) -> Callable[[str], tuple[int, str]]:
    return lambda piece: (-uses[piece] * max(1, _length(piece) - 1), piece)
