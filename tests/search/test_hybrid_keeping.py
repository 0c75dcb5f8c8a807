"""The index keeps step: changes, crashes, other processes, damage, and changes of model."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hashed_words import HashedWords
from invented_works import make_work, make_works
from test_hybrid import apply, numbers, open_filled, search

from broadsheet.errors import EmbedderError, IndexNotReadyError, StorageBusyError, StorageFullError
from broadsheet.model import Spoke, Work
from broadsheet.ports import silent
from broadsheet.search import HybridIndex, space
from broadsheet.search.meaning import Meaning
from broadsheet.search.state import read_state

WORKS = make_works(120)
SLOW = "slow@1"


def fetch_from(works: Sequence[Work]) -> Callable[[Sequence[int]], Mapping[int, Work]]:
    known = {work.id: work for work in works}
    return lambda wanted: {n: known[n] for n in wanted if n in known}


def answers(index: HybridIndex) -> list[object]:
    """What is found and how near it is; BM25's own figures also depend on what was deleted."""
    found = [search(index, text, 200) for text in ("glacier orbit", "sonnet category:cs.CL")]
    return [(each.total, {hit.work_id: hit.dense for hit in each.hits}) for each in found]


# --- Changes ----------------------------------------------------------------------------------


def test_changes_replace_and_remove(tmp_path: Path) -> None:
    index = open_filled(tmp_path / "index", WORKS)
    changed = replace(WORKS[4], title="Volcanoes", abstract="Lava.")
    apply(index, [changed], [7, 10**12], position=200)
    assert numbers(search(index, "volcanoes lava"))[0] == 5
    assert 7 not in numbers(search(index, WORKS[6].title, 200))
    assert index.state() == (200, 119, {"hashed@1": 119})
    assert index.check() == []


def test_applying_again_changes_nothing(tmp_path: Path) -> None:
    index = open_filled(tmp_path / "index", WORKS)
    apply(index, [], [3], position=121)
    before = answers(index)
    apply(index, [WORKS[0], *WORKS[3:]], [3], position=121)
    assert answers(index) == before


def test_texts_that_did_not_change_are_not_embedded_again(tmp_path: Path) -> None:
    embedder = HashedWords()
    index = open_filled(tmp_path / "index", WORKS, embedder)
    embedder.embedded.clear()
    apply(index, [replace(WORKS[0], venue="ICML"), replace(WORKS[1], title="New")], position=121)
    assert [text.split(".")[0] for text in embedder.embedded] == ["New"]


def test_the_last_of_several_changes_in_one_commit_holds(tmp_path: Path) -> None:
    index = open_filled(tmp_path / "index", WORKS)
    with index.writing():
        index.apply([make_work(5, "Volcanoes")], [6], position=121)
        index.apply([WORKS[4]], [], position=122)
        index.commit()
    fresh = open_filled(tmp_path / "fresh", [work for work in WORKS if work.id != 6])
    assert [hit.dense for hit in search(index, "glacier", 200).hits] == [
        hit.dense for hit in search(fresh, "glacier", 200).hits
    ]


# --- Crashes and other processes --------------------------------------------------------------


