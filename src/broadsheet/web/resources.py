"""What belongs to a paper elsewhere: its code, models, data sets and demos. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from broadsheet.model import Link
from broadsheet.web import wording

_HUB = "huggingface.co"
_HUB_FOLDERS = {"datasets": "Data sets", "spaces": "Demos", "papers": ""}
_KINDS = {"code": "Code", "data": "Data sets", "model": "Models", "demo": "Demos"}
_ORDER = ("Code", "Models", "Data sets", "Demos")


class Resource(NamedTuple):
    """Something with a name that people know it by, and its address."""

    name: str
    url: str


class Group(NamedTuple):
    """The resources of a kind."""

    title: str
    resources: tuple[Resource, ...]


def group_resources(links: Sequence[Link]) -> tuple[Group, ...]:
    """A paper's resources by kind, each address once; those that may not be linked left out."""
    found: dict[str, dict[str, Resource]] = {}
    for link in links:
        if (url := wording.safe_address(link.url)) and (kind := _kind_of(link.rel, url)):
            found.setdefault(kind, {}).setdefault(url, Resource(_name(url), url))
    return tuple(Group(kind, tuple(found[kind].values())) for kind in _ORDER if kind in found)


def _kind_of(rel: str, url: str) -> str:
    """Hugging Face's models and demos are told apart by their addresses: as links of a record both
    are pages beside the paper."""
    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    if parts.hostname == _HUB and rel == "page" and len(path) > 1:
        return _HUB_FOLDERS.get(path[0], "Models")
    return _KINDS.get(rel, "")


def _name(url: str) -> str:
    """The last two parts of a path, as repositories are called, or else the host."""
    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    return "/".join(path[-2:]) if len(path) > 1 else parts.netloc + parts.path.rstrip("/")
