"""Abstracts with formulas: the text on the page is the author's, the formulas can be seen."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Visits

from broadsheet.config import Settings
from broadsheet.wiring import open_library
from served import Site, serving

SAMPLE = Path(__file__).parents[3] / "shared/data/arxiv-180k.jsonl.gz"
ABSTRACTS, LOOKED_AT, SEED = 1000, 40, 20261004
_FORMULA = r"(?:\$\$.+?\$\$|\$.+?\$)"
# TeX in prose (accents, quotation marks) is read when a paper comes in; it is tested elsewhere.
_TEX_IN_PROSE = re.compile(r"[\\{}~`\"]|''|--")
_READ = """async (numbers) => {
  const texts = [];
  for (const number of numbers) {
    const answer = await fetch(`/paper/${number}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const text = page.querySelector("#abstract").closest("section").querySelector(".text");
    let formulas = 0;
    for (const each of text.querySelectorAll("math")) {
      each.replaceWith("\\ufffc");
      formulas += 1;
    }
    texts.push([text.textContent, formulas, text.querySelectorAll("*").length]);
  }
  return texts;
}"""
_BOXES = """() => [...document.querySelectorAll("main math")].map((each) => {
  const box = each.getBoundingClientRect();
  return [box.width, box.height];
})"""


def collapse(text: str) -> str:
    return " ".join(text.split())


def choose() -> list[str]:
    """Lines of the sample whose abstracts have formulas and what looks like markup."""
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE.name} is not here")
    chosen = []
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as lines:
        for line in lines:
            abstract = json.loads(line)["abstract"]
            if "$" not in abstract or not re.search(r"\$[^$]*[<>&][^$]*\$", abstract):
                continue
            if not _TEX_IN_PROSE.search(re.sub(_FORMULA, "", abstract)):
                chosen.append(line)
    return random.Random(SEED).sample(chosen, ABSTRACTS)


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[int, str]]]:
    """A library of such papers, and their abstracts by number."""
    lines = choose()
    folder = tmp_path_factory.mktemp("formulas")
    path = folder / "sample.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    rows = [json.loads(line) for line in lines]
    with open_library(Settings(library=folder / "library", embedder="none")) as library:
        library.import_files([path])
        abstracts = {library.get_work(row["id"]).id: row["abstract"] for row in rows}
    with serving(folder / "library", embedder="none") as site:
        yield site, abstracts


def test_an_abstract_comes_through_unchanged(
    formulas: tuple[Site, dict[int, str]], visits: Visits, tell: Callable[[str], None]
) -> None:
    """Whatever stands around the formulas is shown as it was written, `$a<b$` and all.

    Break: strip what looks like a tag when a text comes in; put a text out with `|safe`.
    """
    site, abstracts = formulas
    visitor = visits.begin(site.url, policed=False)
    visitor.go("/healthz")
    told = visitor.page.evaluate(_READ, list(abstracts))
    shown = 0
    for number, (text, count, elements) in zip(abstracts, told, strict=True):
        pieces = map(re.escape, collapse(text).split("\ufffc"))
        assert re.fullmatch(_FORMULA.join(pieces), collapse(abstracts[number])), number
        assert elements == 0, f"markup in the text of {number}"
        shown += count
    tell(f"{len(told)} abstracts unchanged, with {shown} formulas in them as MathML")
    assert len(told) == ABSTRACTS and shown > 3 * ABSTRACTS


def test_a_formula_can_be_seen(formulas: tuple[Site, dict[int, str]], visits: Visits) -> None:
    """Break: hide `math` in the style sheet."""
    site, abstracts = formulas
    visitor = visits.begin(site.url)
    boxes = []
    for number in list(abstracts)[:LOOKED_AT]:
        visitor.go(f"/paper/{number}")
        boxes += visitor.page.evaluate(_BOXES)
    visitor.shot("formulas")
    assert len(boxes) > 2 * LOOKED_AT
    assert all(width > 1 and height > 1 for width, height in boxes)
