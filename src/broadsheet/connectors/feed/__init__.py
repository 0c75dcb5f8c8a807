"""Any RSS, Atom or JSON feed: papers, or news beside papers; each entry keeps its kind.

    FeedConnector.parse
      -> documents.read_feed(bytes)    which format, which encoding
      -> rss | atom | json_feed        -> Feed of Entry: plain text, addresses made absolute
      -> records.make_record           -> Record

Our own reader on lxml, because everything here comes from strangers: see docs/design.md.
"""

from __future__ import annotations

from broadsheet.connectors.feed.connector import FeedConnector

__all__ = ["FeedConnector"]
