"""What speaks for or against two descriptions being one paper, each kind of fact by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.model import Identifier
from broadsheet.text.keys import title_key
from broadsheet.witnesses import (
    Authors,
    Texts,
    TitleMatch,
    compare_abstracts,
    compare_authors,
    compare_titles,
    ids_contradict,
    is_serial,
    is_specific,
)

TITLE = "Slow Flows of Sand in Rotating Drums with Rough Walls"


def titles(one: str, other: str) -> TitleMatch | None:
    forth = compare_titles(one, other, title_key(one), title_key(other))
    assert forth == compare_titles(other, one, title_key(other), title_key(one))
    return forth


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TITLE, TitleMatch.SAME),
        (TITLE.upper() + ".", TitleMatch.SAME),
        (TITLE.replace(" ", "-"), TitleMatch.SAME),
        (TITLE[:33] + "…", TitleMatch.CUT),
        (TITLE[:33] + "...", TitleMatch.CUT),
        (TITLE[:42], TitleMatch.CUT),
        (TITLE + ": New Measurements", TitleMatch.HEAD),
        (TITLE + " under Water", TitleMatch.BEGINNING),
        (TITLE + ", Part II", None),
        (TITLE + ": Erratum", None),
        (TITLE + " 2", None),
        (TITLE + " 2019", None),
        ("Fast " + TITLE, None),
        ("", None),
        ("…", None),
    ],
)
def test_titles(other: str, expected: TitleMatch | None) -> None:
    assert titles(TITLE, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Ana Example",), ("Ana Example",), Authors.SAME),
        (("Ana Example",), ("Example, A.",), Authors.SAME),
        (("Ana Example", "Bo Sample"), ("Bo Sample", "Ana Example"), Authors.SAME),
        (("Zhang Yiming",), ("Yiming Zhang",), Authors.SAME),
        (("Ana Example", "Bo Sample"), ("Ana Example",), Authors.MOST),
        (("Ana Example", "Bo Sample"), ("Ana Example", "Cy Muster"), Authors.MOST),
        (("A Bee", "C Dee", "E Eff"), ("A Bee", "G Aitch", "I Jay"), Authors.SOME),
        (("Ana Example",), ("Arno Example",), Authors.NONE),
        (("Ana Example",), ("Dee Nobody",), Authors.NONE),
        ((), ("Ana Example",), Authors.UNKNOWN),
        (("others",), ("Ana Example",), Authors.UNKNOWN),
        (("Ana Example", "et al."), ("Ana Example",), Authors.SAME),
    ],
)
def test_authors(one: tuple[str, ...], other: tuple[str, ...], expected: Authors) -> None:
    assert compare_authors(one, other) is compare_authors(other, one) is expected


WORDS = [f"telling{chr(97 + number)}" for number in range(20)]


@pytest.mark.parametrize(
    ("shared", "expected"),
    [(20, Texts.SAME), (16, Texts.SAME), (15, Texts.ALIKE), (12, Texts.ALIKE),
     (11, Texts.UNCLEAR), (8, Texts.UNCLEAR), (7, Texts.OTHER), (0, Texts.OTHER)],
)  # fmt: skip
def test_abstracts_by_the_share_of_common_words(shared: int, expected: Texts) -> None:
    other = WORDS[:shared] + [f"other{chr(97 + number)}" for number in range(20 - shared)]
    one = " ".join(WORDS)
    assert compare_abstracts(one, " ".join(other)) is expected
    assert compare_abstracts(" ".join(other), one) is expected


def test_abstracts_that_say_too_little() -> None:
    assert compare_abstracts("", "Sand.") is compare_abstracts("", "") is Texts.UNKNOWN
    assert compare_abstracts("Sand here.", "Rice there.") is Texts.UNCLEAR
    assert compare_abstracts("SAND, here!", "sand here") is Texts.SAME


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("arxiv 2401.00001", "arxiv 2401.00002", True),
        ("arxiv 2401.00001", "arxiv 2401.00001", False),
        ("arxiv 2401.00001", "doi 10.1016/x", False),
        ("pmid 1", "pmid 2", True),
        ("acl P19-1001", "acl P19-1002", True),
        ("openreview AbCdEfGhI", "openreview ZbCdEfGhI", False),
        ("venue ICML2024:a", "venue ICML2024:b", True),
        ("venue icml2024:a", "venue ICML2024:b", True),
        ("venue ICML2024:a", "venue ICML2023:b", False),
        ("venue ICML2024:a", "venue ICML2024:long", False),
        ("doi 10.1016/a", "doi 10.1007/b", True),
        ("doi 10.1101/a", "doi 10.1007/b", False),
        ("doi 10.5281/zenodo.1", "doi 10.5281/zenodo.2", False),
        ("doi 10.21203/rs.1/v1", "doi 10.21203/rs.1/v3", False),
        ("doi 10.21203/rs.1/v1", "doi 10.21203/rs.2/v1", True),
    ],
)
def test_identifiers(one: str, other: str, apart: bool) -> None:
    left, right = ([Identifier(*text.split(" "))] for text in (one, other))
    assert ids_contradict(left, right) is ids_contradict(right, left) is apart
    assert ids_contradict(left + right, right) is False
    assert ids_contradict(left, []) is False


@pytest.mark.parametrize(
    ("title", "specific", "serial"),
    [
        (TITLE, True, False),
        ("Deep Learning", False, False),
        ("The of and in to it is a the of", False, False),
        ("Overview of the Sand Task on Rotating Drums", False, True),
        ("Erratum", False, True),
        ("Introduction", False, True),
        ("Introduction to Rotating Drums and Sand Flows", True, False),
        ("Annual Report on Rotating Drums and Sand", False, True),
        ("", False, False),
    ],
)
def test_how_much_a_title_says(title: str, specific: bool, serial: bool) -> None:
    key = title_key(title)
    assert (is_specific(key), is_serial(key)) == (specific, serial)


TEXT = st.text(max_size=40)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT, st.lists(TEXT, max_size=3), st.lists(TEXT, max_size=3))
def test_no_text_is_too_odd_and_sides_do_not_matter(
    one: str, other: str, people: list[str], others: list[str]
) -> None:
    titles(one, other)
    assert compare_authors(people, others) is compare_authors(others, people)
    assert compare_abstracts(one, other) is compare_abstracts(other, one)
