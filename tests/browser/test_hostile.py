"""Whatever anybody wrote, no page runs it, obeys it, or asks another origin for it.

Each payload of `hostile` stands in every field that an author, a feed, a file or a reader can fill.
Chromium opens the pages that show them; the watch notes dialogs, reports of the policy and requests
to other origins, the audit what each page is made of.

Deliberate breaks: `|safe` on any text of a template; a policy with 'unsafe-inline'; `href` of a
link that was not checked; a formula's source put out as it is. Each fails a test of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from chromium import Visits
from planted import A_DAY, mark, plant_papers
from planted_people import SECRET, Planted, link_buttons, plant_people
from sweeping import Sweep

from hostile import FAMILIES, PAGES, PARAMETERS, PAYLOADS
from served import Site, serving

TODAY = datetime.now(UTC).date()
FIELDS_OF_PAPERS = """
    title abstract summary author category venue status identifier listing dateline comment
    extraname extra feedkey newstitle newstext newsauthor feedvenue
"""
FIELDS_OF_PEOPLE = "display shelf about note search remark follow"
EVERY = len(PAYLOADS)
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Hostile:
    """The planted library as it is served: to its one reader, and with accounts."""

    alone: Site
    accounts: Site
    planted: Planted
    buttons: list[str]


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile") / "library"
    plant_papers(folder, PAYLOADS, TODAY)
    planted = plant_people(folder, PAYLOADS)
    buttons = link_buttons(folder, planted)
    with (
        serving(folder, embedder="none") as alone,
        serving(folder, embedder="none", sign_in="invite") as accounts,
    ):
        yield Hostile(alone, accounts, planted, buttons)


def report(sweep: Sweep, tell: Tell) -> None:
    """Say what was seen, then fail where anything was wrong."""
    tell(
        f"{sweep.pages.total()} pages, {sweep.watch.requests} requests, {sweep.cells} payloads seen"
        f" in {len(sweep.fields)} fields: {dict(sweep.pages)}; {dict(sweep.fields)}"
    )
    sweep.check()


def check_shown(sweep: Sweep, fields: Iterable[str], least: float = 0.9) -> None:
    """Each field was seen with nearly all payloads: a page that shows nothing proves nothing."""
    lacking = {name: sweep.fields[name] for name in fields if sweep.fields[name] < least * EVERY}
    assert not lacking, lacking


def test_payloads_are_many() -> None:
    assert len(PAYLOADS) >= 200 and len(FAMILIES) >= 15
    assert all(len(set(each)) == len(each) >= 5 for each in FAMILIES.values())


def test_pages_of_papers(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    sweep = Sweep(visits.begin(hostile.alone.url))
    sweep.walk("paper", [f"/paper/{number}" for number in range(1, 2 * EVERY + 1)])
    report(sweep, tell)
    check_shown(sweep, set(FIELDS_OF_PAPERS.split()) - {"summary", "status"})
    assert sweep.fields["summary"] > 0.4 * EVERY and sweep.fields["status"] > 0.2 * EVERY


def test_lists_and_editions(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    sweep = Sweep(visits.begin(hostile.alone.url))
    days = [TODAY - timedelta(days=n) for n in range(EVERY // A_DAY + 3)]
    sweep.walk("edition", ["/", "/week", "/month", "/trending", "/yours"])
    sweep.walk("edition", [f"/day/{day}" for day in days])
    sweep.walk("search", [f"/search?q=&page={n}" for n in range(1, EVERY // 10 + 2)])
    sweep.walk("search", [f"/search?q=planted&sort=votes&page={n}" for n in range(1, 16)])
    sweep.walk("receipts", ["/receipts"])
    sweep.walk("receipts", [f"/receipts/arxiv/{day}" for day in days])
    sweep.walk(
        "receipts",
        [f"/receipts/{quote(mark(PAYLOADS[n], 'source', n), safe='')}/{days[1]}"
         for n in range(0, EVERY, 10)],
    )  # fmt: skip
    report(sweep, tell)
    check_shown(sweep, ["title", "author"])


def sheets(sweep: Sweep, address: str) -> Iterator[str]:
    """The pages of a thread, each found on the one before."""
    while address:
        yield address
        later = sweep.visitor.page.get_by_role("link", name="Show later comments")
        address = (later.get_attribute("href") or "") if later.count() else ""


def test_pages_of_people(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    planted = hostile.planted
    sweep = Sweep(visits.begin(hostile.alone.url))
    sweep.walk("shelf", [f"/shelf/{number}" for number in planted.shelves])
    sweep.walk(
        "shelf", [f"/shelf/{planted.everything}?page={n}" for n in range(1, EVERY // 20 + 2)]
    )
    sweep.walk("lists", ["/shelves", "/searches", "/community", "/account", "/submit"])
    sweep.walk("lists", ["/account/mail"])
    sweep.walk("thread", sheets(sweep, f"/paper/{planted.works[1]}"))
    sweep.walk("choosing", [f"/save?paper={planted.works[n]}" for n in range(3)])
    sweep.walk("reader", [f"/reader/planted{n}" for n in range(0, EVERY, 2)])
    report(sweep, tell)
    check_shown(sweep, FIELDS_OF_PEOPLE.split())


def test_shelves_that_learn(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    """What they found, from what, and what is wished for. Even shelves are others'."""
    sweep = Sweep(visits.begin(hostile.alone.url))
    own = [f"/shelf/{number}" for number in hostile.planted.shelves[1::2]]
    everything = f"/shelf/{hostile.planted.everything}"
    work = hostile.planted.works[3]
    sweep.walk("steering", [f"{shelf}/steer" for shelf in own])
    sweep.walk("learned", [f"{shelf}/{part}" for shelf in own[:6] for part in ("new", "hood")])
    sweep.walk("learned", [f"{everything}/hood", f"{everything}/hood?without={work}"])
    sweep.walk("learned", [f"{everything}/trial", f"{everything}/review?q=planted", "/start"])
    report(sweep, tell)
    check_shown(sweep, ["shelf", "wish"], least=0.45)


