"""The table of verdicts: signs, meanings, what is worse; terminal, web and guide agree with it."""

from __future__ import annotations

import pickle
import random
import re
from datetime import date
from itertools import combinations
from pathlib import Path

import orjson
import pytest
from rich.cells import cell_len
from rich.console import Console

from broadsheet.cli import bulletin
from broadsheet.receipts import summarise
from broadsheet.sources import Receipt, Verdict
from broadsheet.web import styles
from broadsheet.web.heat import by_day, draw_heat

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 20)


def receipt(verdict: Verdict, category: str = "cs.LG") -> Receipt:
    return Receipt("arxiv", category, DAY, verdict, f"It is {verdict}.")


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_is_told_alike_everywhere(
    verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break to see it fail: give the terminal or the web a sign of its own."""
    out = Console(record=True, width=100)
    monkeypatch.setattr(bulletin, "console", lambda: out)
    bulletin.receipts([receipt(verdict)], [], detailed=False)
    assert re.search(rf"^ *{re.escape(verdict.sign)} {verdict} ", out.export_text(), re.MULTILINE)
    cells = [cell for row in draw_heat([receipt(verdict)], DAY).rows for cell in row.cells if cell]
    assert [(cell.verdict, cell.sign) for cell in cells] == [(verdict.value, verdict.sign)]
    style = styles.read_sheet().decode()
    assert f".is-{verdict}.cell" in style and f".heat .is-{verdict} a" in style
    assert verdict.meaning and not verdict.meaning.endswith(".")
    said = summarise([receipt(verdict)])
    assert said.lower() == f"{verdict.clause or f'it is {verdict}'} arxiv cs.lg.".replace(
        f"it is {verdict} arxiv cs.lg", f"it is {verdict}"
    )


def test_signs_differ_and_take_one_place_each() -> None:
    """Colour is never all that tells two verdicts apart."""
    signs = {verdict.sign for verdict in Verdict}
    assert len(signs) == len(Verdict) and all(cell_len(sign) == 1 for sign in signs)


def test_the_guide_lists_them_with_their_signs() -> None:
    """Break to see it fail: change a sign, or add a verdict."""
    guide = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    table = guide.split("## What receipts say")[1].split("## ")[0]
    rows = re.findall(r"^\| (\S) \| (\w+) \| \S", table, re.MULTILINE)
    assert sorted(rows) == sorted((verdict.sign, verdict.value) for verdict in Verdict)


def test_what_wants_attention_is_worse_than_all_else() -> None:
    wanting = [verdict for verdict in Verdict if verdict.wants_attention]
    assert wanting == [Verdict.FAILED, Verdict.MISSING, Verdict.STALE]
    assert [verdict.badness for verdict in Verdict] == list(range(len(Verdict)))
    assert all(verdict.badness < len(wanting) for verdict in wanting)


def test_a_day_is_shown_as_its_worst() -> None:
    """Break to see it fail: exchange FAILED and MISSING in `Verdict`, or sort by name."""
    order = ["failed", "missing", "stale", "empty", "unknown"]
    order += ["waiting", "harvested", "late", "complete", "quiet"]
    for worse, better in combinations(order, 2):
        pair = [receipt(Verdict[better.upper()], "a"), receipt(Verdict[worse.upper()], "b")]
        random.Random(worse + better).shuffle(pair)
        assert by_day(pair)[DAY][0].verdict == worse
    assert sorted(order) == sorted(Verdict)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_its_word(verdict: Verdict) -> None:
    """In JSON, in a page's class, and for another process."""
    assert orjson.loads(orjson.dumps(verdict)) == str(verdict) == verdict.value
    assert pickle.loads(pickle.dumps(verdict)) is verdict
