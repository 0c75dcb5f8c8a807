"""Filters and counts against plain Python over a made-up library: exact, whoever found a work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hashed_words import HashedWords
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_works import fill, make_work

from broadsheet.model import Identifier, Sort, Work
from broadsheet.query.parser import parse
from broadsheet.search import HybridIndex
from broadsheet.search.facets import SHOWN

WORDS = ("glacier", "enzyme", "orbit", "market")
WORKS = st.builds(
    make_work,
    st.just(0),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    abstract=st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
    authors=st.lists(
        st.sampled_from(["Ada Lovelace", "José Müller", "Lovelace, Bo", "Mu Ada"]), unique=True
    ).map(tuple),
    categories=st.lists(
        st.sampled_from(["cs.LG", "cs.CL", "math.AG", "csx.A", "cs"]), unique=True
    ).map(tuple),
    venue=st.sampled_from([None, "NeurIPS", "NeurIPS Workshop", "Journal of Ice"]),
    sources=st.lists(st.sampled_from(["arxiv", "demo", "ris"]), min_size=1, unique=True).map(tuple),
    date=st.sampled_from([None, "2023", "2024", "2024-02", "2024-02-10", "2024-03-01", "1999-12"]),
    code=st.sampled_from([None, "https://example.org/code"]),
    withdrawn=st.booleans(),
    kind=st.sampled_from(["", "", "news"]),
)  # fmt: skip
LIBRARIES = st.lists(WORKS, max_size=25).map(
    lambda works: [
        make_work(
            number,
            **{
                name: getattr(work, name)
                for name in (
                    "title",
                    "abstract",
                    "authors",
                    "categories",
                    "venue",
                    "sources",
                    "kind",
                    "withdrawn",
                )  # fmt: skip
            },
            links=work.links,
            date=work.date.value if work.date else None,
            ids=(Identifier("arxiv", f"2401.{10_000 + number}"),),
        )
        for number, work in enumerate(works, 1)
    ]
)


def spans(work: Work, start: str, end: str) -> bool:
    """Whether any day that the work's date could mean lies within two days."""
    if work.date is None:
        return False
    value = work.date.value
    return value + "-00-00"[len(value) - 4 :] <= end and value + "-99-99"[len(value) - 4 :] >= start


def begins(work: Work, *dates: str) -> bool:
    """Whether the work's date is one of these, or a day or month of one of these."""
    return work.date is not None and work.date.value.startswith(dates)


Truth = Callable[[Work], bool]
FILTERS: dict[str, Truth] = {
    "category:cs.LG": lambda w: "cs.LG" in w.categories,
    "category:CS.lg": lambda w: "cs.LG" in w.categories,
    "category:cs": lambda w: any(c == "cs" or c.startswith("cs.") for c in w.categories),
    "venue:neurips": lambda w: "NeurIPS" in (w.venue or ""),
    'venue:"journal of ice"': lambda w: w.venue == "Journal of Ice",
    "source:demo": lambda w: "demo" in w.sources,
    "author:lovelace": lambda w: any("Lovelace" in name for name in w.authors),
    "author:muller": lambda w: "José Müller" in w.authors,
    'author:"ada lovelace"': lambda w: "Ada Lovelace" in w.authors,
    "title:enzyme": lambda w: "enzyme" in w.title.split(),
    "abstract:enzyme": lambda w: "enzyme" in w.abstract.split(),
    'title:"orbit market"': lambda w: "orbit market" in w.title,
    "has:code": lambda w: w.has_code,
    "is:withdrawn": lambda w: w.withdrawn,
    "is:news": lambda w: w.kind == "news",
    "is:Paper": lambda w: w.kind == "",
    "id:2401.10003": lambda w: w.id == 3,
    "id:5": lambda w: w.id == 5,
    "year:2024": lambda w: spans(w, "2024-01-01", "2024-12-31"),
    "date:2024-02": lambda w: spans(w, "2024-02-01", "2024-02-31"),
    "date:2024-02-11..": lambda w: spans(w, "2024-02-11", "9999-12-31"),
    "date:..2023-06": lambda w: spans(w, "0000-01-01", "2023-06-31"),
    "within:2024": lambda w: begins(w, "2024"),
    "within:2024-02": lambda w: begins(w, "2024-02"),
    "within:2024-02-05..2024-03-01": lambda w: begins(w, "2024-02-10", "2024-03-01"),
}
RARELY = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("library") / "index"


