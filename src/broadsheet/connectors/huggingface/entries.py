"""One entry of a list as a `Record`: what stays true of the paper, whichever list shows it. Pure.

Votes, comments and ranks change with every look and are no part of the record; nor are the
summaries and keywords that a model of Hugging Face wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadsheet.connectors.json_answers import (
    MAX_NAME,
    Object,
    count_of,
    date_of,
    link_of,
    object_of,
    objects_of,
    text_of,
)
from broadsheet.connectors.rows import MAX_ABSTRACT, MAX_TITLE, clean_names, extras, need_title
from broadsheet.ids import parse_arxiv
from broadsheet.model import Identifier, Link, Record
from broadsheet.sources import Measure
from broadsheet.text import clean_abstract

SITE = "https://huggingface.co"
MAX_LINKED = 50

_REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)
_LINKED = (
    ("linkedModels", "page", ""),
    ("linkedDatasets", "data", "datasets/"),
    ("linkedSpaces", "page", "spaces/"),
)


def paper_of(entry: Object) -> Object:
    """The paper in an entry; some answers give papers without an entry around them."""
    return object_of(entry, "paper") or entry


def identifier_of(entry: Object) -> Identifier | None:
    """The arXiv identifier, by which Hugging Face names papers; None where there is none."""
    value = paper_of(entry).get("id")
    found = parse_arxiv(value) if isinstance(value, str) else None
    return found[0] if found else None


def to_record(entry: Object, identifier: Identifier) -> Record:
    """What an entry says about a paper. Raises RowError."""
    paper = paper_of(entry)
    title = text_of(paper, "title", MAX_TITLE) or text_of(entry, "title", MAX_TITLE)
    abstract = text_of(paper, "summary", MAX_ABSTRACT) or text_of(entry, "summary", MAX_ABSTRACT)
    shown = (each for each in objects_of(paper, "authors") if each.get("hidden") is not True)
    return Record(
        source="huggingface",
        key=identifier.value,
        title=need_title(title),
        abstract=clean_abstract(abstract),
        authors=clean_names(text_of(author, "name", MAX_NAME) for author in shown),
        ids=(identifier,),
        date=date_of(paper, "publishedAt", "submitted"),
        links=tuple(dict.fromkeys(_links(paper, identifier))),
        withdrawn=bool(text_of(paper, "withdrawnAt")),
        extra=_extra(entry, paper),
    )


def measures_of(entry: Object, key: str) -> Iterator[Measure]:
    """The numbers beside an entry; those that it does not show are left out."""
    paper = paper_of(entry)
    for name, value in (
        ("upvotes", count_of(paper, "upvotes")),
        ("comments", count_of(entry, "numComments")),
        ("stars", count_of(paper, "githubStars") or None),
    ):
        if value is not None:
            yield Measure(key, name, value)


def _links(paper: Object, identifier: Identifier) -> Iterator[Link]:
    code = text_of(paper, "githubRepo")
    if _REPOSITORY.fullmatch(code):
        code = f"https://github.com/{code}"
    for link in (link_of("code", code), link_of("project", text_of(paper, "projectPage"))):
        if link:
            yield link
    yield Link("page", f"{SITE}/papers/{identifier.value}")
    for name, rel, folder in _LINKED:
        # Sorted, because they come in the order of the day, which would be news every day.
        names = sorted(text_of(each, "id") for each in objects_of(paper, name))
        for each in names[:MAX_LINKED]:
            if _REPOSITORY.fullmatch(each):
                yield Link(rel, f"{SITE}/{folder}{each}")


def _extra(entry: Object, paper: Object) -> tuple[tuple[str, str], ...]:
    submitter = object_of(paper, "submittedOnDailyBy") or object_of(entry, "submittedBy")
    organization = object_of(paper, "organization") or object_of(entry, "organization")
    matched = paper.get("githubRepoAddedBy") == "auto"
    return extras(
        ("submitter", text_of(submitter, "user") or text_of(submitter, "name")),
        ("organization", text_of(organization, "fullname") or text_of(organization, "name")),
        ("discussion", text_of(paper, "discussionId")),
        ("code-link", "matched by Hugging Face, not named by a person" if matched else ""),
    )
