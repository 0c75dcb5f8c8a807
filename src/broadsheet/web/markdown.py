"""Comments as markup: a small Markdown with formulas, of which nothing can run or reach out.

Emphasis, links, lists, quotations and code; no HTML, no images, no headings. A link leads to http,
https or mailto, and tells nobody and no search engine that it was followed from here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from broadsheet.text.links import clean_url
from broadsheet.web.mathematics import Formula, find_formulas, to_mathml
from broadsheet.web.wording import safe_address

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LONGEST = 20_000
DEEPEST = 20
MOST_OPENINGS = 300

_RULES = [
    "paragraph", "blockquote", "list", "fence",
    "text", "newline", "escape", "backticks", "emphasis", "link", "autolink", "entity",
    "balance_pairs", "fragments_join",
]  # fmt: skip
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{|}]{1,2000}", re.IGNORECASE)
_SCHEME = re.compile(r"https?$", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}")
_REL = "nofollow ugc noreferrer"


@lru_cache(maxsize=2048)
def to_markup(text: str) -> Markup:
    """What a reader wrote, as markup; a text that is too much to read is shown as it was typed."""
    # Each bracket that opens nothing makes the parser look through all that follows.
    if len(text) > LONGEST or text.count("[") + text.count("<") > MOST_OPENINGS:
        return Markup("<p>%s</p>") % text
    return Markup(_parser().render(text))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:  # the library's name
            return _is_safe(url)

    options = {"html": False, "linkify": False, "breaks": True, "maxNesting": DEEPEST}
    parser = Parser("zero", options).enable(_RULES)
    parser.inline.ruler.before("escape", "formula", _read_formula)
    parser.inline.ruler.before("escape", "address", _read_address)
    parser.add_render_rule("formula", _write_formula)
    parser.add_render_rule("link_open", _write_link)
    parser.add_render_rule("fence", _write_fence)
    return parser


def _is_safe(url: str) -> bool:
    return safe_address(url) is not None or _MAIL.fullmatch(url) is not None


def _read_formula(state: StateInline, silent: bool) -> bool:
    """A formula begins here, and can be read."""
    if state.src[state.pos] not in "$\\":
        return False
    found = _formulas(state).get(state.pos)
    if found is None or found.end > state.posMax:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.meta = found.tex, {"displayed": found.displayed}
    state.pos = found.end
    return True


def _formulas(state: StateInline) -> dict[int, Formula]:
    """The readable formulas of a paragraph by where they begin, found once."""
    known: dict[str, dict[int, Formula]] = state.env.setdefault("formulas", {})
    if state.src not in known:
        known[state.src] = {
            each.start: each
            for each in find_formulas(state.src)
            if to_mathml(each.tex, each.displayed) is not None
        }
    return known[state.src]


def _read_address(state: StateInline, silent: bool) -> bool:
    """A bare address: its colon is reached when its scheme is in what is pending already."""
    scheme = _SCHEME.search(state.pending)
    if state.src[state.pos] != ":" or state.linkLevel or not scheme:
        return False
    found = _ADDRESS.match(state.src, state.pos - len(scheme[0]), state.posMax)
    address = clean_url(found[0]) if found else None
    if not found or not address or not found[0].startswith(address) or not _is_safe(address):
        return False
    if not silent:
        state.pending = state.pending[: scheme.start()]
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos = found.start() + len(address)
    return True


def _write_formula(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    token = tokens[place]
    return str(to_mathml(token.content, token.meta["displayed"]) or escape(token.content))


def _write_link(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    address = escape(str(tokens[place].attrs["href"]))
    return f'<a href="{address}" rel="{_REL}">'


def _write_fence(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    return f"<pre><code>{escape(tokens[place].content)}</code></pre>\n"
