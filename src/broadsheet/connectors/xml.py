"""XML from strangers: read whole, from bytes, with every door shut.

No entities, no network, no depth beyond 256, no text beyond 10 MB (libxml2's own limits, which
`huge_tree=False` keeps), and a limit on the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet.errors import SourceBrokenError

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_XML = 15 << 20
"""Bytes; the largest page of records that arXiv sends has about 6 MB."""


def parse_xml(body: bytes, *, recover: bool = False, limit: int = MAX_XML) -> _Element:
    """The root element of a document.

    With `recover`, what is broken is read as far as it can be, as feed readers do. Raises
    SourceBrokenError with a sentence's end ("is cut off …") for what cannot be used.
    """
    from lxml import etree

    if len(body) > limit:
        raise SourceBrokenError(f"The XML has more than {limit >> 20} MB.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        why = str(error).split(", use XML_PARSE_HUGE")[0]  # libxml2's advice to programmers
        raise SourceBrokenError(f"The answer is not sound XML: {why}.") from error
    if root is None:
        raise SourceBrokenError("The answer is empty where XML should be.")
    document_type = root.getroottree().docinfo.internalDTD
    if document_type is not None and any(True for _ in document_type.iterentities()):
        raise SourceBrokenError("The XML declares entities of its own, which is not accepted.")
    return root


def local_name(element: _Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child_text(element: _Element, name: str) -> str:
    """The text of the first child of that local name, its own children's included; "" if none."""
    for child in element:
        if local_name(child) == name:
            return "".join(child.itertext()).strip()
    return ""


def children(element: _Element, name: str) -> list[_Element]:
    """The children of that local name, in order."""
    return [child for child in element if local_name(child) == name]
