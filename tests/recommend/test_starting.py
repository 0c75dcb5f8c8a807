"""Cold start: pasted references, and a grid that covers the library."""

from __future__ import annotations

from typing import Any

import pytest

from broadsheet.errors import InvalidInputError, NotFoundError
from broadsheet.model import Results
from broadsheet.query import Query
from broadsheet.recommend.grid import pick_grid
from broadsheet.recommend.invented import invent_pool
from topics import Learners, topic_of


def on(learners: Learners, shelf: int) -> list[int]:
    return sorted(saved.work_id for saved in learners.store.get_saved([shelf]))


def test_papers_are_found_by_identifier_address_and_title(learners: Learners) -> None:
    shelf = learners.shelf("Bees")
    titles = {n: learners.library.get_work(n).title for n in (4, 5, 6)}
    text = f"""
        2603.00001
        https://arxiv.org/abs/2603.00002v3
        [3] B. Author, S. Author. Something else. arXiv:2603.00003, 2026.
        {titles[4]}
        12. “{titles[5].upper()}”
        - Author et al. (2026). {titles[6]}. Journal of Bees 7(2), 11-12.
    """
    done = learners.recommender.start(learners.ada, shelf, text)
    assert on(learners, shelf) == [1, 2, 3, 4, 5, 6]
    assert done.sentence == "Put 6 papers on Bees."


def test_what_is_not_here_is_named(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1)
    text = "2603.00001\n2603.00002\nA book nobody has heard of\n7\n2024\n1999.99999"
    done = learners.recommender.start(learners.ada, shelf, text)
    assert on(learners, shelf) == [1, 2], "a bare number names no paper"
    assert done.sentence == (
        "Put 1 paper on Bees; 1 was there already; 4 lines named no paper of this library, such as "
        "“A book nobody has heard of”."
    )


def test_a_start_can_be_undone(learners: Learners) -> None:
    shelf = learners.shelf("Bees", 1)
    done = learners.recommender.start(learners.ada, shelf, "2603.00002\n2603.00003")
    sentence = learners.library.journal.undo(learners.ada, done.signal).sentence
    assert sentence == "Took 2 papers off Bees again."
    assert on(learners, shelf) == [1]


def test_there_are_bounds(learners: Learners) -> None:
    shelf = learners.shelf("Bees")
    recommender, ada = learners.recommender, learners.ada
    with pytest.raises(InvalidInputError, match="at least one"):
        recommender.start(ada, shelf, " \n ")
    with pytest.raises(InvalidInputError, match="At most 50"):
        recommender.start(ada, shelf, "x\n" * 51)
    with pytest.raises(NotFoundError):
        recommender.start(learners.ben, shelf, "2603.00002")
    assert recommender.start(ada, shelf, "()[]{}\n" + "word " * 9_999).signal == 0


def test_a_line_that_is_no_reference_is_not_looked_for(
    learners: Learners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break: cut long lines and search for them: 200 of them were as many searches."""
    asked: list[int] = []
    index = learners.library._index
    search = index.search

    def count(query: Query, **how: Any) -> Results:
        asked.append(how["limit"])
        assert not how["facets"]
        return search(query, **how)

    monkeypatch.setattr(index, "search", count)
    shelf, title = learners.shelf("Bees"), learners.library.get_work(4).title
    lines = [f"{'bees ' * 60}{n} arXiv:2603.00001 {title}" for n in range(49)]
    done = learners.recommender.start(learners.ada, shelf, "\n".join([*lines, title]))
    assert on(learners, shelf) == [4] and "49 lines named no paper" in done.sentence
    assert len(asked) == 1 and asked[0] <= 5


def test_the_grid_covers_the_topics_with_what_people_like(learners: Learners) -> None:
    for number in (7, 27, 47):
        learners.library.community.upvote(learners.ada, number)
    works = learners.recommender.grid(6)
    assert len({work.id for work in works}) == len(works) <= 6
    assert {topic_of(work.id) for work in works} == {"bees", "tides", "looms"}
    assert {7, 27, 47} <= {work.id for work in works}
    assert [work.id for work in learners.recommender.grid(6)] == [work.id for work in works]
    assert 24 < len(learners.recommender.grid(100)) <= 60


@pytest.mark.parametrize("limit", [0, 1, 24])
def test_a_grid_of_any_size(limit: int) -> None:
    pool = invent_pool()
    numbers = pick_grid(pool, limit)
    assert len(set(numbers)) == len(numbers) <= limit
    assert pick_grid(pool, limit) == numbers
