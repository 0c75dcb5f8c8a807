"""Answers of services that speak JSON, invented, with every field that their connectors read."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from broadsheet.model import Identifier

ARXIV = Identifier("arxiv", "2602.00001")
DOI = Identifier("doi", "10.1000/kites.7")


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
ANY_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def hf_entry(key: str = "2602.00001", **changes: Any) -> dict[str, Any]:
    """An entry of a Hugging Face list; `changes` are of its paper, or `numComments`."""
    comments = changes.pop("numComments", 2)
    paper = {
        "id": key,
        "title": f"Kites that steer themselves, part {key[-1]}",
        "summary": "We fly $n<9$ kites.\nThey steer.",
        "authors": [
            {"name": "Ann Poe", "hidden": False, "user": {"user": "annpoe"}},
            {"name": "Wrong Person", "hidden": True},
            {"name": "Júlia Øre"},
        ],
        "publishedAt": "2026-02-25T11:03:46.000Z",
        "submittedOnDailyAt": "2026-03-02T00:00:00.000Z",
        "submittedOnDailyBy": {"user": "annpoe", "fullname": "Ann Poe"},
        "upvotes": 12,
        "discussionId": "65f0aa",
        "githubRepo": "https://github.com/kitelab/steer",
        "githubStars": 3,
        "projectPage": "https://kites.example.org/",
        "organization": {"name": "kitelab", "fullname": "Kite Lab"},
        "linkedModels": [{"id": "kitelab/steer-b"}, {"id": "kitelab/steer-a"}],
        "linkedDatasets": [{"id": "kitelab/winds"}],
        "ai_summary": "A machine wrote this.",
        "ai_keywords": ["kite"],
        "withdrawnAt": None,
    }
    return {"paper": {**paper, **changes}, "title": "outer", "numComments": comments}


def s2_paper(**changes: Any) -> dict[str, Any]:
    """A paper as Semantic Scholar gives it."""
    paper = {
        "paperId": "f00d",
        "externalIds": {"ArXiv": "2602.00001", "DOI": "10.1000/KITES.7", "CorpusId": 5},
        "title": "Kites that steer themselves",
        "abstract": None,
        "venue": "Kite Conference",
        "year": 2026,
        "publicationDate": "2026-02-25",
        "authors": [{"authorId": "1", "name": "Ann Poe"}],
        "citationCount": 40,
        "influentialCitationCount": 4,
        "referenceCount": 31,
        "tldr": {"model": "x", "text": "A machine wrote this."},
        "openAccessPdf": {"url": "https://kites.example.org/7.pdf", "status": "GREEN"},
    }
    return {**paper, **changes}


def openalex_work(**changes: Any) -> dict[str, Any]:
    """A work as OpenAlex gives it."""
    work = {
        "id": "https://openalex.org/W1",
        "doi": "https://doi.org/10.1000/kites.7",
        "display_name": "Kites that steer <i>themselves</i>",
        "publication_date": "2026-02-25",
        "authorships": [{"author": {"display_name": "Ann Poe"}}],
        "primary_location": {"source": {"display_name": "Journal of Kites", "type": "journal"}},
        "open_access": {"is_oa": True, "oa_url": "https://kites.example.org/7.pdf"},
        "cited_by_count": 11,
        "referenced_works_count": 30,
        "is_retracted": False,
        "abstract_inverted_index": {"fly": [1], "We": [0], "kites.": [2, 4], "Our": [3]},
    }
    return {**work, **changes}


def crossref_work(**changes: Any) -> dict[str, Any]:
    """A work as Crossref gives it."""
    work = {
        "DOI": "10.1000/kites.7",
        "title": ["Kites &amp; strings"],
        "subtitle": ["They steer themselves"],
        "container-title": ["Journal of Kites"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We fly <jats:italic>n</jats:italic>"
        " &lt; 9 kites.</jats:p>",
        "author": [{"given": "Ann", "family": "Poe"}, {"name": "The Kite Group"}],
        "issued": {"date-parts": [[2026, 2, 25]]},
        "is-referenced-by-count": 9,
    }
    return {**work, **changes}
