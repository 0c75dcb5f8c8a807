"""Addresses in running text, freed of the punctuation and TeX debris around them."""

from __future__ import annotations

import re

MAX_URL = 2000
MAX_LINKS = 50

_FOUND = re.compile(
    r"(?:https?://|HTTPS?://|Https?://|www\.|github\.com/(?<![\w./@-]github\.com/)"
    r"|gitlab\.com/(?<![\w./@-]gitlab\.com/)|huggingface\.co/(?<![\w./@-]huggingface\.co/))"
    r"(?:[\w\-.~:/?#\[\]@!$&()*+,;=%]|\\[_#%&~])+",
    re.ASCII,
)
_GLUED = re.compile(r"(?<![/=])(?=https?://)", re.IGNORECASE)
_DEBRIS = re.compile(r"\{[^{}\s]{0,2000}\}?")
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?:[a-z0-9_-]+\.)+[a-z]{2,}(?::\d{1,5})?)(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_REPOSITORY = re.compile(r"/([^/?#]+)/([^/?#]+?)(?:\.git)*/?")
_PAIRS = {")": "(", "]": "["}
_NOT_LAST = ".,;:!?*$#&@"

_CODE_HOSTS = (
    "github.com", "gist.github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com",
    "sourceforge.net", "sr.ht", "anonymous.4open.science", "raw.githubusercontent.com",
)  # fmt: skip
_DATA_HOSTS = (
    "zenodo.org", "figshare.com", "datadryad.org", "dataverse.org", "dataverse.harvard.edu",
    "kaggle.com", "archive.ics.uci.edu",
)  # fmt: skip
_PAGE_HOSTS = (
    "doi.org", "dx.doi.org", "arxiv.org", "openreview.net", "aclanthology.org", "youtube.com",
    "youtu.be", "wikipedia.org",
)  # fmt: skip
_CODE_WORDS = re.compile(r"\b(?:code|codes|codebase|implementation|software|toolbox|repository)\b")
_DATA_WORDS = re.compile(r"\b(?:data|dataset|datasets|corpus|benchmark)\b")
_CONTEXT = 80


def find_links(text: str) -> tuple[tuple[str, str], ...]:
    """The addresses in `text` as (rel, url), each once, in order, at most `MAX_LINKS`.

    `rel` is "code", "data", "pdf", "page" or "project", judged by the host and else by the words
    before the address. A url never ends in punctuation, keeps balanced parentheses, and is in
    canonical form: scheme and host in lower case, a repository without `.git` or final slash.
    """
    if not ("://" in text or ".co" in text or "www." in text):
        return ()
    lowered = text.lower()
    links: dict[str, str] = {}
    position = 0
    while len(links) < MAX_LINKS and (found := _FOUND.search(text, position)):
        for piece in _GLUED.split(found[0]):
            if url := clean_url(piece):
                links.setdefault(url, _rel(url, lowered, found.start()))
        position = found.end()
        # `https://a.b/c{https://a.b/c}` is what is left of \href{…}{…}: one address, not two.
        if debris := _DEBRIS.match(text, position):
            position = debris.end()
    return tuple((rel, url) for url, rel in list(links.items())[:MAX_LINKS])


def clean_url(url: str) -> str | None:
    """The canonical form of an address, or None when it is not one that can be followed.

    Addresses with a user name, a bare number for a host, or more than `MAX_URL` characters are
    not followed.
    """
    url = url.replace("\\", "").strip()
    if len(url) > MAX_URL:
        return None
    if not url.lower().startswith(("http://", "https://")):
        url = "https://" + url
    parts = _PARTS.fullmatch(_strip_punctuation(url))
    if parts is None:
        return None
    host, rest = parts["host"].lower(), parts["rest"] or ""
    scheme = parts["scheme"].lower()
    if host.removeprefix("www.") in ("github.com", "gitlab.com"):
        scheme, host = "https", host.removeprefix("www.")
        if repository := _REPOSITORY.fullmatch(rest):
            rest = _strip_punctuation(f"/{repository[1]}/{repository[2]}")
    return f"{scheme}://{host}{rest}"


def _strip_punctuation(url: str) -> str:
    """`url` without final punctuation, and without final brackets that it does not open."""
    surplus = {
        closing: url.count(closing) - url.count(opening) for closing, opening in _PAIRS.items()
    }
    end = len(url)
    while end:
        last = url[end - 1]
        if last in _PAIRS:
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last in "([":
            surplus[")" if last == "(" else "]"] += 1
        elif last not in _NOT_LAST:
            break
        end -= 1
    return url[:end]


def _rel(url: str, lowered: str, position: int) -> str:
    host, _, path = url.split("://", 1)[1].partition("/")
    if path.lower().endswith(".pdf"):
        return "pdf"
    for rel, hosts in (("code", _CODE_HOSTS), ("data", _DATA_HOSTS), ("page", _PAGE_HOSTS)):
        if any(host == name or host.endswith("." + name) for name in hosts):
            return rel
    if host == "huggingface.co":
        return "data" if path.startswith("datasets/") else "project"
    before = lowered[max(0, position - _CONTEXT) : position].rpartition(". ")[2]
    if _CODE_WORDS.search(before):
        return "code"
    return "data" if _DATA_WORDS.search(before) else "project"
