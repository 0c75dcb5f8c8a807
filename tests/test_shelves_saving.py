"""Papers on shelves: saved, taken off, noted, read; each undone, and undone only once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.people import Act, Done
from broadsheet.shelves import FIRST_SHELF
from shelfmarks import TITLES, Readers


def test_save_to_several_shelves_at_once(readers: Readers) -> None:
    numbers = [readers.shelf(name) for name in ("Diffusion", "Goats", "Sheep")]
    done = readers.library.shelves.save(readers.ada, 1, numbers, "for Monday")
    assert done.sentence == f"Saved “{TITLES[1]}” to Diffusion and 2 others."
    (saved, *others) = readers.library.shelves.find(readers.ada, [1, 2])[1]
    assert saved.note == "for Monday" and saved.saved_at == readers.time.now() and len(others) == 2
    assert readers.undo(done) == f"Took “{TITLES[1]}” off Diffusion and 2 others again."
    assert not readers.library.shelves.find(readers.ada, [1])
    with pytest.raises(ConflictError, match="undone already"):
        readers.undo(done)


def test_saving_twice_changes_nothing(readers: Readers) -> None:
    number = readers.shelf("Goats", 2)
    again = readers.library.shelves.save(readers.ada, "arXiv:2401.10002", [number])
    assert again == (f"“{TITLES[2]}” is on Goats already.", 0, 0)


def test_saving_again_with_a_note(readers: Readers) -> None:
    number = readers.shelf("Goats")
    readers.library.shelves.save(readers.ada, 2, [number], "old")
    done = readers.library.shelves.save(readers.ada, 2, [number], "new")
    assert readers.library.shelves.find(readers.ada, [2])[2][0].note == "new"
    assert readers.undo(done) == f"The note beside “{TITLES[2]}” is as it was."
    assert readers.library.shelves.find(readers.ada, [2])[2][0].note == "old"


def test_undoing_a_save_leaves_what_another_act_put_there(readers: Readers) -> None:
    """Break to see it fail: drop the comparison of moments in `_undo_save`."""
    number = readers.shelf("Goats")
    first = readers.library.shelves.save(readers.ada, 2, [number])
    readers.library.shelves.unsave(readers.ada, 2)
    readers.later(1)
    readers.library.shelves.save(readers.ada, 2, [number])
    with pytest.raises(ConflictError, match="nothing is left to undo"):
        readers.undo(first)
    assert readers.on(number) == [2]


def test_the_first_save_makes_a_shelf_and_the_next_goes_where_the_last_went(
    readers: Readers,
) -> None:
    """Having just made one is having used it. Break: leave `Act.MAKE_SHELF` out of `_choose`."""
    shelves = readers.library.shelves
    assert shelves.save(readers.ada, 1).sentence == f"Saved “{TITLES[1]}” to {FIRST_SHELF}."
    (first,) = (shelf.id for shelf in shelves.get(readers.ada))
    later = readers.shelf("Later")
    assert shelves.save(readers.ada, 2).sentence == f"Saved “{TITLES[2]}” to Later."
    shelves.save(readers.ada, 3, [first])
    assert shelves.save(readers.ada, 1).sentence == f"“{TITLES[1]}” is on {FIRST_SHELF} already."
    shelves.save(readers.ada, 3, [later])
    assert shelves.save(readers.ada, 4).sentence == f"Saved “{TITLES[4]}” to Later."
    shelves.delete(readers.ada, later)
    assert FIRST_SHELF in shelves.save(readers.ada, 3).sentence


def test_unsave_and_back(readers: Readers) -> None:
    shelves = readers.library.shelves
    first, second = readers.shelf("Goats", 2), readers.shelf("Sheep", 2, 1)
    shelves.note(readers.ada, 2, "horns", [first])
    shelves.mark_read(readers.ada, 2, True)
    before = shelves.find(readers.ada, [2])
    done = shelves.unsave(readers.ada, 2)
    assert done.sentence == f"Took “{TITLES[2]}” off Goats and Sheep."
    assert (readers.on(first), readers.on(second)) == ([], [1])
    assert readers.undo(done) == f"“{TITLES[2]}” is back on Goats and Sheep."
    assert shelves.find(readers.ada, [2]) == before
    assert shelves.unsave(readers.ada, 3) == (f"“{TITLES[3]}” was not there.", 0, 0)


def test_undoing_an_unsave_respects_what_is_there_by_now(readers: Readers) -> None:
    number = readers.shelf("Goats", 2)
    done = readers.library.shelves.unsave(readers.ada, 2, [number])
    readers.library.shelves.save(readers.ada, 2, [number], "anew")
    with pytest.raises(ConflictError):
        readers.undo(done)
    assert readers.library.shelves.find(readers.ada, [2])[2][0].note == "anew"


def test_notes(readers: Readers) -> None:
    number = readers.shelf("Goats", 2)
    shelves = readers.library.shelves
    done = shelves.note(readers.ada, 2, "  horns\r\n\r\nand $x<y$\x00 \n")
    assert done.sentence == f"Noted beside “{TITLES[2]}”: “horns”"
    assert shelves.find(readers.ada, [2])[2][0].note == "  horns\n\nand $x<y$"
    braces = shelves.note(readers.ada, 2, "{title} {x}").sentence
    assert braces == f"Noted beside “{TITLES[2]}”: “{{title}} {{x}}”"
    assert shelves.note(readers.ada, 2, "").sentence == f"Took your note off “{TITLES[2]}”."
    assert shelves.note(readers.ada, 2, "").signal == 0
    with pytest.raises(ConflictError):  # it has been taken off since
        readers.undo(done)
    with pytest.raises(InvalidInputError, match="Save .* first"):
        shelves.note(readers.ada, 3, "never saved")
    with pytest.raises(InvalidInputError, match="A note has at most 10,000 characters"):
        shelves.note(readers.ada, 2, "x" * 1_000_000)
    assert readers.on(number) == [2]


def test_read_and_unread(readers: Readers) -> None:
    number = readers.shelf("Goats", 1, 2)
    shelves = readers.library.shelves
    done = shelves.mark_read(readers.ada, 2, True)
    assert done.sentence == f"Marked “{TITLES[2]}” as read."
    assert shelves.get_shelf(readers.ada, number).unread == 1
    assert shelves.mark_read(readers.ada, 2, True).signal == 0
    assert readers.undo(done) == f"The mark on “{TITLES[2]}” is as it was."
    shelves.mark_read(readers.ada, 2, True)
    undone = shelves.mark_read(readers.ada, 2, False)
    assert readers.undo(undone) and shelves.get_shelf(readers.ada, number).unread == 1
    with pytest.raises(InvalidInputError, match="Save"):
        shelves.mark_read(readers.ben, 2, True)


def test_undo_follows_a_paper_that_was_merged(readers: Readers) -> None:
    number = readers.shelf("Goats", 1)
    done = readers.library.shelves.save(readers.ada, 2, [number])
    readers.library.merge(3, 2)
    assert readers.on(number) == [1, 3]
    assert readers.undo(done) == f"Took “{readers.library.get_work(3).title}” off Goats again."
    assert readers.on(number) == [1]


def test_what_is_not_there(readers: Readers) -> None:
    number = readers.shelf("Goats")
    for reference in (99, "10.1000/nothing", "", "goats"):
        with pytest.raises(NotFoundError, match="no paper"):
            readers.library.shelves.save(readers.ada, reference, [number])
    with pytest.raises(NotFoundError, match="no shelf"):
        readers.library.shelves.save(readers.ada, 1, [number, 77])
    assert readers.on(number) == []


def test_a_shelf_is_full_at_some_time(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.shelves.base.MOST_PAPERS", 2)
    number = readers.shelf("Goats", 1, 2)
    with pytest.raises(InvalidInputError, match="at most 2 papers; Goats has 2, and 1 would"):
        readers.library.shelves.save(readers.ada, 3, [number])


def test_all_shelves_of_a_reader_are_full_at_some_time(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever puts papers on them; moving one needs no room. Break to see it fail: leave
    `_require_space` out of `_keep`, of undoing, or of `_put_all` in `filling` and `starting`."""
    goats, owls = readers.shelf("Goats", 1, 2), readers.shelf("Owls", 3)
    shelves, full = readers.library.shelves, pytest.raises(InvalidInputError, match="at most 3 pa")
    gone = shelves.delete(readers.ada, owls)
    monkeypatch.setattr("broadsheet.shelves.base.MOST_SAVED", 3)
    with pytest.raises(InvalidInputError, match="at most 3 papers together; yours have 2, and 2"):
        shelves.save(readers.ada, 4, [goats, readers.shelf("Newts")])
    off = shelves.unsave(readers.ada, 1, [goats])
    shelves.save(readers.ada, 4, [goats])
    shelves.save(readers.ada, 3, [goats])
    id_of_first = readers.library.get_work(1).ids[0].value
    for done in (off, gone):
        with full:
            readers.undo(done)
    with full:
        readers.library.recommender.start(readers.ada, goats, id_of_first)
    newts = shelves.get(readers.ada)[-1].id
    assert shelves.shelve(readers.ada, 3, [newts]).signal
    assert sum(shelf.papers for shelf in shelves.get(readers.ada)) == 3


