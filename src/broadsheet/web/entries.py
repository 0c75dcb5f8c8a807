"""A paper as one of a list: on an edition, a shelf, an author's page. Pure; templates only print.

What is known of all papers of a page is asked for at once (`read_known`), in as many questions
however many papers there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from broadsheet.edition import Entry, Part
from broadsheet.learning import Answer, Opinion
from broadsheet.library import Library
from broadsheet.model import Work
from broadsheet.people import Reader, Saved, Shelf, Votes
from broadsheet.press.matches import LESSON, TERM
from broadsheet.web import links, wording
from broadsheet.web.mathematics import keep_whole
from broadsheet.web.toggles import NO_TARGET, Target, target_of

EXCERPT = 420
BYLINE = 4

NO_SHELF = -1
"""Of a paper that is shown to nobody's shelf; 0 is all of a reader's."""

_BEYOND = re.compile(r"[0-9,]+ others")
_NO_VOTES = Votes()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the papers of a page, for one reader; `target` is where the reader's next
    paper is saved to. Pages that are `asking` for answers know those that were given."""

    works: Mapping[int, Work] = field(default_factory=dict)
    votes: Mapping[int, Votes] = field(default_factory=dict)
    comments: Mapping[int, int] = field(default_factory=dict)
    saved: Mapping[int, Sequence[Saved]] = field(default_factory=dict)
    shelves: Mapping[int, Shelf] = field(default_factory=dict)
    target: Target = NO_TARGET
    answers: Mapping[int, Sequence[Answer]] = field(default_factory=dict)
    asking: bool = False


class Teaching(NamedTuple):
    """One of the reader's shelves beside a paper, and what was answered to it for that shelf."""

    shelf: int
    name: str
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One paper. `place` is its anchor, `late` and `example` say what is to be known of it, `on`
    names the shelves that hold it, `target` is where it is saved to, `read` says that it was read
    there; `noting` says that `note` is the viewer's own to change; `original` is (name, address)
    of the page where it was published.

    `shelf` is the one that asks for an answer (0: it can only be hidden, NO_SHELF: nothing is
    asked), `opinion` what was answered; `teaches` are all shelves, where each may ask; `match` is
    the chance that it is kept, in words, and `team` the ranker of a trial that chose it."""

    place: str
    position: int
    number: int
    title: str
    authors: tuple[tuple[str, str], ...] = ()
    others: int = 0
    kicker: str = ""
    flags: tuple[str, ...] = ()
    dateline: str = ""
    excerpt: str = ""
    reason: str = ""
    parts: tuple[Part, ...] = ()
    score: float = 0.0
    late: str = ""
    note: str = ""
    noting: bool = False
    votes: int = 0
    mine: bool = False
    comments: int = 0
    on: tuple[str, ...] = ()
    target: Target = NO_TARGET
    read: bool = False
    original: tuple[str, str] | None = None
    shelf: int = NO_SHELF
    opinion: str = ""
    hidden: bool = False
    teaches: tuple[Teaching, ...] = ()
    match: str = ""
    team: str = ""

    @property
    def url(self) -> str:
        return links.paper_url(self.number)

    @property
    def causes(self) -> tuple[Part, ...]:
        """The parts that add up to the score of a paper that a shelf found; () for all others."""
        learned = any(part.name == LESSON for part in self.parts)
        return tuple(part for part in self.parts if part.name != TERM) if learned else ()

    @property
    def words(self) -> tuple[Part, ...]:
        """The words that say the same."""
        return tuple(part for part in self.parts if part.name == TERM)


def read_known(
    library: Library,
    reader: Reader | None,
    numbers: Collection[int],
    works: Mapping[int, Work] | None = None,
) -> Known:
    """What is known of these papers; of shelves, only the reader's own. Who has the works already
    gives them."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return Known()
    saved: Mapping[int, Sequence[Saved]] = {}
    shelves: Mapping[int, Shelf] = {}
    target = NO_TARGET
    if reader:
        saved = library.shelves.find(reader, wanted)
        shelves = {shelf.id: shelf for shelf in library.shelves.get(reader)}
        target = target_of(library.shelves.find_last(reader, list(shelves.values())))
    return Known(
        library.get_works(wanted) if works is None else works,
        library.community.votes(wanted, reader),
        library.community.counts(wanted),
        saved,
        shelves,
        target,
    )


def read_answered(
    library: Library,
    reader: Reader,
    numbers: Collection[int],
    works: Mapping[int, Work] | None = None,
) -> Known:
    """As `read_known`, with what the reader answered to these papers."""
    known = read_known(library, reader, numbers, works)
    answers = library.recommender.get_answers(reader, numbers) if numbers else {}
    return replace(known, answers=answers, asking=True)


