"""Pure clean-up of what authors, feeds and files wrote. No I/O, no business logic.

Everything here is linear in the length of its input and idempotent.
"""

from broadsheet.text.clean import (
    clean_abstract,
    clean_line,
    clean_lines,
    clean_title,
    decode_text,
)
from broadsheet.text.fold import fold, fold_name
from broadsheet.text.links import find_links
from broadsheet.text.normal import normalise
from broadsheet.text.tex import read_tex, split_maths

__all__ = [
    "clean_abstract",
    "clean_line",
    "clean_lines",
    "clean_title",
    "decode_text",
    "find_links",
    "fold",
    "fold_name",
    "normalise",
    "read_tex",
    "split_maths",
]