@pytest.mark.parametrize("step", ["LexicalIndex.commit", "Meaning.flush", "write_state"])
def test_a_crash_in_a_commit_is_made_good_by_the_same_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Break to see it fail: write the state first in `HybridIndex.commit`."""
    index = open_filled(tmp_path / "index", WORKS[:100])
    changes = [replace(WORKS[4], title="Volcanoes"), *WORKS[100:]]
    with monkeypatch.context() as patch:
        patch.setattr(f"broadsheet.search.hybrid.{step}", crash)
        with pytest.raises(ZeroDivisionError):
            apply(index, changes, [8], position=500)
    survivor = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert survivor.state().position == 100
    apply(survivor, changes, [8], position=500)
    untouched = [work for work in WORKS[:100] if work.id not in (5, 8)]
    assert answers(survivor) == answers(open_filled(tmp_path / "new", [*untouched, *changes]))


def crash(*args: object) -> None:
    raise ZeroDivisionError


def test_other_processes_see_a_commit_and_nothing_before_it(tmp_path: Path) -> None:
    writer = open_filled(tmp_path / "index", WORKS)
    reader = HybridIndex.open(tmp_path / "index", [HashedWords()])
    before = answers(reader)
    with writer.writing():
        writer.apply([make_work(500, "Volcanoes of lava")], [1, 2, 3], position=600)
        assert answers(reader) == before
        writer.commit()
    assert numbers(search(reader, "volcanoes"))[0] == 500
    assert reader.state() == writer.state() == (600, 118, {"hashed@1": 118})


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    first = open_filled(tmp_path / "index", WORKS)
    second = HybridIndex.open(tmp_path / "index", [HashedWords()])
    with first.writing(), pytest.raises(StorageBusyError, match="Another process"):
        second.writing().__enter__()
    with second.writing():
        pass


def test_what_was_applied_in_a_block_that_failed_is_forgotten(tmp_path: Path) -> None:
    index = open_filled(tmp_path / "index", WORKS)
    before = answers(index)
    with pytest.raises(ZeroDivisionError), index.writing():
        index.apply([make_work(5, "Volcanoes")], [6], position=300)
        crash()
    apply(index, [], position=121)
    assert answers(index) == before


def test_a_full_disk_is_told_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device")

    index = open_filled(tmp_path / "index", WORKS)
    before = answers(index)
    with monkeypatch.context() as patch:
        patch.setattr("broadsheet.search.columns._write_runs", no_space)
        with pytest.raises(StorageFullError):
            apply(index, [], [1], position=300)
    apply(index, [WORKS[0]], position=120)
    assert answers(index) == before


# --- Damage -----------------------------------------------------------------------------------


def test_words_that_are_gone_are_indexed_anew(tmp_path: Path) -> None:
    """Break to see it fail: let `HybridIndex.open` create words beside a state."""
    before = answers(open_filled(tmp_path / "index", WORKS))
    shutil.rmtree(tmp_path / "index" / "lexical")
    index = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert index.state().position == 0
    apply(index, WORKS, position=120)
    assert answers(index) == before


@pytest.mark.parametrize(
    "victim",
    ["state.json", "lexical/meta.json", "lexical/*.idx", "spaces/texts", "spaces/*/vectors"],
)
@pytest.mark.parametrize("damage", ["cut short", "removed", "a folder"])
def test_a_damaged_index_is_set_aside_and_begun_anew(
    tmp_path: Path, victim: str, damage: str
) -> None:
    """Break to see it fail: let `Columns._map` give zeros for a file that is too short."""
    before = answers(open_filled(tmp_path / "index", WORKS))
    path = next((tmp_path / "index").glob(victim))
    if damage == "cut short":
        os.truncate(path, path.stat().st_size // 2)
    else:
        path.unlink()
    if damage == "a folder":
        path.mkdir()
    index = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert index.state().position == 0
    apply(index, WORKS, position=120)
    assert answers(index) == before
    assert index.check() == []


def test_vectors_outlive_damaged_words(tmp_path: Path) -> None:
    before = answers(open_filled(tmp_path / "index", WORKS))
    (tmp_path / "index" / "lexical" / "make.json").write_text('{"version": 0}')
    embedder = HashedWords()
    index = HybridIndex.open(tmp_path / "index", [embedder])
    assert index.state() == (0, 0, {"hashed@1": 120})
    apply(index, WORKS, position=120)
    assert embedder.embedded == []
    assert answers(index) == before


def test_files_that_may_not_be_read_are_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    open_filled(tmp_path / "index", WORKS)
    monkeypatch.setattr(Meaning, "__init__", forbidden)
    with pytest.raises(PermissionError):
        HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert not (tmp_path / "index.damaged").exists()


def test_nothing_is_set_aside_while_another_process_writes(tmp_path: Path) -> None:
    writer = open_filled(tmp_path / "index", WORKS)
    (tmp_path / "index" / "state.json").write_text("{}")
    with writer.writing(), pytest.raises(StorageBusyError):
        HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert (tmp_path / "index" / "lexical").exists()


def test_reset_begins_anew_and_readers_follow(tmp_path: Path) -> None:
    index = open_filled(tmp_path / "index", WORKS)
    reader = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert search(reader, "glacier").total
    with index.writing():
        index.reset()
    assert index.state() == reader.state() == (0, 0, {"hashed@1": 0})
    apply(index, WORKS[:50], position=50)
    assert reader.state() == (50, 50, {"hashed@1": 50})
    assert answers(reader) == answers(index)


def test_check_notices_words_and_texts_that_differ(tmp_path: Path) -> None:
    open_filled(tmp_path / "other", WORKS[:50])
    index = open_filled(tmp_path / "index", WORKS)
    index.close()
    shutil.rmtree(tmp_path / "index" / "lexical")
    shutil.copytree(tmp_path / "other" / "lexical", tmp_path / "index" / "lexical")
    again = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert any("50 papers" in problem for problem in again.check())


# --- Two spaces, and changes of model ---------------------------------------------------------


def test_a_slower_space_fills_newest_first_while_search_serves(tmp_path: Path) -> None:
    slow = HashedWords(SLOW, same=("glacier moraine",))
    index = open_filled(tmp_path / "index", WORKS, HashedWords(), slow)
    assert index.state().spaces == {"hashed@1": 120, SLOW: 0}
    before = search(index, "glacier")
    assert index.embed_pending(fetch_from(WORKS), silent) == 120
    assert index.state().spaces == {"hashed@1": 120, SLOW: 120}
    assert slow.embedded[0].startswith(newest_of(WORKS).title)
    assert numbers(search(index, "glacier", 200)) != numbers(before)
    assert search(index, "moraine").hits[0].spoke is Spoke.MEANING


def newest_of(works: Sequence[Work]) -> Work:
    return max(works, key=lambda work: (work.date.value if work.date else "", work.id))


def test_only_works_that_changed_are_embedded_again(tmp_path: Path) -> None:
    slow = HashedWords(SLOW)
    index = open_filled(tmp_path / "index", WORKS, HashedWords(), slow)
    index.embed_pending(fetch_from(WORKS), silent)
    changed = [replace(WORKS[9], title="Volcanoes"), replace(WORKS[10], venue="ICML")]
    apply(index, changed, [12], position=121)
    slow.embedded.clear()
    works = [*WORKS[:9], *changed, *WORKS[12:]]
    assert index.embed_pending(fetch_from(works), silent) == 1
    assert slow.embedded[0].startswith("Volcanoes")


def test_a_text_that_changes_while_it_is_embedded_stays_pending(tmp_path: Path) -> None:
    """Break to see it fail: drop the comparison with the texts in `Meaning.fill`."""
    index = open_filled(tmp_path / "index", WORKS, HashedWords(), HashedWords(SLOW))
    stale = fetch_from([replace(WORKS[0], title="An older title"), *WORKS[1:]])
    assert index.embed_pending(stale, silent) == 119
    assert index.embed_pending(fetch_from(WORKS), silent) == 1


def test_a_model_that_fails_midway_keeps_what_it_has_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.search.filling.SLOW", 50)
    slow = HashedWords(SLOW)
    index = open_filled(tmp_path / "index", WORKS, HashedWords(), slow)

    def breaking(stage: str, done: int, total: int | None) -> None:
        slow.broken = done >= 100

    with pytest.raises(EmbedderError):
        index.embed_pending(fetch_from(WORKS), breaking)
    assert index.state().spaces[SLOW] == 100
    slow.broken = False
    assert search(index, "glacier").total
    assert index.embed_pending(fetch_from(WORKS), silent) == 20


def test_a_new_model_is_filled_and_then_the_old_space_goes(tmp_path: Path) -> None:
    index = open_filled(tmp_path / "index", WORKS, HashedWords("old@1"))
    nearest = numbers(index.related([WORKS[0]], limit=5))
    again = HybridIndex.open(tmp_path / "index", [HashedWords("new@2", dim=32)])
    assert numbers(again.related([WORKS[0]], limit=5)) == nearest
    assert search(again, "glacier").total
    apply(again, [make_work(700, "Volcanoes")], position=121)
    assert len(list((tmp_path / "index" / "spaces").glob("space-*"))) == 2
    works = [*WORKS, make_work(700, "Volcanoes")]
    assert again.embed_pending(fetch_from(works), silent) == 120
    state = read_state(tmp_path / "index")
    assert state is not None
    assert [known.id for known in state.spaces] == ["new@2"]
    assert len(list((tmp_path / "index" / "spaces").glob("space-*"))) == 1


def test_vectors_outlive_a_time_without_embedders(tmp_path: Path) -> None:
    open_filled(tmp_path / "index", WORKS, HashedWords())
    apply(HybridIndex.open(tmp_path / "index", []), [], [4], position=121)
    again = HybridIndex.open(tmp_path / "index", [HashedWords()])
    assert again.state().spaces == {"hashed@1": 119}
    assert again.embed_pending(fetch_from(WORKS), silent) == 0


def test_codes_serve_like_exact_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = answers(open_filled(tmp_path / "exact", WORKS))
    monkeypatch.setattr(space, "FEW", 20)
    index = HybridIndex.open(tmp_path / "codes", [HashedWords()])
    for start in range(0, 120, 30):
        apply(index, WORKS[start : start + 30], position=start)
    assert answers(index) == exact
    assert answers(HybridIndex.open(tmp_path / "codes", [HashedWords()])) == exact


def test_an_index_of_another_make_is_not_ready(tmp_path: Path) -> None:
    open_filled(tmp_path / "index", WORKS[:3])
    (tmp_path / "index" / "state.json").write_text('{"version": 99}')
    with pytest.raises(IndexNotReadyError, match="another make"):
        read_state(tmp_path / "index")
    assert HybridIndex.open(tmp_path / "index", []).state().position == 0
