"""Names of papers: identifiers in their canonical form, from whatever people paste.

Pure. No function here raises on any text; what is not understood is None or empty. The arXiv
grammar: four digits for 0704 to 1412, five from 1501, the old scheme until 0703.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from broadsheet.model import Identifier
from broadsheet.text.keys import compact, name_key, title_key

__all__ = [
    "compact",
    "find_identifiers",
    "name_key",
    "parse_acl",
    "parse_arxiv",
    "parse_doi",
    "parse_github",
    "parse_identifier",
    "parse_openreview",
    "parse_pmid",
    "parse_venue",
    "title_key",
]

MAX_REFERENCE = 2000
MAX_PASTED = 20

_ARCHIVE_NAMES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin "
    "nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
)
_ARCHIVES = frozenset(_ARCHIVE_NAMES.split())
_NEW = r"(?P<month>[0-9]{2}(?:0[1-9]|1[0-2]))\.(?P<number>[0-9]{4,5})"
_OLD = (
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2}|\.[a-z]+-[a-z]+|\.[a-z]{3,9})?"
    r"/(?P<old>(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{3})"
)
_ARXIV = re.compile(rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9][0-9]{{0,3}}))?", re.IGNORECASE)
_ARXIV_PREFIX = re.compile(
    r"(?:(?:https?://)?(?:[a-z0-9-]+\.){0,3}arxiv\.org/"
    r"(?:abs|pdf|html|src|e-print|format|ps|cite|bibtex)/"
    r"|(?:https?://)?(?:www\.)?(?:alphaxiv\.org/(?:abs|pdf|html|overview)"
    r"|huggingface\.co/papers|hf\.co/papers)/"
    r"|(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.|oai:arxiv\.org:|"
    r"arxiv[:/\s]\s*)",
    re.IGNORECASE,
)
_ARXIV_TAIL = re.compile(
    r"(?:\.pdf|\.md)?/?(?:[?#]\S*)?(?:\s*\[[A-Za-z.-]{1,20}\])?", re.IGNORECASE
)

_DOI_PREFIX = re.compile(
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi\s*[:=]?\s*|info:doi/)", re.IGNORECASE
)
_DOI = re.compile(
    r"10\.[0-9]{4,9}/[^\s\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+"
)
_DOI_IN_PATH = re.compile(
    r"https?://[^/\s]+/(?:[^?#\s]*?/)?(10\.[0-9]{4,9}/[^?#\s]+)", re.IGNORECASE
)
# What a publisher's page appends to the DOI: a view, and on bioRxiv and medRxiv the version.
_DOI_VIEW = re.compile(
    r"/(?:full|abstract|pdf|epdf|meta|fulltext|summary)$|\.(?:pdf|full|full-text|abstract)$"
    r"|(?<=[0-9]{6})v[0-9]{1,2}$",
    re.IGNORECASE,
)
_OPENREVIEW = re.compile(
    r"(?:openreview:\s*|(?:https?://)?(?:www\.|api2?\.)?openreview\.net/"
    r"(?:forum|pdf|attachment|revisions)\?(?:[^#\s]*&)?id=)"
    r"(?P<id>[A-Za-z0-9_-]{6,20})(?:[&#?]\S*)?",
    re.IGNORECASE,
)
_ACL = re.compile(
    r"(?:acl:\s*|(?:https?://)?(?:www\.)?(?:aclanthology\.org/|aclanthology\.info/papers/"
    r"|aclweb\.org/anthology/(?:papers/[A-Z]/[A-Z][0-9]{2}/)?))?"
    r"(?P<id>[A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[0-9]{1,4})"
    r"(?:v[0-9]+)?(?:\.pdf|\.bib)?/?(?:[?#]\S*)?",
    re.IGNORECASE,
)
_PMID = re.compile(
    r"(?:pmid:\s*|(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/|"
    r"(?:https?://)?(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed/)(?P<id>[1-9][0-9]{0,8})/?(?:[?#]\S*)?",
    re.IGNORECASE,
)
_VENUE = re.compile(r"(?P<id>[A-Za-z][A-Za-z-]{1,15}[12][0-9]{3}:[A-Za-z0-9_-]{1,40})")
_GITHUB = re.compile(
    r"(?:(?:https?://)?(?:www\.)?github\.com/|git@github\.com:)"
    r"(?P<owner>[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))/(?P<repo>[A-Za-z0-9._-]{1,100})(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_SITE_PAGES = (
    "about apps collections customer-stories enterprise explore features login marketplace "
    "notifications orgs pricing readme search security settings sponsors stars topics trending "
    "users"
)
_GITHUB_PAGES = frozenset(_SITE_PAGES.split())


def parse_arxiv(text: str) -> tuple[Identifier, int | None] | None:
    """The arXiv identifier that `text` is, in its preferred form, and the version it names.

    Takes both schemes, `arXiv:` and `oai:` forms, addresses (abs, pdf, html, src, mirrors,
    Hugging Face and alphaXiv pages) and arXiv DOIs. The subject class of an old id is dropped.
    """
    if len(text) > MAX_REFERENCE:
        return None
    text = _unwrap(text)
    prefix = _ARXIV_PREFIX.match(text)
    match = _ARXIV.match(text, prefix.end() if prefix else 0)
    if match is None or not _ARXIV_TAIL.fullmatch(text, match.end()):
        return None
    value = _arxiv_value(match)
    if value is None:
        return None
    version = match["version"]
    return Identifier("arxiv", value), int(version) if version else None


def _arxiv_value(match: re.Match[str]) -> str | None:
    if old := match["old"]:
        archive = match["archive"].lower()
        late = old[:1] == "0" and old[:4] > "0703"
        return None if late or archive not in _ARCHIVES else f"{archive}/{old}"
    month, number = match["month"], match["number"]
    digits = 4 if month <= "1412" else 5
    return f"{month}.{number}" if month >= "0704" and len(number) == digits else None


def parse_doi(text: str) -> Identifier | None:
    """The DOI that `text` is, lower-cased; an arXiv DOI gives the arXiv identifier.

    Takes `doi:` forms, resolver addresses and publishers' addresses that hold a DOI. Punctuation
    that a sentence left at the end, and a closing bracket without its opening one, are dropped.
    """
    if len(text) > MAX_REFERENCE:
        return None
    text = _unwrap(text)
    if "%" in text and ("/" not in text or not text.startswith("10.")):
        text = unquote(text)  # an address; in a DOI itself "%" stands for itself
    prefix = _DOI_PREFIX.match(text)
    found = _DOI.fullmatch(text, prefix.end() if prefix else 0)
    value = found[0] if found else _doi_in_address(text)
    value = _strip_end(value).lower() if value else None
    if value is None or not _DOI.fullmatch(value):
        return None
    if value.startswith("10.48550/arxiv.") and (arxiv := parse_arxiv(value)):
        return arxiv[0]
    return Identifier("doi", value)


def _doi_in_address(text: str) -> str | None:
    found = _DOI_IN_PATH.match(text)
    if found is None:
        return None
    value, previous = found[1].rstrip("/"), None
    while value != previous:
        value, previous = _DOI_VIEW.sub("", value), value
    return value


def parse_openreview(text: str) -> Identifier | None:
    """The OpenReview forum that an address or `openreview:` form names."""
    return _simple(_OPENREVIEW, "openreview", text)


def parse_acl(text: str) -> Identifier | None:
    """The ACL Anthology identifier ("P19-1001", "2020.acl-main.12") that `text` is."""
    found = _simple(_ACL, "acl", text)
    if found is None:
        return None
    value = found.value
    return Identifier("acl", value.upper() if value[0].isalpha() else value.lower())


def parse_pmid(text: str) -> Identifier | None:
    """The PubMed number that an address or `pmid:` form names."""
    return _simple(_PMID, "pmid", text)


def parse_venue(text: str) -> Identifier | None:
    """A venue's own identifier such as "NeurIPS2023:7RMGI4slcb"."""
    return _simple(_VENUE, "venue", text)


