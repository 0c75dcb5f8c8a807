"""Invented answers of arXiv: OAI-PMH, feeds, query API. Everything in them is made up here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape, quoteattr

from broadsheet.connectors.arxiv import ArxivConnector
from broadsheet.sources import Answer, Batch, Raw, Source

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday morning in New York
ARXIV = ArxivConnector()
SOURCE = ARXIV.configure(
    ["cs.LG", "stat.ML"], since=date(2026, 10, 1), mirror="http://mirror.example.org", now=NOW
)
OAI, SWEEP, RSS = "oai cs:cs:LG", "sweep cs:cs:LG", "rss cs.LG"


def raw(
    stream: str,
    body: str | bytes,
    cursor: str | None = None,
    *,
    at: datetime = NOW,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Raw:
    data = body.encode() if isinstance(body, str) else body
    return Raw(
        stream, cursor, Answer("http://mirror.example.org/", status, headers or {}, data, at)
    )


def parse(
    stream: str,
    body: str | bytes,
    cursor: str | None = None,
    *,
    at: datetime = NOW,
    source: Source = SOURCE,
) -> Batch:
    return ARXIV.parse(source, raw(stream, body, cursor, at=at))


# --- OAI-PMH ----------------------------------------------------------------------------------


def oai(inner: str, day: str = "2026-11-20") -> str:
    return (
        '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{day}T12:00:00Z</responseDate>{inner}</OAI-PMH>"
    )


def oai_list(
    *records: str,
    token: str | None = None,
    day: str = "2026-11-20",
    verb: str = "ListRecords",
    facts: str = "",
) -> str:
    end = "" if token is None else f"<resumptionToken {facts}>{escape(token)}</resumptionToken>"
    return oai(f"<{verb}>{''.join(records)}{end}</{verb}>", day)


def oai_error(code: str, words: str = "no", day: str = "2026-11-20") -> str:
    return oai(f'<error code="{code}">{words}</error>', day)


def header(name: str, stamp: str = "2026-11-19", status: str = "") -> str:
    mark = f' status="{status}"' if status else ""
    return (
        f"<header{mark}><identifier>oai:arXiv.org:{name}</identifier>"
        f"<datestamp>{stamp}</datestamp><setSpec>cs:cs:LG</setSpec></header>"
    )


def version(number: int, day: str = "Tue, 17 Nov 2026 10:00:00 GMT", more: str = "") -> str:
    more = more or "<size>120kb</size><source_type>D</source_type>"
    return f'<version version="v{number}"><date>{day}</date>{more}</version>'


def oai_record(
    name: str = "2611.01234",
    *,
    stamp: str = "2026-11-19",
    versions: Sequence[str] = (version(1),),
    **fields: str,
) -> str:
    """A record in arXivRaw; `fields` replace or add elements ("_" for "-"), "" leaves one out."""
    defaults = {
        "title": "Turning Widgets",
        "authors": "Júlia Poe (Brass Lab), Max Øre and C. Dee",
        "categories": "cs.LG stat.ML",
        "abstract": "  We turn $a<b$ widgets.\n Code: https://github.com/brass/gears.",
    }
    words = "".join(
        f"<{key.replace('_', '-')}>{escape(value)}</{key.replace('_', '-')}>"
        for key, value in {**defaults, **fields}.items()
        if value
    )
    return (
        f"<record>{header(name, stamp)}<metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{name}</id>'
        f"<submitter>Júlia Poe</submitter>{''.join(versions)}{words}</arXivRaw></metadata></record>"
    )


# --- Feeds ------------------------------------------------------------------------------------


def rss(*items: str, day: str = "Fri, 20 Nov 2026 00:00:00 -0500", title: str = "cs.LG") -> str:
    return (
        '<rss version="2.0" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{title}</title>'
        f"<lastBuildDate>{day}</lastBuildDate><pubDate>{day}</pubDate>{''.join(items)}"
        "</channel></rss>"
    )


def rss_item(
    name: str = "2611.01234v1",
    kind: str = "new",
    *,
    day: str = "Fri, 20 Nov 2026 00:00:00 -0500",
    title: str = "Turning Widgets",
    categories: Sequence[str] = ("cs.LG", "stat.ML"),
) -> str:
    words = "".join(f"<category>{category}</category>" for category in categories)
    return (
        f"<item><title>{title}</title><link>https://arxiv.org/abs/{name}</link>"
        f"<description>arXiv:{name} Announce Type: {kind}\nAbstract: We turn $a&lt;b$ widgets."
        f'</description><guid isPermaLink="false">oai:arXiv.org:{name}</guid>{words}'
        f"<pubDate>{day}</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type>"
        "<arxiv:DOI>10.1000/Widgets.7</arxiv:DOI>"
        "<arxiv:journal_reference>Brass Lett. 3</arxiv:journal_reference>"
        "<dc:creator>Júlia Poe, Max Øre</dc:creator></item>"
    )


def atom_feed(*entries: str, updated: str = "2026-11-20T05:00:06+00:00") -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<title>cs.LG</title><updated>{updated}</updated>{''.join(entries)}</feed>"
    )


def atom_item(name: str = "2611.01234v1", kind: str = "new") -> str:
    return (
        f"<entry><id>oai:arXiv.org:{name}</id><title>Turning Widgets</title>"
        "<updated>2026-11-20T05:00:06+00:00</updated>"
        f"<summary>arXiv:{name} Announce Type: {kind} Abstract: We turn widgets.</summary>"
        '<category term="cs.LG"/><published>2026-11-20T00:00:00-05:00</published>'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        "<dc:creator>Júlia Poe, Max Øre</dc:creator></entry>"
    )


# --- Query API --------------------------------------------------------------------------------


def query(*entries: str, total: int | None = None, start: int = 0) -> str:
    count = len(entries) if total is None else total
    numbers = (
        f"<opensearch:totalResults>{count}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        f"<opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>"
    )
    return atom_feed(numbers, *entries)


def query_entry(
    name: str = "2611.01234v2",
    *,
    published: str = "2026-11-17T10:00:00Z",
    updated: str = "2026-11-18T10:00:00Z",
    terms: Sequence[str] = ("cs.LG", "stat.ML", "68T05", "I.2.6"),
    comment: str = "12 pages",
) -> str:
    words = "".join(f"<category term={quoteattr(term)}/>" for term in terms)
    return (
        f"<entry><id>http://arxiv.org/abs/{name}</id><title>Turning\n  Widgets</title>"
        f"<published>{published}</published><updated>{updated}</updated>"
        "<summary>  We turn widgets.\n</summary><author><name>Júlia Poe</name></author>"
        f"<author><name>Max Øre</name></author><arxiv:comment>{comment}</arxiv:comment>"
        "<arxiv:journal_ref>Brass Lett. 3</arxiv:journal_ref><arxiv:doi>10.1000/W.7</arxiv:doi>"
        f'<arxiv:primary_category term="{terms[0]}"/>{words}</entry>'
    )


SAMPLES = (
    raw(OAI, oai_list(oai_record(), oai_record("math/0611800", versions=[version(2), version(1)]))),
    raw(OAI, oai_list(oai_record("2611.01235"), token="a%3Db"), '{"token":"x"}'),
    raw(OAI, oai_error("noRecordsMatch")),
    raw(SWEEP, oai_list(header("2611.01234"), header("math/0611800"), verb="ListIdentifiers")),
    raw(RSS, rss(rss_item(), rss_item("math/0611800v3", "replace-cross"))),
    raw(RSS, atom_feed(atom_item())),
    raw("repair", query(query_entry())),
)
