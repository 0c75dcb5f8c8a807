"""How papers are written in OAI-PMH: the header, and the form `arXivRaw` with its versions."""

from __future__ import annotations

from email.utils import format_datetime
from xml.sax.saxutils import escape

from fakearxiv.categories import set_of
from fakearxiv.world import Paper, Version

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    '"http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
)
NAMESPACE = "http://arxiv.org/OAI/arXivRaw/"


def record_header(paper: Paper) -> str:
    status = ' status="deleted"' if paper.deleted else ""
    sets = "".join(f"<setSpec>{set_of(category)}</setSpec>" for category in paper.categories)
    return (
        f"<header{status}><identifier>oai:arXiv.org:{paper.id}</identifier>"
        f"<datestamp>{paper.datestamp}</datestamp>{sets}</header>\n"
    )


def raw_record(paper: Paper) -> str:
    metadata = "" if paper.deleted else f"<metadata>{raw_metadata(paper)}</metadata>"
    return f"<record>{record_header(paper)}{metadata}</record>\n"


def raw_metadata(paper: Paper) -> str:
    """The versions of every third paper stand newest first: their order is not to be relied on."""
    versions = paper.versions[::-1] if len(paper.abstract) % 3 == 0 else paper.versions
    comments = f"<comments>{escape(paper.comments)}</comments>" if paper.comments else ""
    return (
        f'<arXivRaw xmlns="{NAMESPACE}"><id>{paper.id}</id>'
        f"<submitter>{escape(paper.authors.split(', ')[0])}</submitter>"
        f"{''.join(map(_version, versions))}<title>{escape(paper.title)}</title>"
        f"<authors>{escape(paper.authors)}</authors>"
        f"<categories>{' '.join(paper.categories)}</categories>{comments}"
        "<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>"
        f"<abstract>  {escape(paper.abstract_of(paper.latest.number))}\n</abstract></arXivRaw>"
    )


def _version(version: Version) -> str:
    return (
        f'<version version="v{version.number}">'
        f"<date>{format_datetime(version.submitted, usegmt=True)}</date>"
        f"<size>{version.size}kb</size><source_type>{version.source_type}</source_type></version>"
    )
