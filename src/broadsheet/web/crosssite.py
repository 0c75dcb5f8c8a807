"""Requests that another site's page makes a browser send: none of them changes anything here."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def is_own(request: Request, url: str = "") -> bool:
    """Whether a request comes from a page of ours, at the address asked or at the setting `url`.

    Every browser since 2023 says so itself (Sec-Fetch-Site); older ones name the Origin. What says
    neither is refused, too: whatever sends forms to us is a browser.
    """
    headers = request.headers
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    return headers.get("origin", "") in own_origins(request, url)


def is_elsewhere(request: Request) -> bool:
    """Whether a request names another Origin than the address that it asks. Where everybody is the
    operator, that tells of a proxy which forwards nothing else: to the browser we are elsewhere."""
    origin = request.headers.get("origin")
    return origin is not None and origin not in own_origins(request, "")


def own_origins(request: Request, url: str) -> set[str]:
    """The origins that are ours; the host was checked by then (see `guard`)."""
    here = f"{request.url.scheme}://{_host(request.headers)}"
    if not url:
        return {here}
    parts = urlsplit(url)
    return {here, f"{parts.scheme}://{parts.netloc}".lower()}


def _host(headers: Headers) -> str:
    return headers.get("host", "").strip().lower()
