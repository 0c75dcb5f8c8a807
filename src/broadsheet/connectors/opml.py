"""OPML: the lists of feeds that feed readers exchange."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

from broadsheet.connectors.rows import MEGABYTE
from broadsheet.connectors.xml import local_name, parse_xml
from broadsheet.errors import BadFileError, SourceBrokenError
from broadsheet.ports import Outline
from broadsheet.text import clean_line

MAX_OUTLINE = 4 * MEGABYTE
LONGEST_TITLE = 200
LONGEST_ADDRESS = 2000
_OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)


class Opml:
    """Every `outline` with an `xmlUrl`, however deep; the folders around it are dropped."""

    name = "OPML"

    def recognises(self, head: bytes, filename: str) -> bool:
        return _OPML.search(head[:2048]) is not None

    def read(self, stream: BinaryIO, filename: str) -> Sequence[Outline]:
        body = stream.read(MAX_OUTLINE + 1)
        try:
            root = parse_xml(body, recover=True, limit=MAX_OUTLINE)
        except SourceBrokenError as error:
            raise BadFileError(f"{filename} is no sound outline: {error}") from error
        found: dict[str, Outline] = {}
        for element in root.iter("*"):
            if local_name(element).lower() != "outline":
                continue
            attributes = {name.lower(): value for name, value in element.attrib.items()}
            url = clean_line(attributes.get("xmlurl", ""))
            title = clean_line(attributes.get("title") or attributes.get("text") or url)
            if url and len(url) <= LONGEST_ADDRESS:
                found.setdefault(url, Outline(title[:LONGEST_TITLE], url))
        if not found:
            raise BadFileError(f"{filename} has no feeds in it.")
        return list(found.values())
