"""matplotlib's SVG made fit to stand in a page, or alone.

Inline styles, which a page's Content-Security-Policy forbids, become presentation attributes, and
colours classes besides: a page gives them for light, dark and print, a drawing that stands alone
has its own. Only elements and attributes of a short list leave this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from broadsheet.drawing.palette import ROLES

SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_NAMES = ("svg", "g", "defs", "path", "use", "text", "a", "title", "circle")
_ELEMENTS = frozenset(f"{{{SVG}}}{name}" for name in _NAMES)
_DRAWN = ("fill", "stroke", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-width")
_PLACED = ("cx", "cy", "d", "height", "r", "transform", "viewBox", "width", "x", "y")
_WRITTEN = ("font-family", "font-size", "font-weight", "text-anchor")
_SAID = ("aria-hidden", "aria-label", "class", "href", "id", "role", "tabindex")
_ATTRIBUTES = frozenset((*_DRAWN, *_PLACED, *_WRITTEN, *_SAID))
_FAMILY = "system-ui, 'DejaVu Sans', sans-serif"
_ADDRESSES = ("/", "#", "https://", "http://")


class Way(NamedTuple):
    """A place to point at: where it is, how far it reaches, where it leads, what it says."""

    x: float
    y: float
    reach: float
    address: str
    title: str
    role: str = ""


def refine(drawn: bytes, caption: str, texts: Mapping[str, str], ways: Sequence[Way] = ()) -> bytes:
    """The drawing with a `caption` for who cannot see it, and with `ways` on top.

    `texts` are the true texts of groups by id: matplotlib draws what its font has.
    """
    root = etree.fromstring(drawn, etree.XMLParser(resolve_entities=False, no_network=True))
    etree.strip_elements(root, f"{{{SVG}}}metadata", f"{{{SVG}}}style", with_tail=False)
    mark = hashlib.sha256(drawn + caption.encode("utf-8", "replace")).hexdigest()[:8]
    for element in root.iter(f"{{{SVG}}}*"):
        _restyle(element)
        _rename(element, mark, texts)
    # An image has no parts for who cannot see it, so one that holds links is a group.
    _head(root, caption, "group" if ways else "img")
    if ways:
        layer = etree.SubElement(root, f"{{{SVG}}}g", {"aria-hidden": "true"})
        layer.extend(map(_point, ways))
    _prune(root)
    etree.cleanup_namespaces(root, top_nsmap={None: SVG})
    return etree.tostring(root, encoding="utf-8")


def _restyle(element: etree._Element) -> None:
    """Declarations of a style as attributes; colours that stand for something as classes, too:
    "curve-1-line" for the stroke of the first curve, "axis-ink" for what is filled like the axes.
    """
    classes = []
    for declaration in (element.attrib.pop("style", None) or "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if not value or name == "font-family":
            continue
        element.set(name, value.removesuffix("px") if name == "font-size" else value)
        if role := ROLES.get(value):
            classes.append(f"{role}-{'ink' if name == 'fill' else 'line'}")
    if classes:
        element.set("class", " ".join(dict.fromkeys(classes)))


def _rename(element: etree._Element, mark: str, texts: Mapping[str, str]) -> None:
    """Ids that no other drawing of the page has, and no others; the true text of a label."""
    name = element.attrib.pop("id", None)
    if name in texts:
        for child in element:
            child.text = texts[str(name)]
            child.attrib.pop("transform", None)
    elif name and _is_definition(element):
        # What is drawn of it decides its colours.
        element.attrib.pop("fill", None)
        element.attrib.pop("stroke", None)
        element.attrib.pop("class", None)
        element.set("id", f"{name}-{mark}")
    if target := element.attrib.pop(_LINK, None):
        element.set("href", f"{target}-{mark}")


def _is_definition(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == f"{{{SVG}}}defs"


def _head(root: etree._Element, caption: str, role: str) -> None:
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("class", "drawing")
    root.set("font-family", _FAMILY)
    root.set("role", role)
    root.set("aria-label", caption)


def _point(way: Way) -> etree._Element:
    """For pointing at; keyboards and screen readers have the table beside the drawing."""
    link = etree.Element(f"{{{SVG}}}a", {"class": f"point {way.role}".strip(), "tabindex": "-1"})
    if way.address:
        link.set("href", way.address)
    etree.SubElement(link, f"{{{SVG}}}title").text = way.title
    circle = etree.SubElement(link, f"{{{SVG}}}circle", {"fill": "transparent"})
    for name, value in (("cx", way.x), ("cy", way.y), ("r", way.reach)):
        circle.set(name, f"{value:.1f}")
    return link


def _prune(root: etree._Element) -> None:
    """Take out whatever is not on the lists, and what leads elsewhere than to a page."""
    for element in list(root.iter()):
        if element.tag not in _ELEMENTS:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        for name, value in list(element.attrib.items()):
            leads = name != "href" or (
                str(value).startswith(_ADDRESSES) and not str(value).startswith("//")
            )
            if name not in _ATTRIBUTES or not leads:
                del element.attrib[name]
