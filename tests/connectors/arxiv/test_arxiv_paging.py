"""Lists of OAI-PMH over many pages: requests, tokens, ends, and every way of going wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from arxiv_documents import (
    ARXIV,
    NOW,
    OAI,
    SOURCE,
    SWEEP,
    header,
    oai,
    oai_error,
    oai_list,
    oai_record,
    parse,
    raw,
)
from broadsheet.errors import SourceBrokenError
from broadsheet.sources import Batch, Source


class Noted:
    """Answers with one document and notes what was asked."""

    def __init__(self, body: str = "") -> None:
        self.body, self.asked = body, [""]

    def get(self, url: str, **options: object) -> object:
        assert options["budget"] == "arxiv"
        self.asked.append(url)
        return raw(OAI, self.body).answer


def asked(cursor: str | None, stream: str = OAI, source: Source = SOURCE) -> dict[str, str]:
    """The arguments of the request that follows a cursor."""
    web = Noted()
    (which,) = [each for each in ARXIV.streams(source) if each.name == stream]
    ARXIV.fetch(source, which, cursor, web)  # type: ignore[arg-type]
    return {name: values[0] for name, values in parse_qs(urlsplit(web.asked[-1]).query).items()}


def run(pages: Iterable[str], cursor: str | None = None, stream: str = OAI) -> Batch:
    """The last batch of a run of pages, each parsed with the cursor of the one before."""
    batch = Batch(cursor=cursor)
    for page in pages:
        batch = parse(stream, page, batch.cursor)
    return batch


def one(number: int, stamp: str = "2026-11-02") -> str:
    return oai_record(f"2611.{number:05}", stamp=stamp)


# --- A run that goes well ---------------------------------------------------------------------


def test_the_first_request_and_the_next_page() -> None:
    """Breaks when a token is not encoded once more, or goes with other arguments."""
    first = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs:cs:LG"}
    assert asked(None) == {**first, "from": "2026-10-01"}
    batch = parse(OAI, oai_list(one(1), token="from%3D2026-10-01%26skip%3D1"))
    assert batch.more and batch.again is None
    assert asked(batch.cursor) == {
        "verb": "ListRecords",
        "resumptionToken": "from%3D2026-10-01%26skip%3D1",
    }


@pytest.mark.parametrize("token", [None, "", "  \n"])
def test_the_end_of_a_list(token: str | None) -> None:
    batch = parse(OAI, oai_list(one(1), token=token))
    assert not batch.more
    assert batch.again == datetime(2026, 11, 21, 3, 45, tzinfo=UTC)


def test_the_next_run_asks_from_the_day_before_the_first_answer_of_this_one() -> None:
    """Breaks when the day comes from our clock, from the last page, or without the day's margin."""
    batch = run([oai_list(one(1), token="t", day="2026-11-10"), oai_list(one(2), day="2026-11-12")])
    assert asked(batch.cursor)["from"] == "2026-11-09"
    batch = run([oai_error("noRecordsMatch", day="2026-11-10")])
    assert asked(batch.cursor)["from"] == "2026-11-09"
    assert not batch.trouble and not batch.more


def test_from_the_very_beginning() -> None:
    """arXiv rejects days before its earliest stamp, so none is named."""
    source = replace(SOURCE, since=date(1991, 8, 1))
    assert "from" not in asked(None, source=source)


def test_a_sweep_always_begins_at_the_beginning() -> None:
    page = oai_list(header("2611.00001"), verb="ListIdentifiers", token="t")
    batch = parse(SWEEP, page)
    assert asked(batch.cursor, SWEEP)["resumptionToken"] == "t"
    batch = parse(SWEEP, oai_list(header("2611.00002"), verb="ListIdentifiers"), batch.cursor)
    assert batch.again is None and not batch.more
    assert asked(batch.cursor, SWEEP)["from"] == "2026-10-01"
    assert asked(batch.cursor, SWEEP)["verb"] == "ListIdentifiers"


def test_how_much_there_is_to_come() -> None:
    facts = 'completeListSize="700" cursor="0"'
    assert parse(OAI, oai_list(one(1), token="t", facts=facts)).total == 700
    # From 2026-10-01 to the server's 2026-11-20 are 51 days; 17 of them are done.
    assert parse(OAI, oai_list(one(1, "2026-10-17"), token="t")).total == 3
    assert parse(OAI, oai_list(one(1))).total is None


