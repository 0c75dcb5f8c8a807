"""An instance with accounts: the operator invites, somebody joins, what is private stays so."""

from __future__ import annotations

import re
from pathlib import Path

from chromium import Visitor, Visits
from playwright.sync_api import Page, expect

from broadsheet.config import Settings
from broadsheet.people import Role
from broadsheet.wiring import open_library
from served import Site, copy_library, serving

PASSWORD = "a long enough sentence"
OTHER = "another sentence, as long"


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def invite(visitor: Visitor) -> str:
    """The path of an invitation's link, as the operator sees it once."""
    page = visitor.go("/admin")
    page.get_by_label("Whom it is for").fill("Ina")
    page.get_by_role("button", name="Make an invitation").click()
    field = page.locator(".once .secret")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    link = field.input_value()
    visitor.shot("50 an invitation")
    open_ones = page.get_by_role("button", name="Withdraw").count()
    page.reload()  # posts nothing again
    expect(page.locator(".once")).to_have_count(0)
    expect(page.get_by_role("button", name="Withdraw")).to_have_count(open_ones)
    return link.removeprefix(visitor.origin)


def test_by_invitation(demo_made: Path, tmp_path: Path, visits: Visits) -> None:
    """Break: let a door declare READING for a page of a reader's own; hand a shelf out by its
    number alone; leave the session alive at sign-out."""
    folder = copy_library(demo_made, tmp_path / "demo")
    with open_library(Settings(library=folder)) as library:
        library.accounts.add("olga", PASSWORD, role=Role.OPERATOR)
    with serving(folder, sign_in="invite") as site:
        _tell(site, visits)


def _tell(site: Site, visits: Visits) -> None:
    stranger, olga, ina = (visits.begin(site.url) for _ in range(3))
    for path in ("/", "/paper/1", "/search?q=fairness", "/shelves", "/admin", "/api/search?q=a"):
        answer = stranger.context.request.get(site.url + path, max_redirects=0)
        assert answer.status in (303, 401), path
    page = stranger.go("/paper/1")
    page.wait_for_url(re.compile("/sign-in"))
    stranger.shot("51 sign in")

    olga.go("/sign-in")
    sign_in(olga.page, "olga", "not her password at all")
    expect(olga.page.get_by_role("alert")).to_be_visible()
    sign_in(olga.page, "olga", PASSWORD)
    olga.page.wait_for_url(site.url + "/")
    link = invite(olga)

    page = ina.go(link)
    page.get_by_label("Name", exact=True).fill("ina")
    page.get_by_label("Password").fill(OTHER)
    ina.shot("52 sign up")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(lambda url: "/sign-up" not in url)
    ina.go("/shelves")
    page.get_by_label("Name").fill("Mine alone")
    page.get_by_role("button", name="Make it").click()
    shelf = re.sub(r"\?.*", "", page.url).removeprefix(site.url)
    expect(page.locator("main")).to_contain_text("Mine alone")

    again = stranger.go(link)
    expect(again.locator("main")).to_contain_text("invitation")
    expect(again.get_by_label("Password")).to_have_count(0)
    olga.go(shelf, 404)
    olga.go("/shelves")
    expect(olga.page.locator("main")).not_to_contain_text("Mine alone")
    ina.go("/admin", 403)

    ina.go(shelf)
    page.get_by_label(re.compile("link", re.I)).first.check()
    page.get_by_role("button", name="Keep").click()
    shared = page.locator(".given a").first.get_attribute("href") or ""
    stranger.go(shared)
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Mine alone")
    stranger.shot("53 a shelf by its link, for a stranger")

    cookies = ina.context.cookies()
    assert [each["httpOnly"] for each in cookies if "broadsheet" in each["name"]] == [True]
    ina.go("/account")
    page.get_by_role("button", name="Sign out here").click()
    page.wait_for_url(re.compile("/sign-in|/$"))
    ina.context.add_cookies(
        [{"name": each["name"], "value": each["value"], "url": site.url} for each in cookies]
    )
    ina.go("/shelves")
    page.wait_for_url(re.compile("/sign-in"))


def test_the_first_operator_is_made_in_the_terminal(
    demo_made: Path, tmp_path: Path, visits: Visits
) -> None:
    """What the sign-in page of an instance without accounts says to do works."""
    folder = copy_library(demo_made, tmp_path / "demo")
    with serving(folder, sign_in="invite") as site:
        page = visits.begin(site.url).go("/sign-in")
        expect(page.locator("main")).to_contain_text("broadsheet reader add NAME --operator")
