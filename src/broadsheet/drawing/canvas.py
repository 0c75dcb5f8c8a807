"""A figure as bytes. The only module that knows matplotlib's canvases and fonts."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from broadsheet.drawing import svg
from broadsheet.drawing.labels import SIZE, clean
from broadsheet.drawing.palette import LABEL, PAPER

_POINTS = 72
_PNG_SCALE = 2
_PNG_COLOURS = 256
_FONT = "DejaVu Sans"  # comes with matplotlib, so drawings are the same everywhere
_UNKNOWN = "\N{WHITE SQUARE}"
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "broadsheet",
    "font.family": [_FONT],
    "axes.unicode_minus": True,
    "path.simplify": False,
}


_ENDS: Any = {
    "solid_capstyle": "butt",
    "dash_capstyle": "butt",
    "solid_joinstyle": "round",
    "dash_joinstyle": "round",
}


class Canvas:
    """A figure of so many units with one axes in it, which covers it; y grows upwards.

    Units are pixels of a page: a drawing is laid out by hand, in numbers.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._figure = Figure((width / _POINTS, height / _POINTS), dpi=_POINTS)
        self.axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(0, height)
        self.axes.set_axis_off()
        self._texts: dict[str, str] = {}

    def write(self, x: float, y: float, text: str, colour: str = LABEL, **how: Any) -> Text:
        """A text, as it is: nothing in it is read as mathematics."""
        text = clean(text)
        name = f"text-{len(self._texts)}"
        self._texts[name] = text
        how = {"size": SIZE, "va": "center_baseline", **how}
        drawn = "".join(letter if ord(letter) in _letters() else _UNKNOWN for letter in text)
        return self.axes.text(x, y, drawn, color=colour, parse_math=False, gid=name, **how)

    def line(self, xs: Sequence[float], ys: Sequence[float], colour: str, **how: Any) -> None:
        """A line, or marks where `marker` and no `linestyle` is given."""
        self.axes.plot(xs, ys, color=colour, clip_on=False, **_ENDS, **how)

    def to_png(self) -> bytes:
        """The drawing in twice as many pixels as it has units, on white, with a palette: a quarter
        of the size that it has without, which counts in a mail."""
        from PIL import Image  # matplotlib's own; slow to import

        self._figure.set_facecolor(PAPER)
        self._figure.set_dpi(_PNG_SCALE * _POINTS)
        with matplotlib.rc_context(_SETTINGS):
            canvas: Any = FigureCanvasAgg(self._figure)
            canvas.draw()
        drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        small = io.BytesIO()
        paletted = drawn.quantize(_PNG_COLOURS, dither=Image.Dither.NONE)
        paletted.save(small, format="png", optimize=True)
        return small.getvalue()

    def to_svg(self, caption: str, ways: Sequence[svg.Way] = ()) -> bytes:
        """The drawing on no paper, to stand in a page; `ways` are places to point at."""
        self._figure.set_facecolor("none")
        out = io.BytesIO()
        nothing: Mapping[str, None] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        with matplotlib.rc_context(_SETTINGS):
            FigureCanvasSVG(self._figure)
            self._figure.savefig(out, format="svg", dpi=_POINTS, metadata=nothing)
        flipped = [way._replace(y=self.height - way.y) for way in ways]
        return svg.refine(out.getvalue(), clean(caption), self._texts, flipped)


def _letters() -> Mapping[int, object]:
    if not _LETTERS:
        path = font_manager.findfont(_FONT)
        _LETTERS.update(dict.fromkeys(font_manager.get_font(path).get_charmap(), True))
    return _LETTERS


_LETTERS: dict[int, object] = {}
