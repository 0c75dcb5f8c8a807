"""Where papers come from. A kind of file is one module here, and one row in `FILE_FORMATS`; a kind
of live source is one module, and one row in `CONNECTORS`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from broadsheet.connectors.acl_xml import AclXml
from broadsheet.connectors.aitopics_page import AITopicsPage
from broadsheet.connectors.arxiv_json import ArxivJson
from broadsheet.connectors.bibtex import Bibtex
from broadsheet.connectors.csl_json import CslJson
from broadsheet.connectors.huggingface_page import HuggingFacePage
from broadsheet.connectors.library_jsonl import LibraryJsonl
from broadsheet.connectors.openreview_json import OpenReviewJson
from broadsheet.connectors.opml import Opml
from broadsheet.connectors.ris import Ris
from broadsheet.ports import Connector, Enricher, FileFormat, OutlineFormat
from broadsheet.sources import Kind

FILE_FORMATS: tuple[FileFormat, ...] = (
    LibraryJsonl(),
    ArxivJson(),
    HuggingFacePage(),
    AITopicsPage(),
    Bibtex(),
    Ris(),
    OpenReviewJson(),
    AclXml(),
    CslJson(),
)

READER_FORMATS: tuple[FileFormat, ...] = (Bibtex(), Ris(), CslJson())
"""What readers hand in: bibliographies. The others say what a source said, or how papers merge."""

OUTLINES: tuple[OutlineFormat, ...] = (Opml(),)

CONNECTORS = {
    "arxiv": "broadsheet.connectors.arxiv:ArxivConnector",
    "huggingface": "broadsheet.connectors.huggingface:HuggingFaceConnector",
    "feed": "broadsheet.connectors.feed:FeedConnector",
    "openreview": "broadsheet.connectors.openreview:OpenReviewConnector",
    "acl": "broadsheet.connectors.acl:AclConnector",
}
"""Where each kind of live source is spoken; a module is imported when its kind is wanted."""

ENTRY_POINT_GROUP = "broadsheet.connectors"


class Connectors(Mapping[str, Connector]):
    """The kinds of live sources, our own and installed plug-ins; each made when first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Connector] = {}
        self._plugged: dict[str, EntryPoint] | None = None

    def __getitem__(self, kind: str) -> Connector:
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter([*CONNECTORS, *(kind for kind in self._plug_ins() if kind not in CONNECTORS)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def describe(self) -> Iterator[Kind]:
        """Each kind in its own words; of a plug-in that cannot be loaded, that it cannot."""
        for kind in self:
            try:
                made = self[kind]
                yield Kind(kind, made.title, made.summary, made.example)
            except (ImportError, AttributeError, TypeError) as error:
                yield Kind(kind, kind, f"this plug-in cannot be loaded: {error}", "")

    def _make(self, kind: str) -> Connector:
        if kind in CONNECTORS:
            module, _, name = CONNECTORS[kind].partition(":")
            made: Connector = getattr(import_module(module), name)()
            return made
        plugged: Connector = self._plug_ins()[kind].load()()
        return plugged

    def _plug_ins(self) -> dict[str, EntryPoint]:
        if self._plugged is None:
            self._plugged = {each.name: each for each in entry_points(group=ENTRY_POINT_GROUP)}
        return self._plugged


def make_enrichers(semanticscholar_key: str, openalex_key: str) -> Sequence[Enricher]:
    """The services that know more about papers that are here."""
    from broadsheet.connectors.crossref import Crossref
    from broadsheet.connectors.openalex import OpenAlex
    from broadsheet.connectors.semanticscholar import SemanticScholar

    return SemanticScholar(semanticscholar_key), OpenAlex(openalex_key), Crossref()


__all__ = ["FILE_FORMATS", "OUTLINES", "READER_FORMATS", "Connectors", "make_enrichers"]
