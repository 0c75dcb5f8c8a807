"""`search`, `show`, `related` and `stats`, over real libraries, by what they print and return."""

from __future__ import annotations

import json
import shutil

import pytest

from broadsheet.cli import codes
from broadsheet.demo import FIRST_SEARCH
from broadsheet.errors import StorageBusyError
from broadsheet.library import Library
from shell import Shell


def test_search_for_people(demo: Shell) -> None:
    done = demo("search", *FIRST_SEARCH.split(), "--limit", "3")
    assert done.code == codes.OK and not done.err
    assert "When Does Label Smoothing Help?" in done.out
    assert "paper" in done.out and " ms" in done.out
    assert "venue" in done.out and "each)" in done.out and "--offset 3" in done.out
    assert "\x1b" not in done.out


def test_search_for_programs(demo: Shell) -> None:
    page = json.loads(demo("search", "label smoothing", "--limit", "2", "--json").out)
    assert page["query"] == "label smoothing" and page["total"] > 2 and page["more"]
    assert len(page["hits"]) == 2
    assert {"words", "meaning", "both"} >= {hit["spoke"] for hit in page["hits"]}
    again = json.loads(demo("search", "label smoothing", "--offset", "1", "--json").out)
    assert again["hits"][0]["work"]["id"] == page["hits"][1]["work"]["id"]


@pytest.mark.parametrize(
    ("style", "beginning"), [("bibtex", "@"), ("ris", "TY  - "), ("csl-json", "["), ("jsonl", "{")]
)
def test_search_as_citations(demo: Shell, style: str, beginning: str) -> None:
    done = demo("search", "venue:ICML smoothing", "--limit", "2", "--format", style)
    assert done.code == codes.OK and done.out.startswith(beginning)


def test_search_without_words_shows_the_newest(demo: Shell) -> None:
    hits = json.loads(demo("search", "--json").out)["hits"]
    years = [hit["work"]["date"]["value"][:4] for hit in hits]
    assert years == sorted(years, reverse=True)


def test_pasted_address_finds_its_paper(demo: Shell) -> None:
    done = demo("search", "https://arxiv.org/abs/2306.14670v2", "--json")
    assert [hit["work"]["title"][:19] for hit in json.loads(done.out)["hits"]] == [
        "Improved Bayes Risk"
    ]


def test_nothing_found_has_a_code_of_its_own(shell: Shell) -> None:
    assert shell("search", 'title:"no such words"').code == codes.NOTHING
    for command in ("show", "related"):
        done = shell(command, "4711")
        assert done.code == codes.NOTHING and "4711" in done.err


def test_word_with_a_minus_is_left_out_and_is_no_option(shell: Shell) -> None:
    """Breaks when click reads `-goats` as options, as it does with every other command."""
    for words in (["graph", "-goats"], ["-goats", "graph"], ['-"for goats" graph'], ["-(goats)"]):
        found = json.loads(shell("search", *words, "--json").out)
        assert found["query"] == " ".join(words)
        titles = [hit["work"]["title"] for hit in found["hits"]]
        assert titles and not any("goats" in title for title in titles)
    asked = shell("search", "-h")
    assert "Usage:" in asked.out + asked.err
    assert shell("search", "--goats").code == codes.USAGE


def test_page_past_the_end_says_so(shell: Shell) -> None:
    for args in (("--offset", "50"), ("--limit", "0")):
        done = shell("search", "graph", *args)
        assert done.code == codes.NOTHING
        assert "none of them at this place" in done.out and "More:" not in done.out


def test_mistake_in_a_query_is_pointed_at(shell: Shell) -> None:
    done = shell("search", "goats year:20x4")
    assert done.code == codes.FAILED and not done.out
    sentence, query, caret = done.err.splitlines()
    assert sentence.startswith("broadsheet: ")
    assert query == "  goats year:20x4"
    assert query[caret.index("^")] in "y2"


def test_show_and_its_records(shell: Shell) -> None:
    done = shell("show", "arXiv:2401.00001v3", "--records")
    assert done.code == codes.OK
    assert "Counting sheep" in done.out and "Ada Byron" in done.out and "ICLR" in done.out
    data = json.loads(shell("show", "2401.00001", "--records", "--json").out)
    assert data["ids"] == {"arxiv": "2401.00001"} and data["date"]["value"] == "2024-01"
    assert [record["key"] for record in data["records"]] == ["a"]


def test_search_brings_a_lost_index_back(shell: Shell) -> None:
    shutil.rmtree(shell.folder / "index")
    assert "Graph networks for goats" in shell("search", "goats").out
    assert shell("verify").code == codes.OK


def test_search_does_not_wait_for_another_process(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise StorageBusyError("Another process is writing to this index.")

    monkeypatch.setattr(Library, "index_behind", lambda _: True)
    monkeypatch.setattr(Library, "catch_up", busy)
    done = shell("search", "goats")
    assert done.code == codes.OK and "another process" in done.err


def test_related_papers(demo: Shell) -> None:
    page = json.loads(demo("search", "label smoothing help", "--json").out)
    number = page["hits"][0]["work"]["id"]
    found = json.loads(demo("related", str(number), "--limit", "5", "--json").out)["related"]
    assert len(found) == 5 and number not in [hit["work"]["id"] for hit in found]
    assert demo("related", str(number), str(found[0]["work"]["id"])).code == codes.OK


def test_stats(demo: Shell) -> None:
    data = json.loads(demo("stats", "--json").out)
    assert data["works"] == data["records"] == data["index_works"] == 451
    assert data["sources"] == {"demo": 451} and data["index_behind"] == 0
    assert "451" in demo("stats").out


def test_what_comes_back_in_errors_cannot_act_on_the_terminal(shell: Shell) -> None:
    """Break to see it fail: let `output.complain` print its message as it is."""
    trick = "x\x1b]0;owned\x07\x9b31m"
    for command in (["search", f"year:{trick}"], ["show", trick], ["import", f"{trick}.bib"]):
        done = shell(*command)
        assert done.code in {codes.FAILED, codes.NOTHING}
        assert not {"\x1b", "\x07", "\x9b"} & set(done.out + done.err)
        assert "owned" in done.err or command[0] == "search"
