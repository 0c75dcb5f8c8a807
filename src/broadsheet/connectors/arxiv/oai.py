"""arXiv's OAI-PMH: the harvest of whole records (arXivRaw), and the sweep of identifiers.

The record of what arXiv holds. One set a stream; the harvest asks for what changed since the last
run, the sweep for the names of all since the source's first day, so that what a harvest missed is
found. Errors come with status 200, tokens are encoded text that is encoded once more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlsplit

from broadsheet.connectors.arxiv import cursors, paging
from broadsheet.connectors.arxiv.arxiv_raw import ISO_DAY, Gathered
from broadsheet.connectors.arxiv.paging import Mark, Page
from broadsheet.connectors.arxiv.records import BUDGET, first_day
from broadsheet.connectors.xml import child_text, children, local_name, parse_xml
from broadsheet.errors import SourceBrokenError
from broadsheet.ports import Web
from broadsheet.sources import Batch, Raw, Source, Stream, Trouble

if TYPE_CHECKING:
    from lxml.etree import _Element

BASE = "https://oaipmh.arxiv.org/oai"
_ACCEPT = "text/xml, application/xml, */*"
_EARLIEST = "2005-09-16"
"""arXiv's earliest datestamp; to ask from before it is an error, to ask from no day is not."""
_READY = time(3, 45)
"""UTC; the server is up to date at about 22:30 US Eastern, and slow or down around midnight UTC."""
_DAY = timedelta(days=1)
_SOON = timedelta(hours=1)