def view_printed(
    entry: Entry, section: str, known: Known, shelf: int = NO_SHELF, reason: str = ""
) -> EntryView:
    """A paper as it was printed in an edition, with what readers made of it since; `shelf` is the
    one whose section it is in, `reason` why it is there, if that is told in other words there."""
    work = known.works.get(entry.work_id)
    authors, others = _byline(entry.authors)
    return EntryView(
        place=f"{section}-{entry.rank}",
        position=entry.rank,
        number=entry.work_id,
        title=entry.title,
        authors=authors,
        others=others,
        kicker=wording.say_source(entry.kicker),
        flags=wording.say_flags(work) if work else (),
        excerpt=entry.excerpt,
        reason=reason or entry.reason,
        parts=entry.parts,
        score=entry.score,
        late=f"late, announced {wording.say_short(entry.late_from)}" if entry.late_from else "",
        match=say_chance(entry.match),
        team=entry.team,
        **_with_readers(entry.work_id, known),
        **with_answers(entry.work_id, shelf, known),
    )


def say_chance(chance: float | None) -> str:
    """A chance as it is shown: "63 %"; "" where it is not known."""
    return "" if chance is None else f"{100 * chance:.0f} %"


def with_answers(number: int, shelf: int, known: Known) -> dict[str, Any]:
    """The fields of a paper that say what its reader answered on behalf of a shelf."""
    opinions = {each.shelf_id: each.opinion for each in known.answers.get(number, ())}
    return {
        "shelf": shelf,
        "opinion": opinions.get(shelf, "") if shelf > 0 else "",
        "hidden": Opinion.HIDE in opinions.values(),
    }


def list_teaching(number: int, known: Known) -> tuple[Teaching, ...]:
    """All shelves of a reader for whom a paper's page asks, the one saved to next first."""
    opinions = {each.shelf_id: str(each.opinion) for each in known.answers.get(number, ())}
    shelves = sorted(known.shelves.values(), key=lambda shelf: shelf.id != known.target.number)
    return tuple(Teaching(each.id, each.name, opinions.get(each.id, "")) for each in shelves)


def view_work(
    work: Work,
    place: int,
    known: Known,
    *,
    note: str = "",
    noting: bool = False,
    excerpt: bool = True,
) -> EntryView:
    """A paper as it is now; `note` is what the reader of a shelf wrote beside it. Who shows
    another piece of the text needs no `excerpt`."""
    authors, others = _byline(work.authors)
    kicker = [wording.say_venue(work.venue, work.status, work.date), *work.categories[:3]]
    return EntryView(
        place=f"paper-{place}",
        position=place,
        number=work.id,
        title=work.title,
        authors=authors,
        others=others,
        kicker=" · ".join(part for part in kicker if part),
        flags=wording.say_flags(work),
        dateline=wording.say_date(work.date.value) if work.date else "",
        excerpt=shorten(work.text) if excerpt else "",
        note=note,
        noting=noting,
        **_with_readers(work.id, known),
    )


def shorten(text: str, width: int = EXCERPT) -> str:
    """The beginning of a text, cut between words and never within a formula."""
    if len(text) <= width * 1.3:
        return text
    at = keep_whole(text, text.rfind(" ", width // 2, width))
    return text[: at if at > 0 else width].rstrip(" ,;:") + " …"


def _with_readers(number: int, known: Known) -> dict[str, Any]:
    """The fields of a paper that say what readers made of it."""
    votes = known.votes.get(number, _NO_VOTES)
    saved = known.saved.get(number, ())
    work = known.works.get(number)
    return {
        "votes": votes.count,
        "mine": votes.mine,
        "comments": known.comments.get(number, 0),
        "on": list_shelves(saved, known.shelves),
        "target": known.target,
        "read": any(each.read_at for each in saved),
        "original": find_original(work) if work else None,
    }


def list_shelves(saved: Sequence[Saved], shelves: Mapping[int, Shelf]) -> tuple[str, ...]:
    """The names of the shelves that hold a paper."""
    return tuple(shelves[each.shelf_id].name for each in saved if each.shelf_id in shelves)


def find_original(work: Work) -> tuple[str, str] | None:
    """(name, address) of the page where a paper was published, or of its first link."""
    for identifier in work.ids:
        name, _, address = wording.identifier_link(identifier)
        if address:
            return name, address
    for link in work.links:
        if address := wording.safe_address(link.url):
            return wording.LINK_NAMES.get(link.rel, "Page"), address
    return None


def _byline(names: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], int]:
    """The first authors with their pages, and how many there are beyond them; an edition says of
    a long list in its last name how many it left out."""
    beyond = 0
    if names and len(names) > BYLINE and _BEYOND.fullmatch(names[-1]):
        beyond = int(names[-1].split()[0].replace(",", ""))
        names = names[:-1]
    shown = tuple((name, links.author_page_url(name)) for name in names[:BYLINE])
    return shown, len(names) - len(shown) + beyond
