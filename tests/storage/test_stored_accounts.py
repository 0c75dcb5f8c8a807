"""Readers, passwords, sessions, keys and invitations, as the store keeps them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from community import MOMENT, add_readers, add_shelf, save, vote
from filling import Opener, fill

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.errors import ConflictError
from broadsheet.learning import Answer, Judgement, Opinion, Steering
from broadsheet.mailing import Letter, Schedule, Subscription
from broadsheet.people import (
    Act,
    Comment,
    Follow,
    Invitation,
    Key,
    Reader,
    Role,
    SavedSearch,
    Session,
    Signal,
)
from broadsheet.storage import SqlStore, restore
from papers import LATER, NOW, make_record
from queries import counting

ADA = Reader(
    0, "Ada", "Ada L.", Role.OPERATOR, NOW + MOMENT,
    open=False, disabled=True, example=True, theme="dark", generation=3,
)  # fmt: skip


# --- Readers ----------------------------------------------------------------------------------


def test_a_reader_is_kept_as_told(store: SqlStore) -> None:
    with store.write() as writing:
        number = writing.put_reader(ADA)
        writing.put_password(number, "hash")
        writing.put_reader(replace(ADA, id=number, display="Ada!"))
    assert store.get_readers() == {number: replace(ADA, id=number, display="Ada!")}
    assert store.get_password(number) == "hash"
    assert store.get_password(99) == ""


@pytest.mark.parametrize("other", ["ada", "ADA", "\uff21da"])
def test_a_name_is_one_however_it_is_written(store: SqlStore, other: str) -> None:
    """Break to see it fail: compare `reader.name` instead of `folded`."""
    with store.write() as writing:
        number = writing.put_reader(ADA)
        with pytest.raises(ConflictError, match="is taken"):
            writing.put_reader(replace(ADA, name=other))
        assert writing.put_reader(replace(ADA, id=number, name=other)) == number
    found = store.find_reader("aDa")
    assert found and (found.id, found.name) == (number, other)
    assert store.find_reader("adá") is None


def test_readers_by_number(store: SqlStore) -> None:
    one, two, three = add_readers(store, "cy", "bo", "al")
    assert list(store.get_readers()) == [one, two, three]
    with counting(store) as asked:
        assert list(store.get_readers([three, one, 99])) == [one, three]
    assert len(asked) == 1
    assert store.get_readers([]) == {}


# --- What lets somebody in --------------------------------------------------------------------


def test_a_session_comes_with_its_reader(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    session = Session(b"s1", one, NOW, NOW, "Firefox")
    with store.write() as writing:
        writing.put_session(session)
        writing.put_session(seen := replace(session, seen_at=LATER))
    with counting(store) as asked:
        assert store.get_session(b"s1") == (seen, store.get_readers()[one])
    assert len(asked) == 2  # the second is the test's own
    assert store.get_session(b"s2") is None


def test_sessions_end_one_all_or_all_but_one(store: SqlStore) -> None:
    one, two = add_readers(store, "ada", "bo")

    def digests() -> list[bytes]:
        return [each.digest for each in store.get_sessions(one)]

    def begin() -> None:
        with store.write() as writing:
            for place, digest in enumerate((b"a", b"b", b"c")):
                writing.put_session(Session(digest, one, NOW, NOW + place * MOMENT))
            writing.put_session(Session(b"z", two, NOW, NOW))

    begin()
    assert digests() == [b"c", b"b", b"a"]
    with store.write() as writing:
        writing.drop_sessions(one, digest=b"z")  # another reader's
        writing.drop_sessions(one, digest=b"a")
    assert digests() == [b"c", b"b"]
    with store.write() as writing:
        writing.drop_sessions(one, but=b"b")
    assert digests() == [b"b"]
    begin()
    with store.write() as writing:
        writing.drop_stale_sessions(NOW + 2 * MOMENT)
    assert digests() == [b"c"]
    begin()
    with store.write() as writing:
        writing.drop_sessions(one)
    assert digests() == []
    assert len(store.get_sessions(two)) == 1


def test_keys_stay_when_they_are_revoked(store: SqlStore) -> None:
    [one] = add_readers(store, "ada")
    key = Key(0, b"k", one, "script", NOW)
    with store.write() as writing:
        first = writing.put_key(key)
        second = writing.put_key(replace(key, digest=b"l"))
        writing.put_key(replace(key, id=first, revoked_at=LATER))
    revoked = replace(key, id=first, revoked_at=LATER)
    assert store.find_key(b"k") == (revoked, store.get_readers()[one])
    assert [each.id for each in store.get_keys(one)] == [second, first]
    assert store.find_key(b"m") is None


def test_an_invitation_is_found_in_the_transaction_that_uses_it(store: SqlStore) -> None:
    one, two = add_readers(store, "ada", "bo")
    made = Invitation(0, b"i", one, Role.READER, NOW, LATER, "for Bo")
    with store.write() as writing:
        made = replace(made, id=writing.put_invitation(made))
        assert writing.find_invitation(b"i") == made
        used = replace(made, used_by=two, used_at=LATER)
        assert writing.put_invitation(used) == made.id
        other = writing.put_invitation(replace(made, id=0, digest=b"j"))
        assert writing.find_invitation(b"k") is None
    assert [each.id for each in store.get_invitations()] == [other, made.id]
    assert store.get_invitations()[1] == used


def test_a_restored_library_has_signed_everybody_out(
    store: SqlStore, open_store: Opener, tmp_path: Path
) -> None:
    """Break to see it fail: restore with `signed_in=True`."""
    [one] = add_readers(store, "ada")
    with store.write() as writing:
        writing.put_session(Session(b"s", one, NOW, NOW))
        writing.put_key(Key(0, b"k", one, "script", NOW))
    store.backup(str(tmp_path / "copy"))
    restore(tmp_path / "copy", tmp_path / "again")
    again = open_store(tmp_path / "again", create=False)
    assert again.get_session(b"s") is None
    assert again.find_key(b"k") == store.find_key(b"k")
    assert store.get_session(b"s")


# --- Erasing ----------------------------------------------------------------------------------


def live(store: SqlStore, reader_id: int, work_id: int, said: str) -> None:
    """A reader does everything that leaves a trace."""
    day = date(2026, 3, 1)
    sections = (Section("top", "Top", (Entry(1, work_id, "A title"),)),)
    shelf_id = add_shelf(store, reader_id, name=said, shared=True)
    with store.write() as writing:
        save(writing, shelf_id, work_id, note=said)
        writing.put_password(reader_id, said)
        writing.put_session(Session(said.encode(), reader_id, NOW, NOW, said))
        writing.put_key(Key(0, said.encode(), reader_id, said, NOW))
        writing.put_invitation(
            Invitation(0, said.encode(), reader_id, Role.READER, NOW, LATER, said)
        )
        writing.put_search(SavedSearch(0, reader_id, said, said, NOW))
        writing.put_follow(Follow(reader_id, said, NOW))
        writing.put_comment(Comment(0, work_id, reader_id, said, NOW))
        writing.add_signals([Signal(reader_id, Act.SAVE, NOW, work_id, detail={"said": said})])
        writing.print_edition(
            Edition(Scope.READER, "2026-03-01", day, day, NOW, 0, reader_id, said, "", sections)
        )
        writing.put_answers([Answer(reader_id, shelf_id, work_id, Opinion.LIKE, NOW)])
        writing.put_steering(Steering(shelf_id, ranker=said))
        writing.put_judgement(Judgement(reader_id, said, work_id, True, NOW))
        writing.put_schedule(Schedule(reader_id, said))
        writing.put_subscription(Subscription(reader_id, said, NOW))
        letter = Letter(0, reader_id, "2026-03-01", said, said, NOW, NOW, NOW, NOW)
        writing.put_letter(letter, said.encode())
    vote(store, reader_id, work_id)


def test_erasing_leaves_no_word_of_a_reader_and_all_of_the_others(
    store: SqlStore, tmp_path: Path
) -> None:
    """Every table is searched for the reader's words.

    Break to see it fail: leave any table out of `erasing._KEPT`.
    """
    [number] = fill(store, [make_record(1)])
    gone, stays = add_readers(store, "gonegirl", "staysput")
    live(store, gone, number, "gonewords")
    live(store, stays, number, "stayswords")
    with store.write() as writing:
        writing.put_comment(Comment(0, number, stays, "an answer", LATER, parent_id=1))
        before = store.standing_stamp()
        writing.erase_reader(gone)
    rows = dump(tmp_path / "library" / "library.db")
    words = {word for row in rows for word in ("gone", "stays") if word in row.lower()}
    assert words == {"stays"}
    assert list(store.get_readers()) == [stays]
    first, _, answer = store.get_comments(number)
    assert (first.reader_id, first.text, first.deleted_at) == (gone, "", NOW)
    assert answer.parent_id == first.id
    assert store.get_votes([number])[number].count == 1
    assert store.standing_stamp() > before
    printed = [store.find_printed([number], Scope.READER, reader_id=each) for each in (gone, stays)]
    assert printed == [{}, {number: "2026-03-01"}]
    assert store.get_edition(Scope.READER, "2026-03-01", reader_id=stays)
    assert (store.get_answers(gone), len(store.get_answers(stays))) == ([], 1)
    assert store.check() == []
    assert add_readers(store, "newcomer") > [stays]  # no number is used twice


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return [
            f"{name}: {row}"
            for (name,) in names
            for row in connection.execute(f"SELECT * FROM {name}")
        ]


def test_nobody_is_erased_by_a_number_that_is_nobodys(store: SqlStore) -> None:
    """The instance's own editions lie under reader 0."""
    day = date(2026, 3, 1)
    with store.write() as writing:
        writing.print_edition(Edition(Scope.DAY, "2026-03-01", day, day, NOW))
        writing.erase_reader(0)
    assert store.get_edition(Scope.DAY, "2026-03-01")


def test_a_moment_is_kept_to_the_microsecond(store: SqlStore) -> None:
    at = NOW + timedelta(microseconds=123_457)
    with store.write() as writing:
        number = writing.put_reader(replace(ADA, joined_at=at))
    assert store.get_readers()[number].joined_at == at
