"""Lays an edition out of what was gathered for it. Pure: the same material gives the same bytes, in
whatever order it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from broadsheet.edition import Edition, Entry, Scope, Section
from broadsheet.press.calendar import Period, spell
from broadsheet.press.candidates import Candidate, is_ranked, is_voted, rank
from broadsheet.press.sections import (
    BY_SCORE,
    by_day,
    category_sections,
    date_filter,
    make_section,
    news_section,
    renumber,
    shorten,
    shown_in,
    top_section,
)
from broadsheet.press.topics import Topic

TRENDING_KEY = "trending"
ABOUT = "about-"
"""The keys of the sections about topics begin so."""
TRENDING = 8
BEST = 12
OF_EACH = 5
TOPIC = 5
LEAD = 900
"""The first paper has as much of its text as fills the columns of a lead story."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that an edition is made of. `news` is of its own days, late papers included, `earlier`
    of the days before. `printed` holds the editions of the parts of a week or month, by name, each
    with the day that it begins with. `counted` are the numbers of all news, read or not. `at` is
    when it is put together."""

    period: Period
    at: datetime
    news: Sequence[Candidate] = ()
    earlier: Sequence[Candidate] = ()
    topics: Sequence[Topic] = ()
    printed: Mapping[date, Edition] | None = None
    receipt: str = ""
    quiet: str = ""
    example: bool = False
    counted: tuple[int, ...] = ()


def compose(material: Material) -> Edition:
    """The edition of a day, a week or a month, as a proof."""
    if material.period.scope is Scope.DAY:
        return finish(material, _lay_out_day(material))
    return finish(material, _lay_out_days(material))


def finish(material: Material, sections: Sequence[Section], *, reader_id: int = 0) -> Edition:
    """An edition of these sections; it is quiet where none has anything new."""
    period = material.period
    found = any(section.entries for section in sections if section.key != TRENDING_KEY)
    return Edition(
        scope=period.scope,
        name=period.name,
        first=period.first,
        last=period.last,
        made_at=material.at.replace(microsecond=0),
        reader_id=reader_id,
        receipt=material.receipt,
        quiet="" if found else material.quiet,
        sections=tuple(sections),
        example=material.example,
        lead=_find_lead(material, sections),
        news=material.counted,
    )


def _find_lead(material: Material, sections: Sequence[Section]) -> str:
    """The text of the paper that the page begins with. It is kept with the edition: what a later
    version says is not what was printed."""
    first = sections[0].entries[0].work_id if sections and sections[0].entries else 0
    texts = (each.work.text for each in material.news if each.work.id == first)
    return shorten(next(texts, ""), LEAD)


def _lay_out_day(material: Material) -> list[Section]:
    sections = [
        section for section in [top_section(material.news, "Top of the day")] if section.entries
    ]
    shown = shown_in(sections)
    about = _topics(material, shown)
    shown |= shown_in(about)
    sections += category_sections(material.news, shown)
    sections += news_section(material.news)
    return sections + _trending(material) + about


def _trending(material: Material) -> list[Section]:
    """Papers of the days before that people vote for now."""
    known = {each.work.id for each in material.news}
    voted = [
        each
        for each in material.earlier
        if is_ranked(each.work) and each.work.id not in known and is_voted(each)
    ]
    if not voted:
        return []
    note = "Papers of the last fortnight, ranked by what people do with them."
    return [make_section(TRENDING_KEY, "Trending", rank(voted), limit=TRENDING, note=note, more=0)]


def _topics(material: Material, shown: set[int]) -> list[Section]:
    """Of each topic what is not shown yet."""
    sections = []
    for topic in material.topics:
        wanted = topic.numbers - shown
        found = rank(each for each in material.news if each.work.id in wanted)
        if found:
            query = f"{topic.query} {date_filter(found)}".strip()
            title = f"New about {topic.name}"
            key = f"{ABOUT}{topic.name.replace(' ', '-')}"
            sections.append(
                make_section(key, title, found, limit=TOPIC, query=query, note=topic.note)
            )
            shown |= wanted
    return sections


# --- Weeks and months -----------------------------------------------------------------------------


def _lay_out_days(material: Material) -> list[Section]:
    word = str(material.period.scope)
    best = top_section(material.news, f"Best of the {word}", BEST)
    parts = _printed_parts(material) if material.printed else _found_parts(material)
    return [section for section in (best, *parts) if section.entries]


def _printed_parts(material: Material) -> list[Section]:
    """What was printed of each day (of each week of a month), as it was printed then."""
    sections = []
    for first, edition in sorted((material.printed or {}).items()):
        title = spell(first) if edition.scope is Scope.DAY else f"Week {edition.name[-2:]}"
        leading = _leading(edition)
        more = count_news(edition) - len(leading) if edition.scope is Scope.DAY else 0
        note = f"As printed in No. {edition.number}."
        key = f"of-{edition.name}"
        sections.append(Section(key, title, renumber(leading), more=more, note=note))
    return sections


def count_news(edition: Edition) -> int:
    """How many papers a day's edition counted as its news, also those that had no room on it;
    what is trending of other days, and what its topics take from the day once more, is not."""
    news = [section for section in edition.sections if section.key != TRENDING_KEY]
    beyond = sum(each.more for each in news if not each.key.startswith(ABOUT))
    return len({entry.work_id for section in news for entry in section.entries}) + beyond


def _leading(edition: Edition) -> Sequence[Entry]:
    return edition.sections[0].entries[:OF_EACH] if edition.sections else ()


def _found_parts(material: Material) -> list[Section]:
    """The first of each day, where nothing was printed."""
    ranked = [each for each in material.news if is_ranked(each.work)]
    return [
        make_section(
            f"of-{day.isoformat()}",
            spell(day),
            rank(found),
            limit=OF_EACH,
            note=BY_SCORE if any(map(is_voted, found)) else "",
        )
        for day, found in by_day(ranked).items()
    ]
