"""The one style sheet: small, and readable in both of its colour schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from broadsheet.web import styles

STYLES = Path(styles.__file__).parent / "styles"
SHEET = styles.read_sheet().decode()
PAIRS = re.findall(
    r"--([\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);",
    SHEET,
)
LIGHT = {name: light for name, light, _ in PAIRS}
DARK = {name: dark for name, _, dark in PAIRS}


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
        ("edge", "paper", 3.0),
        ("bar", "paper", 3.0),
        ("bar-on", "sheet", 3.0),
    ],
)
def test_colours_can_be_told_apart(
    scheme: dict[str, str], ink: str, ground: str, least: float
) -> None:
    """WCAG 2.2 AA, 1.4.3 and 1.4.11."""
    assert contrast(scheme[ink], scheme[ground]) >= least


def test_colours_are_named_once_for_both_schemes() -> None:
    assert len(PAIRS) == len(LIGHT) > 8
    rules = re.sub(r"--[\w-]+: light-dark\([^)]*\);", "", SHEET.split("@media print")[0])
    assert not re.search(r"#[0-9a-f]{3,6}\b", rules)


def test_each_selector_is_at_home_in_one_file() -> None:
    """A name that two files give a meaning has the one that is read last, everywhere.

    Break: give `.keylist` in 25-forms.css a rule in another file, too.
    """
    homes: dict[str, set[str]] = {}
    for path in STYLES.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        rules = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", rules)
        for selectors in re.findall(r"([^{}]+)\{", rules):
            for selector in selectors.split(","):
                homes.setdefault(" ".join(selector.split()), set()).add(path.name)
    several = {selector for selector, files in homes.items() if len(files) > 1}
    assert len(homes) > 200 and several <= {":root"}