def test_buttons_of_letters(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    """The pages that they lead to, for whoever has the letter: a title, the names of shelves."""
    sweep = Sweep(visits.begin(hostile.alone.url))
    sweep.walk("button", hostile.buttons)
    report(sweep, tell)
    check_shown(sweep, ["title"], 0.2)
    check_shown(sweep, ["shelf"], 0.2)


def test_notices_and_kept_searches(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    planted = hostile.planted
    sweep = Sweep(visits.begin(hostile.alone.url))
    sweep.walk("notice", [f"/help?done={signal}" for signal in planted.signals])
    sweep.walk("kept search", [f"/search/{number}" for number in planted.searches[::2]])
    report(sweep, tell)
    check_shown(sweep, ["said"])
    check_shown(sweep, ["query"], 0.45)


def test_authors(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    sweep = Sweep(visits.begin(hostile.alone.url))
    names = [" ".join(mark(payload, "author", n).split()) for n, payload in enumerate(PAYLOADS)]
    sweep.walk("author", [f"/author/{quote(name, safe='')}" for name in names[::2]])
    report(sweep, tell)
    check_shown(sweep, ["author"], 0.4)


def test_pages_of_operators(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    visitor = visits.begin(hostile.accounts.url)
    visitor.context.add_cookies(
        [{"name": "broadsheet", "value": SECRET, "url": hostile.accounts.url}]
    )
    sweep = Sweep(visitor)
    sweep.walk("operator", ["/admin", "/account", "/account/delete"])
    report(sweep, tell)
    check_shown(sweep, ["invited", "label", "display"])
    check_shown(sweep, ["agent"], 0.5)  # the page names the latest sessions
    assert {"source", "target", "trouble"} <= set(sweep.fields)


def test_addresses_that_say_something(hostile: Hostile, visits: Visits, tell: Tell) -> None:
    """What a link from elsewhere can put into an address: each payload in all parameters of one
    page after the other. (`tests/slow/test_web_hostile_addresses.py` has every pair.)"""
    sweep = Sweep(visits.begin(hostile.alone.url))
    for number, payload in enumerate(PAYLOADS):
        page = PAGES[number % len(PAGES)]
        query = urlencode([(name, mark(payload, name, number)) for name in PARAMETERS])
        sweep.walk(page, [f"{page}?{query}"])
        if number % 5 == 0:
            sweep.walk("path", [f"/{quote(payload, safe='')}"])
    report(sweep, tell)
    assert sweep.fields["q"] > EVERY // 3
