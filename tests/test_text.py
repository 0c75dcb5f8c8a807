"""Clean-up of texts and addresses: what it mends, leaves alone, survives."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.text import (
    clean_abstract,
    clean_line,
    clean_title,
    decode_text,
    find_links,
    fold,
    split_maths,
    tex,
)

TEX = st.text(
    st.sampled_from("aeioucLH \\\\{}$$`'\"^~%&_#()[].,/\0\n\u0301é") | st.characters(), max_size=60
)
PIECES = st.lists(
    st.sampled_from(
        ["\\'", "{\\'e}", '\\"o', "\\\\", "\\%", "\\emph{", "{\\em ", "}", "``", "''", "~", "a",
         "\\href{", "{", "\\textbackslash{}", "\\textbraceleft{}", "$", "$$", "\\(", "\\)", " ",
         "\\begin{align}", "\\end{align}", "\\i", "e", "\\c ", "\\$", "\u1fef", "/\\~u", "\ud800"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"H\"older, H\"{o}lder and H{\"o}lder", "Hölder, Hölder and Hölder"),
        (r"Poincar\'e {\'e}t\'e \'{\i}le na\"{\i}ve", "Poincaré été íle naïve"),
        (r"\v{S}afa\v r\'{\i}k, Erd\H{o}s, \L ukasz, Stra{\ss}e", "Šafařík, Erdős, Łukasz, Straße"),
        (r"{\DJ}or{\dj}e, \TH{}orn, Nguy{\~{\^e}}n, V\~{\^{e}}", "Đorđe, Þorn, Nguyễn, Vễ"),
        (r"up by 5\% to 10\,\% at R\&D", "up by 5% to 10 % at R&D"),
        ("a ``quoted'' word", "a “quoted” word"),
        (r"Smith et al.\ saw Table~1 in~$(0,1)$", "Smith et al. saw Table 1 in $(0,1)$"),
        (r"an \emph{open \textbf{problem}} and {\it more}", "an open problem and more"),
        (r"see \href{https://a.org/x\_y}{the page}", "see the page (https://a.org/x_y)"),
        (r"\url{https://a.org/x}", "https://a.org/x"),
        ("at https://a.org/x{https://a.org/x}.", "at https://a.org/x."),
        ("at https://a.org/x{https://a.org/y}", "at https://a.org/x{https://a.org/y}"),
        (r"http://a.edu/\~jo and http://a.edu/~jo", "http://a.edu/~jo and http://a.edu/~jo"),
        ("two\nlines\tand\u00a0a \u2028 break", "two lines and a break"),
        ("N\0UL b\u202eidi zero\u200bwidth \x9b31m \ud800x", "NUL bidi zerowidth 31m x"),
        ("e\u0301", "é"),
        (r"a line\\break stays", r"a line\\break stays"),
        (r"\foo{bar} \cite{key}", r"\foo{bar} \cite{key}"),
        (r"it costs \$5", r"it costs \$5"),
    ],
)
def test_prose_is_cleaned(written: str, meant: str) -> None:
    assert clean_abstract(written) == meant


@pytest.mark.parametrize(
    "maths",
    [
        "$a<b$", r"$\alpha$", r"$\'e\%\,``x''~y$", r"$$\"o$$", r"\(\^o\)", r"\[ \emph{x}\% \]",
        r"\begin{align} a \\ \'e \end{align}", r"$a$$\%$", r"$\$\%$",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", r"H\"older {} 5\%", "in~{}, ``so''", r"\emph{{{}}} \'e"])
def test_maths_survives_byte_for_byte(maths: str, frame: str) -> None:
    """Breaks when `_decode_once` gives the whole text, not the prose, to `_decode_prose`."""
    assert maths in clean_abstract(frame.format(maths))


def test_a_line_break_in_a_title_is_a_space() -> None:
    assert clean_title(r"On Widgets\\ and $a\\b$") == r"On Widgets and $a\\b$"


@settings(deadline=None)  # the first example loads pylatexenc
@given(TEX | PIECES)
@example(r"\emph{\emph{\emph{\emph{\emph{\emph{x}}}}}}")
@example("\\'\\emph{e}")
@example("\\em\\emph{ph}{x}")
@example("\\href{$a$}{$a$}")
def test_cleaning_is_idempotent_and_leaves_no_control_characters(text: str) -> None:
    """Breaks when `decode_tex` stops after one round."""
    for clean in (clean_abstract, clean_title):
        once = clean(text)
        assert clean(once) == once
        assert not [c for c in once if unicodedata.category(c) in ("Cc", "Cs")]
        assert once == unicodedata.normalize("NFC", once)


@settings(deadline=None)
@given(TEX | PIECES)
def test_the_scan_that_saves_time_misses_nothing(text: str) -> None:
    """Breaks when a pattern of `tex` gets an alternative that `_MAYBE` does not have."""
    text = clean_line(text)
    if not ("~" in text or "``" in text or tex._MAYBE.search(text)):
        assert tex._decode_once(text) == text


@given(TEX | PIECES)
def test_cutting_out_maths_loses_nothing(text: str) -> None:
    parts = split_maths(text)
    assert "".join(parts) == text
    assert len(parts) % 2 == 1


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Code: https://github.com/a/b.", [("code", "https://github.com/a/b")]),
        ("at http://www.GitHub.com/a/b.git).", [("code", "https://github.com/a/b")]),
        ("at github.com/a/b/, too", [("code", "https://github.com/a/b")]),
        ("https://github.com/a/b{https://github.com/a/b}.", [("code", "https://github.com/a/b")]),
        ("https://github.com/a/b{here} https://github.com/a/b", [("code", "https://github.com/a/b")]),
        (r"https://github.com/a/b\_c\#d", [("code", "https://github.com/a/b_c#d")]),
        ("(https://en.wikipedia.org/wiki/A_(b))", [("page", "https://en.wikipedia.org/wiki/A_(b)")]),
        ("Our code is at https://lab.example.org/x/!", [("code", "https://lab.example.org/x/")]),
        ("Code is near. See https://lab.example.org", [("project", "https://lab.example.org")]),
        ("The dataset: http://lab.example.org/d", [("data", "http://lab.example.org/d")]),
        ("https://a.org/xhttps://b.org/y", [("project", "https://a.org/x"),
                                            ("project", "https://b.org/y")]),
        ("https://web.archive.org/web/1/https://a.org", [
            ("project", "https://web.archive.org/web/1/https://a.org")]),
        ("$https://huggingface.co/datasets/a/b$", [("data", "https://huggingface.co/datasets/a/b")]),
        ("https://a.org/p.pdf;", [("pdf", "https://a.org/p.pdf")]),
        ("http:// https://. http://localhost/x http://1.2.3.4/ http://u:p@a.org/", []),
        ("javascript:alert(1) notgithub.com/a/b and/or", []),
        ("https://a.org/" + "x" * 3000, []),
    ],
)  # fmt: skip
def test_links(text: str, links: list[tuple[str, str]]) -> None:
    assert list(find_links(text)) == links


URLISH = st.lists(
    st.sampled_from(["https://", "http://", "a.org", "github.com", "/", "(", ")", "[", "]", "{",
                     "}", ".", ",", ".git", "x", "#", "?", "&", "\\_", "-", "$", "www.", " ", "é"]),
    max_size=24,
).map("".join)  # fmt: skip


@given(URLISH | st.text(max_size=40).map("https://a.org/".__add__))
def test_links_end_cleanly_and_are_found_again(text: str) -> None:
    for _, url in find_links(text):
        assert url.startswith(("http://", "https://"))
        assert url[-1] not in ".,;:!?*$#&@'\"([{"
        assert url.isascii() and url.isprintable() and not set(url) & set("<>\"'{}\\ `")
        assert [again for _, again in find_links(url)] == [url]


@pytest.mark.parametrize(
    "unit",
    ["\\emph{", "{\\em ", "\\href{", "$", "\\(", "\\begin{align}", "``", "~", "\\'", "\\\\", "a~",
     "https://", "https://a.", "https://a.org/{", "https://abcd{http", "http://a.org/(",
     "www.", "\\c ", "/\\~u", "\0"],
)  # fmt: skip
def test_time_is_linear(unit: str) -> None:
    """A hundred kilobytes of the worst text cost a small part of a second."""
    text = unit * (100_000 // len(unit))
    start = time.process_time()
    clean_title(text)
    find_links(text)
    assert time.process_time() - start < 1.5


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["\\emph{x", "$$ \\(", "\\'e ``", "https://a.org/x,", "((https://"]
)
def test_a_megabyte_is_linear_too(unit: str) -> None:
    start = time.process_time()
    clean_title(unit * (1_000_000 // len(unit)))
    find_links(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 10


def test_fold() -> None:
    assert fold("Łukasz GÖDEL, Straße, Ærø, ñ") == "lukasz godel, strasse, aero, n"
    assert fold("हिन्दी")[:1] == "ह"


@given(st.text(max_size=30))
@example("İ")
@example("ŉΐ")
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=30)
@given(st.binary(max_size=40))
def test_any_bytes_decode(data: bytes) -> None:
    assert isinstance(decode_text(data), str)


def test_old_and_marked_encodings_decode() -> None:
    assert decode_text("é".encode("latin-1")) == "é"
    assert decode_text("\ufeffé".encode()) == "é"
    assert decode_text("é".encode("utf-16")) == "é"
