"""Keys by which the titles of papers and the names of people meet, however they are written.

Pure; nothing here raises on any text. A key is for comparing, never for showing.
"""

from __future__ import annotations

import re

from broadsheet.text.fold import fold

# Commands that only dress what they stand before, or that are a sign and no word. Signs go, in TeX
# as in Unicode, because half of the sources lose them; letters stay, Greek ones by their names.
_SIGNS = (
    "bm pmb bbb cal emph it bf rm sc em tt sl mbox hbox hat tilde bar overline underline "
    "widehat widetilde vec dot ddot check breve acute grave quad qquad xspace displaystyle "
    "ensuremath protect noindent thanks footnote operatorname boldsymbol frac dfrac tfrac sqrt "
    "ce le leq leqslant lesssim gtrsim ge geq geqslant ne neq ll gg in notin ni to infty mapsto "
    "times cdot cdots ldots dots nabla partial subset subseteq supset supseteq cap cup pm mp "
    "sim simeq cong approx equiv propto circ ast star otimes oplus wedge vee perp parallel int "
    "iint oint sum prod langle rangle lfloor rfloor lceil rceil vert mid setminus emptyset "
    "varnothing forall exists prime dagger ddagger bullet degree deg square box lvert rvert "
    "lbrace rbrace slash backslash copyright pounds"
)
_LETTERS = {
    "ss": "ss", "o": "o", "l": "l", "ae": "ae", "oe": "oe", "aa": "a", "i": "i", "j": "j",
    "dh": "d", "dj": "d", "th": "th", "hbar": "h", "hslash": "h", "and": "and",
}  # fmt: skip
_COMMANDS = dict.fromkeys(_SIGNS.split(), " ") | _LETTERS
_DRESSING = ("text", "math", "left", "right", "big", "long")
_BARE_SIGNS = frozenset({"leq", "geq", "infty", "nabla", "mathbb", "mathcal", "mathrm", "mathbf"})
_BARE_FONT = re.compile(r"\b(?:math[a-z]{2,4}|boldsymbol|operatorname|text[a-z]{2})(?=\s*\{)")
_ACCENT = re.compile(
    r"\\(?:[`'^\"~=.]|[uvHtcdbrk](?![a-zA-Z]))\s*\{?\s*(?:\\(?=[ijl]\b))?([a-zA-Z])"
)
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z:]*(?:\s[^<>]*)?/?>")
_GLUED = "{}$^_'`’‘ʼ"
_ASCII = {
    code: (chr(code) if chr(code).isalnum() else None if chr(code) in _GLUED else " ")
    for code in range(128)
}
_GREEK = (
    "αalpha βbeta γgamma δdelta εepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi οo πpi "
    "ρrho σsigma τtau υupsilon φphi χchi ψpsi ωomega"
)
_SPELLED = str.maketrans(
    {letter[0]: letter[1:] for letter in _GREEK.split()} | dict.fromkeys("’‘ʼ′", "")
)


def title_key(title: str) -> str:
    """What is left of a title when accents, TeX, mathematics marks, case and punctuation go.

    Lower-case words with single spaces between. Spaces are not to be trusted ("pre-training",
    "pretraining"): compare titles by `compact(title_key(…))`.
    """
    if "\\" in title or "{" in title:
        title = _plain_from_tex(title)
    if "<" in title:
        title = _TAG.sub(" ", title)
    if "&" in title:
        title = title.replace("&amp;", "&").replace("&", " and ")
    words = _words(title).split()
    if not _BARE_SIGNS.isdisjoint(words):
        words = [word for word in words if word not in _BARE_SIGNS]
    return " ".join(words)


def compact(key: str) -> str:
    """A title key without its spaces."""
    return key.replace(" ", "")


def _words(text: str) -> str:
    """Folded words with any space between: letters and digits are all that is left."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    text = fold(text.replace("ℓ", "ell")).translate(_SPELLED)
    if not text.isascii():
        text = "".join(c if c < "\x80" or c.isalnum() else " " for c in text)
    return text.translate(_ASCII)


def _plain_from_tex(text: str) -> str:
    if "\\" in text:
        text = _ACCENT.sub(r"\1", text)
        text = _COMMAND.sub(_spell_command, text)
    return _BARE_FONT.sub(" ", text) if "{" in text else text


def _spell_command(match: re.Match[str]) -> str:
    name = match[1].lower()
    spelled = _COMMANDS.get(name)
    if spelled is not None:
        return spelled
    if name.startswith(_DRESSING) or name.endswith("arrow"):
        return " "
    # \varepsilon and \epsilon are one letter to a reader; commands end where a word goes on.
    return f"{name.removeprefix('var')} "


_PARENTHESES = re.compile(r"\([^()]*(?:\)|$)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,3}")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md"})
_PARTICLE_WORDS = (
    "al el de da di do dos das del della der den des du la le las los van von vom zu zum zur ten "
    "ter af av bin ibn y e st"
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_GROUPS = frozenset({"collaboration", "consortium", "team", "group"})
_UMLAUTS = re.compile(r"(?<=[aou])e")


def name_key(author: str) -> str:
    """A person as "family i": the last word of the family name and the first initial, folded.

    "First Last", "Last, First", "Last F." and TeX or Unicode spellings of one person agree, and
    "Müller" meets "Mueller". Particles, titles and bracketed affiliations do not count. A
    collaboration keeps its whole name.
    """
    family, given = name_parts(author)
    return f"{family} {given[0]}" if given else family


def name_parts(author: str) -> tuple[str, str]:
    """The last word of the family name, and the first given name or initial, both folded."""
    if "(" in author:
        author = _PARENTHESES.sub(" ", author)
    if "\\" in author or "{" in author:
        author = _plain_from_tex(author)
    family, _, given = author.partition(",")
    words = _without_suffix(_words(family).split())
    given_words = _words(_given_part(given)).split() if given else []
    if not given_words:
        return _split_name(family, words)
    if not words:
        return given_words[-1], ""
    return _family_word(words), given_words[0]


def _given_part(text: str) -> str:
    """The given name of "Last, Jr., First" and "Last, First, Jr."; none of "First Last, Jr."."""
    parts = (part for part in text.split(",") if part.strip(" .").lower() not in _SUFFIXES)
    return next(parts, "")


def _without_suffix(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words


def _split_name(name: str, words: list[str]) -> tuple[str, str]:
    """The parts of a name without a comma."""
    if len(words) < 2:
        return "".join(words), ""
    if words[-1] in _GROUPS:
        return " ".join(word for word in words if word != "the"), ""
    if len(words[-1]) == 1 and len(words[0]) > 1 and _INITIALS.fullmatch(name.split()[-1]):
        family = [word for word in words if len(word) > 1]
        return _family_word(family), next(word for word in words if len(word) == 1)
    return _family_word(words[1:]), words[0]


def _family_word(words: list[str]) -> str:
    word = words[-1]
    if word in _PARTICLES:
        word = next((other for other in reversed(words) if other not in _PARTICLES), word)
    return _UMLAUTS.sub("", word)