@RARELY
@given(works=LIBRARIES)
def test_every_filter_finds_what_plain_python_finds(
    folder: Callable[[], Path], works: list[Work]
) -> None:
    """Break to see it fail: let `category:cs` match every category that begins with "cs"."""
    index = fill(folder(), works)
    for text, truth in FILTERS.items():
        expected = {work.id for work in works if truth(work)}
        for query, wanted in (
            (text, expected),
            (f"-{text}", {work.id for work in works} - expected),
            (f"{text} OR has:code", expected | {work.id for work in works if work.has_code}),
        ):
            found = index.ordered(parse(query), Sort.NEWEST, 100).tolist()
            assert len(found) == len(set(found))
            assert set(found) == wanted, query
    index.close()


@RARELY
@given(works=LIBRARIES, text=st.sampled_from(["", "glacier", "-orbit", *FILTERS]))
def test_counts_are_those_of_counting(
    folder: Callable[[], Path], works: list[Work], text: str
) -> None:
    """Break to see it fail: take only the first value of a field into the facets."""
    index = fill(folder(), works)
    found = set(index.ordered(parse(text), Sort.NEWEST, 100).tolist())
    matches = [work for work in works if work.id in found]
    summary = index.aggregate(parse(text))
    assert summary.total == len(matches)
    counted = {
        "category": Counter(each for work in matches for each in work.categories),
        "source": Counter(each for work in matches for each in work.sources),
        "venue": Counter(work.venue for work in matches if work.venue),
        "year": Counter(work.date.value[:4] for work in matches if work.date),
    }
    assert {name: dict(facets) for name, facets in summary.facets.items()} == counted
    for name in ("category", "source", "venue"):
        facets = summary.facets[name]
        assert list(facets) == sorted(facets, key=lambda each: (-each.count, each.value))
    months = Counter(work.date.value[:7] for work in matches if work.date)
    assert dict(summary.months) == months
    assert [month for month, _ in summary.months] == sorted(months)
    assert sum(months.values()) + sum(work.date is None for work in matches) == summary.total
    index.close()


MANY: Sequence[Work] = [
    make_work(
        number,
        f"{WORDS[number % 4]} {WORDS[number // 4 % 4]}",
        abstract=f"{WORDS[number // 2 % 4]} text",
        authors=("Ada Lovelace",) if number % 3 else ("José Müller",),
        categories=("cs.LG",) if number % 2 else ("math.AG", "cs"),
        venue=(None, "NeurIPS", "Journal of Ice")[number % 3],
        sources=("arxiv", "demo") if number % 5 else ("arxiv",),
        ids=(Identifier("arxiv", f"2401.{10_000 + number}"),),
        date=(None, "2024", "2024-02-10", "1999-12")[number % 4],
        code="https://example.org/code" if number % 7 == 0 else None,
    )
    for number in range(1, 121)
]


@pytest.fixture(scope="module")
def hybrid(folder: Callable[[], Path]) -> HybridIndex:
    index = HybridIndex.open(folder(), [HashedWords(same=("glacier ice", "enzyme protein"))])
    with index.writing():
        index.apply(MANY, [], position=1)
        index.commit()
    return index


@pytest.mark.parametrize("words", ["glacier", "ice", "protein orbit"])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("text", FILTERS)
def test_neither_side_brings_what_a_filter_forbids(
    hybrid: HybridIndex, words: str, sign: str, text: str
) -> None:
    """Break to see it fail: let the dense side leave the filters out."""
    query = parse(f"{words} {sign}{text}")
    found = hybrid.search(query, limit=200, offset=0, sort=Sort.RELEVANCE, facets=True)
    allowed = {work.id for work in MANY if FILTERS[text](work) is not (sign == "-")}
    assert {hit.work_id for hit in found.hits} <= allowed
    wanted = {
        work.id
        for work in MANY
        if work.id in allowed and set(words.split()) & set(f"{work.title} {work.text}".split())
    }
    assert found.total == len(wanted) == sum(hit.lexical is not None for hit in found.hits)
    assert {hit.work_id for hit in found.hits if hit.lexical is not None} == wanted
    dated = sum(work.date is not None for work in MANY if work.id in wanted)
    assert sum(month.count for month in found.months) == dated
    assert sum(year.count for year in found.facets["year"]) == dated


def test_a_facet_shows_the_fullest_values(tmp_path: Path) -> None:
    """More values than are shown: those with the most works, ties by name."""
    works = [
        make_work(number, categories=(f"c{number % 30:02d}",) + (("c29",) if number > 50 else ()))
        for number in range(60)
    ]
    shown = fill(tmp_path / "index", works).aggregate(parse("")).facets["category"]
    counts = Counter(each for work in works for each in set(work.categories))
    expected = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]
    assert shown[0] == expected[0]
    assert {each.count for each in shown} == {count for _, count in expected}
    assert len(shown) == SHOWN
