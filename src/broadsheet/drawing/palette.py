"""Colours by what they stand for, and what tells curves apart besides colour.

The hues are those that colour-blind eyes keep apart (blue, orange, green toward cyan, purple,
ochre, grey). Each has a contrast of at least 4.5 to 1 on white paper; a page has shades of its own,
by class (`ROLES`), for dark paper too.
"""

from __future__ import annotations

from collections.abc import Mapping

CURVES = ("#005fa3", "#b8400a", "#00735a", "#93398a", "#806000", "#3f4a56")
DASHES: tuple[tuple[float, ...], ...] = (
    (), (6, 2), (2, 1.5), (7, 2, 1.5, 2), (10, 3), (5, 1.5, 1.5, 1.5, 1.5, 1.5),
)  # fmt: skip
"""Lengths on and off, in widths of the line; () is a line without gaps."""
OPEN_DASH = (1, 2.5)
"""Of the end of a curve where papers are still to come."""
MARKERS = ("o", "s", "^", "D", "v", "P")

AXIS, GRID, LABEL, PAPER = "#5f5a52", "#ddd6c8", "#1c1a18", "#ffffff"

ROLES: Mapping[str, str] = {
    AXIS: "axis",
    GRID: "grid",
    LABEL: "label",
    PAPER: "paper",
    **{colour: f"curve-{number}" for number, colour in enumerate(CURVES, 1)},
}
"""The class of each colour."""
