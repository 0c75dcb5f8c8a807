"""The same acts where no script runs: forms, pages that say what was done, and an Undo button."""

from __future__ import annotations

import re

from chromium import Visits
from playwright.sync_api import Page, expect

from served import Site


def said(page: Page, *words: str) -> None:
    """The notice above a page tells of the last act."""
    notice = page.locator(".said")
    for word in words:
        expect(notice).to_contain_text(word)


def test_reading_saving_and_undoing(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url, script=False)
    page = visitor.go("/")
    assert page.locator("article.entry").count() >= 5
    page.locator("details.why summary").first.click()
    expect(page.locator("details.why table").first).to_be_visible()
    page.locator("nav.turn a[rel=prev]").click()
    page.wait_for_url(re.compile("/day/"))

    visitor.go("/shelves")
    page.get_by_label("Name").fill("Plain")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plain")
    shelf = re.sub(r"\?.*", "", page.url)

    visitor.go("/")
    page.locator("#q").fill("label smoothing")
    page.get_by_role("button", name="Search").click()
    first = page.locator("article.entry").first
    title = first.locator("h2").inner_text()
    first.locator('button[formaction="/act/save"]').click()
    page.wait_for_url(re.compile(r"/search\?.*done=\d+"))
    said(page, "Plain")
    visitor.shot("40 without script, saved")
    expect(page.locator('button[formaction="/act/unsave"]').first).to_be_visible()
    page.goto(shelf)
    expect(page.locator("article.entry h2")).to_have_text(title)

    visitor.go("/search?q=label+smoothing")
    page.locator('button[formaction="/act/unsave"]').first.click()
    page.locator(".said").get_by_role("button", name="Undo").click()
    page.goto(shelf)
    expect(page.locator("article.entry")).to_have_count(1)


def test_narrowing_and_plotting(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url, script=False)
    page = visitor.go("/search?q=fairness")
    found = page.locator(".tally strong").inner_text()
    page.locator("figure.chart summary").click()
    page.locator("figure.chart table a").first.click()
    expect(page.locator(".tally strong")).not_to_have_text(found)
    visitor.go("/plots")
    page.locator("#q1").fill("fairness")
    page.locator("#q2").fill("privacy")
    page.get_by_role("button", name="Plot").click()
    expect(page.locator("main .plot svg").first).to_be_visible()
    page.locator("details.numbers summary").click()
    page.locator("details.numbers tbody a").first.click()
    expect(page.locator("article.entry").first).to_be_visible()


def test_voting_talking_keeping(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url, script=False)
    page = visitor.go("/paper/3")
    page.locator('article.paper button[formaction="/act/upvote"]').click()
    said(page, "pvoted")
    page.locator('article.paper button[formaction="/act/retract"]').click()
    said(page, "vote")
    page.get_by_label("Say something about this paper").fill("Without *script*.")
    page.get_by_role("button", name="Comment", exact=True).click()
    remark = page.locator("#discussion li.remark").filter(has_text="Without")
    expect(remark.locator(".comment em")).to_have_text("script")
    remark.get_by_role("button", name="Delete").click()
    expect(page.locator("#discussion")).not_to_contain_text("Without")
    visitor.go("/search?q=privacy")
    page.get_by_text("Keep", exact=True).first.click()
    page.get_by_label("Keep this search as").fill("Private")
    page.get_by_role("button", name="Keep").click()
    said(page, "Private")
    page.locator("article.entry .byline a").first.click()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    visitor.go("/searches")
    expect(page.get_by_role("link", name="Private")).to_be_visible()


def test_help(site: Site, visits: Visits) -> None:
    page = visits.begin(site.url, script=False).go("/")
    page.get_by_role("link", name="Help").click()
    page.wait_for_url(re.compile("/help"))
    expect(page.locator("main kbd").first).to_be_visible()
