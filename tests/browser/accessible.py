"""axe-core, run on a page as it stands."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
ADVICE = "best-practice"

_RUN = """async (tags) => {
  const told = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return told.violations.map((each) => ({
    rule: each.id,
    tags: each.tags,
    nodes: each.nodes.slice(0, 5).map((node) => node.target.join(" ") + ": "
      + node.any.concat(node.all, node.none).map((check) => check.message).join("; ")),
  })).concat([{rule: "", passes: told.passes.length}]);
}"""


@cache
def _source() -> str:
    return (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def prepare(page: Page) -> None:
    """Lay axe beside a page that was just opened, by a visitor who is not policed."""
    page.evaluate(_source())


def judge(page: Page) -> tuple[list[str], list[str], int]:
    """Violations of WCAG, violations of advice only, and how many rules found nothing amiss."""
    told: list[dict[str, Any]] = page.evaluate(_RUN, [*RULES, ADVICE])
    passes = int(told.pop()["passes"])
    wrong: list[str] = []
    advised: list[str] = []
    for each in told:
        into = wrong if set(each["tags"]) & set(RULES) else advised
        into.append(f"{each['rule']}: " + " | ".join(each["nodes"]))
    return wrong, advised, passes


def is_too_wide(page: Page) -> bool:
    """Whether a page can be scrolled sideways."""
    wide: bool = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
