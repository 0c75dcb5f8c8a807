"""What the logic has done for it by libraries: passwords hashed, plots drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from broadsheet.plots import PaperMap, Plot


class PasswordHasher(Protocol):
    """Argon2id, at most two at once; those that wait too long in the queue are turned away."""

    def hash(self, password: str) -> str:
        """The hash of a password. Raises StorageBusyError when too many are waiting."""

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is the password of a hash; as slow for "" as for any other hash."""

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""


class Draughtsman(Protocol):
    """Draws plots. The same input gives the same bytes."""

    def draw_plot(
        self,
        plot: Plot,
        kind: str,
        link: Callable[[str], str] | None = None,
        *,
        narrow: bool = False,
    ) -> bytes:
        """A plot as "svg" or "png"; `narrow`, for a telephone. In an SVG, `link` makes the address
        that a point leads to of its query; colours are classes, so that a page can give them for
        light, dark and print."""

    def draw_map(
        self, papers: PaperMap, kind: str, link: Callable[[int], str] | None = None
    ) -> bytes:
        """A map as "svg" or "png"; `link` makes the address of a paper of its number."""
