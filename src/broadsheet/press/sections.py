"""The sections of an edition, made of candidates. Pure, and the same for any order of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from broadsheet.edition import Entry, Section
from broadsheet.press.calendar import spell
from broadsheet.press.candidates import (
    EXAMPLE,
    NO_PLACE,
    UNKNOWN_DAY,
    Candidate,
    News,
    is_ranked,
    is_voted,
    rank,
)
from broadsheet.press.categories import name_category
from broadsheet.press.trending import say_source
from broadsheet.query.render import field_filter

TOP = 8
PER_SECTION = 8
MOST_CATEGORIES = 12
MOST_NAMES = 12
EXCERPT = 280

BY_SCORE = "Ranked by votes here, upvotes on lists, citations and code."
BY_LISTS = (
    "Nobody has voted yet: ranked by known code, then as the sources list them, the first paper of "
    "each list first."
)

Reason = Callable[[Candidate], str]


def make_section(
    key: str,
    title: str,
    candidates: Iterable[Candidate],
    *,
    limit: int = PER_SECTION,
    reason: Reason | None = None,
    query: str = "",
    note: str = "",
    more: int | None = None,
) -> Section:
    """The first of these candidates, in the order given, as entries."""
    listed = list(candidates)
    why = reason or explain_rank
    entries = tuple(
        make_entry(place, each, why(each)) for place, each in enumerate(listed[:limit], 1)
    )
    beyond = len(listed) - len(entries) if more is None else more
    return Section(key, title, entries, query=query, more=beyond, note=note)


def make_entry(place: int, candidate: Candidate, reason: str) -> Entry:
    """A paper as an edition shows it."""
    work, news = candidate.work, candidate.news
    return Entry(
        rank=place,
        work_id=work.id,
        title=work.title,
        authors=shorten_names(work.authors),
        kicker=work.venue or candidate.category or news.source,
        excerpt=shorten(work.text),
        day="" if news.day == UNKNOWN_DAY else news.day.isoformat(),
        reason=reason,
        score=candidate.score,
        parts=candidate.parts,
        late_from=news.late_from.isoformat() if news.late_from else "",
    )


def shorten_names(names: Sequence[str]) -> tuple[str, ...]:
    """The first names; the last one says how many there are beyond."""
    if len(names) <= MOST_NAMES:
        return tuple(names)
    kept = names[: MOST_NAMES - 1]
    return (*kept, f"{len(names) - len(kept):,} others")


def shorten(text: str, width: int = EXCERPT) -> str:
    """The beginning of a text: whole sentences if that leaves enough, else whole words, and no
    mathematics that is cut in two."""
    if len(text) <= width:
        return text
    head = text[: width + 1]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? ")) + 1
    if end > width // 2 and head[:end].count("$") % 2 == 0:
        return head[:end]
    head = head[: max(head.rfind(" "), width // 2)]
    if head.count("$") % 2:
        head = head[: head.rfind("$")]
    return head.rstrip(" ,;:.") + "…"


def explain_rank(candidate: Candidate) -> str:
    """Why a paper stands where it does, in a sentence."""
    if candidate.parts:
        parts = sorted(candidate.parts, key=lambda part: -part.points)
        seen = [part.seen for part in parts if part.name != "new" and "," not in part.name]
        return f"It has {join_words(seen)}."
    return f"It has no votes yet; {_say_news(candidate.news)}."


def _say_news(news: News) -> str:
    """How a paper became news, for one that nobody has done anything with."""
    if not news.source:
        return "its date is unknown" if news.day == UNKNOWN_DAY else f"it is of {spell(news.day)}"
    if (news.source, news.category) == EXAMPLE:
        listed = "the list of the day"  # that it is an example, the page says once
    else:
        listed = f"the list of {say_source(news.source)}"
        listed += f" for {news.category}" if news.category else ""
    return (
        f"it is number {news.place:,} on {listed}"
        if news.place < NO_PLACE
        else f"it is on {listed}"
    )


def join_words(parts: Sequence[str]) -> str:
    """Parts as people list them: "a, b and c"."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


# --- Which papers ---------------------------------------------------------------------------------


def top_section(candidates: Iterable[Candidate], title: str, limit: int = TOP) -> Section:
    """The best of all."""
    ranked = rank(each for each in candidates if is_ranked(each.work))
    voted = any(map(is_voted, ranked[:limit]))
    note = BY_SCORE if voted else BY_LISTS
    return make_section("top", title, ranked, limit=limit, note=note, more=0)


def category_sections(candidates: Iterable[Candidate], shown: Collection[int]) -> list[Section]:
    """One for each first category, that with most papers first; what is shown above is left out.

    Those beyond the most that a page holds, and papers without a category, share the last one.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        if is_ranked(each.work) and each.work.id not in shown:
            groups[each.category].append(each)
    loose = groups.pop("", [])
    names = sorted(groups, key=lambda name: (-len(groups[name]), name))
    crowded = len(names) > MOST_CATEGORIES
    kept = names[: MOST_CATEGORIES - 1] if crowded else names
    sections = [
        make_section(
            f"in-{name}", title_of(name), rank(groups[name]), query=find_rest(groups[name], name)
        )
        for name in kept
    ]
    rest = [*loose, *(each for name in names[len(kept) :] for each in groups[name])]
    if rest:
        title = "Other subjects" if sections else "New papers"
        sections.append(make_section("in-other", title, rank(rest), query=find_rest(rest)))
    return sections


def title_of(category: str) -> str:
    """The name of a category, with its code where that is another."""
    name = name_category(category)
    return name if name == category else f"{name} ({category})"


def news_section(candidates: Iterable[Candidate]) -> list[Section]:
    """News about papers, as they came."""
    news = [each for each in candidates if each.work.kind and not each.work.withdrawn]
    if not news:
        return []
    ordered = sorted(news, key=lambda each: (each.news.day, each.news.place, each.work.id))
    query = f"is:news {date_filter(news)}".strip()
    return [make_section("news", "News about papers", ordered, query=query)]


def find_rest(candidates: Sequence[Candidate], category: str = "") -> str:
    """A search that finds these papers, and perhaps others of the same days."""
    filters = [field_filter("category", category)] if category else []
    return " ".join([*filters, *filter(None, [date_filter(candidates)])])


def date_filter(candidates: Iterable[Candidate]) -> str:
    """The dates from the first to the last of these papers, as a filter."""
    values = sorted(each.work.date.value for each in candidates if each.work.date)
    if not values:
        return ""
    return f"date:{values[0]}" if values[0] == values[-1] else f"date:{values[0]}..{values[-1]}"


def by_day(candidates: Iterable[Candidate]) -> dict[date, list[Candidate]]:
    """The candidates of each day, days in order."""
    groups: dict[date, list[Candidate]] = defaultdict(list)
    for each in candidates:
        groups[each.news.day].append(each)
    return dict(sorted(groups.items()))


def renumber(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries of another edition, counted from 1."""
    return tuple(replace(entry, rank=place) for place, entry in enumerate(entries, 1))


def shown_in(sections: Iterable[Section]) -> set[int]:
    """The papers that stand in these sections."""
    return {entry.work_id for section in sections for entry in section.entries}
