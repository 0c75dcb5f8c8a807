"""The one style sheet: small, and readable in both of its colour schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import broadsheet.web

SHEET = (Path(broadsheet.web.__file__).parent / "static" / "broadsheet.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        *((ink, g, 4.5) for ink in ("ink", "quiet", "link", "accent") for g in ("paper", "sheet")),
        *(("ink", ground, 4.5) for ground in ("mark", "good", "fair", "warn", "bad")),
        *(("ink", f"{ground}-deep", 4.5) for ground in ("good", "fair", "warn", "bad")),
        ("ink", "rule", 4.5),
        ("bar", "paper", 3.0),
        ("bar-on", "sheet", 3.0),
    ],
)
def test_colours_can_be_told_apart(
    scheme: dict[str, str], ink: str, ground: str, least: float
) -> None:
    """WCAG 2.2 AA, 1.4.3 and 1.4.11."""
    assert contrast(scheme[ink], scheme[ground]) >= least


def test_every_colour_of_one_scheme_is_in_the_other() -> None:
    assert LIGHT.keys() == DARK.keys() and len(LIGHT) > 8
    rules = SHEET.split("*, *::before")[1].split("@media print")[0]
    assert not re.search(r"#[0-9a-f]{3,6}\b", rules)
