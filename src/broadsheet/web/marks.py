"""Highlighted text: the only place where authors' words become markup, always escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from broadsheet.model import Span

EXCERPT = 400
_LEAD = 60


def mark(text: str, spans: Sequence[Span]) -> Markup:
    """The text, escaped, with `<mark>` around its spans; spans that overlap are run together."""
    parts: list[Markup] = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            parts += [escape(text[done:start]), Markup("<mark>%s</mark>") % text[start:end]]
            done = end
    return Markup("").join([*parts, escape(text[done:])])


def code(text: str) -> Markup:
    """The text, escaped, with `<code>` around what stands between backticks."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>%s</code>") % part if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def excerpt(text: str, spans: Sequence[Span], width: int = EXCERPT) -> Markup:
    """The stretch of about `width` characters with the most spans in it, marked.

    Cut between words, with an ellipsis where something is left out; a text that is only a little
    longer is not cut.
    """
    if len(text) <= width * 1.3:
        return mark(text, spans)
    start, end = _window(text, spans, width)
    inside = [Span(a - start, b - start) for a, b in spans if start <= a and b <= end]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return escape(before) + mark(text[start:end], inside) + escape(after)


def _window(text: str, spans: Sequence[Span], width: int) -> tuple[int, int]:
    starts = [span.start for span in spans]
    reach = width - _LEAD
    richest = max(
        starts, default=0, key=lambda at: sum(at <= other < at + reach for other in starts)
    )
    start = max(0, min(richest - _LEAD, len(text) - width))
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + width)
    if end < len(text):
        cut = text.rfind(" ", start, end)
        end = cut if cut > start else end
    return start, end
