"""The JSON addresses and the citation files."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from broadsheet.library import Library


def test_a_search(client: TestClient) -> None:
    answer = client.get("/api/search?q=lanterns+category:cs.LG&limit=2&sort=newest")
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert body["ok"] is True
    assert (body["query"], body["sort"]) == ("lanterns category:cs.LG", "newest")
    assert (body["limit"], body["offset"], len(body["hits"])) == (2, 0, 2)
    assert body["total"] > 2 and body["more"] is True
    hit = body["hits"][0]
    start, end = hit["highlights"]["title"][0]
    assert hit["work"]["title"][start:end].lower() == "lanterns"
    assert hit["spoke"] == "words"
    assert {"value", "count"} == set(body["facets"]["category"][0])
    assert {"month", "count"} == set(body["months"][0])


def documented(heading: str) -> set[str]:
    """The keys in the table under a heading of docs/api.md; the last one, where it has several."""
    text = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
    section = re.split(r"^##", text.split(f"# {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    table = section.split("| key | value |")[1]
    firsts = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {key for first in firsts for key in re.findall(r"`(\w+)`", first)}


def test_documented_keys_are_the_actual_ones(client: TestClient, papers: Library) -> None:
    """Break to see it fail: add a key to any shape, or leave one out of docs/api.md."""
    found = client.get("/api/search?q=lanterns").json()
    paper = client.get(f"/api/paper/{papers.get_work('2401.00001').id}").json()
    work = documented("A work")
    actual: dict[str, Collection[str]] = {
        "`/api/search`": found,
        "A hit": found["hits"][0],
        "A work": found["hits"][0]["work"],
        "`/api/paper/N`": set(paper) - work,
    }
    assert work < set(paper)
    for heading, keys in actual.items():
        assert documented(heading) == set(keys), heading
    assert set(paper["related"][0]) == documented("A hit")


def test_numbers_out_of_bounds_are_clamped_and_told(client: TestClient) -> None:
    body = client.get("/api/search?limit=100000&offset=-3").json()
    assert (body["limit"], body["offset"]) == (100, 0)
    assert client.get("/api/search?offset=999999999999").json()["hits"] == []


def test_a_paper(client: TestClient, papers: Library) -> None:
    work = papers.get_work("2401.00001")
    body = client.get(f"/api/paper/{work.id}").json()
    assert body["ok"] is True
    assert body["ids"]["arxiv"] == "2401.00001"
    assert [record["source"] for record in body["records"]] == ["arxiv", "huggingface"]
    assert body["records"][1]["listing"]["position"] == 7
    assert len(body["related"]) == 8


@pytest.mark.parametrize(
    ("address", "status", "error"),
    [
        ("/api/search?q=year:20x4", 400, "is not a year"),
        ("/api/search?q=" + "(" * 5000, 400, "characters"),
        ("/api/paper/999999", 404, "no paper 999999"),
        ("/api/nothing", 404, "no page"),
    ],
)
def test_one_shape_for_all_errors(
    client: TestClient, address: str, status: int, error: str
) -> None:
    answer = client.get(address)
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert body["ok"] is False and error in body["error"]
    assert set(body) - {"position"} == {"ok", "error", "status"}


def test_a_query_mistake_carries_its_position(client: TestClient) -> None:
    assert client.get("/api/search?q=a+year:20x4").json()["position"] == 7


def test_other_methods_are_refused(client: TestClient) -> None:
    answer = client.post("/api/search")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert answer.json()["ok"] is False


def test_health(client: TestClient) -> None:
    told = {"ok": True, "papers": 49, "index_behind": 0, "sources_ok": True, "sources": {}}
    assert client.get("/healthz").json() == told


@pytest.mark.parametrize(
    ("end", "kind", "piece"),
    [
        ("bib", "application/x-bibtex", "@"),
        ("ris", "application/x-research-info-systems", "TY  - "),
        ("json", "application/vnd.citationstyles.csl+json", '"title"'),
    ],
)
def test_citation_files(
    client: TestClient, papers: Library, end: str, kind: str, piece: str
) -> None:
    number = papers.get_work("2401.00001").id
    one = client.get(f"/paper/{number}/export.{end}")
    assert one.headers["content-type"].startswith(kind)
    assert one.headers["content-disposition"] == f'attachment; filename="broadsheet-{number}.{end}"'
    assert piece in one.text and "Lanterns everywhere" in one.text
    many = client.get(f"/export.{end}?q=weigh")
    assert many.text.count("th kind") == 45


def test_a_search_exports_in_its_own_order(client: TestClient) -> None:
    items = json.loads(client.get("/export.json?q=weigh&sort=oldest").text)
    hits = client.get("/api/search?q=weigh&sort=oldest&limit=100").json()["hits"]
    assert [item["title"] for item in items] == [hit["work"]["title"] for hit in hits]


@pytest.mark.parametrize("address", ["/export.exe?q=a", "/paper/1/export.exe", "/export."])
def test_a_format_that_is_not_known(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404
