"""Papers that readers hand in: by identifier or address, out of a file, or typed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Protocol

from broadsheet import ids
from broadsheet.batch import Noting
from broadsheet.bringing import FindWork, Intake, as_word_of, bring, read_file
from broadsheet.errors import InvalidInputError, NotFoundError
from broadsheet.files import Upload
from broadsheet.journal import Journal
from broadsheet.model import Identifier, Link, PaperDate, Record, Work
from broadsheet.people import Act, Done, Reader, Signal
from broadsheet.phrases import clean_text, count, quote
from broadsheet.ports import Store, Transaction
from broadsheet.sync import Clock
from broadsheet.text import clean_abstract, clean_line, clean_title

MOST_A_DAY = 20
DAY = timedelta(days=1)
LONGEST_TITLE = 500
LONGEST_NAMES = 5_000
LONGEST_LINK = 2_000
LONGEST_ABSTRACT = 10_000
MOST_AUTHORS = 200


class FetchPapers(Protocol):
    """`Newsroom.fetch`, as far as it is needed here: brings in papers by arXiv id."""

    def __call__(self, references: Sequence[str], *, note: Noting) -> Sequence[Record]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as a reader types it in; `authors` one a line or with semicolons between."""

    title: str
    authors: str = ""
    year: str = ""
    link: str = ""
    abstract: str = ""


class Submitting:
    """Takes papers in, and notes who brought them."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        find_work: FindWork,
        fetch: FetchPapers,
        intake: Intake,
    ) -> None:
        self._store: Store = intake.store
        self._journal = journal
        self._clock = clock
        self._find_work = find_work
        self._fetch = fetch
        self._intake = intake

    def submit(self, reader: Reader, what: str | Upload | Entry) -> Done:
        """Bring a paper in; `target` is its number. What is here already only leads there.

        `what` is an arXiv id or address (which is fetched from arXiv), another identifier (of a
        paper that is here), a file of at most as many papers as the reader may bring today, or
        a paper typed in. Raises InvalidInputError with what to do instead, SourceError where arXiv
        does not give it.
        """
        if isinstance(what, Upload):
            return self._submit_file(reader, what)
        if isinstance(what, Entry):
            return self._submit_records(reader, [_read_entry(what)])
        return self._submit_reference(reader, clean_line(what[:LONGEST_LINK]))

    def _submit_reference(self, reader: Reader, reference: str) -> Done:
        if not reference:
            raise InvalidInputError("Name a paper: its arXiv id, its DOI, or its address.")
        if (found := self._find(reference)) is not None:
            return Done(f"{quote(found.title)} is here already.", 0, found.id)
        if ids.parse_arxiv(reference) is None:
            raise InvalidInputError(
                f"{quote(reference)} is not here, and only papers of arXiv can be fetched by name; "
                "hand in a file of BibTeX, RIS or CSL-JSON, or type the paper in."
            )
        self._check_quota(reader, 1)  # arXiv is not asked in vain
        done: list[Done] = []
        came = self._fetch([reference], note=partial(self._keep, reader, done))
        if not came or (work := self._find(reference)) is None:
            raise InvalidInputError(f"arXiv has no paper {reference}.")
        return done[0] if done else _tell_here([work])

    def _find(self, reference: str) -> Work | None:
        try:
            return self._find_work(reference)
        except NotFoundError:
            return None

    def _submit_file(self, reader: Reader, upload: Upload) -> Done:
        rows = read_file(self._intake, upload, most=MOST_A_DAY)
        if not rows.records:
            why = f": {rows.bad[0].reason}" if rows.bad else ""
            raise InvalidInputError(f"There are no papers in {rows.name}{why}.")
        return self._submit_records(reader, rows.records)

    def _submit_records(self, reader: Reader, records: Sequence[Record]) -> Done:
        done: list[Done] = []
        note = partial(self._keep, reader, done)
        numbers = bring(self._intake, as_word_of(reader, records), now=self._clock(), note=note)
        works = list(self._store.get_works(numbers).values())
        if not works:
            raise InvalidInputError("There is no text in this that could be kept.")
        return done[0] if done else _tell_here(works)

    def _keep(
        self, reader: Reader, done: list[Done], transaction: Transaction, works: Sequence[Work]
    ) -> None:
        """Write down that a reader brought what is new here, in the transaction that keeps it:
        between counting and keeping, no other request has its turn."""
        if not works:
            return
        self._check_quota(reader, len(works))
        now, sentence = self._clock(), f"Handed in {_name(works)}; thank you."
        for work in works:
            self._journal.keep(transaction, Signal(reader.id, Act.SUBMIT, now, work.id), sentence)
        done.append(Done(sentence, 0, works[0].id))

    def _check_quota(self, reader: Reader, papers: int) -> None:
        since = self._clock() - DAY
        done = len(self._store.get_signals(reader.id, acts=[Act.SUBMIT], since=since))
        if done + papers > MOST_A_DAY:
            left = MOST_A_DAY - done
            raise InvalidInputError(
                f"A reader hands in at most {MOST_A_DAY} papers a day; "
                + (f"{count(left, 'paper')} more can come today." if left > 0 else "come tomorrow.")
            )


def _tell_here(works: Sequence[Work]) -> Done:
    return Done(
        f"{_name(works)} {'is' if len(works) == 1 else 'are'} here already.", 0, works[0].id
    )


def _name(works: Sequence[Work]) -> str:
    first = quote(works[0].title)
    return first if len(works) == 1 else f"{first} and {count(len(works) - 1, 'other paper')}"


def _read_entry(entry: Entry) -> Record:
    """A paper that was typed in. Raises InvalidInputError for what cannot be."""
    if len(entry.title) > LONGEST_TITLE or len(entry.authors) > LONGEST_NAMES:
        raise InvalidInputError(
            f"A title has at most {LONGEST_TITLE} characters, its authors {LONGEST_NAMES:,}."
        )
    title = clean_title(entry.title)
    if not title:
        raise InvalidInputError("A paper needs a title.")
    names = entry.authors.replace(";", "\n").splitlines()
    authors = tuple(islice((name for each in names if (name := clean_title(each))), MOST_AUTHORS))
    abstract = clean_abstract(clean_text(entry.abstract, "An abstract", LONGEST_ABSTRACT))
    date, (links, found) = _read_year(entry.year), _read_link(entry.link)
    facts = "\n".join([title, *authors, date.value if date else "", entry.link])
    return Record(
        source="reader",
        key=hashlib.blake2b(facts.encode("utf-8", "replace"), digest_size=12).hexdigest(),
        title=title,
        abstract=abstract,
        authors=authors,
        ids=found,
        date=date,
        links=links,
    )


def _read_year(text: str) -> PaperDate | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 1500 <= int(text) <= 2200):
        raise InvalidInputError(f"{text[:20]!r} is no year; 2026 would be.")
    return PaperDate(text, "published")


def _read_link(text: str) -> tuple[tuple[Link, ...], tuple[Identifier, ...]]:
    text = clean_line(text[: LONGEST_LINK + 1])
    if not text:
        return (), ()
    found = tuple(each for each in ids.find_identifiers(text) if each.scheme != "github")
    if len(text) > LONGEST_LINK or not (found or text.startswith(("https://", "http://"))):
        raise InvalidInputError("A link begins with https:// (or is a DOI).")
    return ((Link("page", text),) if text.startswith("http") else ()), found
