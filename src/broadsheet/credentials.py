"""Names, passwords and secrets: what may be one, and how a secret is made and kept. Pure."""

from __future__ import annotations

import re
import secrets
import unicodedata
from hashlib import sha256

from broadsheet.errors import InvalidInputError
from broadsheet.text import clean_line, fold
from broadsheet.text.fold import LONGEST_NAME

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
LONGEST_DISPLAY = 60
SECRET_BYTES = 32

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_DISGUISES = str.maketrans("013457@$!", "oleastasi")
_ROWS = """
12345678901234567890 qwertzuiop qwertyuiop azertyuiop asdfghjkl yxcvbnm zxcvbnm 1qaz2wsx3edc4rfv
q1w2e3r4t5y6 abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
"""
_WORDS = """
access account admin administrator arxiv baseball batman broadsheet changeme computer default dragon
football freedom guest hello iloveyou internet letmein login master monkey mustang newspaper
operator paper papers pass passphrase passwd password princess qwerty reader research root science
secret shadow starwars summer sunshine superman test testing trustno university user welcome winter
"""


def make_secret() -> str:
    """A secret of 256 bits, in letters, digits, "-" and "_"."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret: a SHA-256 is enough where nobody can guess the secret itself."""
    return sha256(secret.encode("utf-8", "replace")).digest()


def check_name(name: str) -> str:
    """A name to sign in by, its ends trimmed. Raises InvalidInputError."""
    name = name.strip()
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"A name has up to {LONGEST_NAME} letters (a to z), digits, dots, dashes and "
            "underscores, and begins and ends with a letter or digit."
        )
    return name


def clean_display(text: str) -> str:
    """The name that is shown: one line of plain text."""
    return clean_line(text[: LONGEST_DISPLAY * 4])[:LONGEST_DISPLAY].strip()


def likeness(shown: str) -> str:
    """What a shown name is taken for at a glance: its letters and digits without accents, case,
    spaces and signs. Letters that look alike in two scripts are told apart."""
    folded = fold(shown[:LONGEST_DISPLAY])
    return "".join(filter(str.isalnum, folded)) or folded


def normalise_password(password: str) -> str:
    """The same characters however a keyboard composes them; nothing is cut off.

    One that is longer than any may be is left as it is: it is nobody's.
    """
    return password if len(password) > LONGEST_PASSWORD else unicodedata.normalize("NFKC", password)


def check_password(password: str, name: str) -> str:
    """A password that may be set, as it is hashed. Raises InvalidInputError saying what to change.

    There are no rules of composition: long is good, and what everybody tries first is refused.
    """
    _require_bounded(password)  # before it is normalised, which takes long for what is long
    password = normalise_password(password)
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInputError(
            f"A password has at least {SHORTEST_PASSWORD} characters; 15 or more are better."
        )
    _require_bounded(password)
    if is_common(password, name):
        raise InvalidInputError(
            "This password is among those that are tried first; four random words would do."
        )
    return password


def _require_bounded(password: str) -> None:
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInputError(f"A password has at most {LONGEST_PASSWORD:,} characters.")


def is_common(password: str, name: str = "") -> bool:
    """Whether a password is one of the first guesses: a row of keys, one thing repeated, the
    reader's own name or a usual word, also in disguise and with digits or signs around it."""
    plain = password.casefold()
    if any(plain in row or plain in row[::-1] for row in _ROWS.split()):
        return True
    if len(set(plain)) <= 2 or any(_is_repeated(plain, size) for size in range(1, 5)):
        return True
    words = {*_WORDS.split(), *filter(None, [name.casefold()])}
    forms = {plain, _EDGES.sub("", plain)}
    cores = {each for form in forms for each in (form, form.translate(_DISGUISES))}
    halves = {core[: len(core) // 2] for core in cores if _is_repeated(core, len(core) // 2)}
    return not words.isdisjoint(cores | halves)


def _is_repeated(text: str, size: int) -> bool:
    return 0 < size < len(text) and text[:size] * (len(text) // size) == text
