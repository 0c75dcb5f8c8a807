"""Invented feeds in the shapes of real ones: journals, preprints, blogs, podcasts of long ago."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from broadsheet.connectors.feed import FeedConnector
from broadsheet.sources import Answer, Batch, Raw, Source

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = "https://example.org/feed.xml"

BLOG = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Gradient Almanac</title><link>https://blog.example.org</link>
<atom:link href="https://blog.example.org/feed/" rel="self" type="application/rss+xml"/>
<description>Notes</description><sy:updatePeriod>hourly</sy:updatePeriod>
<sy:updateFrequency>2</sy:updateFrequency>
<item><title>Reading logs &#038; metrics&#8217; tails</title>
 <link>https://blog.example.org/2026/11/reading-logs/</link>
 <dc:creator><![CDATA[Ines Okafor]]></dc:creator><pubDate>Thu, 19 Nov 2026 08:30:00 +0000</pubDate>
 <category><![CDATA[ops]]></category><category><![CDATA[statistics]]></category>
 <guid isPermaLink="false">https://blog.example.org/?p=811</guid>
 <media:title>not the title</media:title>
 <description><![CDATA[<p>Tails tell more than means.</p><p>Second &amp; last.</p>]]></description>
 <content:encoded><![CDATA[<p>All of it.</p>]]></content:encoded></item>
<item><title>A note on $x&lt;y$</title><link>https://blog.example.org/2026/11/note/</link>
 <dc:creator>Ines Okafor</dc:creator><pubDate>Wed, 18 Nov 2026 23:59:00 -0800</pubDate>
 <guid>https://blog.example.org/2026/11/note/</guid>
 <description>Plain words only.</description></item>
</channel></rss>"""

JOURNAL = b"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="https://journals.example.org/jit"><title>Journal of Invented Trials</title>
 <link>https://journals.example.org/jit</link><description/>
 <items><rdf:Seq><rdf:li rdf:resource="https://journals.example.org/a/10.5555/JIT.77"/></rdf:Seq></items>
</channel>
<item rdf:about="https://journals.example.org/a/10.5555/JIT.77">
 <title>Slow drift in small cohorts</title><link>https://journals.example.org/a/10.5555/JIT.77</link>
 <description>We follow forty small cohorts.</description>
 <dc:creator>Aiko Brandt</dc:creator><dc:creator>Luis Perera</dc:creator>
 <dc:date>2026-11-17</dc:date><dc:identifier>doi:10.5555/JIT.77</dc:identifier>
 <prism:publicationName>Journal of Invented Trials</prism:publicationName>
 <prism:volume>12</prism:volume><prism:startingPage>44</prism:startingPage>
</item></rdf:RDF>"""

PREPRINTS = b"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0">
<channel><title>xx.YY updates</title><link>https://preprints.example.org</link><ttl>720</ttl>
<item><title>Bounds where $a&lt;b$ and $c&gt;d$</title><link>https://arxiv.org/abs/2611.01234</link>
 <description>arXiv:2611.01234v2 Announce Type: replace
Abstract: We bound what was free.</description>
 <guid isPermaLink="false">oai:arXiv.org:2611.01234v2</guid><category>math.AP</category>
 <pubDate>Fri, 20 Nov 2026 00:00:00 -0500</pubDate>
 <arxiv:announce_type>replace</arxiv:announce_type>
 <arxiv:DOI>10.5555/far.9</arxiv:DOI>
 <dc:creator>Mara Lind, Tom Vasquez and Yu Hale</dc:creator></item>
</channel></rss>"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://notes.example.org/">
<title type="html">Notes &amp;amp; queries</title><id>tag:notes.example.org,2026:/</id>
<updated>2026-11-19T00:00:00Z</updated><author><name>Nora Feld</name></author>
<entry><id>tag:notes.example.org,2026:/1</id><title type="text">Using &lt;b&gt; for vectors</title>
 <link rel="alternate" href="2026/vectors"/>
 <link rel="enclosure" type="application/pdf" href="v.pdf"/>
 <published>2026-11-15T06:00:00Z</published><updated>2026-11-16T06:00:00+02:00</updated>
 <summary type="html">&lt;p&gt;Bold &lt;i&gt;is&lt;/i&gt; not enough.&lt;/p&gt;</summary>
 <category term="typesetting"/></entry>
<entry><id>tag:notes.example.org,2026:/2</id>
 <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">On <em>marks</em></div></title>
 <link href="https://notes.example.org/2026/marks"/><updated>2026-11-14T06:00:00Z</updated>
 <author><name>Per Dahl</name></author><author><name>Uma Rao</name></author>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content>
</entry></feed>"""

ATOM_03 = b"""<?xml version="1.0" encoding="iso-8859-1"?>
<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Alte Bl\xe4tter</title>
<entry><title>Gr\xfc\xdfe</title><link rel="alternate" type="text/html" href="https://old.example.org/1"/>
<id>tag:old.example.org,2004:1</id><issued>2004-03-01T10:00:00Z</issued>
<modified>2004-03-02T10:00:00Z</modified><author><name>Jo Wirth</name></author>
<summary type="text/html" mode="escaped">&lt;b&gt;Ein&lt;/b&gt; Wort</summary></entry></feed>"""

RSS_091 = b"""<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://dtd.example.org/rss-0.91.dtd">
<rss version="0.91"><channel><title>Early</title><link>https://early.example.org/</link>
<item><title>First of all</title><link>https://early.example.org/1</link>
<description>There was little.</description></item></channel></rss>"""

JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Objects",
    "authors": [{"name": "Kim Sole"}],
    "items": [
        {"id": 7, "url": "/seven", "title": "Seven", "content_html": "<p>It is <b>odd</b>.</p>",
         "date_published": "2026-11-12T09:00:00+01:00", "tags": ["numbers"],
         "attachments": [{"url": "https://example.org/7.pdf", "mime_type": "application/pdf"}]},
        {"id": "8", "external_url": "https://doi.org/10.5555/eight", "title": "Eight",
         "content_text": "$1<2$ & so on", "authors": [{"name": "Ada Moor"}, {"name": "Bo Ek"}]},
    ],
}).encode()  # fmt: skip

XML_FEEDS = {
    "blog": BLOG, "journal": JOURNAL, "preprints": PREPRINTS, "atom": ATOM, "atom 0.3": ATOM_03,
    "rss 0.91": RSS_091,
}  # fmt: skip
ALL_FEEDS = [*XML_FEEDS.values(), JSON_FEED]


def source_of(*targets: str, since: date | None = None) -> Source:
    return FeedConnector().configure(targets or [ADDRESS], since=since, mirror="", now=NOW)


def raw_of(body: bytes, *, cursor: str | None = None, status: int = 200, at: datetime = NOW) -> Raw:
    """An answer of the feed's server."""
    return Raw("feed", cursor, Answer(ADDRESS, status, {}, body, at))


def parse(body: bytes, *targets: str, cursor: str | None = None, **headers: str) -> Batch:
    """What the connector makes of a document; header names have underscores for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = Raw("feed", cursor, Answer(ADDRESS, 200, named, body, NOW))
    return FeedConnector().parse(source_of(*targets), raw)


def rss(items: str, head: str = "") -> bytes:
    """An RSS 2.0 document around some items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">'
        f"<channel><title>T</title>{head}{items}</channel></rss>"
    ).encode()