def test_a_long_title_is_cut_in_sentences(readers: Readers) -> None:
    shelves = readers.library.shelves
    number = readers.shelf("Goats")
    entry = "word " * 30
    from broadsheet.community import Entry

    made = readers.library.community.submit(readers.ada, Entry(entry))
    told = shelves.save(readers.ada, made.target, [number]).sentence
    assert told.endswith("word…” to Goats.") and len(told) < 110


def test_every_act_is_in_the_journal(readers: Readers) -> None:
    readers.shelf("Goats", 2)
    readers.library.shelves.mark_read(readers.ada, 2, True)
    acts = [signal.act for signal in readers.library.journal.get_signals(readers.ada)]
    assert acts == [Act.READ, Act.SAVE, Act.MAKE_SHELF]
    saved = readers.library.journal.get_signals(readers.ada, acts=[Act.SAVE])[0]
    assert saved.work_id == 2 and saved.detail["said"] == f"Saved “{TITLES[2]}” to Goats."


def test_a_paper_moves_in_one_act(readers: Readers) -> None:
    """Break to see it fail: leave what was taken off out of the pairs that `shelve` keeps."""
    shelves = readers.library.shelves
    first, second = readers.shelf("Goats"), readers.shelf("Sheep")
    shelves.save(readers.ada, 2, [first], "my precious note")
    shelves.mark_read(readers.ada, 2, True)
    before = shelves.find(readers.ada, [2])
    readers.later(1)
    done = shelves.shelve(readers.ada, 2, [second], new="Lamps")
    assert done.sentence == f"Saved “{TITLES[2]}” to Lamps and Sheep, and took it off Goats."
    assert readers.on(first) == [] and readers.on(second) == [2]
    assert readers.undo(done) == (
        f"“{TITLES[2]}” is back on Goats, and off Lamps and Sheep. The shelf Lamps is gone again."
    )
    assert shelves.find(readers.ada, [2]) == before
    assert [shelf.name for shelf in shelves.get(readers.ada)] == ["Goats", "Sheep"]


