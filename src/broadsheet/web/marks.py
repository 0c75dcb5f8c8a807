"""Highlighted text: the only place where authors' words become markup, always escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from broadsheet.model import Span


def mark(text: str, spans: Sequence[Span]) -> Markup:
    """The text, escaped, with `<mark>` around its spans; spans that overlap are run together."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            parts += (escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>")
            done = end
    return Markup("".join([*parts, escape(text[done:])]))


def code(text: str) -> Markup:
    """The text, escaped, with `<code>` around what stands between backticks."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>%s</code>") % part if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