def parse_github(text: str) -> Identifier | None:
    """The repository "owner/repo", lower-cased, that a GitHub address lies in."""
    if len(text) > MAX_REFERENCE:
        return None
    match = _GITHUB.fullmatch(_unwrap(text))
    if match is None or match["owner"].lower() in _GITHUB_PAGES:
        return None
    repo = match["repo"].lower().rstrip(".").removesuffix(".git").rstrip(".")
    return Identifier("github", f"{match['owner'].lower()}/{repo}") if repo else None


def _simple(pattern: re.Pattern[str], scheme: str, text: str) -> Identifier | None:
    if len(text) > MAX_REFERENCE:
        return None
    match = pattern.fullmatch(_unwrap(text))
    return Identifier(scheme, match["id"]) if match else None


def _parse_arxiv_only(text: str) -> Identifier | None:
    found = parse_arxiv(text)
    return found[0] if found else None


_PARSERS: tuple[Callable[[str], Identifier | None], ...] = (
    _parse_arxiv_only,
    parse_doi,
    parse_openreview,
    parse_acl,
    parse_pmid,
    parse_github,
    parse_venue,
)


def parse_identifier(text: str) -> Identifier | None:
    """The one identifier that `text` is, of whatever scheme, or None."""
    return next((found for parse in _PARSERS if (found := parse(text))), None)


def find_identifiers(text: str) -> tuple[Identifier, ...]:
    """The identifiers that a pasted reference consists of; empty for prose.

    The whole text is one identifier or address, or a few of them with spaces, commas or
    semicolons between. A GitHub address gives Identifier("github", "owner/repo").
    """
    if not text or len(text) > MAX_REFERENCE:
        return ()
    if whole := parse_identifier(text):
        return (whole,)
    words = text.replace(";", " ").replace(",", " ").split()
    if not 1 < len(words) <= MAX_PASTED:
        return ()
    found: dict[Identifier, None] = {}
    for word in words:
        identifier = parse_identifier(word)
        if identifier is None:
            return ()
        found[identifier] = None
    return tuple(found)


_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}
_PUNCTUATION = ".,;:!'\"”’»…"


def _unwrap(text: str) -> str:
    """A reference without what a sentence, a mail or a page put around it."""
    text = text.strip().lstrip("<([{\"'“‘«")
    # An arXiv listing's "[cs.CL]" is read by the grammar; everything else at the end is dressing.
    return text if text.endswith("]") and "[" in text else _strip_end(text)


def _strip_end(text: str) -> str:
    """Without closing punctuation, and without closing brackets that were not opened."""
    if not text or text[-1].isalnum():
        return text
    surplus = {closer: text.count(closer) - text.count(_CLOSERS[closer]) for closer in _CLOSERS}
    end = len(text)
    while end:
        last = text[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _PUNCTUATION and not last.isspace():
            break
        end -= 1
    return text[:end]
