"""The simulator has the manners that the connectors are tested against."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

import pytest
from lxml import etree

from fakearxiv import FakeArxiv, Fault, Faults, World, calendar
from fakearxiv.__main__ import make_world
from fakearxiv.calendar import NEW_YORK

START = {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}
DAY = timedelta(days=1)


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv(World(seed=3, papers=120), silence=0.01) as running:
        running.oai.records = 25
        yield running


class Reply:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status, self.headers, self.text = status, headers, text

    @property
    def ids(self) -> list[str]:
        return re.findall(r"<identifier>oai:arXiv\.org:(.*?)</identifier>", self.text)

    @property
    def token(self) -> str:
        found = re.search(r"<resumptionToken[^>]*>([^<]+)<", self.text)
        return found[1] if found else ""

    @property
    def error(self) -> str:
        found = re.search(r'<error code="(\w+)"', self.text)
        return found[1] if found else ""

    @property
    def items(self) -> list[str]:
        return re.findall(r"<guid[^>]*>oai:arXiv\.org:(.*?)</guid>", self.text)


def ask(arxiv: FakeArxiv, path: str, headers: dict[str, str] | None = None) -> Reply:
    host, port = arxiv.place.split(":")
    with closing(HTTPConnection(host, int(port), timeout=5)) as connection:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        if text.startswith("<?xml"):
            etree.fromstring(text.encode())
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)


def oai(arxiv: FakeArxiv, **arguments: str) -> Reply:
    return ask(arxiv, "/oai?" + urlencode(arguments))


def go_on(arxiv: FakeArxiv, token: str) -> Reply:
    return oai(arxiv, verb="ListRecords", resumptionToken=token)


def list_all(arxiv: FakeArxiv) -> list[Reply]:
    replies = [oai(arxiv, **START)]
    while replies[-1].token:
        replies.append(go_on(arxiv, replies[-1].token))
    return replies


def test_a_whole_list_comes_in_pages_and_ends_with_an_empty_token(arxiv: FakeArxiv) -> None:
    replies = list_all(arxiv)
    ids = [each for reply in replies for each in reply.ids]
    assert sorted(ids) == sorted(arxiv.world.truth()) and len(replies) == 5
    assert "<resumptionToken/>" in replies[-1].text
    assert "completeListSize" not in replies[0].text
    assert "resumptionToken" not in oai(arxiv, **{**START, "verb": "ListIdentifiers"}).text


def test_a_token_is_to_be_encoded_again(arxiv: FakeArxiv) -> None:
    token = oai(arxiv, **START).token
    assert "%3D" in token
    assert go_on(arxiv, token).ids
    as_it_came = ask(arxiv, f"/oai?verb=ListRecords&resumptionToken={token}")
    assert as_it_came.error == "badResumptionToken"


def test_a_token_dies_at_midnight_and_goes_alone(arxiv: FakeArxiv) -> None:
    token = oai(arxiv, **START).token
    assert oai(arxiv, **START, resumptionToken=token).error == "badArgument"
    arxiv.world.clock.advance(86400)
    assert go_on(arxiv, token).error == "badResumptionToken"


def test_a_record_touched_in_the_middle_makes_the_list_skip_another(arxiv: FakeArxiv) -> None:
    world = arxiv.world
    world.clock.set_at_least(world.clock.now() + timedelta(hours=1))
    for number in list(world.by_id)[:40]:
        world.touch(number)  # many on one day, so that a page ends within it
    arxiv.oai.records = 100
    first = oai(arxiv, **START)
    world.clock.advance(60)
    world.touch(first.ids[-1])
    second = go_on(arxiv, first.token)
    assert set(first.ids) | set(second.ids) != set(world.truth())


def test_an_empty_answer_is_kept_until_midnight(arxiv: FakeArxiv) -> None:
    world, today = arxiv.world, arxiv.world.clock.now().date()
    world.clock.set(datetime.combine(today + DAY, datetime.min.time(), UTC))
    request = {**START, "from": str(today + DAY)}
    assert oai(arxiv, **request).error == "noRecordsMatch"
    world.touch(next(iter(world.by_id)))
    assert oai(arxiv, **request).error == "noRecordsMatch"
    assert oai(arxiv, **{**request, "from": str(today)}).ids
    world.clock.advance(86400)
    assert oai(arxiv, **request).ids


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Sing", "badVerb"),
        ("verb=Identify&set=cs", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&metadataPrefix=arXivRaw", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2005-09-15", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2027-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs:cs:XX", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:1", "idDoesNotExist"),
    ],
)
def test_errors_of_the_protocol_are_http_200(arxiv: FakeArxiv, query: str, code: str) -> None:
    reply = ask(arxiv, f"/oai?{query}")
    assert (reply.status, reply.error) == (200, code)


def test_sets_hold_what_their_names_say(arxiv: FakeArxiv) -> None:
    arxiv.oai.records = 500
    found = oai(arxiv, **START, set="cs:cs:LG").ids
    assert set(found) == {p.id for p in arxiv.world.by_id.values() if "cs.LG" in p.categories}
    assert "<setSpec>physics:hep-th</setSpec>" in oai(arxiv, verb="ListSets").text
    assert f"<baseURL>{arxiv.url}/oai</baseURL>" in oai(arxiv, verb="Identify").text


def test_withdrawals_and_versions_are_told(arxiv: FakeArxiv) -> None:
    number = next(iter(arxiv.world.by_id))
    arxiv.world.revise(number, withdraw=True)
    text = oai(arxiv, verb="GetRecord", metadataPrefix="arXivRaw", identifier=number).text
    assert "<size>0kb</size><source_type>I</source_type>" in text and "withdrawn" in text
    assert arxiv.world.truth()[number].withdrawn


def test_deletions_and_totals_are_told_only_when_switched_on(arxiv: FakeArxiv) -> None:
    number = next(iter(arxiv.world.by_id))
    arxiv.world.delete(number)
    arxiv.oai.records = 60
    assert number not in arxiv.world.truth()
    assert all(number not in reply.ids for reply in list_all(arxiv))
    arxiv.oai.deletions = arxiv.oai.totals = True
    replies = list_all(arxiv)
    assert 'status="deleted"' in replies[-1].text
    assert re.findall(r'completeListSize="(\d+)" cursor="(\d+)"', "".join(r.text for r in replies))


def test_the_feed_lists_the_batch_of_the_day(arxiv: FakeArxiv) -> None:
    arxiv.world.advance(date(2026, 10, 2), new=30, revised=10, crossed=6)
    reply = ask(arxiv, "/rss/cs.LG+STAT.ML+math")
    batch = {f"{e.paper.id}v{e.version}" for e in arxiv.world.batch(date(2026, 10, 2))}
    assert reply.items and set(reply.items) < batch
    assert "Fri, 02 Oct 2026 00:00:00 -0400" in reply.text
    kinds = re.findall(r"<arxiv:announce_type>(.*?)<", reply.text)
    assert kinds == sorted(kinds, key=["new", "cross", "replace", "replace-cross"].index)
    assert len(re.findall("<entry>", ask(arxiv, "/atom/cs.LG+STAT.ML+math").text)) == len(kinds)
    arxiv.world.clock.advance(86400)  # Saturday
    assert not ask(arxiv, "/rss/cs.LG+STAT.ML+math").items


def test_a_feed_knows_its_validator_and_its_errors(arxiv: FakeArxiv) -> None:
    etag = ask(arxiv, "/rss/cs.LG").headers["etag"]
    again = ask(arxiv, "/rss/cs.LG", {"If-None-Match": etag})
    assert (again.status, again.text) == (304, "")
    assert [entry.changed for entry in arxiv.log] == [True, False]
    arxiv.feeds.validators = False
    assert ask(arxiv, "/rss/cs.LG", {"If-None-Match": etag}).status == 200
    wrong = ask(arxiv, "/rss/cs.ZZ")
    assert wrong.status == 400 and "Feed error for query" in wrong.text


def test_a_stale_category_shows_the_batch_before(arxiv: FakeArxiv) -> None:
    arxiv.world.advance(date(2026, 10, 2), new=20)
    before = ask(arxiv, "/rss/cs").items
    arxiv.feeds.stale.add("cs")
    arxiv.world.advance(date(2026, 10, 5), new=20)
    reply = ask(arxiv, "/rss/cs")
    assert before and reply.items == before and "05 Oct 2026" in reply.text


def test_the_feed_leaves_out_late_replacements_and_what_exceeds_its_limit(arxiv: FakeArxiv) -> None:
    day = date(2026, 10, 2)
    papers = [p for p in arxiv.world.by_id.values() if "cs.LG" in p.categories][:2]
    for paper, versions in zip(papers, (4, 5), strict=True):
        while paper.latest.number < versions:
            arxiv.world.revise(paper.id, day=day - DAY)
        arxiv.world.revise(paper.id, day=day)
    arxiv.world.advance(day, new=30)
    reply = ask(arxiv, "/rss/cs")
    assert f"{papers[0].id}v5" in reply.items and papers[1].id not in reply.text
    arxiv.feeds.limit = 2
    assert re.findall(r"announce_type>(\w+)<", ask(arxiv, "/rss/cs").text) == ["new", "new"]


def test_the_query_api_gives_papers_and_versions_by_identifier(arxiv: FakeArxiv) -> None:
    paper = next(p for p in arxiv.world.by_id.values() if "/" in p.id)
    arxiv.world.revise(paper.id)
    number = paper.latest.number
    reply = ask(arxiv, f"/api/query?id_list={paper.id},{paper.id}v1,2601.99999")
    assert re.findall(r"/abs/([^<]+)</id>", reply.text) == [f"{paper.id}v{number}", f"{paper.id}v1"]
    assert ">2</opensearch:totalResults>" in reply.text
    assert "<title>Error</title>" in ask(arxiv, "/api/query?id_list=nonsense").text
    assert ask(arxiv, "/api/query?search_query=cat:cs.LG&max_results=2001").status == 400
    arxiv.faults.script(Fault.EMPTY)
    emptied = ask(arxiv, "/api/query?search_query=cat:cs&start=2")
    assert "<entry>" not in emptied.text and ">0</opensearch:totalResults>" not in emptied.text


def test_faults_befall_requests_as_scripted(arxiv: FakeArxiv) -> None:
    expected = {
        Fault.UNAVAILABLE: (503, "30"),
        Fault.UNAVAILABLE_UNTIL: (503, "Thu, 01 Oct 2026 06:00:30 GMT"),
        Fault.TOO_MANY: (429, None),
        Fault.NOT_ACCEPTABLE: (406, None),
        Fault.RATE_EXCEEDED: (200, None),
        Fault.LOGIN_PAGE: (200, None),
        Fault.REFUSED: (403, None),
    }
    arxiv.faults.script(*expected, path="/rss")
    assert oai(arxiv, **START).ids
    for status, patience in expected.values():
        reply = ask(arxiv, "/rss/cs.LG")
        assert (reply.status, reply.headers.get("retry-after")) == (status, patience)
    arxiv.faults.script(Fault.DROPPED, Fault.HANGING)
    for _ in range(2):
        with pytest.raises((HTTPException, ConnectionError)):
            ask(arxiv, "/rss/cs.LG")
    assert [entry.fault for entry in arxiv.log[1:]] == [*expected, Fault.DROPPED, Fault.HANGING]


def test_faults_of_lists(arxiv: FakeArxiv) -> None:
    first = oai(arxiv, **START)
    arxiv.faults.script(Fault.REPEATED_TOKEN, Fault.EMPTY, Fault.EXPIRED_TOKEN)
    repeated = go_on(arxiv, first.token)
    assert repeated.token == first.token and repeated.ids
    assert "<ListRecords></ListRecords>" in go_on(arxiv, first.token).text
    assert go_on(arxiv, first.token).error == "badResumptionToken"
    assert go_on(arxiv, first.token).ids == repeated.ids


def test_the_log_tells_times_and_headers(arxiv: FakeArxiv) -> None:
    before = time.monotonic()
    ask(arxiv, "/oai?verb=Identify", {"User-Agent": "Test/1"})
    (entry,) = arxiv.log
    while not entry.ended:  # noted just after the last byte has gone out
        time.sleep(0.001)
    assert before <= entry.arrived <= entry.ended <= time.monotonic()
    assert (entry.what, entry.status, entry.headers["user-agent"]) == ("Identify", 200, "Test/1")


def test_chance_is_seeded_and_spares_refusals() -> None:
    faults, same = Faults(7, 0.2), Faults(7, 0.2)
    for _ in range(1000):
        assert faults.choose("/", later_page=True) == same.choose("/", later_page=True)
    assert 150 < faults.met.total() < 250 and Fault.REFUSED not in faults.met
    assert len(faults.met) == 12


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [  # arXiv's own table, in New York
        ("2026-10-05T14:00", "2026-10-07"),  # Monday 14:00 -> Tuesday evening
        ("2026-10-06T13:59", "2026-10-07"),
        ("2026-10-08T14:00", "2026-10-12"),  # Thursday 14:00 -> Sunday evening
        ("2026-10-09T14:00", "2026-10-13"),  # Friday 14:00 -> Monday evening
        ("2026-10-11T20:00", "2026-10-13"),
        ("2026-11-26T10:00", "2026-11-30"),  # Thanksgiving: no announcement that evening
    ],
)
def test_the_calendar_is_that_of_arxiv(submitted: str, announced: str) -> None:
    moment = datetime.fromisoformat(submitted).replace(tzinfo=NEW_YORK)
    assert calendar.announced_on(moment) == date.fromisoformat(announced)


def test_every_batch_is_of_what_came_in_before_its_closing() -> None:
    world = World(seed=5, papers=400)
    world.advance(date(2026, 10, 5))
    for day, entries in world.batches.items():
        assert calendar.is_announcement_day(day)
        for entry in entries:
            if not entry.crossed:
                version = entry.paper.versions[entry.version - 1]
                assert calendar.announced_on(version.submitted) == day == version.announced


def test_a_person_finds_the_same_papers_on_another_day() -> None:
    """Break to see it fail: let `make_world` draw all papers up to today."""
    before, after = (make_world(1, 40, date(2026, 11, day)) for day in (5, 9))
    assert len(before.by_id) < len(after.by_id)
    for name, paper in before.by_id.items():
        assert after.by_id[name].title == paper.title
        assert after.by_id[name].versions[0] == paper.versions[0]
