"""A library on one morning: papers of the last days, and readers who made something of them."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from invented import NOW, browse, invent, open_invented

from broadsheet.edition import Edition, Entry, Part, Scope, Section
from broadsheet.library import Library
from broadsheet.model import Identifier, PaperDate, Record
from broadsheet.people import Reader, Role, Sharing
from queries import counting

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
FORMULA = "Light of order $x^2$ in lanterns"
NASTY = '<script>alert(1)</script> & "quotes" in $a<b$ \x0b'


def of_day(number: int, day: date, **changes: object) -> Record:
    """A paper of a day."""
    facts = {
        "title": f"On lanterns of the {number}th kind",
        "categories": ("cs.LG" if number % 2 else "cs.CL",),
        "venue": None,
        "date": PaperDate(day.isoformat(), "submitted"),
        "ids": (Identifier("arxiv", f"2603.{number:05}"),),
        **changes,
    }
    return invent(number, **facts)


def papers(many: int = 12) -> list[Record]:
    """As many papers of today, and five of yesterday."""
    named = {1: FORMULA, 2: NASTY}
    today = [
        of_day(n, TODAY, **({"title": named[n]} if n in named else {})) for n in range(1, many + 1)
    ]
    return [*today, *(of_day(n, YESTERDAY) for n in range(900, 905))]


def open_morning(folder: Path, many: int = 12) -> Library:
    """The library, with two example readers beside the one who is alone."""
    shutil.copytree(_make_morning(many), folder, dirs_exist_ok=True)
    return open_invented(folder, ())


@cache
def _make_morning(many: int) -> Path:
    """The folder of one that is copied: making it takes a while."""
    made = TemporaryDirectory()
    atexit.register(made.cleanup)
    _fill(Path(made.name), many).close()
    return Path(made.name)


def _fill(folder: Path, many: int) -> Library:
    library = open_invented(folder, papers(many))
    store = library._store
    with store.write() as transaction:
        for name, display in (("mira", "Mira Sol"), ("tariq", "Tariq <b>Bello</b>")):
            transaction.put_reader(Reader(0, name, display, Role.READER, NOW, example=True))
    mira, tariq = library.accounts.get_reader("mira"), library.accounts.get_reader("tariq")
    works = [shown.work.id for shown in library.search("lanterns", limit=many).shown]
    for number in works[: many // 2]:
        library.community.upvote(mira, number)
    said = library.community.comment(mira, works[0], "The **prior** does it: $k \\le 3$.")
    library.community.comment(tariq, works[0], "<img src=x onerror=alert(1)> no?", said.target)
    shelf = library.shelves.make(mira, "Lamps", "What *shines*").target
    library.shelves.change(mira, shelf, sharing=Sharing.INSTANCE)
    for number in works[:many]:
        library.shelves.save(mira, number, [shelf])
    return library


@contextmanager
def kept_clean(library: Library) -> Iterator[Library]:
    """A library that several tests share: what its one reader did meanwhile is undone."""
    you = library.accounts.alone()
    before = {shelf.id for shelf in library.shelves.get(you)}
    yield library
    for shelf in library.shelves.get(you):
        if shelf.id not in before:
            library.shelves.delete(you, shelf.id)
    for follow in library.community.get_follows(you):
        library.community.unfollow(you, follow.author)
    numbers = [shown.work.id for shown in library.search("", limit=100).shown]
    for number, answers in library.recommender.get_answers(you, numbers).items():
        for answer in answers:
            library.recommender.take_back(you, number, answer.opinion, answer.shelf_id)
    assert not library.recommender.get_answers(you, numbers)
    library.press.forget()


@contextmanager
def two_sizes(
    folder: Path, many: int, fill: Callable[[Library, int], None]
) -> Iterator[list[Library]]:
    """A library of a few papers and one of many, each filled further."""
    with ExitStack() as opened:
        libraries = []
        for number in (4, many):
            (folder / str(number)).mkdir()
            library = opened.enter_context(open_morning(folder / str(number), number))
            fill(library, number)
            libraries.append(library)
        yield libraries


def count_questions(library: Library, path: str) -> int:
    """How many SQL statements a page costs, once it is warm; editions are put together anew."""
    client = browse(library)
    client.get(path)
    library.press.forget()
    with counting(library) as statements:
        assert client.get(path).status_code == 200
    return len(statements)


def printed(name: str = "2026-02-28", number: int = 14, **changes: object) -> Edition:
    """An edition made by hand, with a late paper whose place is explained."""
    day = date.fromisoformat(name)
    parts = (Part("votes", "3 votes here", 1.5), Part("code", "known code", 0.25))
    entries = (
        Entry(1, 1, FORMULA, ("Ada Novak",), "cs.LG", "We weigh $a<b$.", name, "Three votes.", 1.75,
              parts),
        Entry(2, 2, NASTY, (), "cs.CL", NASTY, name, "Number 2 on the list.",
              late_from=(day - timedelta(days=1)).isoformat()),
    )  # fmt: skip
    facts = {
        "number": number,
        "receipt": "912 announced, 911 here",
        "sections": (Section("top", "Top of the day", entries, note="Ranked by votes."),),
        **changes,
    }
    return Edition(Scope.DAY, name, day, day, NOW, **facts)  # type: ignore[arg-type]
