"""Whatever the query, all answers agree with one another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_works import fill, make_works

from broadsheet.model import Sort
from broadsheet.query import Not, Query
from broadsheet.query.parser import parse
from broadsheet.search.lexical import LexicalIndex

EVERYONE = np.arange(1, 151)
PIECES = (
    "glacier ", '"to predict" ', "-", "(", ") ", " OR ", "category:cs ", "category:cs.LG ", "🎉 ",
    "year:2024 ", "date:..2024-02-05 ", "has:code ", "author:ada ", 'venue:"NeurIPS" ', "the ",
    "venue:workshop ", "id:7 ", "id:2401.10009 ", "title:market ", 'abstract:"lattice vaccine" ',
    "source:demo ", "id:99999999999 ", "enzyme ", "\x00 ", "\ud800 ",
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return fill(tmp_path_factory.mktemp("algebra") / "index", make_works(len(EVERYONE)))


def matches(index: LexicalIndex, query: Query) -> set[int]:
    return set(index.candidates(query, len(EVERYONE))[0].tolist())


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_answers_agree(index: LexicalIndex, text: str) -> None:
    """Fails when a filter is left out of `Plan.required`, or a negation counts as a match."""
    query = parse(text)
    found = matches(index, query)
    assert len(found) == index.count(query) == index.aggregate(query).total
    assert set(index.ordered(query, Sort.OLDEST, len(EVERYONE)).tolist()) == found
    satisfying = index.filter_ids(query, len(EVERYONE))
    assert satisfying is not None
    assert found <= set(satisfying.tolist())
    assert EVERYONE[index.matches(EVERYONE, query)].tolist() == sorted(satisfying.tolist())
    if not query.terms:
        assert found == set(satisfying.tolist())
    index.highlight(query, ["glaciers to predict enzymes"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join))
def test_a_negation_is_the_complement(index: LexicalIndex, text: str) -> None:
    for node in parse(text).filters:
        yes, no = (matches(index, Query(filters=(each,))) for each in (node, Not(node)))
        assert yes | no == set(EVERYONE.tolist())
        assert not yes & no
