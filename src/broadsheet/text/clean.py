"""Titles, abstracts and short lines as plain text: one line, NFC, no control characters.

A text that is fine already, which is most of them, costs a few scans in C and nothing else. Runs of
combining marks are cut short (see `normal`), so that nobody's text takes long to normalise.
"""

from __future__ import annotations

import re

from broadsheet.text.normal import normalise
from broadsheet.text.tex import decode_tex, split_maths

# C0 and C1 controls that are not white space, soft hyphen, zero-width and bidirectional controls
# (which can make a text read as something that it is not), annotations, noncharacters, surrogates.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]+"
)

_GAPS = re.compile(r"\n{4,}")


def clean_line(text: str) -> str:
    """`text` on one line: white space joined, control characters removed, NFC. TeX stays."""
    if not text.isprintable():
        text = " ".join(_REMOVED.sub("", text).split())
    elif "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    return normalise(text, "NFC")


def clean_lines(text: str) -> str:
    """`text` as somebody typed it into a box: as `clean_line`, but lines and indents stay.

    Tabs are four spaces, line ends are "\n", and no more than one empty line follows another.
    """
    lines = text.replace("\r\n", "\n").replace("\t", "    ").splitlines()
    cleaned = "\n".join(_REMOVED.sub("", line).rstrip() for line in lines)
    return normalise(_GAPS.sub("\n\n\n", cleaned).strip("\n"), "NFC")


def clean_abstract(text: str) -> str:
    """As `clean_line`, and TeX accents, quotes and escapes outside maths become Unicode.

    Maths stays byte for byte (`$a<b$`, `\\(\\alpha\\)`, `\\begin{align}…`), and so does `\\$`,
    because a bare dollar sign would open maths for whoever reads the text next.
    """
    return decode_tex(clean_line(text), clean_line)


def clean_title(text: str) -> str:
    """As `clean_abstract`, and a line break of TeX (two backslashes) outside maths is a space."""
    text = clean_abstract(text)
    if "\\\\" not in text:
        return text
    parts = split_maths(text)
    parts[::2] = [prose.replace("\\\\", " ") for prose in parts[::2]]
    return clean_abstract("".join(parts))


def decode_text(data: bytes) -> str:
    """Bytes of a text file as text: a byte-order mark is obeyed, then UTF-8, then Windows-1252.

    The last one never fails, as old bibliographies are often Latin-1 and a few wrong letters do
    less harm than a refused library.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
