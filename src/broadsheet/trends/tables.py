"""Plots, terms and maps as plain data and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from broadsheet.plots import PaperMap, Plot, Terms

_HEAD = ("query", "period", "papers", "of", "value", "search")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(plot: Plot) -> str:
    """A row for each point: the curve, the period, its papers, those that a share is a share of,
    what is drawn (smoothed, if it is), and the search that finds the papers."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_HEAD)
    for curve in plot.curves:
        for point in filter(plot.is_shown, curve.points):
            of: object = point.among if plot.request.shares else ""
            value = f"{point.value:.6g}"
            cells = (curve.label, point.period, point.papers, of, value, point.query)
            rows.writerow(map(_cell, cells))
    return out.getvalue()


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: a query may well begin with a minus."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def plot_data(plot: Plot) -> dict[str, Any]:
    """A plot for programs; a share of nothing is null."""
    request = plot.request
    return {
        "caption": plot.caption,
        "notes": list(plot.notes),
        "by": str(request.interval),
        "share_of": request.share_of if request.shares else None,
        "smooth": request.smooth,
        "open_from": plot.open_from or None,
        "curves": [
            {
                "label": curve.label,
                "query": curve.query,
                "total": curve.total,
                "points": [
                    {**point._asdict(), "value": point.value if plot.is_shown(point) else None}
                    for point in curve.points
                ],
            }
            for curve in plot.curves
        ],
    }


def terms_data(terms: Terms) -> dict[str, Any]:
    """Terms for programs."""
    return {
        "query": terms.query,
        "period": list(terms.period),
        "before": list(terms.before),
        "papers": list(terms.papers),
        "more": terms.more,
        "rising": [term._asdict() for term in terms.rising],
        "falling": [term._asdict() for term in terms.falling],
    }


def map_data(papers: PaperMap) -> dict[str, Any]:
    """A map for programs."""
    return {
        "caption": papers.caption,
        "kept": papers.kept,
        "left_out": papers.left_out,
        "regions": [region._asdict() for region in papers.regions],
        "papers": [dot._asdict() for dot in papers.dots],
    }