def fetch(source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
    """The next page of a list; before the first, the server's own word for its address."""
    mark = cursors.load(Mark, cursor)
    base = f"{source.mirror}/oai" if source.mirror else mark.base
    query = _query(source, stream.name, mark) if base else "verb=Identify"
    answer = web.get(f"{base or BASE}?{query}", accept=_ACCEPT, budget=BUDGET)
    return Raw(stream.name, cursor, answer)


def _query(source: Source, stream: str, mark: Mark) -> str:
    kind, _, name = stream.partition(" ")
    verb = "ListRecords" if kind == "oai" else "ListIdentifiers"
    if mark.token:
        return f"verb={verb}&resumptionToken={quote(mark.token, safe='')}"
    begun = _begun(source, mark)
    since = f"&from={begun}" if begun > _EARLIEST else ""
    return f"verb={verb}&metadataPrefix=arXivRaw&set={quote(name, safe='')}{since}"


def _begun(source: Source, mark: Mark) -> str:
    return mark.since or first_day(source).isoformat()


def parse(source: Source, raw: Raw) -> Batch:
    """What a page says, and where to go on from."""
    root = parse_xml(raw.answer.body)
    if local_name(root) != "OAI-PMH":
        raise SourceBrokenError(
            "The answer is not of OAI-PMH: it may be a page that asks for something."
        )
    mark = cursors.load(Mark, raw.cursor)
    said = ISO_DAY.match(child_text(root, "responseDate"))
    today = said[0] if said else raw.answer.at.astimezone(UTC).date().isoformat()
    if error := children(root, "error"):
        return _after_error(source, raw, mark, today, error[0])
    if identify := children(root, "Identify"):
        return _identified(mark, child_text(identify[0], "baseURL"))
    for name in ("ListRecords", "ListIdentifiers"):
        for element in children(root, name):
            return _page(source, raw, mark, today, element)
    raise SourceBrokenError("The answer of OAI-PMH holds no list and no error.")


# --- Pages ------------------------------------------------------------------------------------


def _page(source: Source, raw: Raw, mark: Mark, today: str, element: _Element) -> Batch:
    found = Gathered()
    for header in children(element, "header"):  # of ListIdentifiers
        found.add_name(header)
    for record in children(element, "record"):
        found.add_record(source, record)
    size, token = 0, ""
    for last in children(element, "resumptionToken"):
        token = "".join(last.itertext()).strip()
        size = _number(last.get("completeListSize", ""))
    new = paging.advance(mark, Page(today, found.keys, found.stamps, token, size))
    batch = Batch(
        records=tuple(found.records),
        rejected=tuple(found.rejected),
        announced=tuple(found.announced),
        items=tuple(found.items),
        listed=tuple(found.listed),
        deleted=tuple(found.deleted),
        total=_estimate(new, _begun(source, mark)),
    )
    if new.token:
        return replace(batch, cursor=cursors.dump(new), more=True)
    if new.count < new.size:
        how = f"ended after {new.count:,} of the {new.size:,} items that the server had promised"
        return _break_off(batch, raw, new, how)
    return _finish(batch, raw, paging.finish(new))


def _finish(batch: Batch, raw: Raw, mark: Mark) -> Batch:
    """The batch that ends a list, with where and when the next one begins."""
    if raw.stream.startswith("sweep "):  # from the source's first day on
        return replace(batch, cursor=cursors.dump(Mark(base=mark.base)))
    return replace(batch, cursor=cursors.dump(mark), again=next_harvest(raw.answer.at))


def _break_off(batch: Batch, raw: Raw, mark: Mark, how: str) -> Batch:
    """The batch that ends a list too early; the next run, of a sweep too, goes on from there."""
    trouble = Trouble(f"The list {how}; the next run goes on from there.")
    again = None if raw.stream.startswith("sweep ") else next_harvest(raw.answer.at)
    cursor = cursors.dump(paging.resume(mark))
    return replace(batch, cursor=cursor, again=again, trouble=trouble)


def next_harvest(now: datetime) -> datetime:
    """When a harvest should be asked for again: the next 03:45 UTC."""
    today = datetime.combine(now.astimezone(UTC).date(), _READY, UTC)
    return today if today > now else today + _DAY


def _estimate(mark: Mark, begun: str) -> int | None:
    """How many items the run brings: as the server says, or by how far its stamps have come."""
    if mark.size or not mark.token:
        return mark.size or None
    try:
        begin, now, end = (date.fromisoformat(d) for d in (begun, mark.stamp, mark.server))
    except ValueError:
        return None
    return mark.count * max(1, (end - begin).days + 1) // max(1, (now - begin).days + 1)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# --- Errors, and the server's address ---------------------------------------------------------


def _after_error(source: Source, raw: Raw, mark: Mark, today: str, error: _Element) -> Batch:
    code, words = error.get("code", ""), " ".join("".join(error.itertext()).split())[:200]
    begun = _begun(source, mark)
    if code == "noRecordsMatch":
        return _no_more(raw, mark, today)
    if code == "badResumptionToken" and mark.token:
        new = paging.restart(mark, begun, today)
        return Batch(cursor=cursors.dump(new), more=True)
    if code == "badArgument" and begun > today:
        new = Mark(base=mark.base, since=paging.day_before(today))
        return Batch(
            cursor=cursors.dump(new),
            again=raw.answer.at + _SOON,
            trouble=Trouble(
                f"The source was asked for what is new since {begun}, but by its own clock it is "
                f"{today}; it is asked from the day before that on."
            ),
        )
    _refuse(code, words)


def _refuse(code: str, words: str) -> NoReturn:
    said = ": ".join(filter(None, (code[:60], words))) or "without saying why"
    raise SourceBrokenError(f"The server rejects the request ({said}).")


def _no_more(raw: Raw, mark: Mark, today: str) -> Batch:
    """ "Nothing matches" is how a list without news answers. In the middle of one it may be the
    end or a mistake, so the next run begins where this one had come to."""
    if not mark.token:
        return _finish(Batch(), raw, paging.finish(mark, today))
    how = (
        f"broke off after {mark.count:,} items, at {mark.stamp}, though the server had promised "
        "more"
    )
    return _break_off(Batch(), raw, mark, how)


def _identified(mark: Mark, address: str) -> Batch:
    """The server's own address is followed within arXiv only, and never without encryption."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    at_home = host == "arxiv.org" or host.endswith(".arxiv.org")
    base = f"https://{address.partition('://')[2]}" if at_home and len(address) < 200 else BASE
    return Batch(cursor=cursors.dump(replace(mark, base=base)), more=True)
