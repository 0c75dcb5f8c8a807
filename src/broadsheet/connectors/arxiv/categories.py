"""arXiv's categories: how they are spelled, and the OAI-PMH set that each one is."""

from __future__ import annotations

import re

from broadsheet.errors import InvalidInputError

_OWN_GROUP = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})
"""Archives that are a group of their own; all others are of the group of physics."""

_CLASSES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE "
    "NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA "
    "RT SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph "
    "flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}

CATEGORIES: tuple[str, ...] = tuple(
    name
    for archive, classes in _CLASSES.items()
    for name in (archive, *(f"{archive}.{part}" for part in classes.split()))
)
"""Whole archives and their categories, in canonical spelling."""

_SHAPE = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)?))?")
_SPELLING = {name.lower(): name for name in CATEGORIES}


def canonical(text: str) -> str:
    """A category or whole archive as arXiv spells it ("cs.lg" is "cs.LG").

    Raises InvalidInputError naming the nearest that there is.
    """
    name = text.strip()
    if found := _SPELLING.get(name.lower()):
        return found
    near = _nearest(name[:40].lower())
    hint = f"did you mean {near}?" if near else "examples are cs.LG, stat.ML, hep-th."
    raise InvalidInputError(f"arXiv has no category {name[:40]!r}: {hint}")


def _nearest(name: str) -> str:
    """Of the categories that are spelled alike, the one that begins alike; "" if none is."""
    from difflib import get_close_matches
    from os.path import commonprefix

    near = get_close_matches(name, _SPELLING, n=9, cutoff=0.5)
    return _SPELLING[max(near, key=lambda each: len(commonprefix([each, name])))] if near else ""


def set_of(category: str) -> str:
    """The OAI-PMH set of a canonical category: "cs:cs:LG", "physics:hep-th", "math"."""
    archive, _, part = category.partition(".")
    if not part:
        return archive if archive in _OWN_GROUP else f"physics:{archive}"
    return f"{archive if archive in _OWN_GROUP else 'physics'}:{archive}:{part}"


def is_category(text: str) -> bool:
    """Whether a word has the shape of a category, known or not; ACM and MSC classes have not."""
    return _SHAPE.fullmatch(text) is not None


def covers(followed: str, category: str) -> bool:
    """Whether a followed category, or whole archive, holds the papers of a category."""
    return category == followed or category.startswith(f"{followed}.")
