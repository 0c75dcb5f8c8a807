"""A reader votes, talks, keeps a search and follows an author."""

from __future__ import annotations

import re

from chromium import Visits
from playwright.sync_api import Page, expect

from served import Site

SAID = r"""A *careful* paper with **one** `flaw`:

> The bound $\frac{1}{n}\sum_i x_i < \epsilon$ is tight.

- see [the site](https://host.example/)
- not <b>this</b>
"""


def vote(page: Page) -> tuple[bool, int]:
    """Whether the reader voted for the paper, and the count."""
    button = page.locator('article.paper button[data-act="upvote"]')
    pressed = button.get_attribute("aria-pressed") == "true"
    return pressed, int(button.locator("[data-count]").inner_text())


def test_a_vote_and_taking_it_back(site: Site, visits: Visits) -> None:
    """At once, also on the page loaded again; retracted, and undone by z."""
    page = visits.begin(site.url).go("/paper/1")
    button = page.locator('article.paper button[data-act="upvote"]')
    _, before = vote(page)
    button.click()
    expect(page.locator("#toast")).to_be_visible()
    assert vote(page) == (True, before + 1)
    page.reload()
    assert vote(page) == (True, before + 1)
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_be_visible()
    assert vote(page) == (False, before)
    page.keyboard.press("z")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    assert vote(page) == (True, before + 1)


def test_a_conversation(site: Site, visits: Visits) -> None:
    """A comment with Markdown and a formula, a reply, a change, a deletion, and that undone."""
    visitor = visits.begin(site.url)
    page = visitor.go("/paper/77")
    page.get_by_label("Say something about this paper").fill(SAID)
    page.get_by_role("button", name="Comment", exact=True).click()
    remark = page.locator("#discussion li.remark").filter(has_text="is tight")
    for selector in ("em", "strong", "code", "blockquote", "math", "li", "a[rel~=nofollow]"):
        expect(remark.locator(f".comment {selector}").first).to_be_visible()
    expect(remark.locator(".comment")).to_contain_text("<b>this</b>")
    visitor.shot("30 a comment")

    remark.get_by_text("Reply").first.click()
    remark.get_by_label("Your reply").fill("And a reply, right below.")
    remark.get_by_role("button", name="Reply").click()
    reply = page.locator("#discussion li.remark.depth-1")
    expect(reply).to_contain_text("right below")
    visitor.shot("31 a reply")

    reply.get_by_text("Change").first.click()
    reply.get_by_label("Your comment").fill("A better reply.")
    reply.get_by_role("button", name="Keep").click()
    expect(reply).to_contain_text("A better reply.")
    expect(reply).to_contain_text("changed")
    reply.get_by_role("button", name="Delete").click()
    expect(page.locator("#discussion")).not_to_contain_text("A better reply.")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#discussion")).to_contain_text("A better reply.")

    page.get_by_role("navigation", name="Broadsheet").get_by_role("link", name="Community").click()
    expect(page.locator("main")).to_contain_text("A better reply.")
    visitor.shot("32 community")


def test_a_search_that_is_kept(site: Site, visits: Visits) -> None:
    """It has a page, a feed, and a section of the reader's own edition."""
    visitor = visits.begin(site.url)
    page = visitor.go("/search?q=fairness")
    page.get_by_text("Keep", exact=True).first.click()
    page.get_by_label("Keep this search as").fill("What is fair")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("What is fair").first).to_be_visible()
    visitor.go("/searches")
    visitor.shot("33 searches")
    feed = page.get_by_role("link", name="Feed").first.get_attribute("href")
    assert feed and visitor.context.request.get(site.url + feed).status == 200
    page.get_by_role("link", name="What is fair").click()
    page.wait_for_url(re.compile(r"/search\?q=fairness"))
    visitor.go("/yours")
    expect(page.get_by_role("heading", name="What is fair")).to_be_visible()
    visitor.shot("34 yours")


def test_an_author_who_is_followed(site: Site, visits: Visits) -> None:
    visitor = visits.begin(site.url)
    page = visitor.go("/paper/77")
    page.locator("p.byline a").first.click()
    page.wait_for_url(re.compile("/author/"))
    name = page.get_by_role("heading", level=1).inner_text()
    button = page.get_by_role("button", name="Follow")
    button.click()
    expect(page.get_by_role("button", name="Following")).to_have_attribute("aria-pressed", "true")
    visitor.shot("35 author")
    visitor.go("/searches")
    expect(page.get_by_role("link", name=name)).to_be_visible()