# --- The server's own address -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "followed"),
    [
        ("https://oai.arxiv.org/v3", "https://oai.arxiv.org/v3"),
        ("http://oaipmh.arxiv.org/oai", "https://oaipmh.arxiv.org/oai"),
        ("https://arxiv.org.example.net/oai", "https://oaipmh.arxiv.org/oai"),
        ("http://[", "https://oaipmh.arxiv.org/oai"),
        ("", "https://oaipmh.arxiv.org/oai"),
    ],
)
def test_the_address_of_identify_is_followed_within_arxiv(said: str, followed: str) -> None:
    source = replace(SOURCE, mirror="")
    web = Noted(oai(f"<Identify><baseURL>{said}</baseURL></Identify>"))
    stream = ARXIV.streams(source)[2]
    batch = ARXIV.parse(source, ARXIV.fetch(source, stream, None, web))  # type: ignore[arg-type]
    assert web.asked[-1] == "https://oaipmh.arxiv.org/oai?verb=Identify"
    assert batch.more
    ARXIV.fetch(source, stream, batch.cursor, web)  # type: ignore[arg-type]
    assert web.asked[-1].startswith(f"{followed}?verb=ListRecords&")
    batch = parse(OAI, oai_list(one(1)), batch.cursor, source=source)
    ARXIV.fetch(source, stream, batch.cursor, web)  # type: ignore[arg-type]
    assert web.asked[-1].startswith(f"{followed}?verb=ListRecords&")


# --- Tokens that die --------------------------------------------------------------------------

DEAD = oai_error("badResumptionToken")
NEXT_DAY = oai_error("badResumptionToken", day="2026-11-21")


def test_a_dead_token_begins_the_list_again_a_day_before_the_newest_stamp() -> None:
    """Breaks when the run begins again at its first day, or at the stamp itself."""
    batch = run([oai_list(one(1, "2026-11-02"), token="t"), NEXT_DAY])
    assert batch.more
    assert asked(batch.cursor)["from"] == "2026-11-01"
    # The run after this one still asks from the first answer of this one.
    batch = run([oai_list(one(2))], batch.cursor)
    assert asked(batch.cursor)["from"] == "2026-11-19"


def test_a_token_that_should_live_is_tried_once_more() -> None:
    batch = run([oai_list(one(1), token="t"), DEAD])
    assert asked(batch.cursor)["resumptionToken"] == "t"
    assert asked(run([DEAD], batch.cursor).cursor)["from"] == "2026-11-01"


def test_a_list_that_is_not_in_order_begins_again_at_its_first_day() -> None:
    pages = [oai_list(one(1, "2026-11-09"), token="t"), oai_list(one(2, "2026-10-05"), token="u")]
    assert asked(run([*pages, NEXT_DAY]).cursor)["from"] == "2026-10-01"


def test_beginning_again_never_goes_further_back_than_the_run_did() -> None:
    batch = run([oai_list(one(1, "2026-09-01"), token="t"), NEXT_DAY])
    assert asked(batch.cursor)["from"] == "2026-10-01"


def test_beginning_again_and_again_without_progress_ends() -> None:
    """Breaks when progress is not looked at: the run would never end."""
    lap = [oai_list(one(1), token="t"), DEAD, DEAD]
    batch = run([*lap, *lap])
    assert batch.more
    with pytest.raises(SourceBrokenError, match="begun again 2 times at 2026-11-02"):
        run(lap, batch.cursor)
    # With progress, or on another day, it goes on.
    assert run([oai_list(one(1, "2026-11-03"), token="t"), DEAD, DEAD], batch.cursor).more
    assert run([oai_list(one(1), token="t"), NEXT_DAY], batch.cursor).more


def test_a_rejected_token_that_was_never_sent() -> None:
    with pytest.raises(SourceBrokenError, match="badResumptionToken"):
        run([DEAD])


# --- Pages that go round in circles, or are empty ---------------------------------------------


def test_a_token_that_repeats() -> None:
    """Breaks when only the token before is compared: the second case goes round in three."""
    with pytest.raises(SourceBrokenError, match="repeats the resumption token 't'"):
        run([oai_list(one(1), token="t"), oai_list(one(2), token="t")])
    pages = [oai_list(one(i), token=token) for i, token in enumerate("tuvt")]
    with pytest.raises(SourceBrokenError, match="repeats the resumption token 't'"):
        run(pages)


def test_pages_that_bring_nothing_new() -> None:
    pages = [oai_list(one(1), token=token) for token in "tuv"]
    assert run(pages[:2]).more
    with pytest.raises(SourceBrokenError, match="the same page again and again"):
        run(pages)


@pytest.mark.parametrize("token", [None, "", "u"])
@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_an_empty_page_is_never_the_end(token: str | None, verb: str) -> None:
    """Breaks when a page without records and without a token ends the list."""
    batch = parse(OAI, oai_list(one(1), token="t"))
    with pytest.raises(SourceBrokenError, match="an empty page after 1 items"):
        parse(OAI, oai_list(token=token, verb=verb), batch.cursor)


def test_a_list_that_breaks_off_is_told_and_continued_by_the_next_run() -> None:
    """Breaks when "nothing matches" in the middle of a list counts as its end: what lay between
    the newest stamp and the server's day would never be asked for again."""
    batch = run([oai_list(one(1, "2026-11-02"), token="t"), oai_error("noRecordsMatch")])
    assert not batch.more
    assert batch.trouble and not batch.trouble.stale
    assert batch.trouble.sentence.startswith("The list broke off after 1 items, at 2026-11-02,")
    assert asked(batch.cursor)["from"] == "2026-11-01"


