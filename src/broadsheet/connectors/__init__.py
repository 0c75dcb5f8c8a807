"""Where papers come from. A kind of file is one module here, and one row in `FILE_FORMATS`."""

from __future__ import annotations

from broadsheet.connectors.aitopics_page import AITopicsPage
from broadsheet.connectors.arxiv_json import ArxivJson
from broadsheet.connectors.bibtex import Bibtex
from broadsheet.connectors.csl_json import CslJson
from broadsheet.connectors.huggingface_page import HuggingFacePage
from broadsheet.connectors.library_jsonl import LibraryJsonl
from broadsheet.connectors.ris import Ris
from broadsheet.ports import FileFormat

FILE_FORMATS: tuple[FileFormat, ...] = (
    LibraryJsonl(),
    ArxivJson(),
    HuggingFacePage(),
    AITopicsPage(),
    Bibtex(),
    Ris(),
    CslJson(),
)

__all__ = ["FILE_FORMATS"]
