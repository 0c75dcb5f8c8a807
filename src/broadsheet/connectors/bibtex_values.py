"""The values of BibTeX fields: strings and `#`, braces and TeX, lists of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from broadsheet.connectors.rows import MAX_NAMES, MEGABYTE, RowError, clean_names, flip_name
from broadsheet.text import clean_abstract, clean_title, split_maths

MAX_VALUE = 2000
_MAX_STRING = 10_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Braces that are meant as characters, kept apart while those that only group are dropped.
_LITERALS = {r"\textbraceleft{}": "\ue000", r"\textbraceright{}": "\ue001",
             r"\{": "\ue000", r"\}": "\ue001"}  # fmt: skip
_UNBRACE = str.maketrans("", "", "{}")
_UNMARK = str.maketrans("\ue000\ue001", "{}")
_DELIMITER = re.compile(r"(?<!\\)[{}\"#]")
_BRACE_OR_AND = re.compile(r"[{}]|(?<=\s)and(?=\s)", re.IGNORECASE)


class Strings:
    """The `@string`s of a file, and the months that every style defines."""

    def __init__(self) -> None:
        self._values = {name: name for name in _MONTHS}

    def define(self, name: str, expression: str) -> None:
        value = self.resolve(expression)
        if len(value) > _MAX_STRING:
            raise RowError(f"the string {name[:40]!r} has more than {_MAX_STRING:,} characters")
        self._values[name.lower()] = value

    def resolve(self, expression: str) -> str:
        """The text of a value such as `{a}`, `"a"`, `name` or `name # { and } # "more"`.

        Raises RowError for a name that is not defined, unless it is a number or is all there is.
        """
        parts = [part.strip() for part in _operands(expression)]
        texts = [self._operand(part, alone=len(parts) == 1) for part in parts]
        if sum(map(len, texts)) > MEGABYTE:
            raise RowError("one of its fields has more than a million characters")
        return "".join(texts)

    def _operand(self, part: str, *, alone: bool) -> str:
        if part[:1] + part[-1:] in ("{}", '""') and len(part) > 1:
            return part[1:-1]
        if part.isdigit() or not part:
            return part
        value = self._values.get(part.lower())
        if value is None and not alone:
            raise RowError(f"the string {part[:40]!r} is not defined")
        return part if value is None else value


def _operands(expression: str) -> Iterator[str]:
    """The parts of a value between `#` signs that are in no braces and no quotes."""
    if "#" not in expression:
        yield expression
        return
    depth, quoted, begin = 0, False, 0
    for found in _DELIMITER.finditer(expression):
        match found[0]:
            case "{":
                depth += 1
            case "}":
                depth -= 1
            case '"' if depth == 0:
                quoted = not quoted
            case "#" if depth == 0 and not quoted:
                yield expression[begin : found.start()]
                begin = found.end()
    yield expression[begin:]


def plain_text(value: str, name: str, limit: int = MAX_VALUE) -> str:
    """A field's TeX as text: accents decoded, grouping braces dropped, maths kept."""
    if len(value) > limit:
        raise RowError(f"its {name} has more than {limit:,} characters")
    if not ("{" in value or "\\" in value or "}" in value):
        return clean_abstract(value)
    parts = split_maths(value)
    parts[::2] = [_mark_literals(prose) for prose in parts[::2]]
    parts = split_maths(clean_abstract("".join(parts)))
    parts[::2] = [prose.translate(_UNBRACE) for prose in parts[::2]]
    text = clean_abstract("".join(parts).translate(_UNMARK))
    # A dollar sign that is alone opens no maths, and needs no escape.
    return text.replace(r"\$", "$") if text.count("$") == 1 else text


def _mark_literals(prose: str) -> str:
    for written, mark in _LITERALS.items():
        prose = prose.replace(written, mark)
    return prose


def split_names(value: str) -> tuple[str, ...]:
    """The people of an `author` field, given name first; "and others" is nobody."""
    if len(value) > MEGABYTE // 4:
        raise RowError("its author has too many characters")
    names = [name.strip() for name in islice(_people(value), MAX_NAMES)]
    return clean_names(_given_first(name) for name in names if name.lower() != "others")


def _people(value: str) -> Iterator[str]:
    """`value` cut at each "and" outside braces.

    bibtexparser's own splitter is not used: it loses what follows the backslash of a name that
    begins with one, as in "and \\L{}ukasz".
    """
    depth, begin = 0, 0
    for found in _BRACE_OR_AND.finditer(value):
        match found[0]:
            case "{":
                depth += 1
            case "}":
                depth -= 1
            case _ if depth <= 0:
                yield value[begin : found.start()]
                begin = found.end()
    yield value[begin:]


def _given_first(name: str) -> str:
    """ "van Beethoven, Ludwig" and "King, Jr., Martin" as they are said; `{…}` as it stands."""
    parts = [plain_text(part, "author") for part in _comma_parts(name)]
    match parts:
        case [family, given]:
            return flip_name(family, given)
        case [family, suffix, given]:
            return flip_name(family, given, suffix)
    return clean_title(", ".join(parts))


def _comma_parts(name: str) -> list[str]:
    """`name` cut at its commas outside braces."""
    depth, begin, parts = 0, 0, []
    for index, char in enumerate(name):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == "," and depth <= 0:
            parts.append(name[begin:index])
            begin = index + 1
    return [*parts, name[begin:]]
