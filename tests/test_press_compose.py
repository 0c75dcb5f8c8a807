"""Laying out: pure, the same for any order of what is given, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.edition import Edition, Scope
from broadsheet.errors import NotFoundError
from broadsheet.model import PaperDate
from broadsheet.press.calendar import period_of
from broadsheet.press.candidates import NO_PLACE, UNKNOWN_DAY, Candidate, News
from broadsheet.press.compose import Material, compose
from broadsheet.press.explain import explain
from broadsheet.press.markdown import escape, write
from broadsheet.press.sections import (
    EXCERPT,
    MOST_CATEGORIES,
    PER_SECTION,
    TOP,
    explain_rank,
    shorten,
    shorten_names,
)
from broadsheet.press.topics import find_topics
from broadsheet.press.trending import say_measured
from pressroom import FRIDAY, at, make_candidate

CATEGORIES = ["cs.LG", "cs.CL", "math.NA", ""]


def make_news(count: int) -> list[Candidate]:
    """Papers of several categories, some with votes, some at the same place of their lists."""
    return [
        make_candidate(
            number,
            votes=number % 4 if number % 3 else 0,
            place=1 + number % 5,
            category=CATEGORIES[number % 4],
        )
        for number in range(1, count + 1)
    ]


def lay_out(news: list[Candidate], scope: Scope = Scope.DAY) -> Edition:
    earlier = [make_candidate(1000 + n, votes=n, day=FRIDAY - timedelta(days=3)) for n in range(4)]
    return compose(
        Material(period_of(scope, FRIDAY), at(FRIDAY, 6), news=news, earlier=earlier, quiet="None.")
    )


@settings(max_examples=40, deadline=None)
@given(st.permutations(make_news(30)), st.sampled_from([Scope.DAY, Scope.WEEK, Scope.MONTH]))
def test_the_order_of_the_material_does_not_matter(news: list[Candidate], scope: Scope) -> None:
    """Break to see it fail: leave the number of the work out of the key in `rank`."""
    assert lay_out(news, scope).to_json() == lay_out(make_news(30), scope).to_json()


def test_two_processes_print_the_same_bytes() -> None:
    """Break to see it fail: let `by_day` or the categories come in the order of a set."""
    code = (
        "import sys; sys.path.insert(0, 'tests'); import test_press_compose as t;"
        "print(t.lay_out(t.make_news(60)).to_json().hex())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        check=True, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )  # fmt: skip
    mine = lay_out(make_news(60))
    assert bytes.fromhex(other.stdout) == mine.to_json()
    assert Edition.from_json(mine.to_json()) == mine


def test_no_paper_stands_twice_in_a_day() -> None:
    edition = lay_out(make_news(200))
    numbers = [entry.work_id for entry in edition.entries]
    assert len(numbers) == len(set(numbers))
    assert [entry.rank for entry in edition.sections[0].entries] == list(range(1, TOP + 1))


def test_sections_are_few_and_short_and_say_what_there_is_beyond() -> None:
    news = [
        make_candidate(n, category=f"x.{n % 40:02d}" if n % 40 else "big", place=n)
        for n in range(1, 801)
    ]
    news += [make_candidate(n, category="big", place=n) for n in range(801, 830)]
    edition = lay_out(news)
    categories = [each for each in edition.sections if each.key.startswith("in-")]
    assert len(categories) == MOST_CATEGORIES
    assert all(len(each.entries) <= PER_SECTION for each in categories)
    assert categories[0].title == "big" and categories[-1].title == "Other subjects"
    shown = sum(len(each.entries) + each.more for each in categories)
    assert shown + TOP == len(news)
    assert categories[0].query == "category:big"


def test_withdrawn_papers_and_news_are_not_ranked() -> None:
    """Break to see it fail: let `is_ranked` be true for all."""
    news = [
        make_candidate(1, votes=9, withdrawn=True),
        make_candidate(2, votes=8, kind="news"),
        make_candidate(3),
    ]
    for scope in (Scope.DAY, Scope.WEEK, Scope.MONTH):
        edition = lay_out(news, scope)
        top = edition.sections[0]
        assert [entry.work_id for entry in top.entries] == [3]
    by_key = {section.key: section for section in lay_out(news).sections}
    assert [entry.work_id for entry in by_key["news"].entries] == [2]
    assert 1 not in {entry.work_id for entry in lay_out(news).entries}


def test_without_votes_the_lists_decide_and_the_page_says_so() -> None:
    news = [
        make_candidate(5, place=2, category="cs.LG"),
        make_candidate(6, place=1, category="cs.CL"),
        make_candidate(7, place=1, category="cs.AI"),
        make_candidate(8, place=NO_PLACE, category="cs.AI"),
    ]
    top = lay_out(news).sections[0]
    assert [entry.work_id for entry in top.entries] == [7, 6, 5, 8]
    assert "Nobody has voted yet" in top.note
    listed = "number 1 on the list of arXiv for cs.AI"
    assert top.entries[0].reason == f"It has no votes yet; it is {listed}."


@pytest.mark.parametrize(
    ("news", "reason"),
    [
        (News(1, FRIDAY, "arxiv", "cs.AI", 3), "it is number 3 on the list of arXiv for cs.AI"),
        (News(1, FRIDAY, "arxiv", "cs.AI"), "it is on the list of arXiv for cs.AI"),
        (News(1, FRIDAY, "huggingface", "", 1), "it is number 1 on the list of Hugging Face"),
        (News(1, FRIDAY, "demo", "example", 15), "it is number 15 on the list of the day"),
        (News(1, FRIDAY), "it is of Friday, 17 April 2026"),
        (News(1, UNKNOWN_DAY), "its date is unknown"),
    ],
)
def test_reasons_are_sentences(news: News, reason: str) -> None:
    work = make_candidate(1).work
    assert explain_rank(Candidate(work, news)) == f"It has no votes yet; {reason}."


@pytest.mark.parametrize(
    ("name", "count", "said"),
    [
        ("huggingface upvotes", 42, "42 upvotes on Hugging Face"),
        ("huggingface upvotes", 1, "1 upvote on Hugging Face"),
        ("demo example upvotes", 22, "22 upvotes on the example list"),
        ("crossref citations", 1200, "1,200 citations known to Crossref"),
        ("x stars", 3, "3 stars for its code"),
        ("some.list upvotes", 2, "2 upvotes on some.list"),
    ],
)
def test_what_was_counted_is_said_in_words(name: str, count: float, said: str) -> None:
    assert say_measured(name, count) == said


def test_a_category_has_its_name_and_code() -> None:
    codes = enumerate(["cs.CL", "lamps"], 50)
    news = [make_candidate(n, category=code, place=NO_PLACE) for n, code in codes]
    top = [make_candidate(n, votes=1) for n in range(1, TOP + 1)]
    titles = {each.key: each.title for each in lay_out([*top, *news]).sections}
    assert titles["in-cs.CL"] == "Computation and Language (cs.CL)"
    assert titles["in-lamps"] == "lamps"


def test_trending_are_voted_papers_of_the_days_before() -> None:
    section = next(each for each in lay_out(make_news(5)).sections if each.key == "trending")
    assert [entry.work_id for entry in section.entries] == [1003, 1002, 1001]


def test_nothing_is_quiet() -> None:
    edition = compose(Material(period_of(Scope.DAY, FRIDAY), at(FRIDAY, 6), quiet="Because."))
    assert (edition.quiet, edition.entries) == ("Because.", ())
    assert lay_out(make_news(2)).quiet == ""
    without_news = lay_out([])
    assert [section.key for section in without_news.sections] == ["trending"]
    assert without_news.quiet == "None."


def test_the_rest_of_a_section_is_found_by_its_dates() -> None:
    news = [
        make_candidate(1, date=PaperDate("2026-04-15", "submitted")),
        make_candidate(2, date=PaperDate("2026-04-16", "submitted")),
        *(make_candidate(n, votes=1) for n in range(3, 11)),
    ]
    section = next(each for each in lay_out(news).sections if each.key == "in-cs.LG")
    assert section.query == "category:cs.LG date:2026-04-15..2026-04-16"


# --- Topics -------------------------------------------------------------------------------------


def test_a_topic_is_what_titles_have_more_often_than_the_library() -> None:
    titles = ["Quantum fishing at dawn", "On quantum fishing", "Quantum fishing, again"]
    titles += ["Neural networks for ferns", "Neural networks for moss", "Neural networks, again"]
    titles += [f"Study {n} of something" for n in range(30)]
    news = [make_candidate(n, title=title) for n, title in enumerate(titles, 1)]
    counts = {'title:"quantum fishing"': 3, 'title:"neural networks"': 900}
    found = find_topics(news, lambda query: counts.get(query, 0), 10_000)
    assert [topic.name for topic in found] == ["quantum fishing"]
    assert found[0].numbers == {1, 2, 3}
    assert found[0].note == "“quantum fishing” is in 3 titles of the day; 0.0 would be usual."


# --- What is read of an edition -----------------------------------------------------------------


def test_why_a_paper_is_where_it_is() -> None:
    edition = lay_out(make_news(20))
    first, second, *_ = edition.sections[0].entries
    lines = " ".join(explain(edition, second.work_id))
    assert f"Number 2 of {TOP} in “Top of the day”." in lines
    assert f"Its score is {second.score:.2f}" in lines and "votes here" in lines
    assert f"“{first.title}” above it has" in lines
    with pytest.raises(NotFoundError):
        explain(edition, 999_999)


def test_what_authors_wrote_is_no_mark_in_markdown() -> None:
    """Break to see it fail: write the title as it is."""
    title = "# <script>alert(1)</script> [a](javascript:b) *c* `d` ![e](f) | www.g.example"
    text = write(lay_out([make_candidate(1, title=title)]))
    line = next(each for each in text.splitlines() if "script" in each)
    for mark in ("<script", "[a]", "](", " *c", "`d", "![", " | ", "www.g"):
        assert mark not in line.replace("\\" + mark.strip(), "")
    assert "\\<script\\>" in line
    assert escape("1. one") == "1\\. one" and escape("- two") == "\\- two"
    assert escape("https://x.example/a-b") == "https\\://x.example/a-b"
    assert escape("a\n\n# b") == "a \\# b"


def test_markdown_of_an_edition() -> None:
    text = write(lay_out(make_news(20)))
    assert text.startswith("# Broadsheet: Friday, 17 April 2026\n")
    assert "Proof, not printed" in text and "## Top of the day" in text
    assert "\n1. **Paper " in text and "*It has 3 votes here.*" in text


def test_excerpts_end_well() -> None:
    assert shorten("Short.") == "Short."
    sentence = "A sentence that is long enough to count for something in a test of excerpts. "
    assert shorten(sentence * 9).endswith("excerpts.")
    assert len(shorten(sentence * 9)) <= EXCERPT
    assert shorten("word " * 100).endswith("word…")
    cut = shorten("word " * 50 + "$" + "x + " * 60 + "$ end")
    assert "$" not in cut
    assert len(shorten("x" * 1000)) <= EXCERPT + 1
    assert shorten_names([f"N{n}" for n in range(40)])[-1] == "29 others"
