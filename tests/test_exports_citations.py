"""Citations: what kind a work is, whose name is whose, where its page is, how it is called."""

from __future__ import annotations

import json

import pytest

from broadsheet import exports
from broadsheet.exports.entries import Kind, address_of, citation_key, kind_of, split_name
from broadsheet.model import Identifier, Link, PaperDate, Work


@pytest.mark.parametrize(
    ("venue", "kind", "words"),
    [
        ("Brass Letters", Kind.JOURNAL, ("@article{", "TY  - JOUR", "article-journal")),
        ("ICLR", Kind.CONFERENCE, ("@inproceedings{", "TY  - CONF", "paper-conference")),
        (None, Kind.PREPRINT, ("@misc{", "TY  - UNPB", '"article"')),
    ],
)
def test_every_style_says_what_kind_it_is(
    venue: str | None, kind: Kind, words: tuple[str, str, str]
) -> None:
    work = Work(1, "T", venue=venue)
    assert kind_of(work) is kind
    for style, word in zip(("bibtex", "ris", "csl-json"), words, strict=True):
        assert word in exports.render([work], style)


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
        ("Ada K. Byron", "Byron", "Ada K."),
        ("Plato", "Plato", ""),
        ("Martin King Jr.", "Martin King Jr.", ""),
        ("The Gear Collaboration", "The Gear Collaboration", ""),
        ("Gears and Sons", "Gears and Sons", ""),
        ("van Dyck", "Dyck", "van"),
    ],
)
def test_names_are_split_only_where_that_is_sure(name: str, family: str, given: str) -> None:
    assert split_name(name) == (family, given)


def test_the_address_is_the_papers_own_page() -> None:
    links = (Link("code", "https://github.com/a/b"), Link("pdf", "https://a.example/p.pdf"))
    ids = (Identifier("doi", "10.1/a"), Identifier("arxiv", "2401.00001"))
    assert address_of(Work(1, "T", ids=ids, links=links)) == "https://arxiv.org/abs/2401.00001"
    assert address_of(Work(1, "T", ids=ids[:1], links=links)) == "https://doi.org/10.1/a"
    assert address_of(Work(1, "T", links=links)) == "https://a.example/p.pdf"
    assert address_of(Work(1, "T", links=links[:1])) == ""


def test_citation_keys() -> None:
    work = Work(12, "How the Wïdgets Turn", authors=("Júlia Poe",), date=PaperDate("2023", "x"))
    assert citation_key(work) == "poe2023widgets-12"
    assert citation_key(Work(3, "漢字")) == "anon-3"
    items = json.loads(exports.render([work, work], "csl-json"))
    assert [item["id"] for item in items] == ["poe2023widgets-12", "poe2023widgets-12x2"]
