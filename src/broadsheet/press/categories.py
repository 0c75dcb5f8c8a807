"""The names of arXiv's categories, as its taxonomy gives them (`data/categories.json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def name_category(code: str) -> str:
    """What "cs.CL" stands for; a category that is none of arXiv's is its own name."""
    return _read_names().get(code, code)


@cache
def _read_names() -> Mapping[str, str]:
    path = Path(__file__).parents[1] / "data" / "categories.json"
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["names"]
    return names
