"""Who wrote it: feeds put one name, or all of them, or a mail address into one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadsheet.connectors.feed.entries import MAX_MANY
from broadsheet.connectors.rows import clean_names, flip_name

_MAIL = re.compile(r"[^\s@<>()]{1,100}@[^\s@<>()]{1,200}")
_NAMED_MAIL = re.compile(r"\s*(?:mailto:)?[^\s@<>()]{1,100}@[^\s@<>()]{1,200}\s*\((.{1,300})\)\s*")
_BRACKETS = re.compile(r" ?[(<\[][^()<>\[\]]{0,500}[)>\]]")
_AND = re.compile(r"\s+(?:and|&)\s+|,\s*(?:and|&)\s+", re.IGNORECASE)


def split_people(texts: Sequence[str]) -> tuple[str, ...]:
    """The names in texts that hold one or several each: "A, B and C", "Doe, J.; Roe, R.".

    "Doe, Jane" is one person, given name first, where no part has two words or there are several
    texts. Affiliations in brackets go, and so do mail addresses.
    """
    names = [name for text in texts for name in _people(text, alone=len(texts) == 1)]
    return tuple(dict.fromkeys(clean_names(names[: MAX_MANY * 10])))


def _people(text: str, *, alone: bool) -> list[str]:
    if found := _NAMED_MAIL.fullmatch(text):
        text = found[1]
    # The patterns are linear only in texts whose spaces are single.
    text = _BRACKETS.sub("", _MAIL.sub("", " ".join(text.split())))
    if ";" in text:
        return [_given_first(each) for each in text.split(";")]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 2 and not _AND.search(text) and not (alone and any(map(_is_full, parts))):
        return [_given_first(text)]
    if len(parts) == 1:
        names = _AND.split(text)
        return names if all(map(_is_full, names)) else [text]
    return [name for part in _AND.split(text) for name in part.split(",")]


def _is_full(name: str) -> bool:
    """Whether it can be a person's whole name: "Jane Doe", and not "Jane"."""
    return " " in name.strip()


def _given_first(name: str) -> str:
    family, comma, given = name.partition(",")
    return flip_name(family, given) if comma and "," not in given else name.strip()