def test_a_move_that_fails_changes_nothing(readers: Readers) -> None:
    """Break to see it fail: make the new shelf in a transaction of its own."""
    shelves = readers.library.shelves
    number = readers.shelf("Goats")
    shelves.save(readers.ada, 2, [number], "my precious note")
    before = shelves.find(readers.ada, [2])
    for fields, error in (
        ({"note": "x" * 20_000}, InvalidInputError),
        ({"new": "goats"}, ConflictError),
        ({"new": "x" * 200}, InvalidInputError),
        ({"new": "Lamps", "shelf_ids": [99]}, NotFoundError),
    ):
        with pytest.raises(error):
            shelves.shelve(readers.ada, 2, **{"shelf_ids": [], **fields})  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        shelves.shelve(readers.ada, 99, [number], new="Lamps")
    assert shelves.find(readers.ada, [2]) == before
    assert [shelf.name for shelf in shelves.get(readers.ada)] == ["Goats"]


def test_a_shelf_made_by_a_move_stays_with_what_else_is_on_it(readers: Readers) -> None:
    """Break to see it fail: drop the look at the other papers in `_undo_made`."""
    shelves = readers.library.shelves
    done = shelves.shelve(readers.ada, 2, [], new="Lamps")
    (lamps,) = shelves.get(readers.ada)
    shelves.save(readers.ada, 3, [lamps.id])
    assert readers.undo(done) == (
        f"Took “{TITLES[2]}” off Lamps again. The shelf Lamps has been changed since, and stays."
    )
    assert readers.on(lamps.id) == [3]


def test_undoing_a_save_leaves_a_note_written_since(readers: Readers) -> None:
    """Break to see it fail: compare only the moment of saving in `_undo`."""
    number = readers.shelf("Goats")
    done = readers.library.shelves.save(readers.ada, 2, [number])
    readers.library.shelves.note(readers.ada, 2, "horns")
    with pytest.raises(ConflictError, match="nothing is left to undo"):
        readers.undo(done)
    assert readers.on(number) == [2]


@pytest.mark.parametrize("act", ["note", "read", "unsave"])
def test_the_same_thing_done_again_is_the_later_acts(readers: Readers, act: str) -> None:
    """Break to see it fail: take what is the same for the act's in `_undo`, that is, drop
    `_touched_since`."""
    shelves = readers.library.shelves
    number = readers.shelf("Goats", 2)
    there: dict[str, tuple[Callable[[], Done], Callable[[], Done]]] = {
        "note": (
            lambda: shelves.note(readers.ada, 2, "horns"),
            lambda: shelves.note(readers.ada, 2, ""),
        ),
        "read": (
            lambda: shelves.mark_read(readers.ada, 2, False),
            lambda: shelves.mark_read(readers.ada, 2, True),
        ),
        "unsave": (
            lambda: shelves.unsave(readers.ada, 2),
            lambda: shelves.save(readers.ada, 2, [number]),
        ),
    }
    do, opposite = there[act]
    if act == "read":
        opposite()
    first = do()
    readers.later(1)
    opposite()
    readers.later(1)
    again, before = do(), shelves.find(readers.ada, [2])
    with pytest.raises(ConflictError, match="nothing is left to undo"):
        readers.undo(first)
    assert shelves.find(readers.ada, [2]) == before
    assert readers.undo(again)
