"""Some of arXiv's categories and the sets of its OAI server."""

from __future__ import annotations

from collections.abc import Sequence

CATEGORIES = (
    "cs.LG", "cs.CL", "cs.AI", "cs.NA", "stat.ML", "math.NA", "math.CO", "hep-th", "hep-lat",
    "astro-ph.GA", "physics.optics", "quant-ph", "q-bio.NC", "eess.SP",
)  # fmt: skip
OLD_CATEGORIES = ("hep-th", "hep-lat", "quant-ph", "math.CO")

_PHYSICS = {"hep-th", "hep-lat", "astro-ph", "physics", "quant-ph"}


def set_of(category: str) -> str:
    """`cs.LG` is in the set `cs:cs:LG`, `hep-th` in `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    return f"{group}:{archive}:{subject}" if subject else f"{group}:{archive}"


def all_sets() -> list[str]:
    """Every set with those that contain it, in order."""
    sets: set[str] = set()
    for category in CATEGORIES:
        parts = set_of(category).split(":")
        sets.update(":".join(parts[: depth + 1]) for depth in range(len(parts)))
    return sorted(sets)


def in_set(categories: Sequence[str], spec: str) -> bool:
    """Whether a paper of these categories is in a set."""
    return any(f"{set_of(category)}:".startswith(f"{spec}:") for category in categories)


def follows(category: str, wanted: str) -> bool:
    """Whether a feed's `wanted` ("cs.LG" or all of "cs", in any case) holds a category."""
    category, wanted = category.lower(), wanted.lower()
    return category == wanted or category.startswith(f"{wanted}.")


def is_known(wanted: str) -> bool:
    return any(follows(category, wanted) for category in CATEGORIES)
