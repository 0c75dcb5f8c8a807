"""Titles, names and abstracts of papers that do not exist."""

from __future__ import annotations

from random import Random

QUALITIES = ("sparse", "robust", "causal", "modular", "latent", "discrete", "elastic", "tiny")
METHODS = ("grids", "kernels", "sheaves", "automata", "walks", "tensors", "ensembles", "sketches")
SUBJECTS = (
    *("tide tables", "bird calls", "knot groups", "ferry routes", "star maps", "glass"),
    *("dialects", "orchards", "crystal growth", "ledger books", "sea ice", "protein folds"),
)
TRICKS = ("$a<b$ and $c>d$", "R&D", "Erd\\H{o}s graphs", "“quoted” words", "αβ-pruning", "")
FIRST = ("Ada", "Bo", "Chen", "Dara", "Emre", "Fatou", "Goran", "Hana", "Ines", "Jun", "Kofi")
LAST = ("Almeida", "Berg", "Castro", "Dupont", "Eriksen", "Farouk", "Gupta", "Ito", "Jansen")


def make_title(chance: Random, number: int) -> str:
    trick = chance.choice(TRICKS)
    title = f"{chance.choice(QUALITIES).title()} {chance.choice(METHODS)} for"
    return f"{title} {chance.choice(SUBJECTS)}, case {number}" + (f" with {trick}" if trick else "")


def make_authors(chance: Random) -> str:
    names = [f"{chance.choice(FIRST)} {chance.choice(LAST)}" for _ in range(chance.randint(1, 4))]
    return ", ".join(dict.fromkeys(names))


def make_abstract(chance: Random, number: int) -> str:
    quality, method = chance.choice(QUALITIES), chance.choice(METHODS)
    subject, score = chance.choice(SUBJECTS), chance.randint(51, 99)
    return (
        f"We look at {subject} through {quality} {method}. Case {number} of our collection shows\n"
        f"  that {method} reach {score} % where $n < {number + 2}$ & all else stays the same."
    )


def revise_abstract(abstract: str, version: int) -> str:
    """The abstract as the authors have it in a version."""
    return abstract if version == 1 else f"{abstract} Version {version} adds one more proof."
