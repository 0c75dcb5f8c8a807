"""The piece of a text that a result shows: where most of what was found stands. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from markupsafe import Markup

from broadsheet.model import Span
from broadsheet.web.mathematics import keep_whole, prose

EXCERPT = 400
_LEAD = 60


def excerpt(text: str, spans: Sequence[Span], width: int = EXCERPT) -> Markup:
    """The stretch of about `width` characters with the most spans in it, marked.

    Cut between words and never within a formula, with an ellipsis where something is left out; a
    text that is only a little longer is not cut.
    """
    if len(text) <= width * 1.3:
        return prose(text, spans)
    start, end = _window(text, spans, width)
    inside = [Span(a - start, b - start) for a, b in spans if start <= a and b <= end]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return before + prose(text[start:end], inside) + after


def _window(text: str, spans: Sequence[Span], width: int) -> tuple[int, int]:
    starts = sorted(span.start for span in spans)
    reach = width - _LEAD
    richest = max(
        enumerate(starts),
        default=(0, 0),
        key=lambda one: bisect_left(starts, one[1] + reach) - one[0],
    )[1]
    start = max(0, min(richest - _LEAD, len(text) - width))
    if start:
        start = keep_whole(text, text.find(" ", start) + 1 or start)
    end = min(len(text), start + width)
    if end < len(text):
        cut = keep_whole(text, text.rfind(" ", start, end))
        end = cut if cut > start else end
    return start, end
