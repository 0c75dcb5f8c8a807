"""The connector for feeds: one stream, one request, and the rest is reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from broadsheet.connectors.feed.addresses import name_of_feed, read_address, without_query
from broadsheet.errors import InvalidInputError, SourceRequestError
from broadsheet.ports import Web
from broadsheet.sources import Batch, Raw, Source, Stream

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_KINDS = ("papers", "news")


class FeedConnector:
    """Follows one feed. Its records bear the source's name; its cursor holds the validators and a
    digest of the entries, so that a feed in which nothing moves is asked ever less often."""

    kind = "feed"
    title = "Feed"
    summary = "the address of an RSS, Atom or JSON feed; then papers or news, if it is all that"
    example = "https://blog.example.org/atom.xml"
    several = False
    daily = False

    def configure(
        self, targets: Sequence[str], *, since: date | None, mirror: str, now: datetime
    ) -> Source:
        """One address, and after it "papers" or "news" where all entries are one or the other."""
        words = [target.strip() for target in targets if target.strip()]
        kinds = [word.lower() for word in words if word.lower() in _KINDS]
        addresses = [word for word in words if word.lower() not in _KINDS]
        if len(addresses) != 1 or len(kinds) > 1:
            raise InvalidInputError(
                "A feed is one address, with papers or news after it where all of its entries are "
                "that, as in: https://example.org/feed.xml papers."
            )
        address = read_address(addresses[0])
        return Source(
            name=name_of_feed(address),
            kind=self.kind,
            targets=(address, *kinds),
            added_at=now,
            since=since,
            mirror=read_address(mirror) if mirror else "",
        )

    def streams(self, source: Source) -> Sequence[Stream]:
        return (Stream("feed", "entries", timedelta(hours=1)),)

    def fetch(self, source: Source, stream: Stream, cursor: str | None, web: Web) -> Raw:
        from broadsheet.connectors.json_answers import MAX_CURSOR, load_cursor, text_of

        before = load_cursor(cursor)
        address = source.mirror or source.targets[0]
        answer = web.get(
            address,
            accept=_ACCEPT,
            etag=text_of(before, "etag", MAX_CURSOR),
            modified=text_of(before, "modified", MAX_CURSOR),
        )
        if answer.status == 404:
            raise SourceRequestError(f"There is no feed at {without_query(address)} (404).", 404)
        # From here on its address is for receipts and sentences.
        return Raw(stream.name, cursor, replace(answer, url=without_query(answer.url)))

    def parse(self, source: Source, raw: Raw) -> Batch:
        from broadsheet.connectors.feed.batches import feed_batch, unchanged_batch
        from broadsheet.connectors.feed.documents import read_feed
        from broadsheet.connectors.json_answers import load_cursor

        answer, before = raw.answer, load_cursor(raw.cursor)
        if answer.status == 304:
            return unchanged_batch(source, answer, before)
        feed = read_feed(answer.body, answer.url, answer.headers.get("content-type", ""))
        return feed_batch(source, answer, feed, before)

    def quiet(self, source: Source, day: date) -> str:
        """Feeds promise no day."""
        return ""
