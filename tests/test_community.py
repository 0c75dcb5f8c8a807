"""Votes, comments, whom one follows: and who may do what with another's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadsheet.community import Community
from broadsheet.community.threads import arrange
from broadsheet.errors import ConflictError, InvalidInputError, NotFoundError
from broadsheet.people import Act, Comment, Role, Sharing
from shelfmarks import TITLES, Readers
from toy import START


@pytest.fixture
def community(readers: Readers) -> Community:
    return readers.library.community


# --- Votes ------------------------------------------------------------------------------------


def test_a_vote_counts_once(readers: Readers, community: Community) -> None:
    done = community.upvote(readers.ada, 2)
    assert done.sentence == f"Upvoted “{TITLES[2]}”."
    assert community.upvote(readers.ada, 2).signal == 0
    community.upvote(readers.ben, 2)
    assert community.votes([1, 2], readers.ada) == {2: (2, True)}
    assert community.votes([2], None) == {2: (2, False)}
    assert readers.undo(done) == f"Took back your upvote of “{TITLES[2]}”."
    assert community.votes([2], readers.ada) == {2: (1, False)}


def test_a_vote_taken_back_returns_with_its_moment(readers: Readers, community: Community) -> None:
    community.upvote(readers.ada, 2)
    (vote,) = readers.store.get_voted(readers.ada.id)
    readers.later(60)
    done = community.retract(readers.ada, 2)
    assert readers.undo(done) == f"Your upvote of “{TITLES[2]}” counts again."
    assert list(readers.store.get_voted(readers.ada.id)) == [vote]
    assert community.retract(readers.ben, 2).signal == 0


def test_undoing_an_old_vote_leaves_a_newer_one(readers: Readers, community: Community) -> None:
    """Break to see it fail: drop the comparison of moments in `_undo_upvote`."""
    first = community.upvote(readers.ada, 2)
    readers.later(1)
    back = community.retract(readers.ada, 2)
    readers.later(1)
    community.upvote(readers.ada, 2)
    with pytest.raises(ConflictError, match="taken back already"):
        readers.undo(first)
    with pytest.raises(ConflictError, match="again since"):
        readers.undo(back)
    assert community.votes([2], readers.ada)[2].mine


def test_most_liked(readers: Readers, community: Community) -> None:
    community.upvote(readers.ada, 1)
    readers.later(60 * 24 * 40)
    for reader, number in ((readers.ada, 3), (readers.ben, 3), (readers.ben, 2)):
        community.upvote(reader, number)
    assert [(each.work.id, each.votes) for each in community.liked()] == [(3, 2), (2, 1)]


# --- Comments ---------------------------------------------------------------------------------


def test_a_thread_is_read_from_the_top(readers: Readers, community: Community) -> None:
    ada, ben = readers.ada, readers.ben
    first = community.comment(ada, 2, "first").target
    readers.later(1)
    second = community.comment(ben, 2, "second").target
    readers.later(1)
    reply = community.comment(ben, 2, "reply to first", first).target
    readers.later(1)
    community.comment(ada, 2, "reply to that", reply)
    thread = community.get_thread(2)
    assert [(each.comment.text, each.depth) for each in thread] == [
        ("first", 0),
        ("reply to first", 1),
        ("reply to that", 2),
        ("second", 0),
    ]
    assert [each.reader and each.reader.name for each in thread] == ["ada", "ben", "ada", "ben"]
    assert community.counts([1, 2]) == {2: 4}
    assert [said.comment.id for said in community.said_by(ben.id)] == [reply, second]
    latest = community.latest(2)
    assert [said.comment.text for said in latest] == ["reply to that", "reply to first"]
    assert latest[0].work.title == TITLES[2] and latest[0].reader.name == "ada"


def test_a_very_deep_thread() -> None:
    """Break to see it fail: let `arrange` call itself for the replies."""
    replies = [Comment(n, 2, 1, str(n), START, parent_id=n - 1 or None) for n in range(1, 5001)]
    assert [each.depth for each in arrange(replies, {})] == list(range(5000))


def test_deleted_words_are_withheld(readers: Readers, community: Community) -> None:
    """Break to see it fail: give `arrange` the comments as they are."""
    top = community.comment(readers.ada, 2, "regretted").target
    reply = community.comment(readers.ben, 2, "why?", top)
    lone = community.comment(readers.ada, 2, "also regretted").target
    done = community.delete_comment(readers.ada, top)
    community.delete_comment(readers.ada, lone)
    thread = community.get_thread(2)
    assert [(each.comment.text, each.depth) for each in thread] == [("", 0), ("why?", 1)]
    assert thread[0].comment.deleted_at and not community.said_by(readers.ada.id)
    readers.undo(reply, readers.ben)
    assert community.get_thread(2) == ()
    assert readers.undo(done) == "The comment is back."
    assert [each.comment.text for each in community.get_thread(2)] == ["regretted"]


def test_only_who_wrote_a_comment_edits_it(readers: Readers, community: Community) -> None:
    """Break to see it fail: drop the comparison of readers in `edit_comment`."""
    number = community.comment(readers.ada, 2, "mine").target
    for other in (readers.ben, readers.olga):
        with pytest.raises(NotFoundError, match=f"There is no comment {number}"):
            community.edit_comment(other, number, "yours")
    with pytest.raises(NotFoundError):
        community.delete_comment(readers.ben, number)
    readers.later(1)
    done = community.edit_comment(readers.ada, number, "mine, better")
    (remark,) = community.get_thread(2)
    assert remark.comment.text == "mine, better" and remark.comment.edited_at == readers.time.now()
    assert community.edit_comment(readers.ada, number, "mine, better").signal == 0
    assert readers.undo(done) == "Your comment is as it was."
    (remark,) = community.get_thread(2)
    assert remark.comment.text == "mine" and remark.comment.edited_at is None


def test_an_edit_upon_an_edit_is_not_undone(readers: Readers, community: Community) -> None:
    number = community.comment(readers.ada, 2, "one").target
    done = community.edit_comment(readers.ada, number, "two")
    community.edit_comment(readers.ada, number, "three")
    with pytest.raises(ConflictError, match="changed since"):
        readers.undo(done)
    community.delete_comment(readers.ada, number)
    with pytest.raises(NotFoundError):
        community.edit_comment(readers.ada, number, "four")


def test_an_operator_withholds_and_only_they_bring_it_back(
    readers: Readers, community: Community
) -> None:
    """Break to see it fail: let `Journal.undo` undo what was undone before."""
    number = community.comment(readers.ada, 2, "spam").target
    own = community.delete_comment(readers.ada, number)
    readers.undo(own)
    readers.later(1)
    done = community.delete_comment(readers.olga, number)
    assert done.sentence == "The comment is deleted."
    with pytest.raises(ConflictError, match="undone already"):  # the author's own act is past
        readers.undo(own)
    with pytest.raises(NotFoundError):
        readers.undo(done)  # of Olga's, by Ada
    assert readers.undo(done, readers.olga) == "The comment is back."


def test_a_reply_stays_on_its_paper(readers: Readers, community: Community) -> None:
    number = community.comment(readers.ada, 2, "on goats").target
    for parent, work in ((number, 3), (999, 2)):
        with pytest.raises(NotFoundError, match="comment"):
            community.comment(readers.ben, work, "on whales", parent)
    community.delete_comment(readers.ada, number)
    with pytest.raises(NotFoundError):
        community.comment(readers.ben, 2, "too late", number)


@pytest.mark.parametrize("size", [10_001, 40_001, 1_000_000])
def test_long_comments_get_a_sentence(readers: Readers, community: Community, size: int) -> None:
    with pytest.raises(InvalidInputError) as error:
        community.comment(readers.ada, 2, "x" * size)
    assert str(error.value) == f"A comment has at most 10,000 characters, not {size:,}."


def test_comments_that_are_none(
    readers: Readers, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("", " \n ", "\x00\u202e"):
        with pytest.raises(InvalidInputError, match="nothing in this comment"):
            community.comment(readers.ada, 2, text)
    monkeypatch.setattr("broadsheet.community.MOST_COMMENTS", 1)
    community.comment(readers.ada, 2, "1. one\r\n\r\n\r\n\r\n\r\n    code\x1b[2J \u2066")
    assert community.get_thread(2)[0].comment.text == "1. one\n\n\n    code[2J"
    with pytest.raises(InvalidInputError, match="at most 1 comments"):
        community.comment(readers.ada, 2, "two")


# --- Authors, savers --------------------------------------------------------------------------


def test_follow_and_unfollow(readers: Readers, community: Community) -> None:
    done = community.follow(readers.ada, " Łukasz  Ødegård ")
    assert done.sentence == "You follow Łukasz Ødegård now."
    assert community.follow(readers.ada, "Łukasz Ødegård").signal == 0
    (follow,) = community.get_follows(readers.ada)
    readers.later(1)
    gone = community.unfollow(readers.ada, "Łukasz Ødegård")
    assert readers.undo(gone) == "You follow Łukasz Ødegård again."
    assert list(community.get_follows(readers.ada)) == [follow]
    assert readers.undo(done) == "You follow Łukasz Ødegård no longer."
    assert community.unfollow(readers.ada, "nobody").signal == 0


def test_whom_one_cannot_follow(
    readers: Readers, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    for author in ("", "\u202e", "x" * 201):
        with pytest.raises(InvalidInputError, match="An author's name"):
            community.follow(readers.ada, author)
    monkeypatch.setattr("broadsheet.community.MOST_FOLLOWS", 1)
    community.follow(readers.ada, "One")
    with pytest.raises(InvalidInputError, match="at most 1 authors"):
        community.follow(readers.ada, "Two")


def test_who_saved_a_paper(readers: Readers, community: Community) -> None:
    """Break to see it fail: name the readers that `get_savers` leaves out."""
    mine = readers.shelf("Goats", 2)
    readers.shelf("Secret", 2, reader=readers.ben)
    readers.library.accounts.change_profile(readers.ben, open=False)
    assert [(each.reader.name, each.shelves) for each in community.savers(2)] == [("ada", ())]
    readers.library.shelves.change(readers.ada, mine, sharing=Sharing.INSTANCE)
    (saver,) = community.savers(2)
    assert [shelf.name for shelf in saver.shelves] == ["Goats"] and community.savers(3) == ()


def test_acts_are_in_the_journal(readers: Readers, community: Community) -> None:
    community.upvote(readers.ada, 2)
    community.comment(readers.ada, 2, "well")
    community.follow(readers.ada, "One")
    signals = readers.library.journal.get_signals(readers.ada)
    assert [signal.act for signal in signals] == [Act.FOLLOW, Act.COMMENT, Act.UPVOTE]


# --- Undoing what an operator did -----------------------------------------------------------------


def test_who_is_no_operator_any_more_undoes_no_moderation(
    readers: Readers, community: Community
) -> None:
    """Break: undo by who did it alone."""
    comment = community.comment(readers.ada, 2, "Goats!").target
    done = community.delete_comment(readers.olga, comment)
    with readers.store.write() as writing:
        writing.put_reader(replace(readers.olga, role=Role.READER))
    with pytest.raises(ConflictError, match="Only an operator"):
        readers.undo(done, readers.olga)
    with readers.store.write() as writing:
        writing.put_reader(readers.olga)
    assert readers.undo(done, readers.olga) == "The comment is back."


def test_what_went_with_its_author_stays_gone(readers: Readers, community: Community) -> None:
    """Break: let whoever deleted a comment bring it back, with an author or without."""
    comment = community.comment(readers.ada, 2, "Goats!").target
    done = community.delete_comment(readers.olga, comment)
    with readers.store.write() as writing:
        writing.erase_reader(readers.ada.id)
    with pytest.raises(ConflictError, match="gone with them"):
        readers.undo(done, readers.olga)
    kept = readers.store.get_comment(comment)
    assert kept and kept.deleted_at and not kept.text


def test_undoing_an_old_follow_leaves_a_newer_one(readers: Readers, community: Community) -> None:
    """Break to see it fail: drop the comparison of moments in `_undo_follow`."""
    first = community.follow(readers.ada, "One")
    readers.later(1)
    gone = community.unfollow(readers.ada, "One")
    readers.later(1)
    community.follow(readers.ada, "One")
    with pytest.raises(ConflictError, match="You stopped following One since"):
        readers.undo(first)
    with pytest.raises(ConflictError, match="followed One again since"):
        readers.undo(gone)
    assert community.get_follows(readers.ada)
    readers.later(1)
    community.unfollow(readers.ada, "One")
    with pytest.raises(ConflictError, match="stopped following One again"):
        readers.undo(gone)


def test_undoing_a_comment_leaves_what_was_edited_since(
    readers: Readers, community: Community
) -> None:
    """Break to see it fail: drop the look at `edited_at` in `_undo_comment`, or in `_undo_edit`."""
    done = community.comment(readers.ada, 2, "first")
    edits = []
    for text in ("better", "first", "better"):
        readers.later(1)
        edits.append(community.edit_comment(readers.ada, done.target, text))
    for each in (done, edits[0]):
        with pytest.raises(ConflictError, match="changed since"):
            readers.undo(each)
    assert community.get_thread(2)[0].comment.text == "better"
    for each in reversed(edits):
        readers.undo(each)
    assert readers.undo(done) == "Your comment is gone again."


def test_undoing_an_old_retraction_leaves_a_newer_one(
    readers: Readers, community: Community
) -> None:
    """Break to see it fail: drop the look at later acts in `_undo_retract`."""
    community.upvote(readers.ada, 2)
    first = community.retract(readers.ada, 2)
    community.upvote(readers.ada, 2)
    community.retract(readers.ada, 2)
    with pytest.raises(ConflictError, match="another upvote"):
        readers.undo(first)
    assert not community.votes([2], readers.ada)
