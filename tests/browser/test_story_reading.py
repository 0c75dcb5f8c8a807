"""Somebody opens the demo for the first time: reads, searches, opens a paper, plots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import NARROW, Visits
from playwright.sync_api import Page, expect

from served import Site, touring


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`broadsheet demo` in an empty folder, as `./run demo` starts it."""
    with touring(tmp_path_factory.mktemp("first") / "demo") as site:
        yield site


def edition_of(page: Page) -> str:
    """The headline of an edition: its day."""
    return page.locator("h1").first.inner_text()


def test_todays_edition(demo: Site, visits: Visits) -> None:
    """The front page is alive at the first start, says that it is an example, and explains."""
    visitor = visits.begin(demo.url)
    page = visitor.go("/")
    visitor.shot("01 front page")
    assert page.locator("article.entry").count() >= 5
    expect(page.get_by_text("Example", exact=False).first).to_be_visible()
    why = page.locator("details.why").first
    why.locator("summary").click()
    expect(why.locator("table")).to_be_visible()
    assert why.locator("tbody tr").count() >= 1
    visitor.shot("02 why is this here")


def test_the_day_before(demo: Site, visits: Visits) -> None:
    """By the arrow and by the key; every step has an address of its own."""
    visitor = visits.begin(demo.url)
    page = visitor.go("/")
    today = edition_of(page)
    page.locator("nav.turn a[rel=prev]").click()
    page.wait_for_url(re.compile(r"/day/\d{4}-\d\d-\d\d$"))
    yesterday, address = edition_of(page), page.url
    assert yesterday != today
    page.keyboard.press("h")
    page.wait_for_url(lambda url: url != address)
    assert edition_of(page) not in (today, yesterday)
    page.keyboard.press("l")
    page.wait_for_url(address)
    assert edition_of(page) == yesterday
    visitor.shot("03 the day before")


def test_weeks_months_and_trending(demo: Site, visits: Visits) -> None:
    visitor = visits.begin(demo.url, dark=True)
    page = visitor.go("/")
    for name in ("Week", "Month", "Trending"):
        page.get_by_role("navigation", name="Broadsheet").get_by_role("link", name=name).click()
        expect(page.locator("article.entry").first).to_be_visible()
        visitor.shot(f"04 {name} dark")


def test_searching_and_narrowing(demo: Site, visits: Visits) -> None:
    """Words, then a bar of the chart, then away with that filter again; then a paper."""
    visitor = visits.begin(demo.url)
    page = visitor.go("/")
    page.keyboard.press("/")
    page.keyboard.type("label smoothing")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=label"))
    expect(page.locator("article.entry h2").first).to_contain_text(re.compile("smooth", re.I))
    found = page.locator(".tally strong").inner_text()
    visitor.shot("05 search")
    page.locator("figure.chart svg a .reach").first.click()
    page.wait_for_url(re.compile(r"(within|date|year)"))
    assert page.locator(".tally strong").inner_text() != found
    expect(page.locator("ul.chips li").first).to_be_visible()
    visitor.shot("06 narrowed by a bar")
    page.locator("ul.chips a").first.click()
    expect(page.locator(".tally strong")).to_have_text(found)
    page.locator("article.entry h2 a").first.click()
    page.wait_for_url(re.compile(r"/paper/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("smooth", re.I))
    expect(page.get_by_role("heading", name="Related papers")).to_be_visible()
    visitor.shot("07 paper")


def test_going_through_a_list_by_keys(demo: Site, visits: Visits) -> None:
    """j and k choose, o opens, g goes, ? helps, and no key is taken from a text field."""
    visitor = visits.begin(demo.url)
    page = visitor.go("/search?q=fairness")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    chosen = page.locator("[data-here]")
    expect(chosen).to_have_count(1)
    assert chosen.get_attribute("data-paper") == page.locator("article.entry").first.get_attribute(
        "data-paper"
    )
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    visitor.shot("08 help sheet")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("jok?")
    expect(page.locator("#q")).to_have_value("jok?")
    page.keyboard.press("Escape")
    page.locator("h1").first.focus()
    page.locator("article.entry h2 a").first.focus()
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/paper/\d+$"))
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(demo.url + "/")


def test_two_topics_against_each_other(demo: Site, visits: Visits) -> None:
    """A curve each, a table with the same numbers, and every point leads to its papers."""
    visitor = visits.begin(demo.url)
    page = visitor.go("/")
    page.get_by_role("navigation", name="Broadsheet").get_by_role("link", name="Plots").click()
    page.wait_for_url(re.compile("/plots"))
    page.get_by_label("Search 1").fill("fairness")
    page.get_by_label("Search 2").fill("privacy")
    page.get_by_role("button", name="Plot").click()
    page.wait_for_url(re.compile("q=fairness.*q=privacy"))
    expect(page.locator("main svg").first).to_be_visible()
    visitor.shot("09 plots")
    points = page.locator("main svg a[href], main svg a[*|href]")
    assert points.count() >= 2
    points.first.click(force=True)
    page.wait_for_url(re.compile(r"/search\?"))
    expect(page.locator("article.entry").first).to_be_visible()


def test_on_a_phone(demo: Site, visits: Visits) -> None:
    visitor = visits.begin(demo.url, width=NARROW)
    for name, path in (("front", "/"), ("search", "/search?q=fairness"), ("paper", "/paper/1")):
        visitor.go(path)
        visitor.shot(f"10 phone {name}")
    assert Path(visitor.shots).exists()
