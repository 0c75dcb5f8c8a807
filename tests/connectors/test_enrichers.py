"""Services asked by identifier: what is sent, what of the answer is kept, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.connectors.crossref import Crossref
from broadsheet.connectors.enriching import ids_of, venue_of
from broadsheet.connectors.http import HttpClient
from broadsheet.connectors.openalex import OpenAlex, rebuild
from broadsheet.connectors.rows import RowError
from broadsheet.connectors.semanticscholar import KNOWN, SemanticScholar
from broadsheet.errors import SourceBrokenError, SourceRefusedError, SourceRequestError
from broadsheet.model import Identifier, Link, PaperDate, Record
from broadsheet.ports import Enricher
from broadsheet.sources import Answer, Batch, Measure, Raw
from json_samples import ANY_JSON, ARXIV, DOI, crossref_work, openalex_work, s2_paper
from sites import Asked, Site, reply

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
S2, ALEX, CROSSREF = SemanticScholar("k1"), OpenAlex("k2"), Crossref()
EVERY: Sequence[Enricher] = (S2, ALEX, CROSSREF)


def wrap(enricher: Enricher, *rows: Any) -> Any:
    """The whole answer of a service around its rows."""
    if enricher is S2:
        return [*rows, s2_paper(externalIds={"ArXiv": "1706.03762"})]
    if enricher is ALEX:
        return {"meta": {"count": len(rows)}, "results": list(rows)}
    return {"status": "ok", "message": {"items": list(rows)}}


def raw(said: Any, status: int = 200) -> Raw:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Raw("works", None, Answer("https://x", status, {}, body, NOW))


def parse(enricher: Enricher, ids: Sequence[Identifier], *rows: Any) -> Batch:
    return enricher.parse(ids, raw(wrap(enricher, *rows)))


def one(enricher: Enricher, asked: Identifier, row: Any) -> Record:
    batch = parse(enricher, [asked], row)
    assert batch.rejected == ()
    (record,) = batch.records
    return record


# --- What is kept -----------------------------------------------------------------------------


def test_semantic_scholar() -> None:
    batch = parse(S2, [ARXIV], s2_paper())
    assert batch.records == (
        Record(
            source="semanticscholar",
            key="arxiv:2602.00001",
            title="Kites that steer themselves",
            authors=("Ann Poe",),
            ids=(ARXIV, DOI),
            venue="Kite Conference",
            date=PaperDate("2026-02-25", "published"),
            links=(Link("pdf", "https://kites.example.org/7.pdf"),),
        ),
    )
    assert batch.measures == (
        Measure("arxiv:2602.00001", "citations", 40),
        Measure("arxiv:2602.00001", "influential citations", 4),
        Measure("arxiv:2602.00001", "references", 31),
    )
    assert [item.key for item in batch.items] == ["arxiv:2602.00001"]


def test_openalex() -> None:
    batch = parse(ALEX, [DOI], openalex_work())
    assert batch.records == (
        Record(
            source="openalex",
            key="doi:10.1000/kites.7",
            title="Kites that steer themselves",
            abstract="We fly kites. Our kites.",
            authors=("Ann Poe",),
            ids=(DOI,),
            venue="Journal of Kites",
            date=PaperDate("2026-02-25", "published"),
            links=(Link("pdf", "https://kites.example.org/7.pdf"),),
        ),
    )
    assert [(one.name, one.value) for one in batch.measures] == [
        ("citations", 11), ("references", 30),
    ]  # fmt: skip


def test_crossref() -> None:
    batch = parse(CROSSREF, [DOI], crossref_work())
    assert batch.records == (
        Record(
            source="crossref",
            key="doi:10.1000/kites.7",
            title="Kites & strings: They steer themselves",
            abstract="We fly n < 9 kites.",
            authors=("Ann Poe", "The Kite Group"),
            ids=(DOI,),
            venue="Journal of Kites",
            date=PaperDate("2026-02-25", "published"),
        ),
    )
    assert batch.measures == (Measure("doi:10.1000/kites.7", "citations", 9),)


def test_citations_do_not_make_a_new_record() -> None:
    """Break to see it fail: put the citations into `extra`."""
    assert one(S2, ARXIV, s2_paper(citationCount=900)) == one(S2, ARXIV, s2_paper())
    assert one(ALEX, DOI, openalex_work(cited_by_count=900)) == one(ALEX, DOI, openalex_work())
    many = crossref_work(**{"is-referenced-by-count": 900})
    assert one(CROSSREF, DOI, many) == one(CROSSREF, DOI, crossref_work())


@pytest.mark.parametrize(
    ("enricher", "asked", "bare"),
    [
        (S2, ARXIV, {"title": "Kites"}),
        (
            ALEX,
            ARXIV,
            {"doi": "https://doi.org/10.48550/arXiv.2602.00001", "display_name": "Kites"},
        ),
        (CROSSREF, DOI, {"DOI": "10.1000/KITES.7", "title": ["Kites"]}),
    ],
)
def test_everything_but_the_title_is_optional(
    enricher: Enricher, asked: Identifier, bare: dict[str, Any]
) -> None:
    record = one(enricher, asked, bare)
    assert (record.title, record.ids, record.date) == ("Kites", (asked,), None)
    assert parse(enricher, [asked], bare).measures == ()


def test_a_paper_that_was_taken_back_is_marked() -> None:
    marked = [one(ALEX, DOI, openalex_work(is_retracted=True))]
    notice = {"DOI": "10.1000/notice", "type": "retraction"}
    marked.append(one(CROSSREF, DOI, crossref_work(**{"updated-by": [notice]})))
    assert all(record.withdrawn and record.status == "Retracted" for record in marked)
    corrected = crossref_work(**{"updated-by": [notice | {"type": "correction"}]})
    assert not one(CROSSREF, DOI, corrected).withdrawn
    of_another = one(CROSSREF, DOI, crossref_work(**{"update-to": [notice]}))
    assert not of_another.withdrawn
    assert of_another.extra == (("notice", "retraction of 10.1000/notice"),)


def test_a_server_of_preprints_is_no_venue() -> None:
    assert [venue_of(name) for name in ("arXiv.org", "bioRxiv", "CoRR", "", "Correlations")] == [
        None, None, None, None, "Correlations",
    ]  # fmt: skip
    place = {"source": {"display_name": "Own Shelf", "type": "repository"}}
    assert one(ALEX, DOI, openalex_work(primary_location=place)).venue is None


def test_a_year_is_a_date() -> None:
    assert one(S2, ARXIV, s2_paper(publicationDate=None)).date == PaperDate("2026", "published")
    parts: Any
    for parts in ([[2026]], [[2026, 13, 1]], [[2026, None]]):
        record = one(CROSSREF, DOI, crossref_work(issued={"date-parts": parts}))
        assert record.date == PaperDate("2026", "published")
    for parts in ([], [[]], [[None]], [5], "2026", [["2026"]], [[10**18, 1]]):
        assert one(CROSSREF, DOI, crossref_work(issued={"date-parts": parts})).date is None


# --- Who is meant -----------------------------------------------------------------------------


def test_unknown_papers_are_left_out() -> None:
    other = Identifier("doi", "10.1000/unknown")
    assert [r.key for r in parse(S2, [DOI, ARXIV], None, s2_paper()).records] == [
        "arxiv:2602.00001"
    ]
    assert parse(ALEX, [other], openalex_work()).records == ()
    assert len(parse(CROSSREF, [other, DOI], crossref_work(), crossref_work()).records) == 1
    for enricher in EVERY:
        assert enricher.parse([DOI], raw(b"", 404)) == Batch()


def test_an_answer_about_another_paper_is_refused() -> None:
    """Break to see it fail: take the rows in order without looking at their arXiv ids."""
    batch = parse(S2, [ARXIV], s2_paper(externalIds={"ArXiv": "2602.99999"}))
    assert batch.records == () and batch.measures == ()
    assert batch.rejected[0].reason == "the answer is about arXiv 2602.99999 instead"


def test_of_each_scheme_the_identifier_asked_for_stays() -> None:
    other = Identifier("doi", "10.1000/other")
    assert ids_of(DOI, (other, None, ARXIV)) == (DOI, ARXIV)
    with pytest.raises(RowError):
        ids_of(ARXIV, (Identifier("arxiv", "2602.00002"),))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rows_that_do_not_pair_with_what_was_asked_are_broken(count: int) -> None:
    """Break to see it fail: zip the rows without counting them."""
    with pytest.raises(SourceBrokenError, match="asked about 2 papers"):
        S2.parse([ARXIV], raw([s2_paper()] * count))


# --- Hostile answers --------------------------------------------------------------------------


@pytest.mark.parametrize("enricher", EVERY)
@pytest.mark.parametrize("said", [{}, [], 5, "x", {"results": 5}, {"message": []}, b"<html>", b""])
def test_another_answer_altogether_is_broken(enricher: Enricher, said: Any) -> None:
    with pytest.raises(SourceBrokenError):
        enricher.parse([DOI], raw(said))


def test_an_inverted_index_is_bounded() -> None:
    """Break to see it fail: leave the size out of `rebuild`: 40 kB become 100 MB."""
    bomb = {"w" * 10_000: list(range(10_000))}
    with pytest.raises(RowError, match="50,000"):
        rebuild(bomb)
    with pytest.raises(RowError):
        rebuild({"": list(range(30_000))})
    assert rebuild({"b": [10**18], "a": [3, -1, "x", None, True, 2.5], "c": 5}) == "a b"
    batch = parse(ALEX, [DOI], openalex_work(abstract_inverted_index=bomb))
    assert batch.records == () and "50,000" in batch.rejected[0].reason


@pytest.mark.parametrize(
    ("enricher", "row"), [(S2, s2_paper()), (ALEX, openalex_work()), (CROSSREF, crossref_work())]
)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_field_of_any_shape_costs_at_most_its_row(
    enricher: Enricher, row: dict[str, Any], data: st.DataObject
) -> None:
    changed = {**row, data.draw(st.sampled_from(sorted(row))): data.draw(ANY_JSON)}
    batch = parse(enricher, [DOI], changed)
    assert len(batch.records) + len(batch.rejected) <= 1


# --- What is sent -----------------------------------------------------------------------------


class Ear:
    """Hears what is asked, and answers with an empty list."""

    requests = 0

    def __init__(self) -> None:
        self.url = ""
        self.body = b""
        self.headers: Mapping[str, str] = {}

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, **_: object) -> Answer:
        self.url, self.headers = url, headers or {}
        return Answer(url, 200, {}, b"[]", NOW)

    def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, **_: object
    ) -> Answer:
        self.body = body
        return self.get(url, headers=headers)

    def check(self, url: str) -> None:
        """All addresses are as good here."""

    def release(self, place: str) -> None: ...

    def close(self) -> None: ...


def test_what_semantic_scholar_is_asked() -> None:
    ear = Ear()
    ids = [ARXIV, DOI, Identifier("acl", "P19-1001"), Identifier("pmid", "7")]
    S2.fetch(ids, ear, mirror="https://m.example.org")
    assert ear.url.startswith("https://m.example.org/graph/v1/paper/batch?fields=title,")
    assert "tldr" not in ear.url and "k1" not in ear.url
    assert ear.headers == {"x-api-key": "k1"}
    assert orjson.loads(ear.body)["ids"] == [
        "ARXIV:2602.00001", "DOI:10.1000/kites.7", "ACL:P19-1001", "PMID:7", KNOWN,
    ]  # fmt: skip
    assert S2.size + 1 == 500


def test_what_openalex_is_asked_and_the_key_goes_nowhere_else() -> None:
    """Break to see it fail: give the answer back as it came, with its address."""
    ear = Ear()
    ids = [ARXIV, Identifier("doi", "10.1000/a,b|c"), Identifier("doi", "10.1000/(x)<1&y>#z")]
    answer = ALEX.fetch(ids, ear).answer
    assert ear.url.startswith(
        "https://api.openalex.org/works?filter=doi:10.48550/arxiv.2602.00001"
        "|10.1000/%28x%29%3C1%26y%3E%23z&per-page=50&select=doi,"
    )
    assert ear.url.endswith("&api_key=k2") and "k2" not in answer.url
    with pytest.raises(SourceRequestError):
        ALEX.fetch([ids[1]], ear)


def test_what_crossref_is_asked() -> None:
    ear = Ear()
    CROSSREF.fetch([DOI, Identifier("doi", "10.1000/x&y")], ear)
    assert ear.url.startswith(
        "https://api.crossref.org/works?filter=doi:10.1000/kites.7,doi:10.1000/x%26y&rows=20&"
    )
    with pytest.raises(SourceRequestError):
        CROSSREF.fetch([Identifier("doi", "10.1000/a,b")], ear)


def test_without_its_key_a_service_says_so() -> None:
    assert [bool(each.ready()) for each in (SemanticScholar(""), OpenAlex(""), CROSSREF)] == [
        True, True, False,
    ]  # fmt: skip
    assert "semanticscholar_key" in SemanticScholar("").ready()
    assert S2.ready() == ALEX.ready() == ""


def test_through_the_real_client(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        if asked.path.startswith("/graph"):
            return reply(200, orjson.dumps(wrap(S2, s2_paper())))
        if asked.path.startswith("/works?filter=doi:10.1000/kites.7&rows"):
            return reply(200, orjson.dumps(wrap(CROSSREF, crossref_work())))
        return reply(403, b"no such key")

    with Site(answer) as site:
        web = HttpClient(tmp_path, private_hosts=site.netloc, pace=0)
        mirror = site.url().rstrip("/")
        assert S2.parse([ARXIV], S2.fetch([ARXIV], web, mirror=mirror)).records
        assert CROSSREF.parse([DOI], CROSSREF.fetch([DOI], web, mirror=mirror)).records
        with pytest.raises(SourceRefusedError) as caught:
            ALEX.fetch([DOI], web, mirror=mirror)
        web.close()
    assert "k2" not in str(caught.value)
    assert [asked.method for asked in site.asked] == ["POST", "GET", "GET"]
    assert site.asked[0].headers["x-api-key"] == "k1"