CUT = 'completeListSize="1000" cursor="0"'
PROMISED = oai_list(one(1, "2026-11-02"), token="t", facts=CUT)


@pytest.mark.parametrize(
    ("pages", "came"),
    [
        ([oai_list(one(1), one(2), token="", facts=CUT)], 2),
        ([PROMISED, oai_list(one(2), token="", facts=CUT)], 2),
        ([PROMISED, oai_list(one(2))], 2),
        ([PROMISED, oai_list(one(1), token="u"), oai_list(one(2))], 2),  # one page came twice
        ([PROMISED, NEXT_DAY, oai_list(one(2), facts=CUT, token="")], 1),  # begun again
    ],
)
def test_a_list_that_ends_before_its_size_is_cut(pages: list[str], came: int) -> None:
    """Breaks when a list without a further token always counts as whole: what lay between its
    newest stamp and the server's day would never be asked for again."""
    batch = run(pages)
    assert not batch.more and batch.again is not None and batch.trouble
    assert batch.trouble.sentence == (
        f"The list ended after {came} of the 1,000 items that the server had promised; the next "
        "run goes on from there."
    )
    assert len(batch.records) in (1, 2) and asked(batch.cursor)["from"] == "2026-11-01"


def test_a_cut_sweep_goes_on_where_it_ended() -> None:
    """Breaks when the end of a sweep is always the way back to its first day."""
    page = oai_list(header("2611.00001", "2026-11-02"), verb="ListIdentifiers", token="", facts=CUT)
    batch = run([page], stream=SWEEP)
    assert batch.trouble and "1 of the 1,000" in batch.trouble.sentence and batch.listed
    assert asked(batch.cursor, SWEEP)["from"] == "2026-11-01"
    whole = run([oai_list(header("2611.00002"), verb="ListIdentifiers")], batch.cursor, SWEEP)
    assert whole.trouble is None and asked(whole.cursor, SWEEP)["from"] == "2026-10-01"


def test_a_list_that_is_as_long_as_it_was_to_be_is_whole() -> None:
    for facts in ('completeListSize="2"', 'completeListSize="1"', 'completeListSize="many"', ""):
        batch = run([oai_list(one(1), one(2), token="", facts=facts)])
        assert batch.trouble is None and asked(batch.cursor)["from"] == "2026-11-19"


@pytest.mark.parametrize("token", ["x" * 6_001, "%" * 2_001, "x" * 1_000_000])
def test_a_token_that_no_address_can_hold_is_broken_at_once(token: str) -> None:
    """Breaks when it goes into the cursor, which no request would ever follow."""
    with pytest.raises(SourceBrokenError, match=f"{len(token):,} characters"):
        run([oai_list(one(1), token=token)])
    longest = oai_list(one(1), token="%" * 2_000)
    assert asked(run([longest]).cursor)["resumptionToken"] == "%" * 2_000


# --- Errors in words --------------------------------------------------------------------------


def test_a_clock_that_is_ahead_of_the_servers() -> None:
    batch = parse(OAI, oai_error("badArgument", day="2026-09-28"))
    assert batch.trouble
    assert "since 2026-10-01, but by its own clock it is 2026-09-28" in batch.trouble.sentence
    assert batch.again is not None and not batch.more
    assert asked(batch.cursor)["from"] == "2026-09-27"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (oai_error("badArgument", "no such set"), r"rejects the request \(badArgument: no such"),
        (oai_error("badVerb", ""), r"rejects the request \(badVerb\)"),
        (oai_error("", ""), r"rejects the request \(without saying why\)"),
        ("<html><body>Log in</body></html>", "is not of OAI-PMH"),
        ("<!DOCTYPE html><html><br></html>", "not sound XML"),
        (oai("<ListSets/>"), "holds no list and no error"),
        (oai_list(one(1))[:-40], "not sound XML"),
        ("", "not sound XML|empty"),
    ],
)
def test_errors_become_sentences(body: str, words: str) -> None:
    with pytest.raises(SourceBrokenError, match=words):
        parse(OAI, body)


@pytest.mark.parametrize("hour", [0, 3, 4, 23])
def test_the_next_harvest_is_at_a_quiet_hour(hour: int) -> None:
    at = NOW.replace(hour=hour, minute=30)
    batch = ARXIV.parse(SOURCE, raw(OAI, oai_list(one(1)), at=at))
    assert batch.again is not None and at < batch.again
    assert (batch.again.hour, batch.again.minute) == (3, 45)


def test_the_cursor_stays_small_over_hundreds_of_pages() -> None:
    batch = run(oai_list(one(number), token=f"token {number}") for number in range(300))
    assert batch.cursor is not None and len(batch.cursor) < 4000
